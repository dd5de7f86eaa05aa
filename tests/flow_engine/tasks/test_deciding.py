"""When is it decided, and whose turn is it: the laws, over made-up votes and made-up trees of added people."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from flow_engine.approvals.deciding import NO, OVER, YES, Rule, settle
from flow_engine.state import Task

PEOPLE = "abcdefg"


def task(
    number, who, *, way=None, state=None, parent=None, side=None, mode="all", group="g", weight=1, position=0
):
    """Return a task; with a way it is done."""
    extra = {} if side is None else {"added": {"group": group, "side": side, "mode": mode, "by": "x"}}
    return Task(
        number, 1, "n", 1, "approve", state or ("done" if way else "open"), who, position=position, weight=weight,
        parent_id=parent, action=way, data=extra, done_by=who if way else None,
    )  # fmt: skip


def votes(*ways, weights=None):
    """Return tasks of a, b, c … with these ways; None has not decided."""
    return [
        task(i + 1, PEOPLE[i], way=way, position=i, weight=(weights or [1] * 9)[i])
        for i, way in enumerate(ways)
    ]


def settled(rule, tasks):
    """Return the way, and who may decide now."""
    found = settle(rule, tasks)
    states = {one.task_id: found.states.get(one.task_id, one.state) for one in tasks}
    return found.way, {one.assignee for one in tasks if states[one.task_id] == "open"}


ways = st.sampled_from([None, YES, NO])
several = st.lists(ways, min_size=1, max_size=6)


def test_any_one_decides():
    assert settled(Rule("any"), votes(None, None)) == (None, {"a", "b"})
    assert settled(Rule("any"), votes(None, YES))[0] == YES
    assert settled(Rule("any"), votes(None, NO))[0] == NO


def test_any_with_refusal_at_the_end_waits_for_somebody_who_agrees():
    rule = Rule("any", rejects="at_end")
    assert settled(rule, votes(NO, None)) == (None, {"b"})
    assert settled(rule, votes(NO, YES))[0] == YES
    assert settled(rule, votes(NO, NO))[0] == NO


def test_all_must_agree_and_one_refusal_ends_it():
    assert settled(Rule("all"), votes(YES, None)) == (None, {"b"})
    assert settled(Rule("all"), votes(YES, YES))[0] == YES
    assert settled(Rule("all"), votes(None, NO))[0] == NO


def test_all_with_refusal_at_the_end_hears_everybody():
    rule = Rule("all", rejects="at_end")
    assert settled(rule, votes(NO, None)) == (None, {"b"})
    assert settled(rule, votes(NO, YES))[0] == NO


def test_in_order_one_after_the_other():
    assert settled(Rule("order"), votes(None, None, None)) == (None, {"a"})
    assert settled(Rule("order"), votes(YES, None, None)) == (None, {"b"})
    assert settled(Rule("order"), votes(YES, NO, None))[0] == NO


def test_a_ratio_passes_as_soon_as_it_is_reached_and_fails_as_soon_as_it_cannot_be():
    rule = Rule("ratio", share=Decimal("0.6"))
    assert settled(rule, votes(YES, YES, None, None, None))[0] is None
    assert settled(rule, votes(YES, YES, YES, None, None))[0] == YES
    assert settled(rule, votes(NO, NO, NO, None, None))[0] == NO


def test_votes_count_by_weight():
    rule = Rule("votes", votes=5)
    assert settled(rule, votes(YES, None, None, weights=[3, 2, 1]))[0] is None
    assert settled(rule, votes(YES, YES, None, weights=[3, 2, 1]))[0] == YES
    assert settled(rule, votes(NO, None, None, weights=[3, 2, 1]))[0] == NO


def test_a_veto_ends_it_and_a_casting_vote_passes_it():
    assert settled(Rule("any", rejects="at_end", vetoes=frozenset("a")), votes(NO, None))[0] == NO
    assert settled(Rule("all", trumps=frozenset("b")), votes(None, YES, None))[0] == YES


def test_a_way_of_its_own_decides_at_once():
    assert settled(Rule("all"), votes(YES, "returned", None))[0] == "returned"


@pytest.mark.parametrize("mode", ["any", "all", "order"])
def test_people_heard_before_me_come_first(mode):
    tasks = [
        task(1, "a"),
        *(task(i, who, parent=1, side="before", mode=mode) for i, who in ((2, "b"), (3, "c"))),
    ]
    assert settled(Rule("any"), tasks)[1] == ({"b"} if mode == "order" else {"b", "c"})
    tasks[1] = replace(tasks[1], state="done", action=YES)
    way, turn = settled(Rule("any"), tasks)
    assert (way, turn) == (None, {"any": {"a"}, "all": {"c"}, "order": {"c"}}[mode])


def test_people_heard_after_me_keep_my_word_open_until_they_agree():
    tasks = [task(1, "a"), task(2, "b", parent=1, side="after")]
    assert settled(Rule("any"), tasks) == (None, {"a"})
    tasks[0] = replace(tasks[0], state="done", action=YES)
    assert settled(Rule("any"), tasks) == (None, {"b"})
    assert settled(Rule("any"), [tasks[0], replace(tasks[1], state="done", action=NO)])[0] == NO


def test_people_beside_me_vote_as_one():
    tasks = [
        task(1, "a"),
        *(task(i, who, parent=1, side="parallel", mode="any") for i, who in ((2, "b"), (3, "c"))),
    ]
    assert settled(Rule("all"), tasks) == (None, {"a", "b", "c"})
    tasks[1] = replace(tasks[1], state="done", action=YES)
    assert settled(Rule("all"), tasks) == (None, {"a"})
    assert settle(Rule("all"), tasks).states[3] == "cancelled"


def test_somebody_taken_off_does_not_count():
    assert settled(Rule("all"), [*votes(YES, None), task(9, "z", state="cancelled")])[0] is None
    assert settled(Rule("all"), [*votes(YES, YES), task(9, "z", state="cancelled")])[0] == YES


def test_the_word_of_helpers_of_somebody_taken_off_decides_nothing():
    tasks = [task(1, "a"), task(2, "b", state="cancelled"), task(3, "c", way=YES, parent=2, side="before")]
    assert settled(Rule("any"), tasks) == (None, {"a"})


@given(several)
def test_a_flat_table_decides_as_its_definition_says(given_ways):
    tasks, n = votes(*given_ways), len(given_ways)
    yes, no = given_ways.count(YES), given_ways.count(NO)
    assert settled(Rule("all"), tasks)[0] == (NO if no else YES if yes == n else None)
    assert settled(Rule("any", rejects="at_end"), tasks)[0] == (YES if yes else NO if no == n else None)
    expected = YES if 2 * yes >= n else NO if 2 * (n - no) < n else None
    if yes or no:
        assert settled(Rule("ratio", share=Decimal("0.5")), tasks)[0] == expected


@given(
    several,
    st.sampled_from(["all", "any", "ratio", "votes"]),
    st.lists(st.integers(1, 5), min_size=6, max_size=6),
    st.decimals("0.01", "1", places=2),
)
def test_what_is_decided_early_is_what_would_be_decided_late(given_ways, mode, weights, share):
    rule = Rule(mode, share=share if mode == "ratio" else None, rejects="at_end")
    early = settled(rule, votes(*given_ways, weights=weights))[0]
    open_at = [index for index, way in enumerate(given_ways) if way is None]
    finals = set()
    for rest in product([YES, NO], repeat=len(open_at)):
        filled = list(given_ways)
        for index, way in zip(open_at, rest, strict=True):
            filled[index] = way
        finals.add(settled(rule, votes(*filled, weights=weights))[0])
    assert None not in finals
    if early is not None and (mode != "all" or early == YES):
        assert finals == {early}
    if len(finals) == 2:
        assert early is None


@given(several, st.integers(0, 5), st.sampled_from(["all", "any", "order", "ratio", "votes"]))
def test_one_more_consent_never_turns_consent_into_something_else(given_ways, at, mode):
    rule = Rule(mode, rejects="at_end")
    before = settled(rule, votes(*given_ways))[0]
    more = list(given_ways)
    more[at % len(more)] = YES
    if before == YES:
        assert settled(rule, votes(*more))[0] == YES


@st.composite
def trees(draw):
    """Return a rule and tasks with people added to people, three levels deep; none has decided."""
    rule = Rule(draw(st.sampled_from(["any", "all", "order", "ratio", "votes"])), share=Decimal("0.5"))
    tasks = [task(i + 1, f"p{i + 1}", position=i) for i in range(draw(st.integers(1, 3)))]
    for group in range(draw(st.integers(0, 5))):
        parent = draw(st.sampled_from(tasks))
        side, mode = (
            draw(st.sampled_from(["before", "after", "parallel"])),
            draw(st.sampled_from(["any", "all", "order"])),
        )
        for index in range(draw(st.integers(1, 2))):
            number = len(tasks) + 1
            tasks.append(
                task(
                    number,
                    f"p{number}",
                    parent=parent.task_id,
                    side=side,
                    mode=mode,
                    group=f"g{group}",
                    position=index,
                )
            )
    return rule, tasks


@given(trees(), st.data())
def test_however_people_are_added_it_never_gets_stuck_and_always_ends(tree, data):
    rule, tasks = tree
    for _ in range(len(tasks) + 1):
        found = settle(rule, tasks)
        tasks = [replace(one, state=found.states.get(one.task_id, one.state)) for one in tasks]
        if found.way is not None:
            assert all(one.state in OVER for one in tasks)
            return
        may = [one for one in tasks if one.state == "open"]
        assert may, "nobody may decide, and it is not decided"
        chosen = data.draw(st.sampled_from(may))
        way = data.draw(st.sampled_from([YES, YES, NO]))
        tasks = [replace(one, state="done", action=way) if one is chosen else one for one in tasks]
    raise AssertionError("everybody has decided and nothing is decided")


@given(trees(), st.data())
def test_asking_twice_changes_nothing(tree, data):
    rule, tasks = tree
    done = data.draw(st.sets(st.sampled_from([one.task_id for one in tasks])))
    tasks = [replace(one, state="done", action=YES) if one.task_id in done else one for one in tasks]
    first = settle(rule, tasks)
    again = [replace(one, state=first.states.get(one.task_id, one.state)) for one in tasks]
    assert settle(rule, again).way == first.way
    assert not list(settle(rule, again).changed(again))
