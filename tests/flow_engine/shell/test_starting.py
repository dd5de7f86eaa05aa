"""Flows start by themselves: once for each occasion, on the edge, and every trigger can say why it did not."""

import json
from typing import Any

import pytest

from engine.jobs import work
from engine.problems import Code, Rejected
from engine.store.platform import EVENTS
from engine.store.unit import Unit
from flow_engine import service, starting
from flow_engine.triggers.field_changed import TRIGGER as FIELD_CHANGED
from server.flows import FlowDesk
from tests.flow_engine.shell.house import END, House, Maker, flow

LOCKED = Code("test.locked", zh="锁定", en="Locked")


def noted(key: str, trigger: Any, text: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a flow that notes its start as a call."""
    make = {"key": "note", "kind": "create", "form": "call", "set": {"what": f'"{text or key}"'}, "to": "end"}
    return flow(key, make, END, trigger=trigger, **more)


def verdicts(house: House) -> list[list[Any]]:
    return [
        json.loads(one["verdicts"])
        for one in house.rows("SELECT verdicts FROM cc_flow_trigger_log ORDER BY id")
    ]


def test_a_new_record_starts_a_flow_about_it(make_house: Maker):
    house = make_house(noted("hello", {"kind": "record_created", "form": "lead", "when": '{stage} = "new"'}))
    first = house.create("lead", name="张三", stage="new")
    house.create("lead", name="李四", stage="won")
    house.settle()
    assert house.calls() == ["hello"]
    [instance] = house.instances()
    assert (instance["form"], instance["record_id"], instance["started_by"]) == ("lead", first, "ann")
    assert instance["title"] == "hello · 张三"
    assert verdicts(house) == [[["hello.trigger", "started"]], [["hello.trigger", "condition"]]]


def test_an_event_handed_out_twice_starts_one_flow(make_house: Maker):
    house = make_house(noted("hello", {"kind": "record_created", "form": "lead"}))
    house.create("lead", name="x")
    [event] = house.rows("SELECT * FROM cc_events WHERE kind = 'record.created'")
    house.settle()
    assert not house.rows("SELECT id FROM cc_events"), "what all have heard is gone"
    with house.workspace.write(_system()) as unit:
        unit.connection.execute(EVENTS.insert().values(**event))
    house.settle()
    assert len(house.instances(flow="hello")) == 1
    assert verdicts(house)[-1][0][1] == "known"


def test_a_condition_starts_when_it_becomes_true_and_not_while_it_stays_true(make_house: Maker):
    house = make_house(noted("won", {"kind": "became_true", "form": "lead", "when": '{stage} = "won"'}))
    lead = house.create("lead", name="x", stage="new")
    house.settle()
    for change in ({"stage": "won"}, {"note": "still won"}, {"stage": "open"}, {"stage": "won"}):
        house.update("lead", lead, **change)
    house.settle()
    assert house.calls() == ["won", "won"]


def test_several_saves_before_the_dispatcher_comes_are_each_judged_by_their_own_values(make_house: Maker):
    house = make_house(
        noted(
            "gone", {"kind": "field_changed", "form": "lead", "field": "stage", "from": "new", "to": "lost"}
        )
    )
    lead = house.create("lead", name="x", stage="new")
    house.update("lead", lead, stage="lost")
    house.update("lead", lead, stage="open")
    house.settle()
    assert house.calls() == ["gone"]
    reasons = [log[0][1] for log in verdicts(house) if log]
    assert reasons == ["started", "not_from"]


@pytest.mark.parametrize("counts", [False, True])
def test_a_new_record_is_no_change_of_a_field_unless_it_is_to_count(make_house: Maker, counts: bool):
    trigger = {"kind": "field_changed", "form": "lead", "field": "stage", "to": "lost", "created": counts}
    house = make_house(noted("gone", trigger))
    house.create("lead", name="x", stage="lost")
    house.settle()
    assert house.calls() == (["gone"] if counts else [])


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("new", "won", None),
        ("new", "lost", "not_to"),
        ("open", "won", "not_from"),
        ("won", "won", "not_changed"),
    ],
)
def test_a_field_goes_from_one_value_to_another(before: str, after: str, why: str | None):
    config = {"form": "lead", "field": "stage", "from": "new", "to": ["won"]}
    assert FIELD_CHANGED.turned(config, {"stage": before}, {"stage": after}) == why


def test_only_named_fields_count(make_house: Maker):
    house = make_house(noted("moved", {"kind": "record_updated", "form": "lead", "fields": ["stage"]}))
    lead = house.create("lead", name="x")
    house.update("lead", lead, note="y")
    house.update("lead", lead, stage="open")
    house.settle()
    assert house.calls() == ["moved"]


def test_each_event_is_minded_for_what_changed_in_it_and_who_did_it(make_house: Maker):
    on = {"kind": "record_updated", "form": "lead"}
    house = make_house(
        noted("moved", {**on, "fields": ["stage"]}),
        noted("typed", {**on, "causes": ["user"]}),
        noted("rich", {**on, "when": "{score} > 5"}),
        noted("won", {"kind": "became_true", "form": "lead", "when": '{stage} = "won"'}),
    )
    lead = house.create("lead", name="x", stage="new", score=1)
    house.settle()
    told = []
    for change in (
        {"note": "y"},
        {"stage": "open"},
        {"note": "z", "score": 6},
        {"stage": "won"},
        {"note": "y"},
    ):
        house.update("lead", lead, **change)
        house.settle()
        told.append({key.split(".")[0]: why for key, why in verdicts(house)[-1]})
    assert [one["moved"] for one in told] == [
        "not_changed",
        "started",
        "not_changed",
        "started",
        "not_changed",
    ]
    assert [one["rich"] for one in told] == ["condition", "condition", "started", "started", "started"]
    assert [one["won"] for one in told] == ["condition", "condition", "condition", "started", "held_before"]
    assert {one["typed"] for one in told} == {"started"}
    with house.workspace.write(_system()) as unit:
        FlowDesk(house.records, unit, house.actor()).update("lead", lead, {"note": "w"})
    house.settle()
    assert ["typed.trigger", "other_cause"] in verdicts(house)[-1]


def test_a_deleted_record_is_judged_as_it_was(make_house: Maker):
    house = make_house(noted("bye", {"kind": "record_deleted", "form": "lead", "when": '{stage} = "won"'}))
    for stage in ("won", "new"):
        lead = house.create("lead", name="x", stage=stage)
        house.records.delete(house.actor(), "lead", lead)
    house.settle()
    assert house.calls() == ["bye"]


def test_a_balance_starts_when_it_falls_below_and_again_after_it_was_filled_up(make_house: Maker):
    house = make_house(noted("low", {"kind": "balance", "form": "lead", "field": "score", "below": 2}))
    lead = house.create("lead", name="x", score=3)
    house.settle()
    for score in (1, 0, 5, 1):
        house.update("lead", lead, score=score)
        house.settle()
    assert house.calls() == ["low", "low"]


def test_a_balance_that_is_written_starts_once_whatever_the_sweep_finds(make_house: Maker):
    house = make_house(noted("low", {"kind": "balance", "form": "lead", "field": "score", "below": 2}))
    lead = house.create("lead", name="x", score=3)
    house.pass_time(hours=2)
    house.update("lead", lead, score=1)
    house.pass_time(hours=30)
    house.pass_time(hours=30)
    assert house.calls() == ["low"]


def test_once_per_that_cannot_be_worked_out_is_told_for_each_record_and_loses_none(make_house: Maker):
    house = make_house(
        noted("hello", {"kind": "record_created", "form": "lead"}, once_per="1 / {lead.score}")
    )
    for name in ("x", "y"):
        house.create("lead", name=name, score=0)
    house.settle()
    told = house.incidents()
    assert [one["problem"]["code"] for one in told] == ["flow.calculation"] * 2
    for one in told:
        house.service.incidents.settle(house.actor(), one["id"], "retry")
    assert house.calls() == ["hello", "hello"]


def test_once_per_keeps_a_second_start_away(make_house: Maker):
    house = make_house(noted("hello", {"kind": "record_updated", "form": "lead"}, once_per="{lead.name}"))
    lead = house.create("lead", name="x")
    for note in ("1", "2"):
        house.update("lead", lead, note=note)
    house.settle()
    assert house.calls() == ["hello"]


def test_a_submission_by_a_flow_is_none_by_a_person(make_house: Maker):
    copy = flow("copy", {"key": "make", "kind": "create", "form": "plan", "set": {"name": '"p"'}, "to": "end"}, END,
                trigger={"kind": "record_created", "form": "lead"})  # fmt: skip
    house = make_house(copy, noted("sent", {"kind": "form_submitted", "form": "plan"}))
    house.create("lead", name="x")
    house.create("plan", name="by hand")
    house.settle()
    assert house.calls() == ["sent"]


def test_a_large_batch_is_judged_by_jobs(make_house: Maker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(starting, "BATCH", 20)
    house = make_house(noted("hello", {"kind": "record_created", "form": "lead", "when": "{score} > 10"}))
    house.records.load(house.actor(), "lead", [{"name": f"n{i}", "score": i} for i in range(45)])
    house.settle()
    assert len(house.instances()) == 34
    assert len(house.rows("SELECT id FROM cc_jobs WHERE kind = 'flow.judge'")) == 3


def test_a_job_that_judges_a_batch_lets_others_write_and_goes_on_where_it_stopped(
    make_house: Maker, monkeypatch: pytest.MonkeyPatch
):
    house = make_house(noted("hello", {"kind": "record_created", "form": "lead"}))
    judge, seen = house.service.starting.judge_records, list[int]()

    def judged(unit: Unit, kind: str, form: str, ids: Any, *more: Any) -> None:
        seen.append(len(ids))
        if len(seen) == 2:
            raise RuntimeError("the machine goes down")
        judge(unit, kind, form, ids, *more)

    monkeypatch.setattr(house.service.starting, "judge_records", judged)
    house.records.load(house.actor(), "lead", [{"name": f"n{i}"} for i in range(12)])
    house.settle()
    assert len(house.instances()) == service.FEW
    house.pass_time(minutes=1)
    assert len(house.instances()) == 12
    assert seen == [5, 5, 5, 2]


def test_one_broken_start_leaves_the_others_alone_and_can_be_tried_again(
    make_house: Maker, monkeypatch: pytest.MonkeyPatch
):
    trigger = {"kind": "record_created", "form": "lead"}
    house = make_house(noted("aaa", trigger), noted("bbb", trigger))
    right = house.service.start

    def start(unit: Any, actor: Any, key: str, *given: Any, **more: Any) -> Any:
        if key == "aaa":
            raise ZeroDivisionError
        return right(unit, actor, key, *given, **more)

    monkeypatch.setattr(house.service, "start", start)
    house.create("lead", name="x")
    house.settle()
    assert house.calls() == ["bbb"]
    [incident] = house.incidents()
    assert (incident["kind"], incident["flow"]) == ("trigger", "aaa")
    monkeypatch.undo()
    house.service.incidents.settle(house.actor(), incident["id"], "retry")
    assert sorted(house.calls()) == ["aaa", "bbb"]
    assert house.incidents() == []


def test_flows_that_set_each_other_off_are_held_back(make_house: Maker):
    bump = {
        "key": "up",
        "kind": "update",
        "record": "{lead}",
        "set": {"score": "IFBLANK({lead.score}, 0) + 1"},
        "to": "end",
    }
    house = make_house(flow("loop", bump, END, trigger={"kind": "record_updated", "form": "lead"}))
    lead = house.create("lead", name="x")
    house.update("lead", lead, note="go")
    house.settle(most=200)
    assert len(house.instances()) == starting.MOST_AN_HOUR
    assert house.incidents()[0]["problem"]["code"] == "flow.looping"


def test_the_end_of_a_flow_starts_another_about_the_same_record(make_house: Maker):
    after = noted("after", {"kind": "flow_ended", "flow": "hello", "form": "lead"})
    house = make_house(noted("hello", {"kind": "record_created", "form": "lead"}), after)
    lead = house.create("lead", name="x")
    house.settle()
    assert sorted(house.calls()) == ["after", "hello"]
    assert house.instances(flow="after")[0]["record_id"] == lead


def test_the_end_of_a_flow_starts_another_only_where_its_condition_holds(make_house: Maker):
    hello = noted("hello", {"kind": "record_created", "form": "lead"})
    ended = {"kind": "flow_ended", "flow": "hello", "form": "lead", "when": '{stage} = "won"'}
    house = make_house(hello, noted("after", ended, once_per="{lead.name}"))
    for name, stage in (("x", "new"), ("y", "won"), ("y", "won")):
        house.create("lead", name=name, stage=stage)
    house.settle()
    assert sorted(house.calls()) == ["after", "hello", "hello", "hello"]


def test_a_called_flow_comes_back_to_its_caller(make_house: Maker):
    caller = flow(
        "caller",
        {"key": "go", "kind": "call", "flow": "child", "to": {"done": "end", "cancelled": "end"}},
        END,
    )
    house = make_house(caller, noted("child", {"kind": "api"}))
    instance = house.start("caller")
    assert house.status(instance) == "running"
    house.settle()
    assert house.status(instance) == "done"
    assert house.instances(flow="child")[0]["parent_id"] == instance
    house.no_orphans()


def test_the_child_of_a_cancelled_flow_is_cancelled_too(make_house: Maker):
    caller = flow(
        "caller",
        {"key": "go", "kind": "call", "flow": "child", "to": {"done": "end", "cancelled": "end"}},
        END,
    )
    house = make_house(caller, flow("child", {"key": "rest", "kind": "wait", "for": "9d", "to": "end"}, END))
    instance = house.start("caller")
    house.settle()
    house.service.act(house.actor(), instance, "cancel")
    house.settle()
    assert {one["status"] for one in house.instances()} == {"cancelled"}
    house.no_orphans()


def test_a_hundred_triggers_cost_one_read(make_house: Maker):
    flows = [
        noted(f"f{at}", {"kind": "record_updated", "form": "lead", "when": f"{{score}} > {at + 1000}"})
        for at in range(100)
    ]
    house = make_house(*flows)
    lead = house.create("lead", name="x", score=1)
    house.settle()
    house.update("lead", lead, score=2)
    house.settle()
    assert len(verdicts(house)[-1]) == 100
    assert house.instances() == []


def _system() -> Any:
    from engine.store import Cause

    return Cause("system")


__all__ = ["work"]


def test_a_node_of_several_writes_leaves_none_when_one_is_refused(
    make_house: Maker, monkeypatch: pytest.MonkeyPatch
):
    first = {"key": "note", "kind": "create", "form": "call", "set": {"what": '"before"'}, "to": "all"}
    every = {"key": "all", "kind": "update", "form": "plan", "set": {"state": '"seen"'}, "to": "end"}
    house = make_house(flow("many", first, every, END))
    for name in ("a", "b"):
        house.create("plan", name=name)
    house.settle()
    right, written = FlowDesk.update, []

    def update(desk: FlowDesk, form: str, record_id: str, values: Any) -> None:
        if written:
            raise Rejected(LOCKED.at(""))
        right(desk, form, record_id, values)
        written.append(record_id)

    monkeypatch.setattr(FlowDesk, "update", update)
    instance = house.start("many")
    assert house.status(instance) == "failed"
    assert house.calls() == ["before"]
    assert [one["state"] for one in house.rows("SELECT state FROM f_plan")] == [None, None]
    monkeypatch.undo()
    house.service.incidents.settle(house.actor(), house.incidents()[0]["id"], "retry")
    house.settle()
    assert house.status(instance) == "done"
    assert [one["state"] for one in house.rows("SELECT state FROM f_plan")] == ["seen", "seen"]


def test_a_long_way_without_a_wait_goes_on_by_a_job(make_house: Maker):
    count = {"key": "count", "kind": "set", "set": {"n": "{n} + 1"}, "to": "more"}
    more = {
        "key": "more",
        "kind": "switch",
        "ways": [
            {"key": "on", "when": "{n} < 400", "to": "count"},
            {"key": "over", "otherwise": True, "to": "end"},
        ],
    }
    variables = [{"key": "n", "type": "number", "default": "0"}]
    house = make_house(flow("long", count, more, END, variables=variables))
    instance = house.start("long")
    assert house.status(instance) == "running"
    assert work(house.workspace, house.service.handlers(), "test") == 1
    assert house.status(instance) == "done"
    house.no_orphans()


WAITING = {"key": "rest", "kind": "wait", "for": "9d", "to": "end"}


def test_a_flow_is_withdrawn_with_its_record_where_it_says_so(make_house: Maker):
    trigger = {"kind": "record_created", "form": "lead"}
    house = make_house(
        flow("leaves", WAITING, END, trigger=trigger, if_gone="withdraw"),
        flow("stays", WAITING, END, trigger=trigger),
    )
    lead, other = house.create("lead", name="x"), house.create("lead", name="y")
    house.settle()
    house.records.delete(house.actor(), "lead", lead)
    house.settle()
    told = {(one["flow"], one["record_id"]): (one["status"], one["outcome"]) for one in house.instances()}
    assert told == {
        ("leaves", lead): ("cancelled", "deleted"),
        ("leaves", other): ("running", None),
        ("stays", lead): ("running", None),
        ("stays", other): ("running", None),
    }
    house.no_orphans()
