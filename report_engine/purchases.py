"""Customers and their paid days, as RFM and customer value need them: one row a customer, worked out in the database."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer, case, func, select, type_coerce

from engine.access.sources import Wanted
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.query import exact
from report_engine.tabled import condition, day_of, fact_of, filters, path_of, rows_of

YEAR = 365


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


def buyers(bound: Bound, desk: Desk, until: date) -> list[Buyer]:
    """Return everybody who paid on or before `until`, as far as the asker may see their payments.

    `settings`: `customer` (path or role), `amount` (path of the money), `filter`; the report's `form` is the fact.
    """
    settings = bound.settings
    fact = fact_of(bound, bound.form, "/form")
    fields = {
        "who": Wanted(path_of(bound, fact, settings.get("customer", "customer_id"), "/settings/customer")),
        "day": Wanted(bound.data.day(fact, fact.date), at="/form"),
        "paid": Wanted(path_of(bound, fact, settings.get("amount", "amount"), "/settings/amount")),
    }
    where = [*filters(bound, fact), *condition(bound, fact, settings.get("filter"), "/settings/filter")]
    source = desk.gate.source(fact.key, fields, where)
    paid = func.sum(type_coerce(source.c.paid, Integer())).label("paid")
    wanted = (source.c.who.is_not(None), source.c.day <= until, source.c.paid > 0)
    days = (
        select(source.c.who, source.c.day, paid)
        .where(*wanted)
        .group_by(source.c.who, source.c.day)
        .subquery("days")
    )
    first = func.min(days.c.day).over(partition_by=days.c.who).label("first")
    each = select(days.c.who, days.c.day, days.c.paid, first).subquery("each")
    recent = each.c.day > until - timedelta(days=YEAR)
    later = each.c.day > each.c.first
    chosen = select(
        each.c.who, func.min(each.c.day), func.max(each.c.day), func.count(), func.count().filter(recent),
        func.sum(each.c.paid), func.sum(case((recent, each.c.paid))), func.sum(case((later, each.c.paid))),
    ).group_by(each.c.who).order_by(each.c.who)  # fmt: skip
    units = source.kinds["paid"].units

    def money(raw: Any) -> Decimal:
        return exact(raw or 0, units).quantize(Decimal("0.01"))

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
        for row in rows_of(desk, chosen, [source], fact.key)
    ]
