"""Turns are fair: by weight, whoever comes and goes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from flow_engine.routing.choosing import Candidate, Wanted, choose
from flow_engine.routing.turns import Turns, next_turn

PEOPLE = ("an", "bo", "cai", "ding", "en")
weights = st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 6), min_size=1)


def run(turns: Turns, people, given, times: int) -> tuple[list[str], Turns]:
    had = []
    for _ in range(times):
        person, turns = next_turn(turns, people, given)
        had.append(person)
    return had, turns


def test_two_to_one_comes_evenly_and_not_in_a_lump():
    had, _ = run(Turns(), ("an", "bo"), {"an": 2, "bo": 1}, 6)
    assert had == ["an", "bo", "an", "an", "bo", "an"]


@given(weights, st.integers(1, 4))
def test_in_every_round_everyone_has_exactly_their_share(given, rounds):
    people, total = list(given), sum(given.values())
    turns = Turns()
    for _ in range(rounds):
        had, turns = run(turns, people, given, total)
        assert Counter(had) == Counter(given)


@given(weights, st.integers(1, 40))
def test_at_any_moment_nobody_is_far_from_their_share(given, times):
    had, _ = run(Turns(), list(given), given, times)
    total = sum(given.values())
    for person, weight in given.items():
        assert abs(Counter(had)[person] - times * weight / total) < 2


@given(
    weights, st.lists(st.tuples(st.sets(st.sampled_from(PEOPLE), min_size=1), st.integers(1, 30)), max_size=8)
)
def test_whoever_comes_and_goes_those_there_share_fairly_and_nobody_catches_up_in_a_lump(given, spells):
    turns = Turns()
    for present, times in spells:
        here = [one for one in PEOPLE if one in present]
        had, turns = run(turns, here, given, times)
        counts = Counter(had)
        total = sum(given.get(one, 1) for one in here)
        for person in here:
            assert abs(counts[person] - times * given.get(person, 1) / total) < 3
        assert set(counts) <= present


@given(weights, st.integers(1, 30))
def test_a_rotation_read_back_goes_on_as_it_stood(given, times):
    people = list(given)
    _, turns = run(Turns(), people, given, times)
    assert run(Turns.from_json(turns.to_json()), people, given, 10)[0] == run(turns, people, given, 10)[0]


def test_a_weight_of_nothing_never_comes_and_nobody_is_told():
    assert run(Turns(), ("an", "bo"), {"an": 0}, 3)[0] == ["bo"] * 3
    assert next_turn(Turns(), (), {}) == (None, Turns())


def person(name: str, **more) -> Candidate:
    return Candidate(name, **more)


def test_the_one_with_least_work_gets_it_and_turns_break_ties():
    people = [person("an", load=3), person("bo", load=1), person("cai", load=1)]
    first = choose(Wanted("least_load"), people, Turns())
    second = choose(Wanted("least_load"), people, first.turns)
    assert (first.person, second.person) == ("bo", "cai")


def test_a_double_weight_may_carry_double_the_work():
    people = [person("an", load=3, weight=2), person("bo", load=2)]
    assert choose(Wanted("least_load"), people, Turns()).person == "an"


def test_who_had_it_before_gets_it_again_unless_away():
    people = [person("an"), person("bo")]
    assert choose(Wanted("sticky", sticky="bo"), people, Turns()).person == "bo"
    away = [person("an"), person("bo", is_present=False)]
    found = choose(Wanted("sticky", sticky="bo"), away, Turns())
    assert (found.person, found.passed_over) == ("an", {"bo": "absent"})


def test_the_best_skilled_share_it():
    people = [person("an", skills=1), person("bo", skills=2), person("cai", skills=2), person("ding")]
    turns, had = Turns(), []
    for _ in range(4):
        found = choose(Wanted("skill", needs_skill=True), people, turns)
        turns = found.turns
        had.append(found.person)
    assert had == ["bo", "cai", "bo", "cai"]
    assert found.passed_over == {"ding": "unskilled"}


def test_limits_of_a_day_and_of_open_work():
    people = [person("an", load=9), person("bo")]
    turns = Turns().today("2026-03-05")
    for _ in range(2):
        turns = choose(Wanted(daily=2, most=9), people, turns).turns
    found = choose(Wanted(daily=2, most=9), people, turns)
    assert (found.person, found.passed_over) == (None, {"an": "full", "bo": "daily"})
    assert choose(Wanted(daily=2, most=9), people, turns.today("2026-03-06")).person == "bo"


modes = st.sampled_from(["fixed", "rotation", "weighted", "least_load", "skill", "sticky", "random"])
candidates = st.lists(
    st.builds(Candidate, st.sampled_from(PEOPLE), st.booleans(), st.integers(0, 9), st.integers(0, 3), st.integers(0, 5)),
    unique_by=lambda one: one.person,
)  # fmt: skip
wants = st.builds(
    Wanted, modes, st.none() | st.integers(1, 3), st.none() | st.integers(1, 9), st.booleans(),
    st.none() | st.sampled_from(PEOPLE),
)  # fmt: skip


@given(wants, candidates, st.text())
def test_only_who_may_is_chosen_and_somebody_is_if_anybody_may(wanted, people, seed):
    found = choose(wanted, people, Turns(), seed)
    able = [one.person for one in people if one.person not in found.passed_over]
    assert (found.person in able) if able else found.person is None
    if found.person is not None:
        assert found.turns.counts == {found.person: 1}
