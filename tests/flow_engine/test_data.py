"""Nodes that read and write records, decide, ask scripts and other systems; and what happens when that goes wrong."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Code, Conflict, Rejected
from flow_engine.acts import Create, Find, Update
from flow_engine.rollups import rolled_up
from flow_engine.store import scope_row, token_row
from tests.flow_engine.conftest import Begin
from tests.flow_engine.worlds import NOW, World, analysis_of, end, flow, form, node, plan_of, task

FORMS = analysis_of(
    form("customer", name="text", owner="user"),
    form("plan", customer="link:customer", amount="number", approval="text", sent_at="datetime"),
    form("todo", name="text", plan="link:plan", done="boolean"),
)
ON_PLAN = {"trigger": {"kind": "record_created", "form": "plan"}}
LOCKED = Code("test.locked", zh="锁定", en="Locked")


def world() -> World:
    return World(
        records={
            "customer": {"c1": {"id": "c1", "name": "张三", "owner": "u7"}},
            "plan": {"p1": {"id": "p1", "customer": "c1", "amount": Decimal(500), "approval": None}},
        }
    )


def test_a_record_made_by_one_node_is_known_to_the_next(begin: Begin):
    definition = flow(
        node(
            "make",
            "create",
            "mark",
            form="todo",
            set={"name": '"Call " & {plan.customer.name}', "plan": "{plan}"},
        ),
        node("mark", "update", "end", record="{todo}", set={"done": '{todo.name} <> ""'}),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    assert play.world.records["todo"]["todo-1"] == {
        "id": "todo-1",
        "name": "Call 张三",
        "plan": "p1",
        "done": True,
    }


def test_a_record_is_read_once_a_step_until_something_is_written(begin: Begin):
    definition = flow(
        node("a", "set", "b", set={"x": "{plan.amount}"}),
        node("b", "set", "c", set={"y": "{plan.customer.name}"}),
        node("c", "update", "d", record="{plan}", set={"amount": "{x} * 2"}),
        node("d", "set", "end", set={"z": "{plan.amount}"}),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    assert [type(act).__name__ for act in play.world.asked] == ["Read", "Update", "Read"]
    assert play.variable("z") == Decimal(1000)


def test_a_filter_may_name_the_flow(begin: Begin):
    given = world()
    given.records["todo"] = {
        "t1": {"id": "t1", "name": "a", "plan": "p1"},
        "t2": {"id": "t2", "name": "b", "plan": "p2"},
    }
    definition = flow(
        node(
            "find",
            "query",
            "each",
            form="todo",
            where="{plan} = {form.plan.id}",
            take="all",
            **{"as": "found"},
        ),
        node(
            "each",
            "each",
            "sum",
            over={"form": "todo", "where": "{plan} = {form.plan}"},
            body="mark",
            **{"as": "one"},
        ),
        node("mark", "update", "inner", record="{one}", set={"done": "TRUE"}),
        node("inner", "end"),
        node("sum", "aggregate", "end", form="todo", function="count", where="{done}", **{"as": "n"}),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, given, ("plan", "p1"))
    assert play.variable("found") == ["t1"]
    assert play.variable("n") == 1
    assert [act.names for act in play.world.asked if isinstance(act, Find)] == [
        {"plan.id": "p1"},
        {"plan": "p1"},
    ]


def test_upsert_updates_what_is_there_and_makes_what_is_not(begin: Begin):
    upsert = node(
        "up", "upsert", {"created": "made", "updated": "known"}, form="todo", where='{name} = "x"',
        set={"done": "TRUE"}, create={"name": '"x"'},
    )  # fmt: skip
    definition = flow(upsert, node("made", "goto", "up", most=1), end("known"), **ON_PLAN)
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    assert [type(act) for act in play.world.asked if isinstance(act, Create | Update)] == [Create, Update]
    assert play.world.records["todo"] == {"todo-1": {"id": "todo-1", "done": True, "name": "x"}}


def test_a_refused_write_is_an_incident_and_can_be_tried_again(begin: Begin):
    given = world()
    given.refuse = lambda act: Conflict(LOCKED.at("/amount")) if isinstance(act, Update) else None
    definition = flow(node("mark", "update", "end", record="{plan}", set={"amount": "1"}), end(), **ON_PLAN)
    play = begin(definition, FORMS, given, ("plan", "p1"))
    assert play.status == "failed"
    assert play.steps[-1].incidents[0].problem.code == "test.locked"
    play.world.refuse = lambda act: None
    play.act("retry", "mark")
    assert play.status == "done"


def test_retries_wait_longer_each_time_and_then_take_the_error_way(begin: Begin):
    given = world()
    given.refuse = lambda act: Conflict(LOCKED.at("/amount")) if isinstance(act, Update) else None
    mark = node(
        "mark", "update", "end", record="{plan}", set={"amount": "1"}, retry={"times": 2, "after": "1m", "factor": 10},
        on_error="mend",
    )  # fmt: skip
    play = begin(flow(mark, task("mend", "end"), end(), **ON_PLAN), FORMS, given, ("plan", "p1"))
    play.later("1m")
    assert play.waiting() == ["mark"]
    play.later("9m")
    assert play.waiting() == ["mark"]
    play.later("1m")
    assert play.waiting() == ["mend"]


def test_an_ignored_error_goes_on(begin: Begin):
    definition = flow(node("half", "set", "end", set={"x": "1 / 0"}, on_error="ignore"), end())
    assert begin(definition).status == "done"


def test_a_failed_formula_is_an_incident_at_the_place_it_stands(begin: Begin):
    play = begin(flow(node("half", "set", "end", set={"x": "1 / 0"}), end()))
    assert play.steps[-1].incidents[0].problem.path == "/set/x"


def test_a_decision_table_takes_the_first_row_or_all(begin: Begin):
    rows = [{"when": "{n} > 10", "give": {"who": '"boss"'}}, {"when": "{n} > 1", "give": {"who": '"lead"'}}]
    more = {"variables": [{"key": "n", "type": "number"}]}
    first = flow(node("t", "decide", "end", rows=rows, otherwise={"who": '"all"'}), end(), **more)
    assert begin(first, n=20).variable("who") == "boss"
    assert begin(first, n=5).variable("who") == "lead"
    assert begin(first, n=0).variable("who") == "all"
    every = flow(node("t", "decide", "end", rows=rows, hit="all"), end(), **more)
    assert begin(every, n=20).variable("who") == ["boss", "lead"]
    assert begin(every, n=0).status == "failed"


def test_a_script_gets_values_and_gives_values(begin: Begin):
    given = World(script=lambda values: {"double": values["n"] * 2})
    definition = flow(
        node("run", "script", "use", source="result = 1", given={"n": "21"}, **{"as": "out"}),
        node("use", "set", "end", set={"x": "{out.double}"}),
        end(),
    )
    assert begin(definition, world=given).variable("x") == 42


def test_an_assignment_asks_who_and_writes_it_down(begin: Begin):
    given = world()
    given.people = {"lead": ["u1", "u2"]}
    rows = [
        {"key": "big", "when": "{plan.amount} > 900", "who": {"role": "boss"}},
        {"key": "all", "who": {"role": "lead"}},
    ]
    definition = flow(
        node(
            "give",
            "assign",
            {"assigned": "end", "nobody": "no"},
            record="{plan.customer}",
            field="owner",
            rows=rows,
            **{"as": "who"},
        ),
        task("no", "end"),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, given, ("plan", "p1"))
    assert play.world.records["customer"]["c1"]["owner"] == "u1"
    given.people = {}
    assert begin(definition, FORMS, given, ("plan", "p1")).waiting() == ["no"]


def test_an_outside_call_waits_and_keeps_its_key_when_tried_again(begin: Begin):
    call = node("ask", "http", "end", connection="his", path='"/x"', body={"n": "1 + 1"}, **{"as": "answer"})
    play = begin(flow(call, end()))
    assert play.effects[0].body["body"] == {"n": Decimal(2)}
    play.effect_ends("ask", error="timeout")
    assert play.status == "failed"
    play.act("retry", "ask")
    assert play.effects[0].key == play.effects[1].key
    play.effect_ends("ask", result={"ok": True})
    assert play.variable("answer") == {"ok": True}


def test_an_outside_call_may_wait_for_a_call_back(begin: Begin):
    call = node("ask", "http", "end", connection="his", callback="done", **{"as": "answer"})
    play = begin(flow(call, end()))
    play.effect_ends("ask", result={"taken": True})
    assert play.waiting() == ["ask"]
    play.message("done", value=7)
    assert play.variable("answer") == {"value": 7}


def test_a_message_leaves_and_the_flow_goes_on(begin: Begin):
    play = begin(
        flow(node("tell", "message", "end", message="hello", whom="{plan.customer}"), end(), **ON_PLAN),
        FORMS, world(), ("plan", "p1"),
    )  # fmt: skip
    assert play.status == "done"
    (effect,) = play.effects
    assert (effect.kind, effect.body["whom"], effect.body["whom_form"]) == ("message", "c1", "customer")
    assert effect.body["names"]["plan"] == {"form": "plan", "id": "p1"}


def test_a_called_flow_gives_back_what_its_end_gives(begin: Begin):
    definition = flow(
        node(
            "sub",
            "call",
            {"done": "use", "cancelled": "no"},
            flow="other",
            values={"n": "1"},
            **{"as": "out"},
        ),
        node("use", "set", "end", set={"x": "{out.n}"}),
        task("no", "end"),
        end(),
    )
    play = begin(definition)
    play.child_ends("sub", "done", n=5)
    assert play.variable("x") == 5
    play = begin(definition)
    play.child_ends("sub", "cancelled")
    assert play.waiting() == ["no"]


@pytest.mark.parametrize(
    ("outcome", "at"), [("approved", "use"), ("rejected", "back"), ("cancelled", "stop"), ("expired", "use")]
)
def test_the_outcome_of_a_called_flow_picks_the_way(begin: Begin, outcome: str, at: str):
    ways = {"rejected": "back", "cancelled": "stop"}
    call = node("sub", "call", {"done": "use"}, flow="other", by_outcome=ways)
    definition = flow(call, task("use", "end"), task("back", "end"), task("stop", "end"), end())
    play = begin(definition)
    play.child_ends("sub", outcome)
    assert play.waiting() == [at]


def test_a_follow_up_moves_with_the_date_it_hangs_on(begin: Begin):
    given = world()
    given.records["plan"]["p1"]["sent_at"] = NOW
    until = node("wait", "wait_until", "call", at={"field": "{plan.sent_at}", "plus": "3d"})
    play = begin(flow(until, task("call", "end"), end(), **ON_PLAN), FORMS, given, ("plan", "p1"))
    play.change("plan", "p1", sent_at=NOW + timedelta(days=2))
    play.later("4d")
    assert play.waiting() == ["wait"]
    play.later("1d")
    assert play.waiting() == ["call"]


def test_a_wait_for_a_blank_date_begins_when_it_is_filled_in(begin: Begin):
    until = node("wait", "wait_until", "call", at={"field": "{plan.sent_at}", "plus": "1d"})
    play = begin(flow(until, task("call", "end"), end(), **ON_PLAN), FORMS, world(), ("plan", "p1"))
    play.later("9d")
    play.change("plan", "p1", sent_at=NOW)
    play.later("1h")
    assert play.waiting() == ["call"]


def test_what_is_too_late_may_be_skipped(begin: Begin):
    for late, expected in (
        ("run_now", ["call"]),
        ("skip", ["missed"]),
        ({"within": "5d"}, ["call"]),
        ({"within": "1h"}, ["missed"]),
    ):
        given = world()
        given.records["plan"]["p1"]["sent_at"] = NOW - timedelta(days=3)
        until = node(
            "wait",
            "wait_until",
            {"come": "call", "late": "missed"},
            at={"field": "{plan.sent_at}", "plus": "1d"},
            late=late,
        )
        play = begin(
            flow(until, task("call", "end"), task("missed", "end"), end(), **ON_PLAN),
            FORMS,
            given,
            ("plan", "p1"),
        )
        play.later("1s")
        assert play.waiting() == expected, late


def test_a_goal_stops_everything_else(begin: Begin):
    definition = flow(
        task("call", "again"),
        task("again", "end"),
        node("won", "goal", "thanks", when='{plan.approval} = "yes"'),
        task("thanks", "end"),
        node("out", "exit", when='{plan.approval} = "no"'),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    play.do("call")
    play.change("plan", "p1", approval="yes")
    assert play.waiting() == ["thanks"]
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    play.change("plan", "p1", approval="no")
    assert (play.status, play.state.instance.outcome) == ("done", "exit")


def test_a_goal_is_reached_once_however_often_the_record_changes_after(begin: Begin):
    definition = flow(
        task("call", "end"),
        node("won", "goal", "thanks", when='{plan.approval} = "yes"'),
        task("thanks", "more"),
        task("more", "end"),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    play.change("plan", "p1", approval="yes")
    play.do("thanks")
    play.change("plan", "p1", sent_at=NOW)
    assert play.waiting() == ["more"]
    play.change("plan", "p1", approval="no")
    play.change("plan", "p1", approval="yes")
    assert play.waiting() == ["thanks"]


LINKED = analysis_of(
    form("plan", bill_id="link:bill", name="text"), form("bill", status="text", due_at="datetime")
)


def linked(**bill: Any) -> World:
    return World(
        records={
            "plan": {"p1": {"id": "p1", "bill_id": "b1"}},
            "bill": {"b1": {"id": "b1", **bill}, "b2": {"id": "b2"}},
        }
    )


PAID = '{plan.bill_id.status} = "paid"'
WATCHERS = {
    "wait_until": (node("wait", "wait_until", "paid", when=PAID),),
    "race": (node("wait", "race", ways=[{"key": "paid", "when": PAID, "to": "paid"}]),),
    "boundary": (task("wait", "end", on=[{"key": "paid", "kind": "condition", "when": PAID, "to": "paid"}]),),
    "goal": (task("wait", "end"), node("goal", "goal", "paid", when=PAID)),
}


@pytest.mark.parametrize("kind", WATCHERS)
def test_a_condition_behind_a_link_is_looked_at_when_that_record_changes(begin: Begin, kind: str):
    definition = flow(*WATCHERS[kind], task("paid", "end"), end(), **ON_PLAN)
    play = begin(definition, LINKED, linked(status="open"), ("plan", "p1"))
    play.change("bill", "b1", status="paid")
    assert play.waiting() == ["paid"]
    # The link leads elsewhere meanwhile: what is there now counts.
    play = begin(definition, LINKED, linked(status="open"), ("plan", "p1"))
    play.change("plan", "p1", bill_id="b2")
    play.change("bill", "b2", status="paid")
    assert play.waiting() == ["paid"]


@pytest.mark.parametrize("rule", [{"field": "{plan.bill_id.due_at}", "plus": "2d"}, "{plan.bill_id.due_at}"])
def test_a_time_behind_a_link_moves_with_that_record(begin: Begin, rule: Any):
    until = node("wait", "wait_until", "call", at=rule)
    definition = flow(until, task("call", "end"), end(), **ON_PLAN)
    play = begin(definition, LINKED, linked(due_at=NOW + timedelta(days=1)), ("plan", "p1"))
    play.change("bill", "b1", due_at=NOW + timedelta(days=9))
    play.later("8d")
    assert play.waiting() == ["wait"]
    play.later("4d")
    assert play.waiting() == ["call"]


def test_what_is_worked_out_from_behind_a_link_is_looked_at_when_that_changes():
    far = {
        "key": "bill_status",
        "control": "lookup",
        "path": "bill_id.status",
        "label": {"zh": "x", "en": "x"},
    }
    late = {
        "key": "is_late",
        "control": "formula",
        "format": "boolean",
        "formula": "{bill_id.due_at} < NOW()",
        "label": {"zh": "x", "en": "x"},
    }
    total = {
        "key": "paid",
        "control": "rollup",
        "of": "pay",
        "by": "plan_id",
        "aggregate": "count",
        "label": {"zh": "x", "en": "x"},
    }
    deal = {
        "key": "is_deal",
        "control": "formula",
        "format": "boolean",
        "formula": "{paid} > 0",
        "label": {"zh": "x", "en": "x"},
    }
    plan = form("plan", bill_id="link:bill")
    plan["fields"] += [far, late, total, deal]
    analysis = analysis_of(
        plan, form("bill", status="text", due_at="datetime"), form("pay", plan_id="link:plan")
    )
    when = 'OR({plan.bill_status} = "paid", {plan.is_late}, {plan.is_deal})'
    made = plan_of(flow(node("wait", "wait_until", "end", when=when), end(), **ON_PLAN), analysis)
    [wait] = [one.formulas["when"] for one in made.nodes.values() if one.key == "wait"]
    assert wait.links == (("plan", "plan", ("bill_id",), "bill"),)
    assert rolled_up(analysis, [made]) == {"pay": (("plan", "plan_id"),)}


def test_a_time_reckoned_from_now_does_not_run_away_with_changes(begin: Begin):
    until = node("wait", "wait_until", "call", at='IF({plan.name} = "x", NOW(), DATEADD(NOW(), 2, "day"))')
    play = begin(flow(until, task("call", "end"), end(), **ON_PLAN), LINKED, linked(), ("plan", "p1"))
    play.later("1d")
    play.change("plan", "p1", name="y")
    play.later("25h")
    assert play.waiting() == ["call"]


def test_a_race_against_a_blank_date_begins_when_it_is_filled_in(begin: Begin):
    ways = [
        {"key": "due", "at": {"field": "{plan.sent_at}", "plus": "1d"}, "to": "call"},
        {"key": "stop", "message": "stop", "to": "end"},
    ]
    definition = flow(node("race", "race", ways=ways), task("call", "end"), end(), **ON_PLAN)
    play = begin(definition, FORMS, world(), ("plan", "p1"))
    play.later("9d")
    play.change("plan", "p1", sent_at=play.now)
    play.later("23h")
    assert play.waiting() == ["race"]
    play.later("2h")
    assert play.waiting() == ["call"]


def test_a_goal_may_look_at_a_record_that_is_made_on_the_way(begin: Begin):
    definition = flow(
        node("make", "create", "wait", form="bill", set={"status": '"open"'}),
        task("wait", "end"),
        node("goal", "goal", "paid", when='{bill.status} = "paid"'),
        task("paid", "end"),
        end(),
        **ON_PLAN,
    )
    play = begin(definition, LINKED, linked(), ("plan", "p1"))
    play.change("bill", "bill-1", status="paid")
    assert play.waiting() == ["paid"]


def test_names_that_mean_nothing_are_told_with_their_place():
    with pytest.raises(Rejected) as refused:
        plan_of(flow(node("a", "set", "b", set={"x": "{plan.amont}"}), end(), **ON_PLAN), FORMS)
    assert {(one.code, one.path) for one in refused.value.problems} == {
        ("flow.no_node", "/flows/test/nodes/0")
    }
    with pytest.raises(Rejected) as refused:
        plan_of(flow(node("a", "set", "end", set={"x": "{plan.amont}"}), end(), **ON_PLAN), FORMS)
    assert {one.path for one in refused.value.problems} == {"/flows/test/nodes/0/set/x"}


def test_a_time_that_an_outage_swallowed_is_too_late_when_it_comes_to_it(begin: Begin):
    given = world()
    given.records["plan"]["p1"]["sent_at"] = NOW
    until = node(
        "wait",
        "wait_until",
        {"come": "call", "late": "missed"},
        at={"field": "{plan.sent_at}", "plus": "1d"},
        late={"within": "2h"},
    )
    definition = flow(until, task("call", "end"), task("missed", "end"), end(), **ON_PLAN)
    play = begin(definition, FORMS, given, ("plan", "p1"))
    play.now += timedelta(days=3)
    play.later("1s")
    assert play.waiting() == ["missed"]
    play = begin(definition, FORMS, given, ("plan", "p1"))
    play.later("1d")
    assert play.waiting() == ["call"]


@pytest.mark.parametrize("count", [3, 800])
def test_a_step_of_a_long_list_writes_no_more_than_one_of_a_short_list(begin: Begin, count: int):
    definition = flow(
        node("each", "each", "end", of="{list}", body="inside"),
        task("inside", "stop"),
        node("stop", "end_body"),
        end(),
        variables=[{"key": "list", "type": "list", "given": True}],
    )
    play = begin(definition, list=list(range(count)))
    for _ in range(2):
        done = play.do("inside")
        written = [token_row("i", one) for one in (*done.tokens.added, *done.tokens.changed)]
        written += [scope_row("i", one) for one in (*done.scopes.added, *done.scopes.changed)]
        assert sum(len(str(row)) for row in written) < 2000
    assert play.at("inside")[0].scope_id != 0
