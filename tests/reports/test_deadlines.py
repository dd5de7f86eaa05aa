"""Deadlines kept and missed as a dataset, against a plain walk through the same tasks."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.access.account_tables import USERS
from engine.definitions.app import App
from engine.definitions.deadlines import deadlines_of
from engine.problems import Rejected
from engine.store.platform import instant
from flow_engine.tables import INSTANCES, TASKS
from tests.access.clinic import Clinic, someone
from tests.reports.clinic import ALL, FORMS, NOW, House
from tests.reports.oracle import aggregate, bucket, local_day

FACT = "lead.deadlines"
FLOWS = {
    "first": {
        "name": {"zh": "首次联系", "en": "First contact"},
        "trigger": {"kind": "record_created", "form": "lead"},
        "nodes": [
            {"key": "call", "kind": "task", "name": {"zh": "打电话", "en": "Call"}, "due": {"in": "1d"}},
            {"key": "ask", "kind": "task", "record": "{lead}", "due": {"in": "1d"}},
            {"key": "note", "kind": "task"},
        ],
    },
    "other": {
        "name": {"zh": "客户回访"},
        "trigger": {"kind": "record_created", "form": "customer"},
        "nodes": [{"key": "lead", "kind": "fill", "form": "lead", "due": {"in": "1d"}}],
    },
}
KEPT, LATE, MISSED, OVERDUE, RUNNING, DROPPED = "in_time", "late", "missed", "overdue", "running", "dropped"
FAIR = {KEPT, LATE, MISSED, OVERDUE}


class Told:
    """One task with a deadline, as it was put in."""

    def __init__(self, chance: random.Random, record: str) -> None:
        self.record = record
        self.flow, self.node = chance.choice([("first", "call"), ("first", "ask"), ("other", "lead")])
        self.due = NOW + timedelta(seconds=chance.randint(-60 * 86_400, 5 * 86_400))
        self.made = self.due - timedelta(days=1)
        self.who = chance.choice(["u0", "u1", "u2", None])
        self.by: str | None = None
        self.state = chance.choice(["done", "done", "open", "parked", "cancelled", "handed_on"])
        self.ended: datetime | None = None
        if self.state in ("done", "cancelled", "handed_on"):
            self.ended = min(NOW, self.due + timedelta(seconds=chance.randint(-86_400, 3 * 86_400)))
            self.by = self.who or "u9" if self.state == "done" else None
        self.data: dict[str, Any] = {}

    @property
    def result(self) -> str:
        if self.ended is None:
            return OVERDUE if self.due < NOW else RUNNING
        if self.state == "done":
            return KEPT if self.ended <= self.due else LATE
        return MISSED if self.ended > self.due else DROPPED

    @property
    def over(self) -> int | None:
        if self.result not in (LATE, MISSED, OVERDUE):
            return None
        return int((self.ended or NOW).timestamp()) - int(self.due.timestamp())


@pytest.fixture
def clinic(connection: Any) -> House:
    return asked(connection)


def asked(connection: Any, **roles: Any) -> House:
    roles_of_app = {"caller": {"name": {"zh": "客服", "en": "Caller"}}, "lead": {"name": {"zh": "主管"}}}
    app = App({"key": "t", "name": {"zh": "t"}, "version": "1.0.0"}, {"flows": FLOWS, "roles": roles_of_app})
    told = deadlines_of(app, FORMS)
    forms = {key: replace(shape, deadlines=told.get(key, {})) for key, shape in FORMS.items()}
    clinic = Clinic(connection, forms)
    for table in (INSTANCES, TASKS, USERS):
        table.create(connection, checkfirst=True)
    return House(clinic, clinic.policy(boss=ALL, **roles))


def tasks(clinic: House, seed: int, count: int = 60) -> list[Told]:
    chance = random.Random(seed)
    found = []
    for at in range(count):
        record = clinic.add("lead", stage="new", channel_id=chance.choice(["a", "b", None]))
        one = Told(chance, record)
        put(clinic, one, f"i{at:03}")
        found.append(one)
    return found


def put(clinic: House, one: Told, instance: str, **more: Any) -> None:
    run = clinic.clinic.connection.execute
    run(INSTANCES.insert().values(
        instance_id=instance, flow=one.flow, version=1, status="running", key=instance, started_at=instant(one.made),
        revision=1, next_id=3, next_seq=1, title="",
    ))  # fmt: skip
    run(TASKS.insert().values({
        "instance_id": instance, "task_id": 2, "token_id": 1, "node": one.node, "round": 1, "kind": "task", "state": one.state,
        "assignee": one.who, "position": 0, "weight": 1, "made_at": instant(one.made), "due_at": instant(one.due),
        "done_at": instant(one.ended) if one.ended else None, "done_by": one.by, "form": "lead", "record_id": one.record,
        "title": "", "data": json.dumps(one.data) if one.data else None, "is_live": 1, **more,
    }))  # fmt: skip


def grouped(found: list[Told], key: Callable[[Told], Any]) -> dict[Any, list[Told]]:
    made: dict[Any, list[Told]] = {}
    for one in found:
        made.setdefault(key(one), []).append(one)
    return made


def rows(clinic: House, **report: Any) -> dict[Any, Any]:
    table = clinic.ask({"fill": "none", **report})
    return {row[0]: row[1:] for row in table.rows}


@pytest.mark.parametrize("seed", range(3))
def test_a_deadline_is_kept_late_missed_overdue_ahead_or_withdrawn(clinic: House, seed: int) -> None:
    found = tasks(clinic, seed)
    made = rows(clinic, measures=[f"{FACT}.count", f"{FACT}.over.sum"], by=["result"])
    assert made == {
        result: (len(some), aggregate("sum", [one.over for one in some if one.over is not None], 0))
        for result, some in grouped(found, lambda one: one.result).items()
    }


@pytest.mark.parametrize("path", ["who", "flow", "step", "channel"])
def test_the_share_in_time_goes_by_person_flow_step_and_by_what_the_record_says(
    clinic: House, path: str
) -> None:
    found = tasks(clinic, 4)
    channels = {one["id"]: one["channel_id"] for one in clinic.records["lead"]}
    keys: dict[str, Callable[[Told], Any]] = {
        "who": lambda one: one.who or one.by,
        "flow": lambda one: one.flow,
        "step": lambda one: f"{one.flow}.{one.node}",
        "channel": lambda one: channels[one.record],
    }
    measures = [f"{FACT}.{key}" for key in ("kept_rate", "due", "late", "open_late")]
    made = rows(clinic, measures=measures, by=[path])
    for key, some in grouped(found, keys[path]).items():
        fair = [one for one in some if one.result in FAIR]
        kept = sum(one.result == KEPT for one in fair)
        rate, due, late, open_late = made[key]
        assert (due, late) == (len(fair), len(fair) - kept), key
        assert open_late == sum(one.result == OVERDUE for one in fair), key
        share = pytest.approx(kept / len(fair), abs=1e-6) if fair else None
        assert (float(rate) if rate is not None else None) == share, key


def test_a_deadline_counts_for_each_role_of_whoever_was_asked(clinic: House) -> None:
    for user, held in (("u0", ["caller"]), ("u1", ["caller", "lead"])):
        clinic.clinic.connection.execute(USERS.insert().values(
            id=user, login=user, name=user, roles=json.dumps(held), branches="[]", lang="zh", theme="light", is_active=1,
            failures=0, created_at=instant(NOW),
        ))  # fmt: skip
    found = tasks(clinic, 10)
    made = rows(clinic, measures=[f"{FACT}.count"], by=["roles"])
    asked_of = grouped(found, lambda one: one.who or one.by)
    count = {user: len(some) for user, some in asked_of.items()}
    others = sum(count.values()) - count["u0"] - count["u1"]
    assert made == {"caller": (count["u0"] + count["u1"],), "lead": (count["u1"],), None: (others,)}
    assert clinic.clinic.shapes["lead"].deadlines["roles"][0]["label"]["zh"] == "客服"


def test_a_month_counts_the_deadlines_that_fell_in_it(clinic: House) -> None:
    found = tasks(clinic, 5)
    made = rows(clinic, measures=[f"{FACT}.count"], by=[{"role": "date", "bucket": "month"}])
    assert {month: cells[0] for month, cells in made.items()} == {
        month: len(some)
        for month, some in grouped(found, lambda one: bucket(local_day(one.due), "month")).items()
    }


def test_flows_and_steps_are_called_by_their_names(clinic: House) -> None:
    tasks(clinic, 6)
    shape = clinic.clinic.shapes["lead"]
    assert [one["key"] for one in shape.deadlines["step"]] == ["first.call", "first.ask", "other.lead"]
    assert shape.deadlines["step"][0]["label"] == {"zh": "首次联系 · 打电话", "en": "First contact · Call"}
    assert clinic.clinic.shapes["customer"].deadlines == {}


def test_the_records_behind_a_number_are_those_that_were_asked_about(clinic: House) -> None:
    found = tasks(clinic, 7)
    behind = clinic.behind({"measures": [f"{FACT}.late"], "by": ["who"]}, {"who": "u1"})
    late = {one.record for one in found if (one.who or one.by) == "u1" and one.result in FAIR - {KEPT}}
    assert behind.form == "lead"
    assert set(behind.ids or ()) == late


def test_who_sees_some_records_sees_their_deadlines_alone(connection: Any) -> None:
    mine = {"grants": {"lead": {"view": '{name} = "mine"', "fields": {"*": "read"}}}}
    clinic = asked(connection, some=mine)
    found = tasks(clinic, 8)
    kept = {one["id"] for at, one in enumerate(clinic.records["lead"]) if at % 2}
    table = clinic.clinic.tables["lead"].table
    connection.execute(table.update().where(table.c.id.in_(kept)).values(name="mine"))
    made = clinic.ask({"measures": [f"{FACT}.count"]}, someone("some")).rows[0]
    assert made == (sum(one.record in kept for one in found),)


def test_who_sees_no_records_of_a_form_sees_no_deadlines(connection: Any) -> None:
    clinic = asked(connection, none={"grants": {"customer": {"view": "all", "fields": {"*": "read"}}}})
    tasks(clinic, 9)
    with pytest.raises(Rejected):
        clinic.ask({"measures": [f"{FACT}.count"]}, someone("none"))


def a_task(clinic: House, **values: Any) -> Told:
    one = Told(random.Random(1), clinic.add("lead", stage="new"))
    one.flow, one.node, one.who, one.by = "first", "call", "u1", None
    one.made, one.due, one.ended, one.state = NOW - timedelta(days=3), NOW - timedelta(days=2), None, "open"
    for key, value in values.items():
        setattr(one, key, value)
    return one


def test_while_the_clock_stands_still_nothing_is_overdue_and_what_is_done_is_in_time(clinic: House) -> None:
    since, due = NOW - timedelta(days=2, hours=4), NOW - timedelta(days=2)
    clock = {"clock": {"since": instant(since), "due": instant(due), "stood": 60}}
    put(clinic, a_task(clinic, data=clock), "i1", due_at=None)
    done = a_task(clinic, data=clock, state="done", ended=NOW - timedelta(days=1), by="u1")
    put(clinic, done, "i2", due_at=None)
    made = rows(clinic, measures=[f"{FACT}.count", f"{FACT}.stood.sum"], by=["result"])
    assert made == {RUNNING: (1, 60 + 52 * 3600), KEPT: (1, 60 + 28 * 3600)}


def test_what_the_clock_decided_in_somebodys_place_was_never_done(clinic: House) -> None:
    put(clinic, a_task(clinic, state="done", data={"auto": "late"}, ended=NOW - timedelta(days=2)), "i1")
    assert rows(clinic, measures=[f"{FACT}.count"], by=["result"]) == {MISSED: (1,)}


def test_who_had_it_when_its_time_was_up_answers_for_it(clinic: House) -> None:
    put(clinic, a_task(clinic, who="lead", data={"clock": {"late_of": "u1"}}), "i1")
    put(clinic, a_task(clinic, who="lead", data={"clock": {"late_of": ""}}), "i2")
    made = rows(clinic, measures=[f"{FACT}.open_late"], by=["who"])
    assert made == {"u1": (1,), None: (1,)}


def test_tasks_without_a_deadline_and_copies_are_none(clinic: House) -> None:
    put(clinic, a_task(clinic), "i1", due_at=None)
    put(clinic, a_task(clinic), "i2", kind="cc")
    assert clinic.ask({"measures": [f"{FACT}.count"]}).rows[0] == (0,)


def test_a_deadline_on_the_very_instant_is_kept(clinic: House) -> None:
    at = datetime(2026, 2, 28, 15, 59, 59, 999_999, tzinfo=UTC)
    put(clinic, a_task(clinic, due=at, ended=at, state="done", by="u1"), "i1")
    put(clinic, a_task(clinic, due=at, ended=at + timedelta(microseconds=1), state="done", by="u1"), "i2")
    made = rows(clinic, measures=[f"{FACT}.count"], by=["result"])
    assert made == {KEPT: (1,), LATE: (1,)}
