"""Season (季节性): how many times the usual each calendar month brings, by one more dimension if wanted, and the peak months.

`by` has the months (`"bucket": "month_of_year"`) and at most one dimension more. Whole months of the period count, from
the first that brought anything. `settings`: `show`: index (a row a month, the default) or peaks (a row for each value of the
dimension); `peaks` (how many at most, 3), `least` (times the usual, 1.1). Less than 24 months are marked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from engine.text import Words
from report_engine.behind import Behind, counted
from report_engine.binding import Bound, Dimension
from report_engine.buckets import months, next_bucket
from report_engine.dataset import Datasets
from report_engine.desk import Desk
from report_engine.drawing.numbers import full
from report_engine.kind import Kind
from report_engine.kinds.aggregate import Aggregate
from report_engine.problems import EMPTY, NOT_FOR_KIND
from report_engine.query import rounded
from report_engine.statistics.season import SURE, Season, season
from report_engine.table import Cell, Column, Table

MONTHS_OF_YEAR = "month_of_year"
INDEX = Column("index", {"zh": "季节指数", "en": "Season index"}, "measure", "percent", adds_up=False)
LISTED = {"zh": "、", "en": ", "}
NEEDS_MONTHS = Code(
    "report.needs_months",
    zh="季节性要按月份（month_of_year）分组，最多再加一个维度，并给出时间范围和一个可累加的度量",
    en="A season goes by month of the year and at most one dimension more; it needs a period and a measure that adds up",
    hint_zh='例如 "by": ["bill.items.category", {"role": "date", "bucket": "month_of_year"}], "period": "previous 36 months"',
    hint_en='For example "by": ["bill.items.category", {"role": "date", "bucket": "month_of_year"}], "period": "previous 36 months"',
)
SHORT = Code(
    "report.short_season",
    zh="{count} 项的数据不满 {least} 个月，季节性仅供参考",
    en="{count} of these have less than {least} months behind them: do not rely on their seasons",
)


class Seasons(Kind):
    """Months of the year against the usual."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        for name in ("compare", "having", "totals", "limit"):
            if report.get(name):
                yield NOT_FOR_KIND.at(f"/{name}", name=name)

    def meant(self, bound: Bound, dims: Mapping[str, Any], measure: str | None) -> str | None:
        # An index or a peak is about what was measured: its records are those of all such months.
        return bound.measures[0].key

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return counted(bound, desk, dims, self.meant(bound, dims, measure))

    def table(self, bound: Bound, desk: Desk) -> Table:
        month, other = _dimensions(bound)
        measure = bound.measures[0]
        plain = replace(
            bound, measures=(measure,), compare=(), totals=(), sort=(), limit=None, fill=None, having=None,
            dimensions=tuple(replace(one, grain="month") if one is month else one for one in bound.dimensions),
        )  # fmt: skip
        past = Aggregate("aggregate", "", "").table(plain, desk)
        found = {key: season(*run) for key, run in self._runs(bound, past, month, other)}
        columns = {one.key: one for one in past.columns}
        ways = {"index": self._index, "peaks": self._peaks}
        made = ways[str(bound.settings.get("show", "index"))](bound, found, columns, month, other)
        short = sum(not one.is_sure for one in found.values())
        warnings: list[Problem] = [SHORT.at("/period", count=short, least=SURE)] if short else []
        if not made.rows:
            warnings.append(EMPTY.at(""))
        return replace(made, labels=past.labels, as_of=bound.now, warnings=tuple(warnings))

    def _runs(
        self, bound: Bound, past: Table, month: Dimension, other: Dimension | None
    ) -> Iterable[tuple[Cell, tuple[int, list[Fraction]]]]:
        """Yield for each value its first month and what every month from there on brought, months of nothing too."""
        assert bound.period is not None
        assert bound.period.end is not None
        at, place = past.at(month.key), past.at(bound.measures[0].key)
        key_at = past.at(other.key) if other is not None else None
        last = months(min(bound.period.end, bound.today.replace(day=1))) - 1
        worth: dict[Cell, dict[int, Fraction]] = {}
        for row in past.rows:
            here, value = row[at], row[place]
            is_whole = isinstance(here, date) and next_bucket(here, "month") <= bound.today
            if is_whole and isinstance(here, date) and isinstance(value, int | Decimal) and value:
                worth.setdefault(row[key_at] if key_at is not None else None, {})[months(here)] = Fraction(
                    value
                )
        for key, known in worth.items():
            first = min(known)
            yield key, (first % 12 + 1, [known.get(one, Fraction(0)) for one in range(first, last + 1)])

    def _index(
        self,
        bound: Bound,
        found: Mapping[Cell, Season],
        columns: Mapping[str, Column],
        month: Dimension,
        other: Dimension | None,
    ) -> Table:
        measure = columns[bound.measures[0].key]
        usual = {lang: f"{measure.name.get(lang, '')}{words}" for lang, words in AVERAGE.items()}
        marks = (
            Column("index@peak", {"zh": "旺季", "en": "Peak"}, "mark", "boolean", of="index"),
            Column("index@small", {"zh": "不满两年", "en": "Under two years"}, "mark", "boolean", of="index"),
        )
        time = replace(columns[month.key], format=MONTHS_OF_YEAR)
        keys = [time if one is month else columns[one.key] for one in bound.dimensions]
        shown = replace(measure, name=usual, adds_up=False)
        rows = []
        for key, one in found.items():
            peaks = one.peaks(*_limits(bound))
            for number, mean in one.mean.items():
                index = one.index.get(number)
                cells: list[Cell] = [number if dim is month else key for dim in bound.dimensions]
                told = None if index is None else rounded(index, 6)
                rows.append((*cells, rounded(mean, 2), told, number in peaks, not one.is_sure))
        order = bound.dimensions.index(month)
        rows.sort(key=lambda row: (str(row[1 - order]) if other is not None else "", row[order]))
        return Table((*keys, shown, INDEX, *marks), tuple(rows))

    def _peaks(
        self,
        bound: Bound,
        found: Mapping[Cell, Season],
        columns: Mapping[str, Column],
        month: Dimension,
        other: Dimension | None,
    ) -> Table:
        words: dict[str, Words] = {}
        rows: list[tuple[Cell, ...]] = []
        for key, one in found.items():
            peaks = one.peaks(*_limits(bound))
            said = ",".join(str(number) for number in peaks)
            words[said] = _listed(peaks)
            best, worst = (max(one.index.values(), default=None), min(one.index.values(), default=None))
            ends = (None if part is None else rounded(part, 6) for part in (best, worst))
            rows.append((*((key,) if other is not None else ()), said, *ends, one.months, not one.is_sure))
        rows.sort(key=lambda row: (-(row[-4] or 0), str(row[0])))  # type: ignore[operator]  # a share of one
        return Table(
            (
                *((columns[other.key],) if other is not None else ()),
                Column("peaks", {"zh": "旺季月份", "en": "Peak months"}, "dimension", "text", labels=words),
                Column(
                    "highest", {"zh": "最高指数", "en": "Highest index"}, "measure", "percent", adds_up=False
                ),
                Column(
                    "lowest", {"zh": "最低指数", "en": "Lowest index"}, "measure", "percent", adds_up=False
                ),
                Column(
                    "months", {"zh": "数据月数", "en": "Months known"}, "measure", "integer", adds_up=False
                ),
                Column(
                    "highest@small",
                    {"zh": "不满两年", "en": "Under two years"},
                    "mark",
                    "boolean",
                    of="highest",
                ),
            ),
            tuple(rows),
        )


AVERAGE = {"zh": "（月均）", "en": " a month"}


def _listed(peaks: list[int]) -> Words:
    """Return months in words."""
    if not peaks:
        return {"zh": "不明显", "en": "none"}
    return {lang: sep.join(full(one, MONTHS_OF_YEAR, lang) for one in peaks) for lang, sep in LISTED.items()}


def _dimensions(bound: Bound) -> tuple[Dimension, Dimension | None]:
    """Return the months, and the other dimension where there is one. Rejected where there is no such question."""
    times = [one for one in bound.dimensions if one.grain == MONTHS_OF_YEAR]
    others = [one for one in bound.dimensions if one not in times]
    measure = bound.measures[0] if len(bound.measures) == 1 else None
    is_sum = measure is not None and (measure.adds_up or measure.format in ("money", "integer"))
    if len(times) != 1 or len(others) > 1 or bound.period is None or bound.period.is_open or not is_sum:
        raise Rejected(NEEDS_MONTHS.at("/by"))
    return times[0], next(iter(others), None)


def _limits(bound: Bound) -> tuple[int, Fraction]:
    return int(bound.settings.get("peaks", 3)), Fraction(str(bound.settings.get("least", "1.1")))


KIND = Seasons(
    kind="season",
    zh="季节性",
    en="Season",
    needs=("measures", "by", "period"),
    settings_schema=closed(
        show={"enum": ["index", "peaks"]},
        peaks={"type": "integer", "minimum": 1, "maximum": 12},
        least={"type": "number", "minimum": 0, "maximum": 10},
    ),
)
