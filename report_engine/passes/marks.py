"""Marks what should not be taken at face value: buckets that are cut or not over, months too young, small samples."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from report_engine.binding import Bound, Dimension
from report_engine.buckets import next_bucket
from report_engine.draft import Draft
from report_engine.moments import moment_of
from report_engine.problems import EMPTY, IMMATURE, NO_GOALS, NOT_ADDING, ONLY_NOW, SMALL_SAMPLE
from report_engine.query import LISTS
from report_engine.table import Column


def marks(draft: Draft) -> Draft:
    """Return the draft with its marks and warnings."""
    for mark in (_partial, _immature, _small, _only_now, _not_adding, _no_goals, _empty):
        draft = mark(draft)
    return draft


def _time(bound: Bound) -> tuple[int, Dimension] | None:
    return next(((at, one) for at, one in enumerate(bound.dimensions) if one.is_time), None)


def _begin(value: Any) -> date | None:
    """Return the first day of a bucket."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _end(value: Any, dimension: Dimension) -> date | None:
    """Return the day after the last of a bucket."""
    if isinstance(value, datetime):
        return next_bucket(value.date(), "day")
    return next_bucket(value, str(dimension.grain)) if isinstance(value, date) else None


def _partial(draft: Draft) -> Draft:
    bound = draft.bound
    found = _time(bound)
    if found is None:
        return draft
    at, dimension = found
    tomorrow = bound.today + timedelta(days=1)
    period = bound.period
    flags = []
    for row in draft.rows:
        begin, end = _begin(row.key[at]), _end(row.key[at], dimension)
        is_cut = period is not None and (
            (period.start is not None and begin is not None and begin < period.start)
            or (period.end is not None and end is not None and end > period.end)
        )
        flags.append(is_cut or (end is not None and end > tomorrow))
    if not any(flags):
        return draft
    return _marked(
        draft, f"{dimension.key}@partial", {"zh": "不完整", "en": "Not whole"}, dimension.key, flags
    )


def _immature(draft: Draft) -> Draft:
    """Mark rows whose time is not up: all of a row where the report says how long, else the measures that say so."""
    bound = draft.bound
    asked: list[tuple[str | None, int | None]] = [(one.key, one.matures) for one in bound.measures]
    if bound.maturity_days is not None:
        asked = [(None, bound.maturity_days)]
    most, longest = 0, 0
    for key, days in asked:
        if days is None:
            continue
        flags = _young(draft, days)
        if key is None or any(flags):
            name = "@immature" if key is None else f"{key}@immature"
            draft = _marked(draft, name, {"zh": "未成熟", "en": "Immature"}, key, flags)
        most, longest = max(most, sum(flags)), max(longest, days)
    if not most:
        return draft
    return replace(draft, warnings=(*draft.warnings, IMMATURE.at("/maturity", count=most, days=longest)))


def _young(draft: Draft, days: int) -> list[bool]:
    """Tell of each row whether the last of its records have not had their days yet."""
    bound = draft.bound
    found = _time(bound)
    if found is None:
        last = bound.period.end if bound.period is not None and bound.period.end is not None else bound.today
        return [last > bound.today + timedelta(days=1) - timedelta(days=days)] * len(draft.rows)
    at, dimension = found
    ends = [_end(row.key[at], dimension) for row in draft.rows]
    since = bound.today + timedelta(days=1) - timedelta(days=days)
    return [end is not None and end > since for end in ends]


def _small(draft: Draft) -> Draft:
    for one in draft.bound.measures:
        if one.min_n is None:
            continue
        flags = [row.cases.get(one.key, 0) < one.min_n for row in draft.rows]
        if any(flags):
            problem = SMALL_SAMPLE.at(one.path, count=sum(flags), least=one.min_n)
            draft = replace(draft, warnings=(*draft.warnings, problem))
        draft = _marked(draft, f"{one.key}@small", {"zh": "样本不足", "en": "Small sample"}, one.key, flags)
    return draft


def _only_now(draft: Draft) -> Draft:
    bound = draft.bound
    is_over = moment_of(bound.period, bound.today) < bound.today
    if not is_over and _time(bound) is None:
        return draft
    for one in bound.measures:
        if any(base.only_now and base.identity not in bound.pasts for base in one.base()):
            problem = ONLY_NOW.at(one.path, measure=one.name)
            draft = replace(draft, warnings=(*draft.warnings, problem))
    return draft


def _not_adding(draft: Draft) -> Draft:
    for one in draft.bound.dimensions:
        if one.value_type in LISTS and one.level is None:
            draft = replace(draft, warnings=(*draft.warnings, NOT_ADDING.at(one.at, label=one.name)))
    return draft


def _no_goals(draft: Draft) -> Draft:
    bound = draft.bound
    if bound.has_goal or "goal" not in bound.report.get("compare", ()):
        return draft
    return replace(draft, warnings=(*draft.warnings, NO_GOALS.at("/compare")))


def _empty(draft: Draft) -> Draft:
    if draft.rows and any(value for row in draft.rows for value in row.values.values()):
        return draft
    return replace(draft, warnings=(*draft.warnings, EMPTY.at("")))


def _marked(draft: Draft, key: str, name: dict[str, str], of: str | None, flags: list[bool]) -> Draft:
    column = Column(key, name, "mark", "boolean", of=of)
    rows = tuple(
        replace(row, values={**row.values, key: flag}) for row, flag in zip(draft.rows, flags, strict=True)
    )
    return replace(draft, rows=rows, columns=(*draft.columns, column))
