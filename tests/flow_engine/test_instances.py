"""What people do with whole instances, and what happens at the edges: stale clicks, endless loops, very many branches."""

import time
from typing import Any

import pytest

from engine.problems import Rejected
from flow_engine.happenings import (
    ChildEnded,
    EffectEnded,
    InstanceAction,
    MessageCame,
    RecordChanged,
    Started,
    TimerFired,
)
from flow_engine.run import MOST_MOVES
from tests.flow_engine.conftest import Begin
from tests.flow_engine.worlds import Play, analysis_of, end, flow, form, node, plan_of, task


def parallel(key: str, *to: str) -> dict[str, Any]:
    return node(key, "parallel", ways=[{"key": one, "to": one} for one in to])


TWO = flow(task("a", "b"), task("b", "end"), end())
BRANCHES = flow(
    task("s", "split"), parallel("split", "a", "b"), task("a", "a2"), task("a2", "join"), task("b", "join"),
    node("join", "join", "c"), task("c", "end"), end(),
)  # fmt: skip


def refused(play: Play, happening: Any) -> str:
    before = play.state
    with pytest.raises(Rejected) as found:
        play.happen(happening)
    assert play.state is before
    return found.value.problems[0].code


def test_nothing_happens_while_paused_and_all_goes_on_after(begin: Begin):
    play = begin(
        flow(
            task("a", "end", on=[{"key": "late", "kind": "timer", "after": "1h", "to": "b"}]),
            task("b", "end"),
            end(),
        )
    )
    token_id = play.at("a")[0].token_id
    play.act("pause")
    assert play.status == "paused"
    assert refused(play, MessageCame(token_id, "a")) == "flow.paused"
    play.act("resume")
    assert play.status == "running"
    assert refused(play, InstanceAction("resume", "u1")) == "flow.not_paused"
    play.later("1h")
    assert play.waiting() == ["b"]


def test_a_cancelled_instance_takes_nothing_more(begin: Begin):
    play = begin(TWO)
    token_id = play.at("a")[0].token_id
    play.act("withdraw")
    assert (play.status, play.waiting()) == ("cancelled", [])
    assert refused(play, MessageCame(token_id, "a")) == "flow.ended"


def test_what_is_not_there_any_more_is_told_as_stale(begin: Begin):
    play = begin(TWO)
    old = play.at("a")[0].token_id
    play.do("a")
    assert refused(play, MessageCame(old, "a")) == "flow.stale"
    assert refused(play, TimerFired(old, "wait")) == "flow.stale"
    assert refused(play, EffectEnded(old, "x")) == "flow.stale"
    assert refused(play, ChildEnded(old, "x", "done")) == "flow.stale"
    assert refused(play, MessageCame(play.at("b")[0].token_id, "other")) == "flow.not_waiting"
    assert refused(play, RecordChanged("plan", "p1")) == "flow.not_waiting"
    assert refused(play, Started()) == "flow.stale"
    assert refused(play, InstanceAction("dance", "u1")) == "flow.unknown_action"


def test_a_timer_does_not_fire_before_its_time(begin: Begin):
    play = begin(flow(node("a", "wait", "end", **{"for": "2h"}), end()))
    assert refused(play, TimerFired(play.at("a")[0].token_id, "wait")) == "flow.not_due"


def test_a_jump_of_one_branch_leaves_the_other(begin: Begin):
    play = begin(BRANCHES)
    for key in ("s", "a", "b"):
        play.do(key)
    play.act("jump", "a2", to="a")
    assert play.waiting() == ["a"]
    assert play.at("a")[0].round == 2
    for key in ("a", "a2", "c"):
        play.do(key)
    assert play.status == "done"


def test_a_jump_of_the_whole_flow_takes_everything_along(begin: Begin):
    play = begin(BRANCHES)
    play.do("s")
    play.act("jump", to="c")
    assert play.waiting() == ["c"]


def test_a_jump_from_where_the_flow_could_not_finish_is_refused(begin: Begin):
    play = begin(BRANCHES)
    for key in ("s", "a", "b"):
        play.do(key)
    token_id = play.at("a2")[0].token_id
    assert (
        refused(play, InstanceAction("jump", "u1", {"token_id": token_id, "to": "b"})) == "flow.cannot_jump"
    )
    assert refused(play, InstanceAction("jump", "u1", {"to": "nowhere"})) == "flow.node_gone"


def test_a_jump_into_a_region_is_refused(begin: Begin):
    play = begin(flow(task("a", "all"), node("all", "block", "end", body="b"), task("b"), end()))
    assert refused(play, InstanceAction("jump", "u1", {"to": "b"})) == "flow.not_in_region"
    play.do("a")
    play.act("jump", "b", to="a")
    assert play.waiting() == ["a"]


def test_an_ended_flow_is_opened_again_where_one_wishes_and_knows_what_it_knew(begin: Begin):
    definition = flow(
        node("note", "set", "a", set={"total": "40 + 2"}),
        task("a", "b"),
        task("b", "which"),
        node("which", "switch", ways=[{"key": "yes", "when": "{total} = 42", "to": "end"}, {"key": "no", "otherwise": True, "to": "a"}]),
        end(),
    )  # fmt: skip
    play = begin(definition)
    assert refused(play, InstanceAction("reopen", "u1", {"to": "b"})) == "flow.not_ended"
    play.do("a")
    play.do("b")
    assert play.status == "done"
    assert refused(play, InstanceAction("reopen", "u1", {"to": "nowhere"})) == "flow.node_gone"
    play.act("reopen", to="b")
    assert (play.status, play.waiting()) == ("running", ["b"])
    play.do("b")
    assert play.status == "done"


def test_a_cancelled_flow_may_be_opened_again(begin: Begin):
    play = begin(BRANCHES)
    play.do("s")
    play.act("cancel")
    assert play.status == "cancelled"
    play.act("reopen", to="c")
    assert play.waiting() == ["c"]
    play.do("c")
    assert play.status == "done"


def test_a_step_left_out_by_a_chosen_way(begin: Begin):
    play = begin(
        flow(
            node("q", "query", {"found": "a", "none": "b"}, form="plan"),
            task("a", "end"),
            task("b", "end"),
            end(),
        ),
        PLAN,
    )
    play.act("skip", "b")
    assert play.status == "done"


PLAN = analysis_of(form("plan", amount="number", name="text"))


def test_an_endless_loop_is_cut_into_steps(begin: Begin):
    play = begin(
        flow(
            node("count", "set", "more", set={"n": "{n} + 1"}),
            node(
                "more",
                "switch",
                ways=[
                    {"key": "y", "when": "{n} < 700", "to": "count"},
                    {"key": "n", "otherwise": True, "to": "end"},
                ],
            ),
            end(),
            variables=[{"key": "n", "type": "number", "default": "0"}],
        )
    )
    assert play.status == "done"
    assert play.variable("n") == 700
    assert [one.is_unfinished for one in play.steps] == [True, True, False]
    assert play.steps[0].moves == MOST_MOVES


def test_a_flow_of_a_thousand_branches():
    keys = [f"t{at}" for at in range(1000)]
    definition = flow(
        parallel("split", *keys), *(task(key, "join") for key in keys), node("join", "join", "end"), end()
    )
    play = Play(plan_of(definition)).start()
    assert len(play.waiting()) == 1000
    began = time.process_time()
    for key in keys[:20]:
        play.do(key)
    assert (time.process_time() - began) / 20 < 0.05
    for key in keys[20:40]:
        play.do(key)
    assert play.status == "running"


def test_too_many_branches_at_once_are_refused():
    definition = flow(
        node("all", "each", "end", of="{input.items}", mode="parallel", most=5000, body="split"),
        parallel("split", "a", "b"),
        task("a"),
        task("b"),
        end(),
    )
    with pytest.raises(Rejected) as found:
        Play(plan_of(definition)).start(items=list(range(3000)))
    assert found.value.problems[0].code == "flow.too_many_tokens"


def test_more_items_than_a_loop_may_have_are_an_incident(begin: Begin):
    definition = flow(node("all", "each", "end", of="{input.items}", most=2, body="a"), task("a"), end())
    play = begin(definition, items=[1, 2, 3])
    assert play.steps[-1].incidents[0].problem.code == "flow.too_many_items"


def test_a_loop_with_a_limit_keeps_so_many_going(begin: Begin):
    definition = flow(
        node("all", "each", "end", of="{input.items}", mode="parallel", limit=2, body="a", **{"as": "one"}),
        task("a"),
        end(),
    )
    play = begin(definition, items=[1, 2, 3])
    assert play.waiting() == ["a", "a"]
    play.do("a", 1)
    assert sorted(scope.variables["one"] for scope in play.state.scopes.values() if scope.scope_id) == [1, 3]
    play.do("a")
    play.do("a")
    assert play.status == "done"


def test_an_empty_loop_is_passed(begin: Begin):
    definition = flow(
        node("all", "each", "b", of="{input.items}", body="a"), task("a"), task("b", "end"), end()
    )
    assert begin(definition, items=[]).waiting() == ["b"]


def test_a_while_that_never_ends_is_an_incident(begin: Begin):
    definition = flow(
        node("all", "while", "end", when="TRUE", most=5, body="a"), node("a", "set", set={"x": "1"}), end()
    )
    play = begin(definition)
    assert play.steps[-1].incidents[0].problem.code == "flow.too_often"


def test_a_random_split_is_the_same_for_the_same_person():
    ways = [{"key": "a", "to": "a", "weight": 3}, {"key": "b", "to": "b"}]
    plan = plan_of(
        flow(
            node("ab", "split", ways=ways, by="{input.who}", **{"as": "group"}),
            task("a", "end"),
            task("b", "end"),
            end(),
        )
    )
    found = [Play(plan).start(who=f"c{at}").waiting() for at in range(200)]
    assert found == [Play(plan).start(who=f"c{at}").waiting() for at in range(200)]
    assert 0.65 < found.count(["a"]) / 200 < 0.85


def test_jumps_are_counted_and_bounded(begin: Begin):
    definition = flow(task("a", "back"), node("back", "goto", "a", most=2, otherwise="end"), end())
    play = begin(definition)
    for _ in range(3):
        play.do("a")
    assert play.status == "done"


def test_a_title_is_worked_out_at_the_start_and_ends_give_results(begin: Begin):
    definition = flow(
        parallel("split", "a", "b"), task("a", "yes"), task("b", "rest"), node("yes", "end", outcome="approved", give={"n": "2"}),
        node("rest", "end"), trigger={"kind": "record_created", "form": "plan"}, title='"Plan of " & {input.who}',
    )  # fmt: skip
    play = begin(definition, PLAN, about=("plan", "p1"), who="张三")
    assert play.state.instance.title == "Plan of 张三"
    play.do("a")
    play.do("b")
    assert (play.state.instance.outcome, dict(play.steps[-1].result)) == ("approved", {"n": 2})


def test_parts_in_any_order_may_be_left_out_when_optional(begin: Begin):
    parts = [{"key": "p", "body": "a"}, {"key": "q", "body": "b", "optional": True}]
    play = begin(flow(node("sop", "any_order", "end", parts=parts), task("a"), task("b"), end()))
    token_id = play.at("sop")[0].token_id
    assert refused(play, InstanceAction("close", "u1", {"token_id": token_id})) == "flow.not_now"
    play.act("pick", "sop", part="p")
    play.do("a")
    play.act("close", "sop")
    assert play.status == "done"
