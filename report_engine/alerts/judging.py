"""Whether an answer is bad: each group by itself, by the rule's way of comparing. Causal: no later day changes a verdict."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from report_engine.alerts.rule import Rule
from report_engine.statistics.anomaly import verdicts
from report_engine.table import Cell, Table

SIGMAS = 2.0
Key = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One group's number. `usual`: what it was held against; `is_bad` None: too little to tell."""

    key: Key
    value: Cell
    usual: Cell = None
    is_bad: bool | None = None


def readings(
    rule: Rule,
    answers: Mapping[str, Table],
    now: datetime,
    today: date,
    sort_of: Callable[[date], str] | None = None,
) -> list[Reading]:
    """Return a reading a group. `answers`: by the names that `questions` gave; `sort_of`: which days are alike."""
    if rule.compare == "missing":
        return list(_missing(rule, answers["last"], now))
    if rule.compare == "mean_2_sigma":
        return list(_standing_out(rule, answers["days"], today, sort_of))
    return list(_compared(rule, answers))


def _compared(rule: Rule, answers: Mapping[str, Table]) -> Iterator[Reading]:
    before = (
        {key: (value, is_small) for key, value, is_small in _groups(answers["usual"])}
        if "usual" in answers
        else {}
    )
    for key, value, is_small in _groups(answers["now"]):
        usual, was_small = before.get(key, (None, False)) if "usual" in answers else (rule.benchmark, False)
        can_tell = not (is_small or was_small or _are_few(rule, answers, value, usual))
        yield Reading(key, value, usual, _is_off(rule, _number(value), _number(usual)) if can_tell else None)


def _are_few(rule: Rule, answers: Mapping[str, Table], value: Cell, usual: Cell) -> bool:
    """Tell whether a count and what it is compared with are both below the least sample: 2 instead of 1 is no doubling."""
    table = answers["now"]
    is_count = table.columns[table.at("value")].format == "integer"
    numbers = [_number(one) or 0 for one in (value, usual)]
    return "usual" in answers and is_count and max(numbers) < rule.least


def _is_off(rule: Rule, value: Decimal | None, usual: Decimal | None) -> bool | None:
    """Tell whether a value is off by more than allowed; None where nothing can be said."""
    if value is None:
        return None
    if rule.compare == "fixed" and usual is None:
        # Without a number to compare with, the threshold is the limit itself.
        return value < rule.threshold if rule.direction == "below" else value > rule.threshold
    if usual is None:
        return None
    room = abs(usual) * rule.threshold
    too_high, too_low = value > usual + room, value < usual - room
    if rule.direction is None and rule.compare in ("fixed", "benchmark"):
        return too_high
    return {"above": too_high, "below": too_low}.get(rule.direction or "", too_high or too_low)


def _standing_out(
    rule: Rule, table: Table, today: date, sort_of: Callable[[date], str] | None
) -> Iterator[Reading]:
    series: dict[Key, list[tuple[date, float]]] = {}
    small: dict[Key, bool] = {}
    last = _last_day(rule, today)
    for (day, *rest), value, is_small in _groups(table):
        number, key = _number(value), tuple(rest)
        if not isinstance(day, date) or number is None or day > last:
            continue
        series.setdefault(key, []).append((day, float(number)))
        if day == last:
            small[key] = is_small
    for key, days in series.items():
        days.sort()
        if days[-1][0] != last:
            yield Reading(key, None)
            continue
        verdict = (verdicts(days) if sort_of is None else verdicts(days, sort_of))[-1]
        if small[key] or verdict.usual is None or verdict.score is None:
            yield Reading(key, verdict.value, verdict.usual)
            continue
        off = verdict.value - verdict.usual
        is_far = verdict.stands_out(SIGMAS) and abs(off) >= float(rule.threshold) * abs(verdict.usual)
        is_that_way = {"above": off > 0, "below": off < 0}.get(rule.direction or "", True)
        yield Reading(key, verdict.value, verdict.usual, is_far and is_that_way)


def _last_day(rule: Rule, today: date) -> date:
    if rule.period == "yesterday":
        return today - timedelta(days=1)
    if rule.period == "last week":
        return today - timedelta(days=today.isoweekday())
    return today


def _missing(rule: Rule, table: Table, now: datetime) -> Iterator[Reading]:
    for key, value, _ in _groups(table):
        newest = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(newest, datetime):
            yield Reading(key, None)
            continue
        yield Reading(key, newest, None, now - newest > timedelta(hours=rule.missing_h))


def _groups(table: Table) -> Iterator[tuple[Key, Cell, bool]]:
    """Yield the groups of an answer: key, value, whether it rests on too little."""
    value = table.at("value")
    small = next((at for at, one in enumerate(table.columns) if one.key == "value@small"), None)
    groups = [at for at, one in enumerate(table.columns) if one.role == "dimension"]
    for row in table.rows:
        yield tuple(row[at] for at in groups), row[value], bool(small is not None and row[small])


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    exact = Decimal(str(value))
    return exact if exact.is_finite() else None
