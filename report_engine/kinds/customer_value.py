"""Customer value (客户价值): visits and money to expect of each customer, by BG/NBD and gamma-gamma.

Below 200 customers who came back the models would guess: then there is what customers have been worth so far, and a
word that it is no forecast. `settings`: `customer`, `amount`, `filter`, `ahead` (days, default 365).
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from engine.problems import Code, Rejected
from engine.schema import closed
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.kinds.rfm import customer_form
from report_engine.purchases import Buyer, buyers
from report_engine.statistics.customer_value import Histories, fit_bg_nbd, fit_gamma_gamma
from report_engine.table import Cell, Column, Table

LEAST = 200
WEEK = 7.0
TOO_FEW = Code(
    "report.too_few_customers",
    zh="只有 {count} 位客户再次消费，少于 {least}，不足以预测；这里是至今的实际价值",
    en="Only {count} customers came back, fewer than {least}: not enough to forecast; this is what they have been worth so far",
    hint_zh="数据积累后会自动给出预测",
    hint_en="The forecast comes by itself with more data",
)


class CustomerValue(Kind):
    """A row a customer, the most valuable first."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        people = buyers(bound, desk, bound.today)
        returned = sum(one.days > 1 for one in people)
        notes: dict[str, Any] = {"customers": len(people), "came_back": returned}
        warnings: tuple[Any, ...] = ()
        expected: list[tuple[Cell, ...]] = [(None, None, None)] * len(people)
        if returned >= LEAST:
            expected, notes["model"] = _expected(people, bound)
        else:
            warnings = (TOO_FEW.at("", count=returned, least=LEAST),)
        rows = [
            (one.customer_id, one.days, one.paid, *more) for one, more in zip(people, expected, strict=True)
        ]
        rows.sort(key=lambda row: (-float(str(row[5] if row[5] is not None else row[2])), str(row[0])))
        rows = rows[: bound.limit or 5000]
        form = customer_form(bound)
        labels = {form: desk.gate.labels(form, [str(row[0]) for row in rows])} if form else {}
        return Table(
            _columns(form), tuple(rows), labels=labels, as_of=bound.now, warnings=warnings, notes=notes
        )

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        form, customer = customer_form(bound), dims.get("customer")
        if form is None:
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        people = [one.customer_id for one in buyers(bound, desk, bound.today)]
        return with_ids(form, [one for one in people if customer in (None, one)])


def _expected(people: list[Buyer], bound: Bound) -> tuple[list[tuple[Cell, ...]], dict[str, float]]:
    ahead = int(bound.settings.get("ahead", 365)) / WEEK
    until = bound.today + timedelta(days=0)
    histories = Histories.of(
        [one.days - 1 for one in people],
        [(one.last - one.first).days / WEEK for one in people],
        [max((until - one.first).days, 1) / WEEK for one in people],
    )
    model = fit_bg_nbd(histories)
    alive, visits = model.alive(histories), model.expected(histories, ahead)
    repeats = np.asarray([one.days - 1 for one in people], dtype=np.float64)
    means = np.asarray([float(one.paid_again) / max(one.days - 1, 1) for one in people], dtype=np.float64)
    spend = fit_gamma_gamma(repeats.tolist(), means.tolist())
    money = spend.mean(repeats, means) * visits
    made: list[tuple[Cell, ...]] = [
        (float(a), float(v), Decimal(str(round(float(m), 2))))
        for a, v, m in zip(alive, visits, money, strict=True)
    ]
    told = {name: float(getattr(model, name)) for name in ("r", "alpha", "a", "b", "log_likelihood")}
    return made, {**told, "p": spend.p, "q": spend.q, "v": spend.v}


def _columns(form: str | None) -> tuple[Column, ...]:
    return (
        Column("customer", {"zh": "客户", "en": "Customer"}, "dimension", "text", form=form),
        Column("visits", {"zh": "消费次数", "en": "Visits so far"}, "measure", "integer", "up"),
        Column("paid", {"zh": "累计消费", "en": "Paid so far"}, "measure", "money", "up"),
        Column(
            "alive",
            {"zh": "仍活跃的概率", "en": "Chance of being active"},
            "measure",
            "percent",
            "up",
            adds_up=False,
        ),
        Column("expected_visits", {"zh": "预计次数", "en": "Visits to expect"}, "measure", "number", "up"),
        Column("expected_money", {"zh": "预计消费", "en": "Money to expect"}, "measure", "money", "up"),
    )


KIND = CustomerValue(
    kind="customer_value",
    zh="客户价值",
    en="Customer value",
    needs=("form",),
    settings_schema=closed(
        customer={"type": "string", "maxLength": 200},
        amount={"type": "string", "maxLength": 200},
        filter={"type": "string", "maxLength": 2000},
        ahead={"type": "integer", "minimum": 1, "maximum": 3650},
    ),
)
