"""Lapse (按周期流失): by what people last came for, who has not come again within one and a half of its usual cycles.

`by` has the one dimension (project). A cycle is the median of the days from one coming of a person for it to the next, within the
period; with fewer than `least` of them (10) that of all together is taken, and marked. People count under what they came for
last; they are lost when more than `factor` (1.5) cycles have passed at the end of the period. `settings`: `subject` (whose).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select, type_coerce

from engine.access.sources import Source, Wanted
from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound, Dimension
from report_engine.dataset import Datasets, Fact
from report_engine.desk import Desk
from report_engine.draft import Draft, Group
from report_engine.grains import days_between
from report_engine.kind import Kind
from report_engine.moments import moment_of
from report_engine.passes.labels import label
from report_engine.problems import EMPTY, NOT_FOR_KIND
from report_engine.query import LISTS, rounded
from report_engine.table import Cell, Column, Table, Total
from report_engine.tabled import day_of, fact_of, filters, path_of, rows_of, within

FACTOR, LEAST = Decimal("1.5"), 10
NEEDS_ONE = Code(
    "report.lapse_by_one",
    zh="按周期流失要按恰好一个维度（如项目）分组，不按时间",
    en="Who lapsed is asked by exactly one dimension, such as the project, not by time",
    hint_zh='例如 "form": "bill.items", "by": [{"role": "category"}], "settings": {"subject": "form.customer_id"}',
    hint_en='For example "form": "bill.items", "by": [{"role": "category"}], "settings": {"subject": "form.customer_id"}',
)
Counts = Mapping[int, int]


class Lapse(Kind):
    """Projects with their cycles, and who is overdue by them."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        for name in ("measures", "compare", "having", "pivot"):
            if report.get(name):
                yield NOT_FOR_KIND.at(f"/{name}", name=name)

    def table(self, bound: Bound, desk: Desk) -> Table:
        return _Lapse(bound, desk).table()

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return _Lapse(bound, desk).behind(dims, measure)


class _Lapse:
    def __init__(self, bound: Bound, desk: Desk) -> None:
        self.bound, self.desk = bound, desk
        if len(bound.dimensions) != 1 or bound.dimensions[0].is_time:
            raise Rejected(NEEDS_ONE.at("/by"))
        self.by: Dimension = bound.dimensions[0]
        self.fact: Fact = fact_of(bound, bound.form, "/form")
        if self.fact.key not in self.by.paths:
            raise Rejected(NEEDS_ONE.at("/by"))
        self.moment = moment_of(bound.period, bound.today)
        self.factor = Fraction(str(bound.settings.get("factor", FACTOR)))
        self.least = int(bound.settings.get("least", LEAST))

    def table(self) -> Table:
        gaps, last = self._gaps(), self._last()
        whole: dict[int, int] = defaultdict(int)
        for some in gaps.values():
            for days, count in some.items():
                whole[days] += count
        rows, sums = [], [0, 0]
        for key, silent in last.items():
            cycle, is_own = self._cycle(gaps.get(key, {}), whole)
            people, lost = sum(silent.values()), _overdue(silent, cycle, self.factor)
            rows.append(
                Group((key,), self._values(cycle, gaps.get(key, {}), people, lost, is_small=not is_own))
            )
            sums = [sums[0] + people, sums[1] + lost]
        rows.sort(key=lambda row: (-_number(row.values["people"]), str(row.key[0])))
        titled = label(Draft(self.bound, self.desk, tuple(rows), columns=COLUMNS))
        assert titled.table is not None
        made = titled.table
        warnings = () if rows else (EMPTY.at(""),)
        total = (None, None, sum(whole.values()), *sums, _share(*reversed(sums)), False)
        totals = (Total((), (total,)),) if rows and () in self.bound.totals else ()
        return Table(
            made.columns,
            made.rows,
            totals,
            made.labels,
            self.bound.now,
            warnings,
            {"factor": str(float(self.factor))},
        )

    def behind(self, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return the people of a project, or of these the lost ones."""
        field = self.bound.data.field(self.fact, self._subject)
        if field is None or field.value_type != "reference" or measure in ("cycle", "gaps"):
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        source, last = self._ending()
        chosen = select(last.c.who, last.c.k, last.c.day).where(last.c.place == 1)
        found = self._run(chosen.order_by(last.c.who), [source])
        gaps = self._gaps() if measure in ("lost", "share") else {}
        whole: dict[int, int] = defaultdict(int)
        for some in gaps.values():
            for days, count in some.items():
                whole[days] += count
        people = []
        for who, key, day in found:
            if self.by.key in dims and key != dims[self.by.key]:
                continue
            cycle, _ = self._cycle(gaps.get(key, {}), whole)
            silent = (self.moment - day_of(day)).days
            # A share stands for all the cases it is a part of.
            if measure != "lost" or _overdue({silent: 1}, cycle, self.factor):
                people.append(str(who))
        return with_ids(str(field.config.get("to")), people)

    def _values(
        self, cycle: Fraction | None, gaps: Counts, people: int, lost: int, *, is_small: bool
    ) -> dict[str, Cell]:
        return {
            "cycle": None if cycle is None else rounded(cycle, 1), "gaps": sum(gaps.values()), "people": people, "lost": lost,
            "share": _share(lost, people), "cycle@small": is_small,
        }  # fmt: skip

    def _cycle(self, own: Counts, whole: Counts) -> tuple[Fraction | None, bool]:
        """Return the usual days from one coming to the next, and whether they are the project's own."""
        if sum(own.values()) >= self.least:
            return _median(own), True
        return (_median(whole) if whole else None), False

    # what there is

    @property
    def _subject(self) -> str:
        return path_of(
            self.bound, self.fact, self.bound.settings.get("subject", "customer_id"), "/settings/subject"
        )

    def _source(self) -> Source:
        path = self.by.paths[self.fact.key]
        field = self.bound.data.field(self.fact, path)
        is_each = field is not None and field.value_type in LISTS and self.by.level is None
        fields = {
            "who": Wanted(self._subject, at="/settings/subject"),
            "k": self.by.wanted(self.fact.key, each=is_each),
            "day": Wanted(self.bound.data.day(self.fact, self.fact.date), at="/form"),
            "rid": Wanted("id"),
        }
        return self.desk.gate.source(self.fact.key, fields, filters(self.bound, self.fact), name="came")

    def _tests(self, source: Source) -> list[ColumnElement[bool]]:
        until = source.c.day <= self.moment
        return [
            source.c.who.is_not(None),
            source.c.day.is_not(None),
            until,
            *within(self.bound, source.c.day),
        ]

    def _gaps(self) -> dict[Any, dict[int, int]]:
        """Return for each project how often so many days lay between one coming and the next."""
        source = self._source()
        once = (
            select(source.c.k, source.c.who, source.c.day)
            .where(*self._tests(source))
            .distinct()
            .subquery("once")
        )
        before = func.lag(once.c.day).over(partition_by=(once.c.k, once.c.who), order_by=once.c.day)
        each = select(once.c.k, once.c.day, type_coerce(before, once.c.day.type).label("before")).subquery(
            "each"
        )
        days = days_between(each.c.before, each.c.day, self.desk.unit.dialect).label("days")
        gaps = select(each.c.k, days).where(each.c.before.is_not(None)).subquery("gaps")
        chosen = select(gaps.c.k, gaps.c.days, func.count()).group_by(gaps.c.k, gaps.c.days)
        found: dict[Any, dict[int, int]] = defaultdict(dict)
        for key, number, count in self._run(chosen, [source]):
            found[key][int(number)] = int(count)
        return found

    def _ending(self) -> tuple[Source, Any]:
        source = self._source()
        order = (source.c.day.desc(), source.c.rid.desc(), source.c.k)
        place = func.row_number().over(partition_by=source.c.who, order_by=order).label("place")
        chosen = select(source.c.who, source.c.k, source.c.day, place).where(*self._tests(source))
        return source, chosen.subquery("ending")

    def _last(self) -> dict[Any, dict[int, int]]:
        """Return for each project how many people came for it last so many days ago."""
        source, last = self._ending()
        chosen = select(last.c.k, last.c.day, func.count()).where(last.c.place == 1)
        found: dict[Any, dict[int, int]] = defaultdict(dict)
        for key, day, count in self._run(chosen.group_by(last.c.k, last.c.day), [source]):
            found[key][(self.moment - day_of(day)).days] = int(count)
        return found

    def _run(self, statement: Any, sources: list[Source]) -> Any:
        return rows_of(self.desk, statement, sources, self.fact.key)


def _median(counts: Counts) -> Fraction:
    """Return the middle one of numbers that are given by how often they occur."""
    size = sum(counts.values())
    low, high, seen = None, None, 0
    for number in sorted(counts):
        seen += counts[number]
        if low is None and seen >= (size + 1) // 2:
            low = number
        if high is None and seen >= size // 2 + 1:
            high = number
            break
    return Fraction((low or 0) + (high or 0), 2)


def _overdue(silent: Counts, cycle: Fraction | None, factor: Fraction) -> int:
    if cycle is None:
        return 0
    return sum(count for days, count in silent.items() if days > cycle * factor)


def _share(lost: int, people: int) -> Cell:
    return rounded(Fraction(lost, people), 6) if people else None


def _number(value: Cell) -> int:
    return value if isinstance(value, int) else 0


COLUMNS = (
    Column("cycle", {"zh": "通常周期", "en": "Usual cycle"}, "measure", "number", unit={"zh": "天", "en": "days"}, adds_up=False),
    Column("gaps", {"zh": "复来次数", "en": "Comings again"}, "measure", "integer"),
    Column("people", {"zh": "人数", "en": "People"}, "measure", "integer"),
    Column("lost", {"zh": "流失人数", "en": "Lost"}, "measure", "integer", "down"),
    Column("share", {"zh": "流失率", "en": "Share lost"}, "measure", "percent", "down", adds_up=False),
    Column("cycle@small", {"zh": "样本不足", "en": "Small sample"}, "mark", "boolean", of="cycle"),
)  # fmt: skip
KIND = Lapse(
    kind="lapse",
    zh="按周期流失",
    en="Lapse by cycle",
    needs=("form", "by"),
    settings_schema=closed(
        subject={"type": "string", "minLength": 1, "maxLength": 200},
        factor={"type": "number", "minimum": 1, "maximum": 10},
        least={"type": "integer", "minimum": 1, "maximum": 10_000},
    ),
)
