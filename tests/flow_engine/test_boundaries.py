"""What may happen while something waits: timers, messages, conditions, errors, escalations, cancellations."""

from datetime import timedelta

import pytest

from engine.problems import Rejected
from tests.flow_engine.conftest import Begin
from tests.flow_engine.worlds import NOW, analysis_of, end, flow, form, node, plan_of, task

PLAN = analysis_of(form("plan", amount="number", status="text", sent_at="datetime"))


def at(key: str, kind: str, to: str, **config: object) -> dict[str, object]:
    return {"key": key, "kind": kind, "to": to, **config}


def test_a_timer_that_interrupts_takes_the_task_away(begin: Begin):
    play = begin(
        flow(task("call", "end", on=[at("late", "timer", "boss", after="2h")]), task("boss", "end"), end())
    )
    play.later("1h")
    assert play.waiting() == ["call"]
    play.later("1h")
    assert play.waiting() == ["boss"]
    play.do("boss")
    assert play.status == "done"


def test_a_timer_of_a_finished_task_never_fires(begin: Begin):
    late = [at("late", "timer", "boss", after="2h")]
    play = begin(flow(task("call", "other", on=late), task("other", "end"), task("boss", "end"), end()))
    play.do("call")
    play.later("3h")
    assert play.waiting() == ["other"]


def test_a_repeating_timer_reminds_as_often_as_it_may(begin: Begin):
    again = [at("remind", "timer", "tell", after="1h", every="1h", most=3, interrupts=False)]
    play = begin(flow(task("call", "end", on=again), node("tell", "set", "end", set={"told": "1"}), end()))
    play.later("10h")
    assert play.passed().count("tell") == 3
    assert play.waiting() == ["call"]
    play.do("call")
    assert play.status == "done"


def test_a_message_boundary_beside_the_message_that_is_waited_for(begin: Begin):
    stop = [at("stop", "message", "stopped", message="stop")]
    play = begin(flow(task("call", "end", on=stop), task("stopped", "end"), end()))
    play.message("stop")
    assert play.waiting() == ["stopped"]


def test_a_condition_boundary_looks_when_the_record_changes(begin: Begin):
    won = [at("won", "condition", "thanks", when='{plan.status} = "won"')]
    definition = flow(
        task("call", "end", on=won),
        task("thanks", "end"),
        end(),
        trigger={"kind": "record_created", "form": "plan"},
    )
    play = begin(definition, PLAN, about=("plan", "p1"))
    play.change("plan", "p1", status="open")
    assert play.waiting() == ["call"]
    play.change("plan", "p1", status="won")
    assert play.waiting() == ["thanks"]


def test_a_condition_that_holds_at_once_interrupts_at_once(begin: Begin):
    won = [at("won", "condition", "thanks", when="{n} > 1")]
    definition = flow(
        task("call", "end", on=won), task("thanks", "end"), end(), variables=[{"key": "n", "type": "number"}]
    )
    assert begin(definition, n=2).waiting() == ["thanks"]
    assert begin(definition, n=1).waiting() == ["call"]


def test_a_condition_that_does_not_interrupt_happens_each_time_it_comes_true(begin: Begin):
    large = [{**at("large", "condition", "tell", when="{plan.amount} > 100"), "interrupts": False}]
    tell = node("tell", "set", "end", set={"told": "1"})
    definition = flow(
        task("call", "end", on=large), tell, end(), trigger={"kind": "record_created", "form": "plan"}
    )
    play = begin(definition, PLAN, about=("plan", "p1"))
    for amount, told in ((50, 0), (200, 1), (300, 1), (50, 1), (200, 2)):
        play.change("plan", "p1", amount=amount)
        assert play.passed().count("tell") == told, amount
    assert play.waiting() == ["call"]


def test_a_timer_at_a_blank_date_is_set_when_the_date_is_filled_in(begin: Begin):
    late = [at("late", "timer", "boss", at={"field": "{plan.sent_at}", "plus": "1d"})]
    definition = flow(
        task("call", "end", on=late),
        task("boss", "end"),
        end(),
        trigger={"kind": "record_created", "form": "plan"},
    )
    play = begin(definition, PLAN, about=("plan", "p1"))
    play.change("plan", "p1", amount=1)
    play.later("9d")
    play.change("plan", "p1", sent_at=play.now)
    play.later("23h")
    assert play.waiting() == ["call"]
    play.later("2h")
    assert play.waiting() == ["boss"]


def test_a_timer_that_has_gone_off_is_not_set_again_by_a_change(begin: Begin):
    remind = [
        {**at("remind", "timer", "tell", at={"field": "{plan.sent_at}", "plus": "1d"}), "interrupts": False}
    ]
    tell = node("tell", "set", "end", set={"told": "1"})
    definition = flow(
        task("call", "end", on=remind), tell, end(), trigger={"kind": "record_created", "form": "plan"}
    )
    play = begin(definition, PLAN, about=("plan", "p1"))
    play.change("plan", "p1", sent_at=NOW)
    play.later("2d")
    play.change("plan", "p1", sent_at=NOW + timedelta(days=1))
    play.later("9d")
    assert play.passed().count("tell") == 1


def test_what_came_with_a_message_is_named(begin: Begin):
    answered = [at("answered", "message", "note", message="answer", **{"as": "answer"})]
    definition = flow(
        task("call", "end", on=answered), node("note", "set", "end", set={"said": "{answer.text}"}), end()
    )
    play = begin(definition)
    play.message("answer", text="yes")
    assert play.status == "done"
    assert play.state.scopes[0].variables["said"] == "yes"


@pytest.mark.parametrize("kind", ["timer", "message", "condition"])
def test_a_boundary_that_does_not_say_what_it_waits_for_is_refused(kind: str):
    with pytest.raises(Rejected) as refused:
        plan_of(flow(task("call", "end", on=[at("late", kind, "end")]), end()))
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("flow.boundary_needs", "/flows/test/nodes/0/on/0")
    ]


def test_an_error_inside_a_block_is_caught_around_it(begin: Begin):
    caught = [at("bad", "error", "mend", code="no_stock")]
    play = begin(
        flow(
            node("work", "block", "end", body="split", on=caught),
            node("split", "parallel", ways=[{"key": "a", "to": "a"}, {"key": "b", "to": "b"}]),
            task("a", "fail"),
            node("fail", "raise", **{"as": "error", "code": "no_stock"}, to="inner"),
            node("inner", "end"),
            task("b", "inner"),
            task("mend", "end"),
            end(),
        )
    )
    play.do("a")
    assert play.waiting() == ["mend"]
    play.do("mend")
    assert play.status == "done"


def test_an_error_nobody_catches_is_an_incident_and_can_be_skipped(begin: Begin):
    play = begin(flow(task("a", "bad"), node("bad", "raise", "end", **{"as": "error", "code": "x"}), end()))
    play.do("a")
    assert play.status == "failed"
    assert play.steps[-1].incidents[0].node == "bad"
    play.act("skip", "bad")
    assert play.status == "done"


def test_an_escalation_goes_on_and_tells_those_around(begin: Begin):
    told = [at("late", "escalation", "boss", code="late", interrupts=False)]
    play = begin(
        flow(
            node("work", "block", "end", body="a", on=told),
            task("a", "say"),
            node("say", "raise", "b", **{"as": "escalation", "code": "late"}),
            task("b"),
            task("boss", "end"),
            end(),
        )
    )
    play.do("a")
    assert play.waiting() == ["b", "boss"]
    play.do("b")
    play.do("boss")
    assert play.status == "done"


def test_a_cancellation_takes_back_what_was_done_last_first(begin: Begin):
    play = begin(
        flow(
            node("trip", "block", "end", body="book", on=[at("off", "cancel", "undo")]),
            node("book", "set", "pay", set={"log": '"book"'}, compensate="unbook"),
            node("pay", "set", "ask", set={"log": '"pay"'}, compensate="unpay"),
            task("ask", "off"),
            node("off", "raise", **{"as": "cancel"}, to="inner"),
            node("inner", "end"),
            task("unbook"),
            task("unpay"),
            node("undo", "compensate", "end"),
            end(),
        )
    )
    play.do("ask")
    assert play.waiting() == ["unpay"]
    play.do("unpay")
    assert play.waiting() == ["unbook"]
    play.do("unbook")
    assert play.status == "done"


def test_a_cancellation_nobody_listens_to_cancels_the_flow(begin: Begin):
    play = begin(flow(task("a", "off"), node("off", "raise", "end", **{"as": "cancel"}), end()))
    play.do("a")
    assert play.status == "cancelled"
