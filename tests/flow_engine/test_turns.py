"""Commands of one instance take turns within a process."""

from threading import Thread

import pytest

from flow_engine.turns import Turns


def test_one_at_a_time_has_the_turn_of_an_instance() -> None:
    turns = Turns(most_wait_s=0)
    with turns.of("i1") as first, turns.of("i1") as second:
        assert (first, second) == (True, False)


def test_other_instances_need_not_wait() -> None:
    turns = Turns(most_wait_s=0)
    with turns.of("i0"):
        held = []
        for number in range(1, 101):
            with turns.of(f"i{number}") as is_held:
                held.append(is_held)
    # Few of them share a lock with the first one.
    assert held.count(True) >= 90


def test_a_turn_is_given_back_after_an_error() -> None:
    turns = Turns(most_wait_s=0)
    with pytest.raises(KeyError), turns.of("i1"):
        raise KeyError
    with turns.of("i1") as is_held:
        assert is_held


def test_who_gave_up_waiting_gives_nothing_back() -> None:
    turns = Turns(most_wait_s=0)
    with turns.of("i1"):
        with turns.of("i1"):
            pass
        with turns.of("i1") as third:
            assert not third


def test_a_turn_goes_on_to_whoever_waits() -> None:
    turns, got = Turns(most_wait_s=60), []

    def ask() -> None:
        with turns.of("i1") as is_held:
            got.append(is_held)

    with turns.of("i1"):
        waiting = [Thread(target=ask) for _ in range(5)]
        for one in waiting:
            one.start()
        assert not got
    for one in waiting:
        one.join(60)
    assert got == [True] * 5
