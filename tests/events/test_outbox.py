"""Every event reaches every listener once, whatever fails on the way."""

from typing import Any

import pytest

from engine.events import Event, dispatch, failed, waiting
from engine.events.outbox import MOST_ATTEMPTS
from engine.ids import new_id
from engine.store import Cause, Unit, Workspace

USER = Cause("user", by="u1")


def emit(clinic: Workspace, *kinds: str) -> None:
    with clinic.write(USER) as unit:
        for kind in kinds:
            unit.emit(kind, "lead", "id-1", {"n": 1})


def open_events(clinic: Workspace) -> int:
    with clinic.read() as unit:
        return waiting(unit)


def test_listeners_hear_events_in_order_and_once(clinic: Workspace):
    heard: list[Any] = []
    emit(clinic, "a", "b")
    listener = lambda unit, event: heard.append((event.kind, event.body["n"]))  # noqa: E731 - two words
    assert dispatch(clinic, [listener]) == 2
    assert dispatch(clinic, [listener]) == 0
    assert heard == [("a", 1), ("b", 1)]


def test_events_written_early_go_with_their_own_savepoint_only(clinic: Workspace):
    heard: list[str] = []
    with clinic.write(USER) as unit:
        unit.emit("before", None, None, {})
        with pytest.raises(ZeroDivisionError), unit.savepoint():
            unit.emit("inside", None, None, {})
            assert unit.batch(unit.events_so_far()) == 1
            raise ZeroDivisionError
        unit.emit("after", None, None, {})
        assert unit.batch(unit.events_so_far()) == 2
        assert unit.events_so_far() == []
    dispatch(clinic, [lambda unit, event: heard.append(event.kind)])
    assert heard == ["before", "after"]


def test_what_is_tried_since_an_id_leaves_earlier_events_alone(clinic: Workspace):
    emit(clinic, "old")
    since = new_id()
    emit(clinic, "new")
    heard: list[str] = []
    assert dispatch(clinic, [lambda unit, event: heard.append(event.kind)], since=since) == 1
    assert (heard, open_events(clinic)) == (["new"], 1)


def test_an_event_of_a_failed_unit_never_happened(clinic: Workspace):
    with pytest.raises(ZeroDivisionError), clinic.write(USER) as unit:
        unit.emit("a", None, None, {})
        unit.flush()
        raise ZeroDivisionError
    assert open_events(clinic) == 0


def test_what_a_listener_writes_goes_with_the_event(clinic: Workspace):
    emit(clinic, "a")

    def half_way(unit: Unit, event: Event) -> None:
        unit.emit("from_listener", None, None, {})
        raise ValueError("broken")

    assert dispatch(clinic, [half_way]) == 0
    assert open_events(clinic) == 1, "the listener's own event was taken back"
    assert dispatch(clinic, [lambda unit, event: None]) == 1


def test_an_event_that_always_fails_is_set_aside_with_its_error(clinic: Workspace):
    emit(clinic, "bad", "good")
    heard = []

    def listener(unit: Unit, event: Event) -> None:
        if event.kind == "bad":
            raise ValueError("broken")
        heard.append(event.kind)

    for _ in range(MOST_ATTEMPTS):
        dispatch(clinic, [listener])
    assert heard == ["good"]
    with clinic.read() as unit:
        ((event, error),) = failed(unit)
    assert (event.kind, error) == ("bad", "ValueError: broken")
