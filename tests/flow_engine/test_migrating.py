"""Moving running instances to another version: what moves, what cannot and why, and back."""

from typing import Any

import pytest

from engine.problems import Rejected
from flow_engine.compile import compile_flow
from flow_engine.migrating import inverse, mapping_of, migrate, plan_move
from flow_engine.step import drive
from tests.flow_engine.worlds import EMPTY, Json, Play, assert_sound, end, flow, node, plan_of, saved, task


def parallel(key: str, *to: str) -> Json:
    return node(key, "parallel", ways=[{"key": one, "to": one} for one in to])


def moved(play: Play, definition: Json, by_hand: dict[str, str] | None = None) -> Play:
    """Return the play going on in the new version."""
    new = compile_flow(definition, EMPTY, version=2)
    before = play.state
    done = drive(migrate(play.plan, new, before, play.now, "u1", by_hand), play.world)
    assert_sound(before, done)
    play.plan, play.state = new, saved(done.state)
    play.history.extend(done.history)
    return play


def why_not(play: Play, definition: Json, by_hand: dict[str, str] | None = None) -> list[str]:
    return [one.code for one in plan_move(play.plan, plan_of(definition), play.state, by_hand).problems]


OLD = flow(task("a", "b"), task("b", "end"), end())


def begun(definition: Json, *done: str) -> Play:
    play = Play(plan_of(definition)).start()
    for key in done:
        play.do(key)
    return play


def test_a_node_with_the_same_key_goes_on_by_the_new_ways():
    play = moved(begun(OLD), flow(task("a", "check"), task("check", "b"), task("b", "end"), end()))
    assert play.state.instance.version == 2
    play.do("a")
    assert play.waiting() == ["check"]
    play.do("check")
    play.do("b")
    assert play.status == "done"


def test_a_node_that_is_gone_needs_to_be_told_what_it_becomes():
    new = flow(task("first", "b"), task("b", "end"), end())
    play = begun(OLD)
    assert why_not(play, new) == ["migration.node_left_out"]
    with pytest.raises(Rejected):
        drive(migrate(play.plan, plan_of(new), play.state, play.now, "u1"), play.world)
    play = moved(play, new, {"a": "first"})
    # The message it waits for is still the one it asked for.
    play.message("a")
    assert play.waiting() == ["b"]


def test_an_instance_that_has_passed_the_missing_node_moves_by_itself():
    assert why_not(begun(OLD, "a"), flow(task("b", "end"), end())) == []


def test_work_of_another_kind_cannot_go_on():
    new = flow(node("a", "wait", "b", **{"for": "1h"}), task("b", "end"), end())
    assert why_not(begun(OLD), new) == ["migration.other_kind"]


BRANCHES = flow(
    parallel("split", "a", "b"),
    task("a", "join"),
    task("b", "join"),
    node("join", "join", "c"),
    task("c", "end"),
    end(),
)


def test_what_has_come_to_a_join_still_counts():
    new = flow(
        parallel("split", "a", "b"), task("a", "join"), task("b", "b2"), task("b2", "join"), node("join", "join", "c"),
        task("c", "end"), end(),
    )  # fmt: skip
    play = moved(begun(BRANCHES, "a"), new)
    play.do("b")
    play.do("b2")
    assert play.waiting() == ["c"]


def test_a_join_that_would_wait_for_ever_stops_the_move():
    new = flow(
        parallel("split", "a", "b", "d"), task("a", "join"), task("b", "join"), task("d", "join"), node("join", "join", "c"),
        task("c", "end"), end(),
    )  # fmt: skip
    assert why_not(begun(BRANCHES, "a"), new) == ["migration.cannot_finish"]
    fresh = flow(task("start", "split"), *BRANCHES["nodes"])
    more = flow(task("start", "split"), *new["nodes"])
    assert why_not(begun(fresh), more) == []


def test_a_branch_that_leads_elsewhere_now_is_told():
    new = flow(
        parallel("split", "a", "b"),
        task("a", "end"),
        task("b", "join"),
        node("join", "join", "c"),
        task("c", "end"),
        end(),
    )
    assert why_not(begun(BRANCHES, "a"), new) == ["migration.no_edge"]


def test_boundaries_come_and_go_with_the_version():
    late: list[Any] = [{"key": "late", "kind": "timer", "after": "2h", "to": "boss"}]
    with_late = flow(task("a", "b", on=late), task("b", "end"), task("boss", "end"), end())
    play = moved(begun(OLD), with_late)
    play.later("2h")
    assert play.waiting() == ["boss"]
    play = moved(begun(with_late), flow(task("a", "b"), task("b", "end"), task("boss", "end"), end()))
    play.later("3h")
    assert play.waiting() == ["a"]


def test_items_of_a_loop_move_with_it():
    loop = flow(
        node("all", "each", "end", of="LIST(1, 2)", mode="parallel", body="a"),
        task("a", "done"),
        node("done", "end"),
        end(),
    )
    new = flow(
        node("all", "each", "end", of="LIST(1, 2)", mode="parallel", body="a"),
        task("a", "a2"),
        task("a2", "done"),
        node("done", "end"),
        end(),
    )
    play = moved(begun(loop, "a"), new)
    play.do("a")
    play.do("a2")
    assert play.status == "done"


def test_a_move_can_be_undone():
    new = flow(task("first", "b"), task("b", "end"), end())
    play = begun(OLD)
    old, before = play.plan, play.state
    nodes = mapping_of(old, plan_of(new), {"a": "first"})
    play = moved(play, new, {"a": "first"})
    back = drive(migrate(play.plan, old, play.state, play.now, "u1", inverse(nodes)), play.world).state
    assert (back.tokens, back.scopes, back.timers, back.subscriptions) == (
        before.tokens,
        before.scopes,
        before.timers,
        before.subscriptions,
    )
    assert back.instance.version == 1
