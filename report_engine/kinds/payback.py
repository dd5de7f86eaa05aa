"""Payback (回本周期): after how many days what a group's people paid has made up for what was spent on them.

`measures`: the first is the spend; `form` holds those who came (leads), the earliest of each person counts for its group.
`settings`: `subject` (whose), `paid` (the form of payments), `amount`, `where` (which of them), `by` (whose they are,
default as `subject`). `horizon` (days, 365): groups younger than that and not yet paid back are marked immature.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Integer, func, select, type_coerce

from engine.access.sources import Wanted
from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from report_engine.behind import Behind, counted
from report_engine.binding import Bound
from report_engine.dataset import NUMBERS, Datasets, Fact
from report_engine.desk import Desk
from report_engine.grains import days_between
from report_engine.kind import Kind
from report_engine.kinds.aggregate import Aggregate
from report_engine.problems import NOT_FOR_KIND
from report_engine.query import exact, rounded, shown
from report_engine.table import Cell, Column, Table, Total
from report_engine.tabled import condition, fact_of, filters, path_of, rows_of, within

HORIZON = 365
BAD_PAYBACK = Code(
    "report.bad_payback",
    zh="回本周期需要：第一个度量是费用，form 是来人的表单并在度量里出现，settings 写明付款表单和金额字段",
    en="Payback needs: the spend as first measure, the form of those who came among the measures, and the form and amount of payments under settings",
    hint_zh='例如 "measures": ["channel_spend", "leads"], "form": "lead", "settings": {"subject": "customer_id", "paid": "bill", "amount": "net_paid"}',
    hint_en='For example "measures": ["channel_spend", "leads"], "form": "lead", "settings": {"subject": "customer_id", "paid": "bill", "amount": "net_paid"}',
)


class Payback(Kind):
    """Spend, what came of it, and after how many days it was made up for."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        for name in ("compare", "pivot"):
            if report.get(name):
                yield NOT_FOR_KIND.at(f"/{name}", name=name)

    def table(self, bound: Bound, desk: Desk) -> Table:
        began = fact_of(bound, bound.form, "/form")
        if not bound.measures or began.key not in bound.facts or any(one.is_time for one in bound.dimensions):
            raise Rejected(BAD_PAYBACK.at("/measures"))
        plain = replace(bound, totals=tuple(one for one in bound.totals if not one))
        table = Aggregate("aggregate", "", "").table(plain, desk)
        spend = table.at(bound.measures[0].key)
        width = len(bound.dimensions)
        runs = _Runs(bound, desk, began).found()
        whole: dict[int, Decimal] = defaultdict(Decimal)
        for run in runs.values():
            for age, amount in run.items():
                whole[age] += amount
        young = _is_young(bound)

        def told(row: Sequence[Cell], run: Mapping[int, Decimal]) -> tuple[Cell, ...]:
            return (*row, *_worth(row[spend], run, is_young=young))

        rows = tuple(told(row, runs.get(tuple(row[:width]), {})) for row in table.rows)
        totals = tuple(Total(one.by, tuple(told(row, whole) for row in one.rows)) for one in table.totals)
        return replace(table, columns=(*table.columns, *_columns()), rows=rows, totals=totals)

    def meant(self, bound: Bound, dims: Mapping[str, Any], measure: str | None) -> str | None:
        """Return the measure that a number is explained by: what was paid, by those who came."""
        return _came(bound, measure)

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return what a number stands for; of what was paid the people it came from."""
        return counted(bound, desk, dims, _came(bound, measure))


def _came(bound: Bound, measure: str | None) -> str | None:
    began = [one.key for one in bound.measures if bound.form in {base.fact for base in one.base()}]
    return began[0] if began and measure in ("revenue", "recovered", "payback") else measure


def _columns() -> tuple[Column, ...]:
    return (
        Column("revenue", {"zh": "至今净实收", "en": "Paid to date"}, "measure", "money", "up", adds_up=True),
        Column("recovered", {"zh": "回收比例", "en": "Recovered"}, "measure", "percent", "up", adds_up=False),
        Column(
            "payback", {"zh": "回本天数", "en": "Days to pay back"}, "measure", "integer", "down", adds_up=False
        ),
        Column("payback@immature", {"zh": "未满观察期", "en": "Not mature yet"}, "mark", "boolean", of="payback"),
    )  # fmt: skip


def _worth(spend: Cell, run: Mapping[int, Decimal], *, is_young: bool) -> tuple[Cell, ...]:
    """Return what came of a spend, which part of it that is, after how many days it was made up for, and whether it still may be."""
    revenue = sum(run.values(), Decimal(0))
    if not isinstance(spend, int | Decimal) or not spend:
        return revenue, None, None, False
    sofar, days = Decimal(0), None
    for age in sorted(run):
        sofar += run[age]
        if sofar >= spend:
            days = age
            break
    return revenue, rounded(Fraction(revenue) / Fraction(spend), 6), days, days is None and is_young


def _is_young(bound: Bound) -> bool:
    """Tell whether the last who came have not had their time yet."""
    horizon = int(bound.settings.get("horizon", HORIZON))
    end = bound.period.end if bound.period is not None else None
    tomorrow = bound.today + timedelta(days=1)
    return min(end or tomorrow, tomorrow) + timedelta(days=horizon) > tomorrow


class _Runs:
    """What those who came have paid, by group and by how many days after they came."""

    def __init__(self, bound: Bound, desk: Desk, began: Fact) -> None:
        self.bound, self.desk, self.began = bound, desk, began
        settings = bound.settings
        if not settings.get("paid") or not settings.get("amount"):
            raise Rejected(BAD_PAYBACK.at("/settings"))
        self.paid = fact_of(bound, settings["paid"], "/settings/paid")
        self.amount = path_of(bound, self.paid, settings["amount"], "/settings/amount")
        field = bound.data.field(self.paid, self.amount)
        if field is None or field.value_type not in NUMBERS:
            raise Rejected(BAD_PAYBACK.at("/settings/amount"))

    def found(self) -> dict[tuple[Cell, ...], dict[int, Decimal]]:
        bound, gate, subject = (
            self.bound,
            self.desk.gate,
            str(self.bound.settings.get("subject", "customer_id")),
        )
        keys = [f"k{at}" for at in range(len(bound.dimensions))]
        tests = filters(bound, self.began)
        fields = {
            "who": Wanted(path_of(bound, self.began, subject, "/settings/subject"), at="/settings/subject"),
            "rid": Wanted("form.id" if self.began.rows is not None else "id"),
            "day": Wanted(bound.data.day(self.began, self.began.date)),
            **{key: one.wanted(self.began.key) for key, one in zip(keys, bound.dimensions, strict=True)},
            **{f"f{at}": one for at, one in enumerate(tests)},
        }
        came = gate.source(self.began.key, fields, name="came")
        # The earliest of each person there ever was, before anything is filtered: payments count for that one alone.
        place = func.row_number().over(partition_by=came.c.who, order_by=(came.c.day, came.c.rid))
        first = (
            select(*(came.c[key] for key in fields), place.label("place"))
            .where(came.c.who.is_not(None), came.c.day.is_not(None))
            .subquery("first")
        )
        whose = str(bound.settings.get("by", subject))
        paid = gate.source(
            self.paid.key,
            {
                "who": Wanted(path_of(bound, self.paid, whose, "/settings/by"), at="/settings/by"),
                "day": Wanted(bound.data.day(self.paid, self.paid_day)),
                "amount": Wanted(self.amount, at="/settings/amount"),
            },
            condition(bound, self.paid, bound.settings.get("where"), "/settings/where"),
            name="paid",
        )
        age = days_between(first.c.day, paid.c.day, self.desk.unit.dialect).label("age")
        joined = first.join(paid.table, (paid.c.who == first.c.who) & (paid.c.day >= first.c.day))
        each = (
            select(*(first.c[key] for key in keys), age, paid.c.amount.label("amount"))
            .select_from(joined)
            .where(
                first.c.place == 1,
                *(first.c[f"f{at}"] for at in range(len(tests))),
                *within(bound, first.c.day),
            )
            .subquery("each")
        )
        by = [each.c[key] for key in (*keys, "age")]
        chosen = select(*by, func.sum(type_coerce(each.c.amount, Integer()))).group_by(*by)
        kind = paid.kinds["amount"]
        runs: dict[tuple[Cell, ...], dict[int, Decimal]] = defaultdict(dict)
        for *key, days, raw in rows_of(self.desk, chosen, [came, paid], self.began.key):
            if raw is not None:
                runs[tuple(key)][int(days)] = shown(exact(raw, kind.units), kind.scale)
        return runs

    @property
    def paid_day(self) -> str:
        return str(self.bound.settings.get("at", self.paid.date))


NAME = {"type": "string", "minLength": 1, "maxLength": 200}
KIND = Payback(
    kind="payback",
    zh="回本周期",
    en="Payback",
    needs=("form", "measures"),
    settings_schema=closed(
        subject=NAME,
        by=NAME,
        paid=NAME,
        amount=NAME,
        at=NAME,
        where={"type": "string", "maxLength": 2000},
        horizon={"type": "integer", "minimum": 1, "maximum": 3650},
    ),
)
