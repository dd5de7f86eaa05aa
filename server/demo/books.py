"""The chain's books: credit for what was paid, goals month by month, vouchers for the ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from server.demo.house import House
from server.demo.patients import Patient
from server.demo.shelf import Row
from server.demo.world import ZONE, at_clock, stamp, yuan

RATES = {"consultant": "0.0500", "doctor": "0.1500"}
ALERTS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("noshow_rate", {"compare": "mean_2_sigma", "threshold": "0.2", "direction": "above"}),
    ("timely_rate", {"compare": "fixed", "threshold": "0.9", "direction": "below", "min_sample": 5, "notify_roles": ["director", "consultant_lead", "service"]}),
    ("leads", {"compare": "previous_period", "threshold": "0.3", "direction": "below", "min_sample": 5, "notify_roles": ["director", "consultant_lead", "marketing"]}),
    ("paid", {"compare": "previous_period", "threshold": "0.4", "direction": "below", "notify_roles": ["director", "finance"]}),
    ("postop_coverage", {"compare": "fixed", "threshold": "1", "direction": "below", "min_sample": 1, "notify_roles": ["director", "service"]}),
    ("leads", {"compare": "missing", "threshold": "0", "missing_hours": 24, "schedule": "hourly", "dims": [], "notify_roles": ["director", "consultant_lead"]}),
)  # fmt: skip
"""What the chain watches, and who is told."""
Sums = defaultdict[tuple[str, str], Decimal]


def _sums() -> Sums:
    return defaultdict(Decimal)


@dataclass
class Months:
    """What each month brought: by (month, branch), (month, staff), (month, payment method)."""

    paid: Sums = field(default_factory=_sums)
    cards: Sums = field(default_factory=_sums)
    credit: Sums = field(default_factory=_sums)
    method: Sums = field(default_factory=_sums)
    prepaid: Sums = field(default_factory=_sums)
    refunded: Sums = field(default_factory=_sums)
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(visits or new_customers; month; branch)."""


def books(house: House, patients: Sequence[Patient]) -> None:
    """Write the credits of every payment and refund, the goals of every month, the vouchers of every closed one."""
    months = Months()
    for bill in house.world.all("bill"):
        _credits(house, bill, months)
    for refund, bill, amount in house.refunds:
        _taken_back(house, refund, bill, amount, months)
    _count_people(patients, months)
    _goals(house, months)
    _vouchers(house, months)
    _alert(house)


def _credits(house: House, bill: Row, months: Months) -> None:
    """Credit what was paid to those who share in it, payment by payment."""
    by_day: dict[str, Decimal] = {}
    for payment in bill.get("payments", ()):
        day, amount = payment["paid_at"][:10], Decimal(payment["amount"])
        by_day[day] = by_day.get(day, Decimal(0)) + amount
        month = day[:7]
        months.method[month, payment["method"]] += amount
        if payment["method"] != "stored_balance":
            months.paid[month, bill["branch_id"]] += amount
        if bill["kind"] in ("card", "stored_value"):
            months.cards[month, bill["branch_id"]] += amount
            months.prepaid[month, ""] += amount
    for day, amount in by_day.items():
        for share in bill.get("sharing", ()):
            _credit(house, bill, share, amount, day, months)


def _taken_back(house: House, refund: Row, bill: Row, amount: Decimal, months: Months) -> None:
    day = refund["past"][-1]["at"][:10]
    months.paid[day[:7], bill["branch_id"]] -= amount
    months.refunded[day[:7], ""] += amount
    for share in bill.get("sharing", ()):
        _credit(house, bill, share, -amount, day, months)


def _credit(
    house: House, bill: Row, share: Mapping[str, Any], amount: Decimal, day: str, months: Months
) -> None:
    months.credit[day[:7], share["staff"]] += amount
    house.world.add(
        "performance", at_clock(date.fromisoformat(day), 22 * 60), branch=bill["branch_id"], owner=house.of("finance")[0].user, bill_id=bill["id"],
        staff_id=share["staff"], role=share["role"], amount=yuan(amount), rate=RATES[share["role"]], happened_at=day,
    )  # fmt: skip


def _count_people(patients: Sequence[Patient], months: Months) -> None:
    for patient in patients:
        if patient.arrived_at is None:
            continue
        month = f"{patient.arrived_at.astimezone(ZONE):%Y-%m}"
        months.counts["new_customers", month, patient.branch] += 1


def _months(house: House) -> Iterator[date]:
    """Yield the first of each month with goals: all of the history, this one and the next."""
    world = house.world
    day = (world.start.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= (world.today.replace(day=1) + timedelta(days=32)).replace(day=1):
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _goals(house: House, months: Months) -> None:
    """Write goals: the chain's, each branch's, each team's, each consultant's and each doctor's; set before the month begins."""
    everybody = [p for p in house.people if p.role in ("consultant", "consultant_lead", "doctor")]
    for month in _months(house):
        _goal(house, month, "paid", "group", {m: _total(months.paid, m) for m in _near(month)}, {})
        for branch in house.branches:
            own, subject = branch["id"], {"subject": branch["id"]}
            _goal(house, month, "paid", "branch", {m: months.paid[m, own] for m in _near(month)}, subject)
            _goal(
                house, month, "card_sales", "branch", {m: months.cards[m, own] for m in _near(month)}, subject
            )
            new = {m: Decimal(months.counts["new_customers", m, own]) for m in _near(month)}
            _goal(house, month, "new_customers", "branch", new, subject)
            for metric in ("deal_rate", "revisit_rate"):
                _rate_goal(house, month, metric, own)
        for person in everybody:
            own = {m: months.credit[m, person.staff] for m in _near(month)}
            _goal(house, month, "paid", "personal", own, {"subject_staff": person.staff}, person.branch)
            team = [
                one.staff
                for one in house.people
                if one.supervisor is person and person.role == "consultant_lead"
            ]
            if team:
                theirs = {
                    m: sum((months.credit[m, one] for one in (person.staff, *team)), Decimal(0))
                    for m in _near(month)
                }
                _goal(house, month, "paid", "team", theirs, {"subject_staff": person.staff}, person.branch)


def _near(month: date) -> list[str]:
    """Return the month and the three before it."""
    found = [month]
    for _ in range(3):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return [f"{one:%Y-%m}" for one in found]


def _total(sums: Sums, month: str) -> Decimal:
    return sum((amount for (when, _), amount in sums.items() if when == month), Decimal(0))


def _goal(
    house: House,
    month: date,
    metric: str,
    level: str,
    sums: Mapping[str, Decimal],
    subject: Mapping[str, str],
    branch: str | None = None,
) -> None:
    """Write one goal: what the last months brought and what this one came to, half and half, and a little more."""
    world = house.world
    key, *before = sums
    usual = sum((sums[m] for m in before), Decimal(0)) / len(before)
    this_month = world.today.replace(day=1)
    aim = usual if month > this_month else (usual + sums[key]) / 2
    if month == this_month:
        # what the month is likely to come to, by the days that are over
        ends = (month + timedelta(days=32)).replace(day=1)
        aim = (usual + sums[key] * (ends - month).days / max(1, world.today.day)) / 2
    least = Decimal(3) if metric == "new_customers" else Decimal(2000)
    step = Decimal(1) if metric == "new_customers" else Decimal(100)
    target = max(least, (aim * Decimal(str(round(world.rng.uniform(0.92, 1.14), 2))) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)  # fmt: skip
    _write_goal(
        house,
        month,
        metric,
        level,
        target,
        subject,
        branch,
    )


def _rate_goal(house: House, month: date, metric: str, branch: str) -> None:
    usual = {"deal_rate": "0.6", "revisit_rate": "0.65"}[metric]
    _write_goal(house, month, metric, "branch", Decimal(usual), {"subject": branch}, branch)


def _write_goal(
    house: House,
    month: date,
    metric: str,
    level: str,
    target: Decimal,
    subject: Mapping[str, str],
    branch: str | None,
) -> None:
    made = at_clock(max(month - timedelta(days=5), house.world.start), 10 * 60)
    head = house.branches[0]["id"]
    house.world.add(
        "sales_target", made, branch=branch or subject.get("subject", head), owner=house.of("finance")[0].user, month=month.isoformat(), level=level,
        metric=metric, target=str(target), **subject,
    )  # fmt: skip


ACCOUNTS = {
    "cash": ("1001", "库存现金"), "bank_card": ("1002", "银行存款"), "instalment": ("1122", "应收账款—分期"), "medical_insurance": ("1122", "应收账款—医保"),
}  # fmt: skip
OTHER = ("1012", "其他货币资金")
INCOME, PREPAID, COSTS, PAYABLE, GOODS = (
    ("6001", "主营业务收入"), ("2203", "预收账款"), ("6601", "销售费用"), ("2202", "应付账款"), ("1405", "库存商品"),
)  # fmt: skip
METHODS = {
    "wechat": "微信", "alipay": "支付宝", "bank_card": "银行卡", "cash": "现金", "medical_insurance": "医保", "dianping_voucher": "点评券",
    "meituan_voucher": "美团券", "instalment": "分期", "stored_balance": "储值余额",
}  # fmt: skip


def _vouchers(house: House, months: Months) -> None:
    """Write the vouchers of each month: what was taken, given back, used up of prepaid money, bought, spent on channels."""
    world = house.world
    costs, bought = _spent(house)
    for month in _months(house):
        key = f"{month:%Y-%m}"
        if month >= world.today.replace(day=1):
            continue
        taken = {
            m: months.method[key, m] for _, m in sorted(months.method) if _ == key and m != "stored_balance"
        }
        total, prepaid = sum(taken.values(), Decimal(0)), months.prepaid[key, ""]
        lines = [(*ACCOUNTS.get(m, OTHER), amount, Decimal(0), METHODS[m]) for m, amount in taken.items()]
        lines += [
            (*INCOME, Decimal(0), total - prepaid, "诊疗"),
            (*PREPAID, Decimal(0), prepaid, "卡项与储值"),
        ]
        _voucher(house, month, "billing", lines)
        for source, debit, credit, amount, note in (
            ("stored_value_use", PREPAID, INCOME, months.method[key, "stored_balance"], "储值消耗"), ("refund", INCOME, ACCOUNTS["bank_card"], months.refunded[key, ""], "退款"),
            ("channel_cost", COSTS, PAYABLE, costs[key], "渠道投放"), ("purchase", GOODS, PAYABLE, bought[key], "耗材采购"),
        ):  # fmt: skip
            if amount > 0:
                _voucher(
                    house,
                    month,
                    source,
                    [(*debit, amount, Decimal(0), note), (*credit, Decimal(0), amount, note)],
                )


def _spent(house: House) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for row in house.world.all("channel_cost"):
        costs[row["period"]["from"][:7]] += Decimal(row["amount"])
    bought: dict[str, Decimal] = defaultdict(Decimal)
    for row in house.world.all("stock_move"):
        if row["kind"] == "purchase_in":
            for line in row["lines"]:
                bought[row["created_at"][:7]] += (Decimal(line["qty"]) * Decimal(line["price"])).quantize(
                    Decimal("0.01")
                )
    return costs, bought


Line = tuple[str, str, Decimal, Decimal, str]


def _voucher(house: House, month: date, source: str, lines: Sequence[Line]) -> None:
    world = house.world
    used = [line for line in lines if line[2] or line[3]]
    if len(used) < 2:
        return
    finance = house.of("finance")[0]
    closed = at_clock((month + timedelta(days=32)).replace(day=1), 9 * 60 + 40)
    rows = [
        {"account_code": code, "account_name": name, "debit": yuan(debit), "credit": yuan(credit), "aux": aux}
        for code, name, debit, credit, aux in used
    ]
    row = world.add("finance_voucher", closed, branch=house.branches[0]["id"], owner=finance.user, period=month.isoformat(), source=source, lines=rows, target="kingdee", status="to_generate")  # fmt: skip
    if source == "billing":
        row["id"] = house.voucher(month)
    world.move(row, closed + timedelta(minutes=20), finance.user, status="to_push")
    is_last = (month + timedelta(days=32)).replace(day=1) == world.today.replace(day=1)
    if is_last and source in ("purchase", "channel_cost"):
        if source == "purchase":
            world.move(row, closed + timedelta(minutes=25), finance.user, status="failed")
        return
    pushed = closed + timedelta(minutes=30)
    world.move(row, pushed, finance.user, status="pushed")
    row["pushed_at"], row["external_no"] = stamp(pushed), f"记-{month:%Y%m}-{world.rng.randint(1, 180):03d}"


def _alert(house: House) -> None:
    world, boss = house.world, house.of("ops")[0]
    for metric, rule in ALERTS:
        world.add(
            "kpi_rule", at_clock(world.today - timedelta(days=40), 600), branch=house.branches[0]["id"], owner=boss.user, metric=metric, notify=[boss.user],
            for_times=1, rearm_hours=24, **{"dims": ["branch"], "min_sample": 20, "schedule": "daily_0830", **rule},
        )  # fmt: skip
