"""Dashboards: which cells a board has, and what one cell asks once filters, clicks and drills are put into its report."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.text import Words
from report_engine.buckets import CALENDAR, MONTHS, month_of, months, next_bucket
from report_engine.comparing import (
    KEY,
    baseline_for,
    compared_by,
    is_comparing,
    is_kept,
    left_as_is,
    may_compare,
)
from report_engine.periods import BASELINE, Period, read_period
from report_engine.picks import OTHER, Pick
from report_engine.problems import TOO_MANY_PARTS, UNKNOWN_FIELD

Json = Mapping[str, Any]
DEEPEST = 12
MOST_VALUES = 500
LEVELS: Mapping[str, tuple[str, ...]] = {
    "group": ("branch",),
    "branch": ("consultant", "doctor", "staff", "owner"),
    "personal": ("consultant", "doctor", "staff", "owner"),
}
"""What a dimension of role `level` is for whom: the first of these roles that the facts have."""
PERIODS: Sequence[tuple[str, Words]] = (
    ("today", {"zh": "今天", "en": "Today"}),
    ("yesterday", {"zh": "昨天", "en": "Yesterday"}),
    ("this week", {"zh": "本周", "en": "This week"}),
    ("last week", {"zh": "上周", "en": "Last week"}),
    ("last 7 days", {"zh": "最近 7 天", "en": "Last 7 days"}),
    ("last 30 days", {"zh": "最近 30 天", "en": "Last 30 days"}),
    ("last 90 days", {"zh": "最近 90 天", "en": "Last 90 days"}),
    ("this month", {"zh": "本月", "en": "This month"}),
    ("last month", {"zh": "上月", "en": "Last month"}),
    ("this quarter", {"zh": "本季", "en": "This quarter"}),
    ("last quarter", {"zh": "上季", "en": "Last quarter"}),
    ("last 6 months", {"zh": "最近 6 个月", "en": "Last 6 months"}),
    ("last 12 months", {"zh": "最近 12 个月", "en": "Last 12 months"}),
    ("last 24 months", {"zh": "最近 24 个月", "en": "Last 24 months"}),
    ("this year", {"zh": "今年", "en": "This year"}),
    ("last year", {"zh": "去年", "en": "Last year"}),
)
FISCAL_PERIODS: Sequence[tuple[str, Words]] = (
    ("this fiscal quarter", {"zh": "本财季", "en": "This fiscal quarter"}),
    ("this fiscal year", {"zh": "本财年", "en": "This fiscal year"}),
    ("last fiscal year", {"zh": "上财年", "en": "Last fiscal year"}),
)
"""Offered where the fiscal year is not the calendar's."""
SPAN = re.compile(r"(last|previous) (\d+) (day|week|month|quarter|year)s?")
SPANS = {"last": ("最近", "Last"), "previous": ("此前", "Previous")}
UNITS = {"day": "天", "week": "周", "month": "个月", "quarter": "个季度", "year": "年"}
NO_CELL = Code(
    "report.no_cell",
    zh="看板里没有图表“{name}”",
    en="The dashboard has no chart “{name}”",
    hint_zh="刷新看板",
    hint_en="Refresh the dashboard",
)
NOT_APPLIED = Code(
    "report.not_applied",
    zh="“{label}”的筛选与此图无关，未作用于它",
    en="The filter on “{label}” does not concern this chart and was not applied",
    hint_zh="图中的数据没有这个维度",
    hint_en="What it counts has no such dimension",
)


@dataclass(frozen=True)
class Question:
    """What one cell is asked: shared filters by key, what other charts were narrowed to, the steps of its own drill."""

    cell: str = ""
    filters: Json = field(default_factory=dict)
    narrowed: Json = field(default_factory=dict)
    path: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Effective:
    """A report as it is to be asked, with what is added to it."""

    report: Json
    period: Any = None
    picks: tuple[Pick, ...] = ()
    others: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    year_starts: int = 1
    baseline: Json | None = None
    """The days that a reader chose to compare with."""
    beside: str = ""
    """Where the reader's choice changes nothing: what it stands beside all the same (`own` days, `nothing`)."""

    @property
    def given(self) -> dict[str, Any]:
        made: dict[str, Any] = {"picks": list(self.picks)}
        if self.baseline is not None:
            made["baseline"] = self.baseline
        if self.period is not None:
            made["period"] = self.period
        return made


def read_question(given: Any, path: str = "") -> Question:
    """Return a question from its JSON. Rejected where it has another shape."""
    if not isinstance(given, Mapping):
        raise Rejected(NO_CELL.at(path, name=str(given)[:40]))
    filters, narrowed, steps = (given.get(name) or {} for name in ("filters", "narrowed", "path"))
    steps = steps or []
    is_right = isinstance(filters, Mapping) and isinstance(narrowed, Mapping) and isinstance(steps, list)
    if not is_right or not all(isinstance(step, Mapping) for step in steps):
        raise Rejected(NO_CELL.at(path, name=str(given.get("cell", ""))[:40]))
    if len(steps) > DEEPEST:
        raise Rejected(TOO_MANY_PARTS.at(f"{path}/path", what={"zh": "下钻", "en": "drills"}, most=DEEPEST))
    return Question(str(given.get("cell", "")), filters, narrowed, tuple(steps))


def period_words(period: Any) -> Words | None:
    """Return a phrase such as `previous 90 days` in words; None for what needs none or is no phrase."""
    known = dict((*PERIODS, *FISCAL_PERIODS)).get(str(period))
    if known is not None or not isinstance(period, str):
        return known
    found = SPAN.fullmatch(period)
    if found is None:
        return None
    which, count, unit = found.groups()
    zh, en = SPANS[which]
    return {"zh": f"{zh} {count} {UNITS[unit]}", "en": f"{en} {count} {unit}s"}


def dimensions_of(reports: Sequence[Json]) -> dict[str, Json]:
    """Return the dimensions of several reports by key; of two called alike the first."""
    found: dict[str, Json] = {}
    for report in reports:
        for one in report.get("by", ()):
            given: Json = {"field": one} if isinstance(one, str) else one
            found.setdefault(key_of(given), given)
    return found


def key_of(given: Json) -> str:
    """Return the key that a dimension's column has."""
    name = str(given.get("role") or given.get("field") or "")
    return str(given.get("key", name.removesuffix("__d")))


def is_date(given: Json) -> bool:
    """Tell whether a dimension is the day that reports go by, in whole stretches of the calendar."""
    name = given.get("role") or given.get("field")
    return name == "date" and str(given.get("bucket", "day")) in CALENDAR


def levelled(report: Json, level: str, roles: Sequence[str]) -> dict[str, Any]:
    """Return a report with the role `level` put in terms of who looks at it."""
    wanted = next((one for one in LEVELS.get(level, ()) if one in roles), None)
    made = []
    for one in report.get("by", ()):
        given = {"field": one} if isinstance(one, str) else dict(one)
        if "level" in (given.get("role"), given.get("field")):
            given.pop("field", None)
            given = {"key": "level", **given, "role": wanted or "branch"}
        made.append(one if isinstance(one, str) and one != "level" else given)
    return {**report, "by": made} if made else dict(report)


def effective(
    report: Json,
    question: Question,
    filters: Sequence[Json],
    known: Mapping[str, Json],
    today: date,
    year_starts: int = 1,
    *,
    is_alone: bool = False,
) -> Effective:
    """Return the report as a question asks it. `known`: dimensions of the whole board, for clicks on other charts.

    `is_alone`: it is shown by itself, so whatever can be compared is where a reader asks for it.
    """
    made = Effective(report, year_starts=year_starts)
    for one in filters:
        value = question.filters.get(str(one["key"]))
        if value in (None, "", []) or one["role"] == KEY:
            continue
        made = _filtered(made, one, value, today)
    made = _compared(made, question, filters, today, is_alone=is_alone)
    for key, value in question.narrowed.items():
        if key in known:
            made = _narrowed(made, known[key], value, today, is_soft=True)
    for at, step in enumerate(question.path):
        made = _deeper(made, step, f"/path/{at}", today)
    return made


def _compared(
    made: Effective, question: Question, filters: Sequence[Json], today: date, *, is_alone: bool
) -> Effective:
    """Return the question beside the days that a reader chose; a chart that stands beside none stays alone."""
    chosen = question.filters.get(KEY)
    is_own = any(one["key"] == KEY and one["role"] != KEY for one in filters)
    if not isinstance(chosen, str) or not chosen or is_own:
        return made
    own = made.period or made.report.get("period")
    if own is None or not (may_compare if is_alone else is_comparing)(made.report):
        return replace(made, beside=left_as_is(made.report, chosen))
    if is_kept(made.report, chosen):
        return replace(made, beside=left_as_is(made.report, chosen))
    report = compared_by(made.report, chosen)
    if BASELINE not in report["compare"] or chosen == BASELINE:
        return replace(made, report=report)
    dates = [one for one in filters if one["role"] == "date"]
    shared = next((question.filters.get(str(one["key"])) or one.get("default") for one in dates), None)
    return replace(made, report=report, baseline=baseline_for(chosen, shared, own, today, made.year_starts))


def _filtered(made: Effective, one: Json, value: Any, today: date) -> Effective:
    if one["role"] == "date":
        return _with(made, period=_chosen(made.report, one, value, today, made.year_starts))
    values = tuple(value)[:MOST_VALUES] if isinstance(value, list) else (value,)
    label = one.get("name") or {"zh": str(one["role"]), "en": str(one["role"])}
    return _with(made, Pick({"role": one["role"]}, values, is_soft=True, label=label))


def _chosen(report: Json, one: Json, value: Any, today: date, year_starts: int) -> Any:
    """Return the period that a chosen one means for a report: its own until a reader chooses, and at least as long over time."""
    own = report.get("period")
    if own is None:
        return value
    if value == one.get("default"):
        return own
    chosen = read_period(value, today, "/filters", year_starts)
    usual = read_period(own, today, year_starts=year_starts)
    if chosen.is_open or usual.is_open or not _is_over_time(report):
        return value
    assert chosen.start is not None and chosen.end is not None  # noqa: PT018 - not open, by the line before
    assert usual.start is not None and usual.end is not None  # noqa: PT018 - as before
    if chosen.end - chosen.start >= usual.end - usual.start:
        return value
    if usual.unit in MONTHS and chosen.end.day == 1:
        start = month_of(months(chosen.end) - usual.count * MONTHS[usual.unit])
    else:
        start = chosen.end - (usual.end - usual.start)
    return Period(start, chosen.end).to_json()


def _is_over_time(report: Json) -> bool:
    given = [{"field": one} if isinstance(one, str) else one for one in report.get("by", ())]
    return any(is_date(one) for one in given) or report.get("kind") in ("retention", "forecast")


def _with(made: Effective, *picks: Pick, period: Any = None, report: Json | None = None) -> Effective:
    return replace(
        made,
        report=report or made.report,
        period=period if period is not None else made.period,
        picks=(*made.picks, *picks),
    )


def _narrowed(made: Effective, by: Json, value: Any, today: date, *, is_soft: bool) -> Effective:
    if is_date(by) and isinstance(value, str):
        period = _within(made, by, value, today)
        if period is not None:
            return _with(made, period=period)
    label = by.get("name") or {"zh": key_of(by), "en": key_of(by)}
    if value == OTHER:
        return replace(made, others=(*made.others, (key_of(by), by)))
    return _with(made, Pick(by, (value,), is_soft=is_soft, label=label))


def _within(made: Effective, by: Json, value: str, today: date) -> Json | None:
    """Return the part of the period that lies in one bucket."""
    try:
        start = date.fromisoformat(value[:10])
    except ValueError:
        return None
    end = next_bucket(start, str(by.get("bucket", "day")))
    given = made.period or made.report.get("period")
    whole = read_period(given, today, year_starts=made.year_starts) if given else Period(None, None)
    start = max(start, whole.start) if whole.start is not None else start
    end = min(end, whole.end) if whole.end is not None else end
    return Period(start, end).to_json() if start < end else None


def _deeper(made: Effective, step: Json, at: str, today: date) -> Effective:
    """Return the question one step further down: what was clicked is a filter, another dimension takes its place."""
    given = [{"field": one} if isinstance(one, str) else one for one in made.report.get("by", ())]
    here = {key_of(one): one for one in given}
    dims = step.get("dims") if isinstance(step.get("dims"), Mapping) else {}
    for key, value in dims.items():  # type: ignore[union-attr]  # a mapping, by the line before
        if key in here:
            made = _narrowed(made, here[key], value, today, is_soft=False)
    to = dimension_named(str(step.get("by", "")), at)
    gone = [key for key in dims if key in here]  # type: ignore[union-attr]  # as before
    return _with(made, report=replaced(made.report, given, gone, to))


def dimension_named(name: str, at: str) -> dict[str, Any]:
    """Return the dimension that a drill goes to: a role or field, `date:month` for a bucket of time."""
    path, _, bucket = name.partition(":")
    if not path:
        raise Rejected(
            UNKNOWN_FIELD.at(f"{at}/by", fact={"zh": "看板", "en": "dashboard"}, name=name, nearest="–")
        )
    return {"field": path, **({"bucket": bucket} if bucket else {})}


def replaced(report: Json, given: Sequence[Json], gone: Sequence[str], to: Json) -> dict[str, Any]:
    """Return a report by another dimension instead of those that are gone, without what went by them."""
    place = next((at for at, one in enumerate(given) if key_of(one) in gone), len(given))
    by = [one for one in given if key_of(one) not in (*gone, key_of(to))]
    by.insert(min(place, len(by)), to)
    keys = {key_of(one) for one in by}
    made = {key: value for key, value in report.items() if key not in ("pivot", "chart")}
    made["by"] = by
    old = {key_of(one) for one in given} - keys
    made["sort"] = [one for one in report.get("sort", ()) if str(one).removeprefix("-") not in old]
    if isinstance(report.get("totals"), list):
        made["totals"] = True
    if set(gone) == {key_of(one) for one in given} and "chart" in report and key_of(to) in gone:
        made["chart"] = report["chart"]
    return made


def ignored(picks: Sequence[Pick]) -> Iterator[Problem]:
    """Yield a word for each filter that a question does not know."""
    for one in picks:
        yield NOT_APPLIED.at("/filters", label=one.label)


__all__ = [
    "FISCAL_PERIODS",
    "LEVELS",
    "NO_CELL",
    "PERIODS",
    "Effective",
    "Question",
    "effective",
    "levelled",
    "period_words",
    "read_question",
]
