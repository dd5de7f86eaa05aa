"""Picks: a group that somebody chose (a bar, a filter, a step of a drill) as a condition over the records of a fact.

A pick becomes an ordinary filter, so that every kind of question obeys it and the list of records behind a bar is the
very same condition as the bar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.access.sources import NO_ACCESS_VALUE
from engine.expressions.nodes import Node
from engine.problems import Code, Rejected
from report_engine import wording as w
from report_engine.bins import Bins
from report_engine.buckets import next_bucket

OTHER = "(other)"
"""Stands for everything outside the top few."""
LISTS = frozenset({"choices", "references", "persons"})
EXACTLY = frozenset({"text"})
CLOCKS: Mapping[str, str] = {
    "month_of_year": "MONTH",
    "day_of_month": "DAY",
    "hour_of_day": "HOUR",
}
BAD_PICK = Code(
    "report.bad_pick",
    zh="“{label}”没有“{value}”这一组",
    en="“{label}” has no group “{value}”",
    hint_zh="刷新看板后再点一次",
    hint_en="Refresh the dashboard and click once more",
)


@dataclass(frozen=True)
class Pick:
    """Values of a dimension, any of which will do. `rest`: the values that stand apart from “other”."""

    by: Mapping[str, Any]
    values: tuple[Any, ...]
    rest: tuple[Any, ...] = ()
    edges: tuple[Decimal, ...] = ()
    """Edges of quantile bands, as they were found."""
    is_soft: bool = False
    """Facts that do not know the dimension are left as they are."""
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a condition needs to know of a dimension in one fact."""

    path: str
    value_type: str
    grain: str | None
    bins: Bins | None
    name: Mapping[str, str]
    at: str
    is_day: bool
    """Whether the path holds a day, not an instant."""
    node: Node | None = None
    """Of a calculated dimension: its formula, in the place of the path."""


def condition(pick: Pick, chosen: Chosen) -> Node:
    """Return the condition that a record is in one of the picked groups. Rejected for a value that no group has."""
    made = [_one(pick, chosen, value) for value in pick.values]
    return w.any_of(made) if made else w.literal(False)


def _one(pick: Pick, chosen: Chosen, value: Any) -> Node:
    path = chosen.node or w.field(chosen.path)
    if value is None:
        return w.call("ISBLANK", path)
    if value == OTHER:
        return w.negated(w.any_of([_one(pick, chosen, one) for one in pick.rest] or [w.literal(False)]))
    if chosen.grain is not None:
        return _bucket(chosen, path, value)
    if chosen.bins is not None:
        return _band(pick, chosen, path, value)
    if value == NO_ACCESS_VALUE:
        return w.op(
            "and", w.negated(w.call("ISBLANK", path)), w.call("ISBLANK", w.field(f"{chosen.path}.id"))
        )
    if chosen.value_type in LISTS:
        return w.call("INCLUDES", path, w.literal(str(value)))
    if chosen.value_type == "boolean":
        wanted = value if isinstance(value, bool) else str(value).lower() == "true"
        if chosen.node is not None and not wanted:
            # A formula that says neither yes nor no is counted as no.
            return w.negated(path)
        return path if wanted else w.op("=", path, w.literal(False))
    if chosen.value_type in ("integer", "decimal", "money"):
        return w.op("=", path, w.literal(_number(chosen, value)))
    if chosen.value_type in EXACTLY:
        return w.call("EXACT", path, w.literal(str(value)))
    return w.op("=", path, w.literal(str(value)))


def _number(chosen: Chosen, value: Any) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise _wrong(chosen, value) from None
    if not found.is_finite():
        raise _wrong(chosen, value)
    return found


def _wrong(chosen: Chosen, value: Any) -> Rejected:
    return Rejected(BAD_PICK.at(chosen.at, label=chosen.name, value=str(value)[:60]))


def _bucket(chosen: Chosen, path: Node, value: Any) -> Node:
    grain = str(chosen.grain)
    if grain == "weekday":
        return w.op("=", w.call("WEEKDAY", path, w.literal(2)), w.literal(_number(chosen, value)))
    if grain in CLOCKS:
        return w.op("=", w.call(CLOCKS[grain], path), w.literal(_number(chosen, value)))
    if grain == "hour":
        hour = _hour(chosen, value)
        return _between(path, hour, hour + timedelta(hours=1))
    start = _day(chosen, value)
    return _between(path, start, next_bucket(start, grain))


def _day(chosen: Chosen, value: Any) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        raise _wrong(chosen, value) from None


def _hour(chosen: Chosen, value: Any) -> datetime:
    try:
        return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise _wrong(chosen, value) from None


def _between(path: Node, start: date, end: date) -> Node:
    return w.both(w.op(">=", path, w.literal(_said(start))), w.op("<", path, w.literal(_said(end))))


def _said(moment: date) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if isinstance(moment, datetime) else moment.isoformat()


def _band(pick: Pick, chosen: Chosen, path: Node, value: Any) -> Node:
    number, bins = int(_number(chosen, value)), chosen.bins
    assert bins is not None
    if bins.width is not None:
        low: Decimal | None = bins.start + number * bins.width
        high: Decimal | None = bins.start + (number + 1) * bins.width
    else:
        edges: Sequence[Decimal] = pick.edges or bins.edges
        if not -1 <= number < len(edges):
            raise _wrong(chosen, value)
        low = edges[number] if number >= 0 else None
        high = edges[number + 1] if number + 1 < len(edges) else None
    tests = [w.negated(w.call("ISBLANK", path))]
    if low is not None:
        tests.append(w.op(">=", path, w.literal(low)))
    if high is not None:
        tests.append(w.op("<", path, w.literal(high)))
    made = w.all_of(tests)
    assert made is not None
    return made


def within_days(path: str, start: date | None, end: date | None) -> list[Node]:
    """Return the conditions that a day lies from `start` up to, not with, `end`."""
    made = []
    if start is not None:
        made.append(w.op(">=", w.field(path), w.literal(start.isoformat())))
    if end is not None:
        made.append(w.op("<", w.field(path), w.literal(end.isoformat())))
    return made


__all__ = ["BAD_PICK", "LISTS", "OTHER", "Chosen", "Pick", "condition", "within_days"]
