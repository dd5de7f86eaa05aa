"""The flow engine: durable steps, automations from save to end, approvers all at once, timers overdue, triggers, soundness."""

import gc
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from benchmarks import automations
from benchmarks.automations import AUTOMATION
from benchmarks.databases import Database
from benchmarks.findings import Finding
from benchmarks.spiff import Spiff
from engine.clock import VirtualClock
from engine.events import dispatch
from engine.ids import new_id
from engine.store import Cause, Installation
from flow_engine import store
from flow_engine.happenings import TaskAction
from flow_engine.soundness import check
from flow_engine.state import Instance, Timer, Token
from flow_engine.step import first_state
from tests.flow_engine.shell.house import END, House, flow

ROUND = 10
"""Steps a round; the cheapest quarter of the rounds counts, since whatever else runs only ever adds."""
TURN = 10
"""Rounds one after another."""


def sequence(key: str, tasks: int) -> dict[str, Any]:
    """Return a flow of tasks one after another."""
    nodes = [
        {
            "key": f"t{at}",
            "kind": "approve",
            "who": '"ben"',
            "to": {"approved": f"t{at + 1}" if at < tasks - 1 else "end", "rejected": "end"},
        }
        for at in range(tasks)
    ]
    return flow(key, *nodes, END)


WAIT = flow("rest", {"key": "rest", "kind": "wait", "for": "3h", "to": "end"}, END)
MANY = flow(
    "many",
    {
        "key": "ask",
        "kind": "approve",
        "who": {"role": "lead"},
        "mode": "all",
        "to": {"approved": "end", "rejected": "end"},
    },
    END,
)


def triggers(count: int) -> list[dict[str, Any]]:
    """Return flows that listen to plans and never start."""
    make = {"key": "note", "kind": "create", "form": "call", "set": {"what": '"x"'}, "to": "end"}
    return [
        flow(
            f"f{at}",
            make,
            END,
            trigger={"kind": "record_updated", "form": "plan", "when": f"{{discount}} > {at + 1000}"},
        )
        for at in range(count)
    ]


def measure(database: Database, quick: bool) -> Iterator[Finding]:
    """Yield the figures of one database."""
    clock = VirtualClock()
    installation = Installation.open(automations.settings(database.home, database.url, 24, clock))
    clinic = installation.create(automations.KEY, {"zh": "流程"})
    flows = (sequence("ten", 10), sequence("long", 200), WAIT, MANY, AUTOMATION, *triggers(100))
    house = House(clinic, clock, *flows)
    gc.collect()
    gc.freeze()
    try:
        yield from _steps(database, house, quick)
        yield from automations.measure(database, house, flows, 50 if quick else 600)
        yield from _approvers(database, house)
        yield from _triggering(database, house, 20 if quick else 300)
        yield from _timers(database, house, 500 if quick else 100_000)
        yield from _soundness(database, house)
    finally:
        gc.unfreeze()
        installation.close()


class Runs:
    """Instances of a sequence of tasks, done ten tasks at a time."""

    def __init__(self, house: House, key: str, tasks: int) -> None:
        self._house, self._key, self._tasks = house, key, tasks
        self._left = 0

    def run(self) -> float:
        """Do ten tasks; return CPU seconds a step, without starts."""
        house, actor = self._house, self._house.actor("ben")
        if self._left == 0:
            self._left, self._instance = self._tasks, house.start(self._key)
            [task] = house.tasks(self._instance)
            self._task, self._round = task["task_id"], task["round"]
        # Keys come from whoever clicks.
        keys = [new_id() for _ in range(ROUND)]
        began = time.process_time()
        for key in keys:
            action = TaskAction(self._task, "complete", "ben", self._round, {"way": "approved"})
            answer = house.service.handle(actor, self._instance, action, key)
            if answer.tasks:
                self._task = answer.tasks[0]["task_id"]
        self._left -= ROUND
        return (time.process_time() - began) / ROUND


def _cheap(costs: list[float]) -> float:
    return statistics.fmean(sorted(costs)[: max(len(costs) // 4, 1)])


def _steps(database: Database, house: House, quick: bool) -> Iterator[Finding]:
    spiff = Spiff(database.home, database.url, 10)
    rivals: tuple[Runs | Spiff, ...] = (Runs(house, "ten", 10), Runs(house, "long", 200), spiff)
    costs: tuple[list[float], ...] = ([], [], [])
    # They take turns, so that what else the machine does meets all of them alike; and whose turn it is stays for a while,
    # since what the one before has pushed out of the processor's caches is no cost of a step.
    for _ in range(2 if quick else 20):
        for kept, one in zip(costs, rivals, strict=True):
            kept.extend([one.run() for _ in range(TURN)])
    spiff.close()
    short, long, other = (_cheap(one) for one in costs)
    per_s = 1 / short
    yield Finding(
        "durable steps a CPU second, 10 tasks", database.name, f"{short * 1000:.2f} ms CPU a step: history, outbox, idempotency, permission",
        per_s, 1500, at_least=True, unit="/s",
    )  # fmt: skip
    yield Finding(
        "a step of 200 tasks beside one of 10",
        database.name,
        f"{long * 1000:.2f} against {short * 1000:.2f} ms",
        long / short,
        1.2,
    )
    told = f"{per_s:.0f} against {1 / other:.0f} steps a CPU second; Spiff writes its state and nothing else"
    yield Finding(
        "steps beside SpiffWorkflow with state saved", database.name, told, other / short, 3, at_least=True
    )


def _approvers(database: Database, house: House) -> Iterator[Finding]:
    house.people = [f"lead{at}" for at in range(50)]
    instance = house.start("many")
    tasks = house.tasks(instance)
    took: list[float] = []
    gate = threading.Barrier(50)

    def approve(task: Mapping[str, Any]) -> None:
        gate.wait(30)
        began = time.perf_counter()
        house.act(task, way="approved")
        took.append(time.perf_counter() - began)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(approve, tasks))
    assert house.status(instance) == "done"
    worst = sorted(took)[-1] * 1000
    told = f"50 approvers of one task at once, no errors; median {statistics.median(took) * 1000:.0f} ms"
    yield Finding("50 approvers at once, p99", database.name, told, worst, 500, unit="ms")


def _triggering(database: Database, house: House, saves: int) -> Iterator[Finding]:
    record = house.create("plan", name="p", discount=1)
    house.settle()
    costs = []
    for at in range(saves):
        house.update("plan", record, discount=2 + at % 50)
        began = time.process_time()
        dispatch(house.workspace, (house.service.listen,))
        costs.append(time.process_time() - began)
    quiet = []
    for at in range(saves):
        house.update("plan", record, discount=3 + at % 50)
        began = time.process_time()
        dispatch(house.workspace, ())
        quiet.append(time.process_time() - began)
    cost = (_cheap(costs) - _cheap(quiet)) * 1000
    yield Finding(
        "100 triggers with conditions, a save",
        database.name,
        "CPU of judging them, above handing the event out",
        cost,
        1,
        unit="ms",
    )


def _timers(database: Database, house: House, count: int) -> Iterator[Finding]:
    _sleepers(house, count)
    house.clock.advance(timedelta(days=2))
    began, cpu, fired = time.perf_counter(), time.process_time(), 0
    while True:
        done = house.service.timing.drain(house.workspace, 5_000)
        fired += done
        if not done:
            break
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    assert fired == count, (fired, count)
    told = f"{count:,} overdue timers in {took:.0f} s ({fired / spent:.0f} a CPU second), none lost"
    yield Finding("overdue timers drained", database.name, told, fired / took, unit="/s")


def _sleepers(house: House, count: int) -> None:
    """Make instances that wait for a timer, by their rows."""
    plan = house.plans.get("rest")
    for start in range(0, count, 5_000):
        with house.workspace.write(Cause("system")) as unit:
            texts, now = store.of(unit), unit.now
            some = [
                Instance(
                    new_id(),
                    "rest",
                    plan.version,
                    "running",
                    now,
                    None,
                    new_id(),
                    revision=1,
                    next_id=2,
                    next_seq=1,
                )
                for _ in range(min(5_000, count - start))
            ]
            token = Token(1, "rest", 0, 1, None, "timer", now)
            timer = Timer(1, "wait", now + timedelta(hours=3))
            unit.many(texts.add_instance, [store.instance_row(one) for one in some])
            unit.many(
                texts.add_scope,
                [store.scope_row(one.instance_id, first_state(one).scopes[0]) for one in some],
            )
            unit.many(texts.add_token, [store.token_row(one.instance_id, token) for one in some])
            unit.many(texts.add_timer, [store.timer_row(one.instance_id, timer) for one in some])


def _soundness(database: Database, house: House) -> Iterator[Finding]:
    plan = house.plans.get("ten")
    house.take_up(sequence("forty", 39))
    plan = house.plans.get("forty")
    began = time.process_time()
    found = check(plan, house.app.app)
    took = (time.process_time() - began) * 1000
    yield Finding(
        "soundness of a flow of 40 nodes", database.name, f"{len(list(found))} findings", took, 100, unit="ms"
    )


if __name__ == "__main__":
    import sys

    from benchmarks.databases import opened
    from benchmarks.findings import show

    quick = "--quick" in sys.argv
    for name in [one for one in sys.argv[1:] if not one.startswith("-")] or ["sqlite", "postgresql"]:
        with opened(name) as one:
            results = []
            for finding in measure(one, quick):
                sys.stderr.write(f"{finding.what}: {finding.told} -> {finding.value:.4g} {finding.unit}\n")
                results.append(finding)
            show(results)
