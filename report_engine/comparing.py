"""What a reader compares with: another comparison in place of those a report has, down to what is sorted and drawn by it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine.text import Words
from report_engine.buckets import month_of, months
from report_engine.periods import BASELINE, COMPARISONS, Period, read_period

Json = Mapping[str, Any]
KEY = "compare"
"""Under which a board's question says what to compare with; nothing there: as each chart does by itself."""
NONE = "none"
NAME: Words = {"zh": "对比", "en": "Compared with"}
CHOICES: Sequence[tuple[str, Words]] = (
    ("previous_period", {"zh": "上期（环比）", "en": "The period before"}),
    ("previous_year", {"zh": "去年同期（同比）", "en": "The same days last year"}),
    ("spring_festival", {"zh": "去年，按春节对齐", "en": "Last year, by Spring Festival"}),
    ("same_weekdays", {"zh": "去年，按星期对齐", "en": "Last year, same weekdays"}),
    (NONE, {"zh": "不对比", "en": "Nothing"}),
)
"""Any other text is a period: the days of a baseline."""
OLD = re.compile(r"@(" + "|".join(sorted(COMPARISONS)) + r")(?=$|[.\s])")
KINDS = frozenset({"aggregate", "ranking", "change"})
NEEDS_ONE = frozenset({"change"})
"""Kinds that are nothing without a comparison."""


def is_comparing(report: Json) -> bool:
    """Tell whether a report stands beside other days, so that a reader may choose others."""
    return report.get("kind", "aggregate") in KINDS and any(
        one in COMPARISONS for one in report.get("compare", ())
    )


def may_compare(report: Json) -> bool:
    """Tell whether a report shown by itself can stand beside other days."""
    if _is_chosen_by_it(report):
        return False
    return is_comparing(report) or (
        report.get("kind", "aggregate") in ("aggregate", "ranking") and report.get("sees") != "totals"
    )


def is_kept(report: Json, chosen: str) -> bool:
    """Tell whether a report stays as it is: its rows are chosen by its comparison, or it is one and would be none."""
    return _is_chosen_by_it(report) or (chosen == NONE and report.get("kind") in NEEDS_ONE)


def compared_by(report: Json, chosen: str) -> dict[str, Any]:
    """Return a report compared with what a reader chose, instead of the days that it is compared with by itself.

    What is drawn, sorted or pivoted by the old comparison goes by the new one; without any it goes.
    """
    name = chosen if chosen in (*COMPARISONS, NONE) else BASELINE
    if is_kept(report, chosen):
        # With another comparison it would be another report.
        return dict(report)
    others = [one for one in report.get("compare", ()) if one not in COMPARISONS]
    made = {**report, "compare": others if name == NONE else [name, *others]}
    for part in ("chart", "sort", "pivot", "settings"):
        if part in made:
            made[part] = _put(made[part], None if name == NONE else name)
    return made


def _is_chosen_by_it(report: Json) -> bool:
    """Tell whether a comparison decides which rows there are."""
    having = str(report.get("having") or "")
    return any(f"@{name}" in having for name in COMPARISONS)


def _put(given: Any, name: str | None) -> Any:
    """Return settings with the columns of the comparison `name` in place of the old; each once, None without one."""
    if isinstance(given, str):
        return OLD.sub(f"@{name}", given) if name is not None else None if OLD.search(given) else given
    if isinstance(given, Mapping):
        made = {key: _put(one, name) for key, one in given.items()}
        return {key: one for key, one in made.items() if one is not None or given[key] is None}
    if isinstance(given, Sequence):
        kept: list[Any] = []
        for one in given:
            put = _put(one, name)
            if put is not None and (put == one or put not in kept):
                kept.append(put)
        return kept
    return given


def left_as_is(report: Json, chosen: str) -> str:
    """Return what a report that does not follow the reader's choice stands beside: `own` days, `nothing`; blank where nobody misses any.

    `report`: as it is asked; what a reader chose is not among its comparisons.
    """
    if any(one in COMPARISONS for one in report.get("compare", ())):
        return "own"
    return "nothing" if chosen != NONE and report.get("kind") != "list" else ""


def baseline_for(chosen: str, filtered: Any, own: Any, today: date, year_starts: int = 1) -> Any:
    """Return the baseline of a chart; a chart about other days than the filter has it as far away as the filter has.

    `filtered`: the period of the filter, `own`: that of the chart. Rejected where `chosen` says no days.
    """
    base = read_period(chosen, today, "/filters/compare", year_starts)
    if not filtered or not own:
        return base.to_json()
    shared = read_period(filtered, today, year_starts=year_starts)
    mine = read_period(own, today, year_starts=year_starts)
    days = (base.start, base.end, shared.start, shared.end, mine.start, mine.end)
    if None in days or (mine.start, mine.end) == (shared.start, shared.end):
        return base.to_json()
    return _moved(base, shared, mine).to_json()


def _moved(base: Period, shared: Period, mine: Period) -> Period:
    assert base.start is not None
    assert shared.start is not None
    assert mine.start is not None
    assert mine.end is not None
    if base.start.day == shared.start.day == mine.start.day == mine.end.day == 1:
        apart = months(shared.start) - months(base.start)
        return Period(month_of(months(mine.start) - apart), month_of(months(mine.end) - apart))
    far = shared.start - base.start
    try:
        return Period(mine.start - far, mine.end - far)
    except OverflowError:
        # So far from everything there is nothing to stand beside.
        return base


__all__ = [
    "CHOICES",
    "KEY",
    "NAME",
    "NONE",
    "baseline_for",
    "compared_by",
    "is_comparing",
    "is_kept",
    "left_as_is",
    "may_compare",
]
