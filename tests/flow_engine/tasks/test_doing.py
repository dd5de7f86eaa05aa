"""Tasks that are done rather than approved: claiming, forms, lists, deadlines, ladders and clocks that stand still."""

from datetime import timedelta

import pytest

from engine.problems import Forbidden, Rejected
from engine.store.platform import instant
from flow_engine.happenings import RecordChanged
from tests.flow_engine.tasks.playing import NOW, Play, codes, flow

NURSES = {"nurse": ["nan", "ned"], "doctor": ["doc"], "boss": ["max"]}


def task(key="call", who="nurse", to="end", kind="task", **more):
    return {"key": key, "kind": kind, "who": {"role": who}, "to": to, **more}


def test_one_of_several_takes_it_and_gives_it_back():
    play = Play(flow(task()), NURSES)
    assert play.turn() == {"nan", "ned"}
    play.act("nan", "claim")
    assert play.turn() == {"nan"}
    with pytest.raises(Forbidden):
        play.act("ned", "claim", task=play.task_of("nan"))
    play.act("nan", "unclaim")
    assert play.turn() == {"nan", "ned"}
    play.act("ned")
    assert play.past[0].done_by == "ned"


def test_a_form_filled_in_becomes_a_record_the_flow_knows():
    check = {
        "key": "sw",
        "kind": "switch",
        "ways": [
            {"key": "bad", "when": '{call.result} = "pain"', "to": "doctor"},
            {"key": "ok", "otherwise": True, "to": "end"},
        ],
    }
    fill = task(form="call", preset={"result": '"none"'}, to="sw", fields={"result": "required"})
    play = Play(flow(fill, check, task("doctor", who="doctor")), NURSES)
    play.act("nan", values={"result": "pain"})
    assert play.filled[0].preset == {"result": "none"}
    assert play.turn() == {"doc"}


def test_ways_of_its_own_and_skipping_needs_a_reason():
    play = Play(flow(task(to={"reached": "end", "no_answer": "again"}, may_skip=True), task("again")), NURSES)
    with pytest.raises(Rejected) as refused:
        play.act("nan", way="skipped")
    assert codes(refused) == ["task.comment_required"]
    with pytest.raises(Rejected) as refused:
        play.act("nan", way="later")
    assert codes(refused) == ["task.no_way"]
    play.act("nan", way="no_answer")
    assert play.at() == {"again"}


def test_a_list_is_done_when_its_required_items_are():
    items = [{"key": "a", "label": {"zh": "甲"}}, {"key": "b", "label": {"zh": "乙"}, "required": False}]
    play = Play(flow(task(kind="checklist", items=items)), NURSES)
    with pytest.raises(Rejected) as refused:
        play.act("nan")
    assert codes(refused) == ["task.tick"]
    play.act("nan", "tick", ticked={"a": True})
    assert play.tasks()[0].data["ticked"]["a"]["by"] == "nan"
    play.act("nan")
    assert play.outcome == "done"


def test_the_world_does_the_task():
    play = Play(flow(task(done_when="{plan.booked}")), NURSES)
    play.do(RecordChanged("plan", "p1"))
    assert play.turn() == {"nan", "ned"}
    play.records["plan", "p1"]["booked"] = True
    play.do(RecordChanged("plan", "p1"))
    assert (play.outcome, play.past[0].data["auto"]) == ("done", "done_when")


def test_what_the_world_has_done_before_is_passed_at_once():
    nodes = (task(done_when="{plan.booked}", to={"done": "next"}), task(key="next"))
    play = Play(flow(*nodes), NURSES, record={"booked": True})
    assert play.at() == {"next"}


def test_what_was_sent_back_is_to_be_done_again_though_it_was_done():
    ask = {"key": "ask", "kind": "approve", "who": {"role": "boss"}, "to": {"approved": "end"}}
    nodes = (task(key="book", done_when="{plan.booked}", to={"done": "ask"}), ask)
    play = Play(flow(*nodes), {"nurse": ["nan"], "boss": ["max"]})
    play.act("nan")
    play.records["plan", "p1"]["booked"] = True
    play.act("max", "send_back", to="book", comment="again")
    assert play.turn() == {"nan"}


def test_a_deadline_moves_with_the_field_it_hangs_on():
    late = [{"after": "1h", "remind": {"role": "boss"}}]
    due = {"on": "{plan.due_at}", "late": late}
    roles = {**NURSES, "nurse": ["nan"]}
    play = Play(flow(task(due=due)), roles, record={"due_at": NOW + timedelta(hours=2)})
    play.records["plan", "p1"]["due_at"] = NOW + timedelta(hours=8)
    play.do(RecordChanged("plan", "p1"))
    assert play.task_of("nan").due_at == NOW + timedelta(hours=8)
    play.later(hours=8)
    assert [one.kind for one in play.notices] == ["late"]
    play.later(hours=1)
    assert [one.to for one in play.notices if one.kind == "remind"] == [("max",)]
    # One that is blank yet is set when it is filled in; one that is taken away is none.
    play = Play(flow(task(due=due)), roles)
    play.records["plan", "p1"]["due_at"] = NOW + timedelta(hours=1)
    play.do(RecordChanged("plan", "p1"))
    assert play.task_of("nan").due_at == NOW + timedelta(hours=1)
    play.records["plan", "p1"]["due_at"] = None
    play.do(RecordChanged("plan", "p1"))
    play.later(hours=9)
    assert play.task_of("nan").due_at is None
    assert play.notices == []


def test_a_task_of_several_that_is_late_is_offered_to_all_it_goes_to():
    late = [{"after": "1h", "hand_to": {"role": "boss"}}]
    play = Play(flow(task(due={"in": "1h", "late": late})), {"nurse": ["nan"], "boss": ["max", "mia"]})
    play.later(hours=3)
    assert play.turn() == {"max", "mia"}
    assert {one.to for one in play.notices if one.kind == "task"} == {("max", "mia")}
    play.act("mia", "claim")
    play.act("mia")
    assert play.outcome == "done"


def test_reminded_handed_on_and_decided_by_itself():
    late = [{"remind": "who"}, {"after": "2h", "hand_to": {"role": "boss"}}, {"after": "4h", "do": "done"}]
    play = Play(flow(task(due={"in": "2h", "late": late})), {**NURSES, "nurse": ["nan"]})
    assert play.task_of("nan").due_at == NOW + timedelta(hours=2)
    play.later(hours=2)
    assert [(one.kind, one.to) for one in play.notices] == [("late", ("nan",)), ("remind", ("nan",))]
    play.later(hours=2)
    assert play.turn() == {"max"}
    play.later(hours=2)
    assert (play.outcome, play.past[0].data["auto"]) == ("done", "late")


def test_reminded_before_and_over_and_over():
    late = [{"before": "1h", "remind": "who"}, {"remind": {"role": "boss"}, "every": "1h", "times": 3}]
    play = Play(flow(task(due={"in": "2h", "late": late})), {**NURSES, "nurse": ["nan"]})
    play.later(hours=1)
    assert [one.to for one in play.notices] == [("nan",)]
    for _ in range(6):
        play.later(hours=1)
    assert [one.to for one in play.notices if one.kind == "remind"] == [("nan",), *[("max",)] * 3]


def test_due_at_a_time_of_the_day():
    play = Play(flow(task(due={"at": "20:00"})), NURSES)
    assert play.task_of("nan").due_at == NOW.replace(hour=12)
    assert Play(flow(task(due={"at": "09:00"})), NURSES).task_of("nan").due_at == NOW.replace(
        hour=1
    ) + timedelta(days=1)


def test_others_may_decide_too_when_it_is_late():
    late = [{"after": "1h", "add": {"role": "boss"}}]
    nodes = {
        "key": "ok",
        "kind": "approve",
        "who": {"role": "doctor"},
        "mode": "all",
        "due": {"in": "1h", "late": late},
        "to": "end",
    }
    play = Play(flow(nodes), NURSES)
    play.later(hours=2)
    assert play.turn() == {"doc", "max"}


def test_the_clock_stands_still_while_we_wait_for_the_patient():
    play = Play(flow(task(due={"in": "4h"})), {**NURSES, "nurse": ["nan"]})
    play.later(hours=1)
    play.act("nan", "pause_clock", comment="patient is abroad")
    play.later(hours=48)
    assert play.notices == []
    play.act("nan", "resume_clock")
    assert play.task_of("nan").due_at == play.now + timedelta(hours=3)


def test_a_task_whose_clock_stands_still_is_not_overdue_and_remembers_how_long_it_stood():
    play = Play(flow(task(due={"in": "4h"})), {**NURSES, "nurse": ["nan"]})
    due = play.task_of("nan").due_at
    play.later(hours=1)
    play.act("nan", "pause_clock", comment="patient is abroad")
    stopped = play.task_of("nan")
    assert stopped.due_at is None
    assert stopped.data["clock"] == {"due": instant(due), "since": instant(play.now), "stood": 0}
    play.later(hours=48)
    play.act("nan", "resume_clock")
    assert play.task_of("nan").data["clock"] == {"stood": 48 * 3600}
    play.act("nan", "pause_clock")
    play.later(minutes=30)
    play.act("nan", "resume_clock")
    assert play.task_of("nan").data["clock"] == {"stood": 48 * 3600 + 1800}


def test_whoever_has_the_next_turn_has_a_clock_that_runs():
    who = {"kind": "approve", "who": {"role": "nurse"}, "mode": "order", "due": {"in": "4h"}}
    play = Play(flow({"key": "ok", **who, "to": "end"}), NURSES)
    assert play.task_of("ned").due_at is None
    play.act("nan", "pause_clock")
    play.later(hours=9)
    play.act("nan")
    assert play.task_of("ned").due_at == play.now + timedelta(hours=4)
    with pytest.raises(Rejected):
        play.act("ned", "resume_clock")


def test_who_was_late_answers_for_it_wherever_the_task_goes():
    late = [{"hand_to": {"role": "boss"}}]
    play = Play(flow(task(due={"in": "1h", "late": late})), {**NURSES, "nurse": ["nan"]})
    play.later(hours=2)
    handed = play.task_of("max")
    assert handed.data["clock"]["late_of"] == "nan"
    play.act("max", "transfer", to="doc")
    assert play.task_of("doc").data["clock"]["late_of"] == "nan"


def test_who_handed_it_on_in_time_does_not_answer_for_it():
    play = Play(flow(task(due={"in": "4h"})), {**NURSES, "nurse": ["nan"]})
    play.act("nan", "transfer", to="doc")
    play.later(hours=5)
    assert "clock" not in play.task_of("doc").data


def test_a_task_that_nobody_had_taken_in_time_was_nobodys():
    late = [{"hand_to": {"role": "boss"}}]
    play = Play(flow(task(due={"in": "1h", "late": late})), NURSES)
    play.later(hours=2)
    assert play.task_of("max").data["clock"]["late_of"] == ""


def test_parked_until_a_time():
    play = Play(flow(task()), {**NURSES, "nurse": ["nan"]})
    with pytest.raises(Rejected):
        play.act("nan", "park", until="2020-01-01T00:00:00+08:00")
    play.act("nan", "park", until=(NOW + timedelta(days=1)).isoformat())
    assert play.turn() == set()
    play.later(days=1)
    assert play.turn() == {"nan"}
