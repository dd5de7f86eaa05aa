"""RFM: customers by how lately, how often and for how much they paid, in eight named groups, and who moved.

`settings`: `customer`, `amount`, `filter`; `edges` (`recency`, `frequency`, `money`: four numbers each; quintiles without);
`since`: days back for the movement between groups; `customers`: true gives a row a customer instead of a row a group;
`high`: "score" (from 4 on) or "mean" (better than the mean of all).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.problems import Rejected
from engine.schema import closed
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.problems import EMPTY
from report_engine.purchases import recent_buyers
from report_engine.query import rounded
from report_engine.statistics.rfm import GROUP_WORDS, Customer, Edges, Scored, moves, scored
from report_engine.table import Cell, Column, Table
from report_engine.tabled import fact_of, path_of

GROUP = Column("group", {"zh": "分层", "en": "Group"}, "dimension", "text", labels=GROUP_WORDS)
FOUR = {"type": "array", "items": {"type": ["number", "string"]}, "minItems": 4, "maxItems": 4}


class Rfm(Kind):
    """Groups of customers."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        until = _until(bound)
        now = _scored(bound, desk, until)
        notes: dict[str, Any] = {"until": until.isoformat(), "customers": len(now)}
        since = bound.settings.get("since")
        if since is not None:
            before = groups_at(bound, desk, until - timedelta(days=int(since)))
            after = {one.customer.customer_id: one.group for one in now}
            moved = sorted(moves(before, after).items(), key=str)
            notes["moves"] = [{"from": a, "to": b, "count": count} for (a, b), count in moved]
        made = _people(bound, desk, now) if bound.settings.get("customers") else _groups(now)
        warnings = () if now else (EMPTY.at(""),)
        return Table(
            made.columns, made.rows, labels=made.labels, as_of=bound.now, warnings=warnings, notes=notes
        )

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        form = customer_form(bound)
        if form is None:
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        group, customer = dims.get("group"), dims.get("customer")
        return with_ids(form, [
            one.customer.customer_id
            for one in _scored(bound, desk, _until(bound))
            if group in (None, one.group) and customer in (None, one.customer.customer_id)
        ])  # fmt: skip


def _until(bound: Bound) -> date:
    """Return the last day that counts."""
    end = bound.period.end if bound.period is not None else None
    return bound.today if end is None else min(bound.today, end - timedelta(days=1))


def customer_form(bound: Bound) -> str | None:
    """Return the form that customers are records of; None where they are something else."""
    fact: Fact = fact_of(bound, bound.form, "/form")
    path = path_of(bound, fact, bound.settings.get("customer", "customer_id"), "/settings/customer")
    field = bound.data.field(fact, path)
    is_link = field is not None and field.value_type == "reference"
    return str(field.config.get("to")) if field is not None and is_link else None


def _scored(bound: Bound, desk: Desk, until: date) -> list[Scored]:
    # Who has not paid for a year is still scored: by the days since.
    people = [
        Customer(one.customer_id, (until - one.last).days, one.days_year, one.paid_year, one.interval)
        for one in recent_buyers(bound, desk, until, bool(bound.settings.get("customers")))
    ]
    above_mean = bound.settings.get("high") == "mean"
    return scored(people, _edges(bound.settings.get("edges")), above_mean) if people else []


def groups_at(bound: Bound, desk: Desk, until: date) -> dict[str, str]:
    """Return everybody's group as of the end of a day."""
    return {one.customer.customer_id: one.group for one in _scored(bound, desk, until)}


def _edges(given: Mapping[str, Any] | None) -> Edges | None:
    if not given:
        return None
    recency, frequency = (tuple(int(one) for one in given[name]) for name in ("recency", "frequency"))
    money = tuple(Decimal(str(one)) for one in given["money"])
    return Edges(recency, frequency, money)  # type: ignore[arg-type]  # four each, by the schema


def _groups(people: list[Scored]) -> Table:
    columns = (
        GROUP,
        Column("customers", {"zh": "客户数", "en": "Customers"}, "measure", "integer"),
        Column("share", {"zh": "占比", "en": "Share"}, "measure", "percent", adds_up=False),
        Column("money", {"zh": "近一年消费", "en": "Paid in a year"}, "measure", "money", "up"),
        Column(
            "recency",
            {"zh": "平均距今天数", "en": "Mean days since"},
            "measure",
            "number",
            "down",
            adds_up=False,
        ),
        Column(
            "frequency", {"zh": "平均次数", "en": "Mean visits"}, "measure", "number", "up", adds_up=False
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for group in GROUP_WORDS:
        some = [one.customer for one in people if one.group == group]
        count = len(some)
        rows.append((
            group, count, rounded(Fraction(count, len(people)), 6) if people else None,
            sum((one.money for one in some), Decimal("0.00")),
            rounded(Fraction(sum(one.recency for one in some), count), 2) if count else None,
            rounded(Fraction(sum(one.frequency for one in some), count), 2) if count else None,
        ))  # fmt: skip
    return Table(columns, tuple(rows))


def _people(bound: Bound, desk: Desk, people: list[Scored]) -> Table:
    form = customer_form(bound)
    columns = (
        Column("customer", {"zh": "客户", "en": "Customer"}, "dimension", "text", form=form),
        GROUP,
        *(Column(key, words, "measure", "integer", adds_up=False) for key, words in SCORES.items()),
        Column("money", {"zh": "近一年消费", "en": "Paid in a year"}, "measure", "money", "up"),
        Column(
            "interval",
            {"zh": "平均间隔天数", "en": "Mean days between"},
            "measure",
            "number",
            "down",
            adds_up=False,
        ),
    )
    kept = sorted(people, key=lambda one: (-one.customer.money, one.customer.customer_id))[
        : bound.limit or 5000
    ]
    rows = tuple(
        (
            one.customer.customer_id, one.group, one.recency, one.frequency, one.money,
            one.customer.recency, one.customer.frequency, one.customer.money,
            rounded(one.customer.interval, 1) if one.customer.interval is not None else None,
        )
        for one in kept
    )  # fmt: skip
    labels = {form: desk.gate.labels(form, [str(row[0]) for row in rows])} if form else {}
    return Table(columns, rows, labels=labels)


SCORES: Mapping[str, Mapping[str, str]] = {
    "r": {"zh": "R", "en": "R"},
    "f": {"zh": "F", "en": "F"},
    "m": {"zh": "M", "en": "M"},
    "recency": {"zh": "距今天数", "en": "Days since"},
    "frequency": {"zh": "近一年次数", "en": "Visits in a year"},
}

KIND = Rfm(
    kind="rfm",
    zh="RFM 分层",
    en="RFM",
    needs=("form",),
    settings_schema=closed(
        customer={"type": "string", "maxLength": 200},
        amount={"type": "string", "maxLength": 200},
        filter={"type": "string", "maxLength": 2000},
        edges=closed(("recency", "frequency", "money"), recency=FOUR, frequency=FOUR, money=FOUR),
        since={"type": "integer", "minimum": 1, "maximum": 3650},
        customers={"type": "boolean"},
        high={"enum": ["score", "mean"]},
    ),
)
