"""What would happen: the pure step driven in a world that reads but never writes."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from engine.problems import Problem, Rejected
from flow_engine.acts import Act, Choose, Create, Delete, Fill, Read, Run, SwitchAccount, Update
from flow_engine.approvals.deciding import OVER
from flow_engine.happenings import Happening, Started, TaskAction
from flow_engine.names import Setting
from flow_engine.node import NODES
from flow_engine.plan import FlowPlan
from flow_engine.result import Step
from flow_engine.state import State, Task
from flow_engine.step import drive, step
from flow_engine.world import UnitWorld

MOST_ROUNDS = 12


class UntoldError(Exception):
    """What comes next hangs on a script, which is not run for a supposition: it may write."""


class Supposed(UnitWorld):
    """Reads are real, writes are only remembered, so that later reads of the same supposition see them."""

    def __init__(
        self, *given: Any, values: Mapping[tuple[str, str], Mapping[str, Any]] | None = None
    ) -> None:
        super().__init__(*given)
        self._written: dict[tuple[str, str], dict[str, Any]] = {
            key: dict(one) for key, one in (values or {}).items()
        }

    def answer(self, act: Act) -> Any:
        match act:
            case Create():
                return self._new(act.form, act.values)
            case Fill() if act.record_id is None:
                return self._new(act.form, {**act.preset, **act.values})
            case Update() | Fill():
                assert act.record_id is not None
                self._written.setdefault((act.form, act.record_id), {}).update(act.values)
                return act.record_id
            case Delete() | SwitchAccount():
                return None
            case Run():
                raise UntoldError
            case Choose():
                return act.people[0] if act.people else None
            case Read():
                return self._read_over(act)
        return super().answer(act)

    def _new(self, form: str, values: Mapping[str, Any]) -> str:
        record_id = f"supposed-{len(self._written) + 1}"
        self._written[form, record_id] = dict(values)
        return record_id

    def _read_over(self, act: Read) -> Any:
        over = self._written.get((act.form, act.record_id), {})
        if act.record_id.startswith("supposed-"):
            return {path: over.get(path[0]) if len(path) == 1 else None for path in act.paths}
        found = dict(super().answer(act) or {})
        found.update({path: over[path[0]] for path in act.paths if len(path) == 1 and path[0] in over})
        return found


def suppose(
    world: UnitWorld, plan: FlowPlan, state: State, happening: Happening, now: Any, setting: Setting
) -> Step | tuple[Problem, ...]:
    """Return what the happening would come to, or why it would be refused."""
    try:
        return drive(step(plan, state, happening, now, setting), world)
    except Rejected as refused:
        return refused.problems
    except UntoldError:
        return ()


def ask(world: UnitWorld, asking: Generator[Act, Any, Any]) -> Any:
    """Return what a node's question comes to, its acts answered by `world`."""
    try:
        act = next(asking)
        while True:
            act = asking.send(world.answer(act))
    except StopIteration as done:
        return done.value


def new_tasks(before: State, after: Step) -> list[Task]:
    """Return the tasks that people would have then and do not have now."""
    return [
        task
        for task in after.state.tasks.values()
        if task.state not in OVER and task.kind != "cc" and task.task_id not in before.tasks
    ]


def outlook(plan: FlowPlan, before: State, after: Step) -> list[dict[str, Any]]:
    """Return what comes next: tasks by node with their people, waits, or the end."""
    if after.has_ended:
        return [{"kind": "end", "outcome": after.state.instance.outcome}]
    found = by_node(plan, new_tasks(before, after))
    if found:
        return found
    moved = [token for token in after.state.tokens.values() if token.token_id not in before.tokens]
    waits = [token for token in moved if token.wait not in (None, "task")]
    if waits:
        return [
            {"kind": token.wait, "node": token.node, "name": name_of(plan, token.node)} for token in waits
        ]
    still = [task for task in after.state.tasks.values() if task.state == "open" and task.kind != "cc"]
    return [{**one, "is_same": True} for one in by_node(plan, still)]


def by_node(plan: FlowPlan, tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return tasks grouped by node: `{kind: task, node, name, mode, people, due_at}`."""
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        node = plan.nodes.get(task.node)
        one = found.setdefault(
            task.node,
            {
                "kind": "task",
                "task_kind": task.kind,
                "node": task.node,
                "name": name_of(plan, task.node),
                "mode": node.config.get("mode", "any") if node is not None else "any",
                "people": [],
                "due_at": task.due_at,
            },
        )
        for who in (task.assignee,) if task.assignee else task.candidates:
            if who and who not in one["people"]:
                one["people"].append(who)
    return list(found.values())


def name_of(plan: FlowPlan, node: str) -> Mapping[str, str]:
    """Return how a node is called; by its kind where it has no name."""
    found = plan.nodes.get(node)
    if found is None:
        return {"zh": node, "en": node}
    kind = NODES.get(found.kind)
    return found.name or {"zh": kind.zh, "en": kind.en}


def everybody_agrees(
    world: UnitWorld, plan: FlowPlan, state: State, values: Mapping[str, Any], now: Any, setting: Setting
) -> dict[str, Any]:
    """Return who would be asked, step by step, if the flow started now and everybody agreed: `{steps, end, problems}`."""
    steps: list[dict[str, Any]] = []
    happening: Happening = Started(values)
    for _ in range(MOST_ROUNDS):
        done = suppose(world, plan, state, happening, now, setting)
        if not isinstance(done, Step):
            return {"steps": steps, "end": "unknown", "problems": [one.to_json() for one in done]}
        steps += by_node(plan, new_tasks(state, done))
        if done.incidents:
            return {
                "steps": steps,
                "end": "stuck",
                "problems": [one.problem.to_json() for one in done.incidents],
            }
        state = done.state
        if done.has_ended:
            return {"steps": steps, "end": "ended", "problems": []}
        turn = next((one for one in state.tasks.values() if one.state == "open" and one.kind != "cc"), None)
        if turn is None:
            return {"steps": steps, "end": "waits", "problems": []}
        happening = TaskAction(
            turn.task_id,
            "complete",
            turn.assignee or turn.candidates[0],
            values=agreeing(plan, turn),
            comment="–",
        )
    return {"steps": steps, "end": "more", "problems": []}


def agreeing(plan: FlowPlan, task: Task) -> dict[str, Any]:
    """Return what a person would give who agrees to everything a node asks for."""
    config = plan.nodes[task.node].config
    values: dict[str, Any] = {"signed": {"supposed": True}} if config.get("signature") else {}
    if "items" in config:
        values["ticked"] = {item["key"]: True for item in config["items"]}
    if "choose" in config:
        values["choose"] = {part["node"]: [task.assignee or task.candidates[0]] for part in config["choose"]}
    return values
