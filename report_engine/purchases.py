"""Customers and their paid days, as RFM and customer value need them: one row a customer, worked out in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Integer, Select, Subquery, case, func, select, type_coerce

from engine.access.sources import Source, Sources, Wanted
from report_engine.binding import Bound
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.query import exact
from report_engine.states import standing
from report_engine.tabled import (
    condition,
    day_of,
    fact_of,
    filters,
    kept_statement,
    path_of,
    plan_of,
    rows_of,
)

YEAR = 365
SETTINGS = ("customer", "amount", "filter")


@dataclass(frozen=True, slots=True)
class Buyer:
    """`days`: different paid days in all; `days_year`, `paid_year`: over the last 365; `paid_again`: after the first day."""

    customer_id: str
    first: date
    last: date
    days: int
    days_year: int
    paid: Decimal
    paid_year: Decimal
    paid_again: Decimal


@dataclass(frozen=True, slots=True)
class Recent:
    """What RFM goes by: the last paid day; different paid days and money over the last 365 days.

    `interval`: mean days from one paid day to the next, where it was asked for and there are two.
    """

    customer_id: str
    last: date
    days_year: int
    paid_year: Decimal
    interval: Fraction | None = None


@dataclass(frozen=True, slots=True)
class _Days:
    """Paid days: a row for each customer and day."""

    source: Source
    table: Subquery
    fact: Fact

    @property
    def form(self) -> str:
        return self.fact.key

    @property
    def units(self) -> int:
        return self.source.kinds["paid"].units

    def money(self, raw: Any) -> Decimal:
        return _money(raw, self.units)


def _money(raw: Any, units: int) -> Decimal:
    return exact(raw or 0, units).quantize(Decimal("0.01"))


def _days(bound: Bound, gate: Sources, until: date) -> _Days:
    settings = bound.settings
    fact = fact_of(bound, bound.form, "/form")
    fields = {
        "who": Wanted(path_of(bound, fact, settings.get("customer", "customer_id"), "/settings/customer")),
        "day": Wanted(bound.data.day(fact, fact.date), at="/form"),
        "paid": Wanted(path_of(bound, fact, settings.get("amount", "amount"), "/settings/amount")),
    }
    where = [*filters(bound, fact), *condition(bound, fact, settings.get("filter"), "/settings/filter")]
    source = gate.source(fact.key, fields, where)
    paid = func.sum(type_coerce(source.c.paid, Integer())).label("paid")
    wanted = (source.c.who.is_not(None), source.c.day <= until, source.c.paid > 0)
    days = (
        select(source.c.who, source.c.day, paid)
        .where(*wanted)
        .group_by(source.c.who, source.c.day)
        .subquery("days")
    )
    return _Days(source, days, fact)


def recent_buyers(bound: Bound, desk: Desk, until: date, intervals: bool = False) -> list[Recent]:
    """Return everybody who paid on or before `until`, for RFM: `settings` as for `buyers`, without what only its models need."""
    fact = fact_of(bound, bound.form, "/form")
    settings = bound.settings
    asked = (repr(settings.get(one)) for one in SETTINGS)
    key = ("recent buyers", fact.key, intervals, plan_of(bound)[0], *asked)

    def build(gate: Sources) -> tuple[Select[Any], Sequence[Source]]:
        days = _days(bound, gate, until)
        each = days.table
        recent = each.c.day > until - timedelta(days=YEAR)
        chosen = select(
            each.c.who, func.max(each.c.day), func.count().filter(recent), func.sum(case((recent, each.c.paid))),
            *((func.min(each.c.day), func.count()) if intervals else ()),
        ).group_by(each.c.who).order_by(each.c.who)  # fmt: skip
        return chosen, [days.source]

    scoped = kept_statement(desk, (*key, until), build, fact.key)
    units = desk.gate.kept(
        ("units", key, desk.gate.rights.signature), lambda _: _days(bound, desk.gate, until).units
    )
    return [
        Recent(
            str(row[0]),
            day_of(row[1]),
            int(row[2]),
            _money(row[3], units),
            _interval(row) if intervals else None,
        )
        for row in standing(bound, desk, fact, scoped, until)
    ]


def _interval(row: Sequence[Any]) -> Fraction | None:
    last, first, days = day_of(row[1]), day_of(row[4]), int(row[5])
    return Fraction((last - first).days, days - 1) if days > 1 else None


def buyers(bound: Bound, desk: Desk, until: date) -> list[Buyer]:
    """Return everybody who paid on or before `until`, as far as the asker may see their payments.

    `settings`: `customer` (path or role), `amount` (path of the money), `filter`; the report's `form` is the fact.
    """
    found = _days(bound, desk.gate, until)
    days, money = found.table, found.money
    first = func.min(days.c.day).over(partition_by=days.c.who).label("first")
    each = select(days.c.who, days.c.day, days.c.paid, first).subquery("each")
    recent = each.c.day > until - timedelta(days=YEAR)
    later = each.c.day > each.c.first
    chosen = select(
        each.c.who, func.min(each.c.day), func.max(each.c.day), func.count(), func.count().filter(recent),
        func.sum(each.c.paid), func.sum(case((recent, each.c.paid))), func.sum(case((later, each.c.paid))),
    ).group_by(each.c.who).order_by(each.c.who)  # fmt: skip
    return [
        Buyer(
            str(row[0]),
            day_of(row[1]),
            day_of(row[2]),
            int(row[3]),
            int(row[4]),
            money(row[5]),
            money(row[6]),
            money(row[7]),
        )
        for row in rows_of(desk, chosen, [found.source], found.form)
    ]
