"""Definitions that nobody in his right mind would write: told as problems, never a crash, never without end."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.problems import Problem, Rejected
from flow_engine.compile import compile_flow
from flow_engine.evolving import evolve
from flow_engine.happenings import InstanceAction, MessageCame
from flow_engine.plan import FlowPlan
from flow_engine.run import SPIN
from flow_engine.soundness import check
from flow_engine.soundness.shape import shape_findings
from tests.flow_engine.test_patterns import PATTERNS
from tests.flow_engine.worlds import EMPTY, Json, Play, end, flow, node, plan_of, task

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.text(max_size=8), st.just({}), st.just([]),
    st.sampled_from(["end", "a", "b", "join", "split", "{x}", "1 = 1", "1 / 0", "LIST(1, 2)", "2h", "switch", "each", "while"]),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += places(inner, (*path, index))
    return found


def compiled(definition: Json) -> tuple[FlowPlan | None, tuple[Problem, ...]]:
    try:
        return compile_flow(definition, EMPTY), ()
    except Rejected as rejected:
        return None, rejected.problems


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(PATTERNS)), st.data())
def test_a_spoilt_definition_is_refused_or_runs(name: str, data: st.DataObject):
    definition: Json = copy.deepcopy(PATTERNS[name]["flow"])
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(definition)))
        at: Any = definition
        try:
            for part in path[:-1]:
                at = at[part]
            at[path[-1]] = data.draw(JUNK)
        except (KeyError, IndexError, TypeError):
            continue
    plan, problems = compiled(definition)
    if plan is None:
        assert problems
        assert all(json.dumps(one.to_json(), ensure_ascii=False) for one in problems)
        return
    for one in [*shape_findings(plan, 500), *check(plan, EMPTY.app)]:
        assert json.dumps(one.to_json(), ensure_ascii=False)
    Play(plan).start(x=1)


def test_a_flow_that_only_spins_is_cut_and_told():
    spin = flow(node("a", "set", "b", set={"x": "1"}), node("b", "set", "a", set={"x": "2"}), end())
    assert "F07" in {one.code for one in check(plan_of(spin), EMPTY.app)}


def test_a_flow_that_spins_is_stopped_where_it_spins_and_can_be_led_out():
    spin = flow(
        node("a", "set", "b", set={"x": "1"}),
        node("b", "set", "a", set={"x": "2"}),
        task("out", "end"),
        end(),
    )
    play = Play(plan_of(spin)).start()
    [stuck] = [one for step in play.steps for one in step.incidents]
    assert (stuck.problem.code, play.state.instance.status) == ("flow.spins", "failed")
    play.happen(InstanceAction("jump", "u1", {"token_id": stuck.token_id, "to": "out"}))
    assert [one.node for one in play.state.tokens.values()] == ["out"]


@pytest.mark.parametrize(
    "wait",
    [
        node("w", "wait", "a", **{"for": "0s"}),
        node("w", "wait_until", at='DATE(2020, 1, 1)', to={"come": "a", "late": "a"}),
        node("w", "race", ways=[{"key": "now", "after": "0s", "to": "a"}, {"key": "come", "message": "m", "correlate": '"x"', "to": "end"}]),
    ],
    ids=lambda one: one["kind"],
)  # fmt: skip
def test_a_loop_of_waits_that_are_over_when_they_begin_is_stopped_like_any_that_spins(wait: Json):
    spin = flow(node("a", "set", "w", set={"x": "1"}), wait, task("out", "end"), end())
    play = Play(plan_of(spin)).start()
    [stuck] = [one for step in play.steps for one in step.incidents]
    assert (stuck.problem.code, play.state.instance.status) == ("flow.spins", "failed")


def test_a_wait_that_is_over_when_it_begins_takes_its_way_at_once():
    late = node("b", "wait_until", at="DATE(2020, 1, 1)", late="skip", to={"come": "end", "late": "out"})
    play = Play(
        plan_of(flow(node("a", "wait", "b", **{"for": "0s"}), late, task("out", "end"), end()))
    ).start()
    assert [one.node for one in play.state.tokens.values()] == ["out"]


def test_a_loop_that_counts_without_waiting_comes_to_its_end():
    counts = flow(
        node("a", "set", "c", set={"x": "IF(ISBLANK({x}), 1, {x} + 1)"}),
        node("c", "switch", ways=[{"key": "more", "when": "{x} < 1500", "to": "a"}, {"key": "out", "otherwise": True, "to": "end"}]),
        end(), variables=[{"key": "x", "type": "number"}],
    )  # fmt: skip
    assert Play(plan_of(counts)).start().state.instance.status == "done"


def test_a_loop_that_waits_each_time_goes_on_for_ever():
    rest = flow(task("a", "b"), node("b", "set", "a", set={"x": "1"}), end())
    play = Play(plan_of(rest)).start()
    for key, count in list(play.state.rounds.items()):
        play.state = evolve(play.state, rounds={**play.state.rounds, key: count + 10_000})
    for _ in range(SPIN + 5):
        [token] = play.at("a")
        play.happen(MessageCame(token.token_id, "a", {}))
    assert play.state.instance.status == "running"


def test_a_thousand_branches_are_checked_run_and_come_together():
    keys = [f"b{at}" for at in range(1000)]
    wide = flow(
        node("split", "parallel", ways=[{"key": key, "to": key} for key in keys]),
        *(task(key, "join") for key in keys),
        node("join", "join", "end"),
        end(),
    )
    plan = plan_of(wide)
    assert check(plan, EMPTY.app) == []
    play = Play(plan).start()
    assert len(play.state.tokens) == 1000
    for token in list(play.state.tokens.values()):
        play.happen(MessageCame(token.token_id, token.node, {}))
    assert play.state.instance.status == "done"


def test_more_nodes_than_anybody_can_read_are_refused_in_words():
    huge = flow(*(task(f"b{at}", "end") for at in range(2001)), end())
    with pytest.raises(Rejected) as refused:
        plan_of(huge)
    assert [one.path for one in refused.value.problems] == ["/flows/test/nodes"]


def test_a_flow_that_multiplies_without_end_is_told_and_does_not_hang_the_check():
    grows = flow(
        task("a", "b"), node("b", "parallel", ways=[{"key": "x", "to": "a"}, {"key": "y", "to": "a"}]), end()
    )
    assert "F04" in {one.code for one in check(plan_of(grows), EMPTY.app)}


def test_many_conditions_on_many_fields_are_not_multiplied_out_for_ever():
    ways = [{"key": f"w{at}", "when": f"{{input.f{at}}} = 1", "to": "end"} for at in range(200)]
    assert check(plan_of(flow(node("pick", "switch", ways=ways), end())), EMPTY.app)[0].code == "F05"
