"""Random graphs, mostly unsound: what the gate says is what the engine does."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flow_engine.soundness.net import Net, stands
from flow_engine.soundness.playing import free_plan, happening_of, play
from flow_engine.soundness.reach import can_end, explore, marking_of
from flow_engine.soundness.shape import shape_findings
from flow_engine.state import ROOT, State
from flow_engine.step import drive, step
from tests.flow_engine.worlds import Json, World, end, flow, node, plan_of, task

CALM = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def graphs(draw: st.DrawFn) -> Json:
    """A flow of up to seven nodes that lead anywhere."""
    keys = [f"n{at}" for at in range(draw(st.integers(2, 7)))]
    anywhere = st.sampled_from([*keys, "end"])
    nodes = []
    for key in keys:
        kind = draw(st.sampled_from(["task", "task", "task", "parallel", "switch", "inclusive", "join"]))
        if kind == "task":
            late = [
                {
                    "key": "x",
                    "kind": "message",
                    "message": "x",
                    "to": draw(anywhere),
                    "interrupts": draw(st.booleans()),
                }
            ]
            nodes.append(task(key, draw(anywhere), **({"on": late} if draw(st.integers(0, 3)) == 0 else {})))
        elif kind == "join":
            of = draw(st.sampled_from(["all", "all", "started", "any"]))
            # No cancelling: which of two branches that both run by themselves is quicker is not for this test.
            nodes.append(node(key, "join", draw(anywhere), of=of))
        else:
            ways: list[Json] = [{"key": "a", "to": draw(anywhere)}, {"key": "b", "to": draw(anywhere)}]
            if kind != "parallel":
                ways = [
                    {**ways[0], "when": "1 = 1"},
                    {**ways[1], "otherwise": True} if kind == "switch" else {**ways[1], "when": "1 = 1"},
                ]
            nodes.append(node(key, kind, ways=ways))
    return flow(*nodes, end())


def codes(findings: list[Any]) -> set[str]:
    return {one.code for one in findings}


def free_tokens(state: State) -> list[str]:
    return sorted(one.node for one in state.tokens.values() if one.wait == "free")


@CALM
@given(graphs())
def test_a_counter_example_shows_its_fault_when_it_is_played(definition: Json):
    plan = plan_of(definition)
    findings = list(shape_findings(plan, 2_000))
    assume("F07" not in codes(findings))
    for one in findings:
        if one.code not in ("F02", "F12"):
            continue
        state = play(plan, one.example)
        assert state.tokens, "it is over, though it should be stuck"
        if one.code == "F02":
            assert free_tokens(state) == []


@CALM
@given(graphs(), st.data())
def test_a_flow_that_is_called_sound_never_gets_stuck(definition: Json, data: st.DataObject):
    plan = plan_of(definition)
    findings = list(shape_findings(plan, 2_000))
    assume(not codes(findings) & {"F02", "F04", "F07", "F12", "F14"})
    free = free_plan(plan)
    state = play(plan, ())
    for _ in range(30):
        if state.instance.ended_at is not None:
            return
        standing = free_tokens(state)
        assert standing, f"stuck at {[one.node for one in state.tokens.values()]}"
        spot = Net(plan).spots[data.draw(st.sampled_from(standing))]
        move = (spot.key, "way", data.draw(st.sampled_from([way for way, _ in spot.ways] or ["to"])))
        if spot.kind == "some":
            move = (spot.key, "ways", ",".join(way for way, _ in spot.ways))
        state = drive(step(free, state, happening_of(state, move), state.instance.started_at), World()).state


@CALM
@given(graphs())
def test_blocks_taken_as_one_step_do_not_change_the_verdict(definition: Json):
    plan = plan_of(definition)
    whole = explore(Net(plan), 2_000)
    assume(whole.is_complete and not whole.net.crowded and not whole.cut)
    is_sound = whole.finishing() == set(whole.came)
    assert is_sound == (not codes(list(shape_findings(plan, 2_000))) & {"F02", "F12"})


@CALM
@given(graphs())
def test_the_start_can_end_exactly_when_the_search_finds_the_end(definition: Json):
    plan = plan_of(definition)
    net = Net(plan)
    whole = explore(net, 2_000)
    assume(whole.is_complete and not net.crowded and not whole.cut)
    assert can_end(Net(plan), [marking for _, marking in Net(plan).starts()]) == bool(whole.finishing())
    state = play(plan, ())
    if state.instance.ended_at is None and all(stands(plan.nodes[one.node]) for one in state.tokens.values()):
        assert marking_of(net, state.tokens.values(), state.scopes[ROOT]) in whole.came
