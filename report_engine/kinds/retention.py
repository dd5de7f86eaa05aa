"""Retention (留存): of those who began in a month, how many came back after how many months.

`settings`: `subject` (path or role, e.g. customer_id), `start` (condition on the first event), `again` (condition on coming back),
`again_form` (where coming back is recorded, default the same form), `grain` (week, month, quarter, year), `periods`, `mode`: on (in that
very period), within (by then), rolling (then or later). What has not had time yet is blank, not 0.
`amount` (a number of what records coming back): retained revenue, what a cohort brought in each later period, and which part that is of
what it brought in its first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Integer, Select, func, select, type_coerce

from engine.access.sources import Source, Wanted
from engine.definitions.shape import FieldShape
from engine.problems import Problem, Rejected
from engine.schema import closed
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.buckets import MONTHS, floor_day, month_of, months, next_bucket
from report_engine.dataset import NUMBERS, Datasets
from report_engine.desk import Desk
from report_engine.grains import bucket
from report_engine.kind import Kind
from report_engine.problems import BAD_AGGREGATE, EMPTY, NOT_FOR_KIND
from report_engine.query import exact, rounded, shown
from report_engine.table import Cell, Column, Table
from report_engine.tabled import condition, day_of, fact_of, filters, path_of, rows_of, within

MODES = ("on", "within", "rolling")
GRAINS = ("week", "month", "quarter", "year")


class Retention(Kind):
    """Cohorts by periods since."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        for name in ("by", "measures"):
            if report.get(name):
                yield NOT_FOR_KIND.at(f"/{name}", name=name)

    def table(self, bound: Bound, desk: Desk) -> Table:
        return _Retention(bound, desk).table()

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        return _Retention(bound, desk).behind(dims, measure)


class _Retention:
    def __init__(self, bound: Bound, desk: Desk) -> None:
        self.bound, self.desk = bound, desk
        settings = bound.settings
        self.grain = str(settings.get("grain", "month"))
        self.periods = int(settings.get("periods", 12))
        self.mode = str(settings.get("mode", "within"))
        self.fact = fact_of(bound, bound.form, "/form")
        self.again = fact_of(bound, settings.get("again_form", bound.form), "/settings/again_form")

    def table(self) -> Table:
        sizes, back = self._sizes(), self._back()
        amounts = self._amounts() if self.bound.settings.get("amount") else None
        rows: list[tuple[Cell, ...]] = []
        for cohort in sorted(sizes):
            for number in range(1, self.periods + 1):
                is_over = self._is_over(cohort, number)
                returned = self._returned(back[cohort], number) if is_over else None
                share = rounded(Fraction(returned, sizes[cohort]), 6) if returned is not None else None
                more = _kept(amounts[cohort], number, is_over) if amounts is not None else ()
                rows.append((cohort, number, sizes[cohort], returned, share, *more))
        columns = (
            Column("cohort", {"zh": "首次", "en": "Began"}, "dimension", self.grain),
            Column("period", {"zh": "第几期", "en": "Periods on"}, "dimension", "integer"),
            Column("size", {"zh": "人数", "en": "Began"}, "measure", "integer", adds_up=False),
            Column(
                "returned", {"zh": "回来人数", "en": "Came back"}, "measure", "integer", "up", adds_up=False
            ),
            Column("share", {"zh": "留存率", "en": "Share"}, "measure", "percent", "up", adds_up=False),
            *(self._revenue_columns() if amounts is not None else ()),
        )
        warnings = () if rows else (EMPTY.at(""),)
        notes = {"mode": self.mode, "grain": self.grain}
        return Table(columns, tuple(rows), as_of=self.bound.now, warnings=warnings, notes=notes)

    def _revenue_columns(self) -> tuple[Column, ...]:
        field = self._amount_field()
        form = "money" if field.value_type == "money" else "number"
        return (
            Column("first_revenue", {"zh": "首期金额", "en": "First period"}, "measure", form, adds_up=False),
            Column("revenue", {"zh": "留存金额", "en": "Retained revenue"}, "measure", form, "up", adds_up=False),
            Column(
                "revenue_share", {"zh": "金额留存率", "en": "Revenue share"}, "measure", "percent", "up", adds_up=False
            ),
        )  # fmt: skip

    def _amount_field(self) -> FieldShape:
        """Return the number that is summed. Rejected for anything else."""
        path = path_of(self.bound, self.again, self.bound.settings["amount"], "/settings/amount")
        field = self.bound.data.field(self.again, path)
        if field is None or field.value_type not in NUMBERS:
            label = field.label if field is not None and field.label else {"zh": path, "en": path}
            choices = "count_distinct"
            raise Rejected(
                BAD_AGGREGATE.at("/settings/amount", label=label, aggregate="sum", choices=choices)
            )
        return field

    def _amounts(self) -> Mapping[date, dict[int, Decimal]]:
        """Return for each cohort what it brought so many periods on; 0 is the period it began in."""
        self._amount_field()
        source, began = self._began()
        path = path_of(self.bound, self.again, self.bound.settings["amount"], "/settings/amount")
        other = self._source(
            self.again, self.bound.settings.get("again"), "/settings/again", "r", {"amount": Wanted(path)}
        )
        joined = began.join(other.table, (other.c.who == began.c.who) & (other.c.day >= began.c.day))
        cohort, then = self._bucket(began.c.day).label("cohort"), self._bucket(other.c.day).label("then")
        each = select(cohort, then, other.c.amount.label("amount")).select_from(joined)
        all_ = each.where(*within(self.bound, began.c.day)).subquery("all")
        chosen = select(all_.c.cohort, all_.c.then, func.sum(type_coerce(all_.c.amount, Integer())))
        kind = other.kinds["amount"]
        sums: dict[date, dict[int, Decimal]] = defaultdict(dict)
        for first, when, raw in self._run(chosen.group_by(all_.c.cohort, all_.c.then), [source, other]):
            if raw is not None:
                number = self._distance(day_of(first), day_of(when))
                sums[day_of(first)][number] = shown(exact(raw, kind.units), kind.scale)
        return sums

    def behind(self, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return who began in a cohort; of the other numbers who came back."""
        subject = str(self.bound.settings.get("subject", "customer_id"))
        field = self.bound.data.field(self.fact, path_of(self.bound, self.fact, subject, "/settings/subject"))
        if field is None or field.value_type != "reference":
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        cohort = None if dims.get("cohort") is None else day_of(str(dims["cohort"]))
        number = dims.get("period")
        wants_all = number is None or measure == "size"
        found = self._people() if wants_all else self._came_back(int(str(number)))
        return with_ids(str(field.config.get("to")), [who for who, first in found if cohort in (None, first)])

    def _people(self) -> list[tuple[str, date]]:
        source, began = self._began()
        chosen = select(began.c.who, self._bucket(began.c.day)).where(*within(self.bound, began.c.day))
        rows = self._run(chosen.order_by(began.c.who), [source])
        return [(str(who), day_of(first)) for who, first in rows]

    def _came_back(self, number: int) -> list[tuple[str, date]]:
        each, sources = self._each()
        all_ = each.subquery("all")
        rows = self._run(select(all_.c.who, all_.c.cohort, all_.c.then).order_by(all_.c.who), sources)
        is_so: Mapping[str, Callable[[int], bool]] = {
            "on": lambda at: at == number,
            "within": lambda at: at <= number,
            "rolling": lambda at: at >= number,
        }
        return [
            (str(who), day_of(first))
            for who, first, then in rows
            if is_so[self.mode](self._distance(day_of(first), day_of(then)))
            and self._is_over(day_of(first), number)
        ]

    def _source(
        self, fact: Any, text: Any, place: str, name: str, more: Mapping[str, Wanted] | None = None
    ) -> Source:
        subject = self.bound.settings.get("subject", "customer_id")
        fields = {
            "who": Wanted(path_of(self.bound, fact, subject, "/settings/subject"), at="/settings/subject"),
            "day": Wanted(self.bound.data.day(fact, fact.date), at="/form"),
            **(more or {}),
        }
        where = [*filters(self.bound, fact), *condition(self.bound, fact, text, place)]
        return self.desk.gate.source(fact.key, fields, where, name=name)

    def _began(self) -> tuple[Source, Any]:
        source = self._source(self.fact, self.bound.settings.get("start"), "/settings/start", "a")
        chosen = select(source.c.who, func.min(source.c.day).label("day"))
        chosen = chosen.where(source.c.who.is_not(None), source.c.day.is_not(None)).group_by(source.c.who)
        return source, chosen.subquery("began")

    def _bucket(self, day: Any) -> Any:
        return bucket(day, self.grain, self.desk.unit.dialect, self.desk.zone)

    def _sizes(self) -> dict[date, int]:
        source, began = self._began()
        each = (
            select(self._bucket(began.c.day).label("cohort"))
            .where(*within(self.bound, began.c.day))
            .subquery("each")
        )
        chosen = select(each.c.cohort, func.count()).group_by(each.c.cohort)
        return {day_of(row[0]): int(row[1]) for row in self._run(chosen, [source])}

    def _each(self) -> tuple[Select[Any], list[Source]]:
        """Return who came back: from which cohort, and in which bucket (each, the first or the last, by mode)."""
        source, began = self._began()
        other = self._source(self.again, self.bound.settings.get("again"), "/settings/again", "b")
        later = other.c.day > began.c.day
        joined = began.join(other.table, (other.c.who == began.c.who) & later)
        tests = within(self.bound, began.c.day)
        cohort, then = self._bucket(began.c.day).label("cohort"), self._bucket(other.c.day).label("then")
        if self.mode == "on":
            each: Select[Any] = select(began.c.who, cohort, then).select_from(joined).where(*tests).distinct()
        else:
            pick = func.min if self.mode == "within" else func.max
            day = pick(other.c.day).label("day")
            once = select(began.c.who, began.c.day.label("began"), day).select_from(joined).where(*tests)
            found = once.group_by(began.c.who, began.c.day).subquery("once")
            each = select(
                found.c.who,
                self._bucket(found.c.began).label("cohort"),
                self._bucket(found.c.day).label("then"),
            )
        return each, [source, other]

    def _back(self) -> Mapping[date, dict[int, int]]:
        """Return for each cohort how many came back so many periods on (first or last time, by mode)."""
        each, sources = self._each()
        all_ = each.subquery("all")
        chosen = select(all_.c.cohort, all_.c.then, func.count()).group_by(all_.c.cohort, all_.c.then)
        counts: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for first, when, count in self._run(chosen, sources):
            counts[day_of(first)][self._distance(day_of(first), day_of(when))] += int(count)
        return counts

    def _returned(self, back: Mapping[int, int], number: int) -> int:
        if self.mode == "on":
            return back.get(number, 0)
        if self.mode == "within":
            return sum(count for at, count in back.items() if at <= number)
        return sum(count for at, count in back.items() if at >= number)

    def _distance(self, first: date, then: date) -> int:
        if self.grain == "week":
            return (then - first).days // 7
        return (months(then) - months(first)) // MONTHS[self.grain]

    def _is_over(self, cohort: date, number: int) -> bool:
        """Tell whether the period so many after a cohort's lies wholly in the past."""
        if self.grain == "week":
            start = cohort + timedelta(days=7 * number)
        else:
            start = month_of(months(cohort) + number * MONTHS[self.grain])
        return next_bucket(floor_day(start, self.grain), self.grain) <= self.bound.today

    def _run(self, statement: Select[Any], sources: list[Source]) -> Any:
        return rows_of(self.desk, statement, sources, self.fact.key)


def _kept(amounts: Mapping[int, Decimal], number: int, is_over: bool) -> tuple[Cell, ...]:
    """Return what a cohort brought at first, what it brought in a later period, and which part of the first that is."""
    first = amounts.get(0)
    if not is_over:
        return first, None, None
    kept = amounts.get(number, Decimal(0))
    return first, kept, rounded(Fraction(kept) / Fraction(first), 6) if first else None


KIND = Retention(
    kind="retention",
    zh="留存",
    en="Retention",
    needs=("form",),
    settings_schema=closed(
        subject={"type": "string", "maxLength": 200},
        start={"type": "string", "maxLength": 2000},
        again={"type": "string", "maxLength": 2000},
        again_form={"type": "string", "maxLength": 100},
        grain={"enum": list(GRAINS)},
        periods={"type": "integer", "minimum": 1, "maximum": 60},
        mode={"enum": list(MODES)},
        amount={"type": "string", "minLength": 1, "maxLength": 200},
    ),
)
