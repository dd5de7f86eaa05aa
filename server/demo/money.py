"""Plans and bills whose figures add up: line amounts, discounts, payments, cards and stored value."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from server.demo import facts
from server.demo.courses import PLANNED
from server.demo.house import House, Person
from server.demo.shelf import Row
from server.demo.world import World, stamp, yuan

CENT = Decimal("0.01")
DISCOUNTS = (("1", 46), ("0.95", 22), ("0.9", 18), ("0.88", 6), ("0.85", 5), ("0.8", 3))
METHODS = (
    ("wechat", 46),
    ("alipay", 22),
    ("bank_card", 15),
    ("cash", 6),
    ("medical_insurance", 5),
    ("dianping_voucher", 4),
    ("meituan_voucher", 2),
)


def price_after(list_price: Decimal, discount: str) -> Decimal:
    return (list_price * Decimal(discount)).quantize(CENT, ROUND_HALF_UP)


def make_plan(
    house: House,
    at: datetime,
    patient: Any,
    doctor: Person,
    codes: list[str],
    consultation: Row | None,
    *,
    sold: bool,
) -> Row:
    """Write a treatment plan of what the course holds; teeth give the quantities."""
    world = house.world
    discount = world.weighted(DISCOUNTS)
    lines: list[Row] = []
    for code in codes:
        service = house.services[code]
        count = max(1, len(patient.teeth)) if service["unit"] in ("tooth", "unit") else 1
        listed = Decimal(service["price"])
        if code in ("D025", "D026", "D032", "D021"):
            # Brands differ, so what one line costs spreads around its list price.
            listed = (listed * Decimal(str(round(world.rng.uniform(0.8, 1.5), 1)))).quantize(CENT)
        row: Row = {
            "id": world.new_id(at),
            "service_item": service["id"],
            "qty": str(count),
            "list_price": yuan(listed),
            "discount": discount,
            "price": yuan(price_after(listed, discount)),
            "phase": "phase_1",
        }
        if patient.teeth and service["unit"] in ("tooth", "unit"):
            row["site"] = patient.teeth
        lines.append(row)
    names = {
        "implant": "种植修复",
        "ortho": "正畸",
        "perio": "牙周系统治疗",
        "endo": "根管及冠修复",
        "prosthetics": "修复",
        "extraction": "拔牙",
    }
    age = (world.now - at).days
    status = (
        ("in_progress" if age > 10 else "accepted")
        if sold
        else "declined"
        if age > 40
        else world.weighted((("sent", 60), ("discount_review", 12), ("doctor_review", 14), ("ready", 14)))
    )
    sent = (
        at + timedelta(minutes=world.rng.randint(20, 400))
        if status in ("accepted", "in_progress", "declined", "sent")
        else None
    )
    accepted = sent + timedelta(hours=world.rng.randint(1, 90)) if sent and sold else None
    if accepted and accepted > world.now:
        status, accepted = "sent", None
    return world.add(
        "plan", at, branch=doctor.branch, owner=patient.consultant.user, customer_id=patient.row["id"], consultation_id=consultation["id"] if consultation else None,
        title=f"{names.get(patient.want, '口腔治疗')}方案", doctor_id=doctor.staff, consultant_id=patient.consultant.user, options_no="plan_a", items=lines,
        discount_reason="老客转介绍优惠" if discount < "0.95" else None, risk_note="<p>已说明治疗风险、费用与替代方案。</p>", sent_at=stamp(sent) if sent else None,
        sent_via=world.weighted((("wechat", 80), ("print", 15), ("sms_link", 5))) if sent else None,
        viewed_at=stamp(min(sent + timedelta(minutes=world.rng.randint(3, 900)), world.now)) if sent and world.chance(0.8) else None,
        accepted_at=stamp(accepted) if accepted else None, customer_sign=world.strokes(accepted, patient.row["name"]) if accepted else None,
        doctor_sign=world.strokes(at, doctor.name, "医生") if status not in ("doctor_review",) else None,
        reject_reason=world.weighted((("price", 45), ("comparing", 30), ("thinking", 25))) if status == "declined" else None,
        valid_until=(at + timedelta(days=30)).date().isoformat(), status=status,
    )  # fmt: skip


def total_of(plan: Row) -> Decimal:
    """Return the sum of the plan's lines, rounded line by line."""
    return sum(
        (
            (Decimal(line["qty"]) * Decimal(line["price"])).quantize(CENT, ROUND_HALF_UP)
            for line in plan["items"]
        ),
        Decimal(0),
    )


def bill_lines(house: House, at: datetime, codes: list[str], doctor: Person, patient: Any) -> list[Row]:
    """Return lines of single services at list price, now and then with a small coupon."""
    world = house.world
    lines = []
    for code in codes:
        service = house.services[code]
        if Decimal(service["price"]) == 0:
            continue
        row: Row = {
            "id": world.new_id(at), "kind": "service", "service_item": service["id"], "qty": "1", "price": service["price"],
            "performer": doctor.staff, "consultant": patient.consultant.user, "dept": facts.DEPARTMENTS[patient.want],
        }  # fmt: skip
        if Decimal(service["price"]) >= 200 and world.chance(0.12):
            row["coupon"] = yuan(world.pick((20, 30, 50)))
        if patient.teeth and service["unit"] == "tooth":
            row["tooth"] = patient.teeth[:1]
        lines.append(row)
    return lines


def plan_lines(house: House, at: datetime, plan: Row, doctor: Person, patient: Any) -> list[Row]:
    """Return the plan's lines as lines of a bill, at the prices agreed."""
    rows = []
    for line in plan["items"]:
        row = {
            "id": house.world.new_id(at), "kind": "service", "service_item": line["service_item"], "qty": line["qty"], "price": line["price"],
            "performer": doctor.staff, "consultant": patient.consultant.user, "dept": facts.DEPARTMENTS[patient.want],
        }  # fmt: skip
        if "site" in line:
            row["tooth"] = line["site"]
        rows.append(row)
    return rows


def amount_of(lines: list[Row]) -> Decimal:
    total = Decimal(0)
    for line in lines:
        total += (Decimal(line["qty"]) * Decimal(line["price"]) - Decimal(line.get("coupon", "0"))).quantize(
            CENT, ROUND_HALF_UP
        )
    return total


def make_bill(
    house: House,
    at: datetime,
    lines: list[Row],
    patient: Any,
    *,
    visit: Row | None,
    plan: Row | None = None,
    kind: str = "service",
    shares: tuple[tuple[int, str], ...] = ((0, "1"),),
    paid_now: bool = True,
) -> Row | None:
    """Write a bill with its payments. `shares`: days after the bill and the part of the total paid then."""
    world = house.world
    total = amount_of(lines)
    if total <= 0:
        return None
    off = (
        Decimal(world.pick((10, 20, 50)))
        if kind == "service" and total > 500 and plan is None and world.chance(0.1)
        else Decimal(0)
    )
    due = total - off
    cashier = house.one("front_desk", patient.branch)
    payments, left = [], due
    for place, (days, share) in enumerate(shares):
        when = at + timedelta(days=days)
        amount = left if place == len(shares) - 1 else (due * Decimal(share)).quantize(CENT, ROUND_HALF_UP)
        if when > world.now or not paid_now or amount <= 0:
            break
        left -= amount
        payments += _payments(world, when, amount, patient, cashier)
    status = "paid" if left == 0 else "part_paid" if payments else "to_pay"
    bill = world.add(
        "bill", at, branch=patient.branch, owner=cashier.user, customer_id=patient.row["id"], visit_id=visit["id"] if visit else None,
        plan_id=plan["id"] if plan else None, kind=kind, items=lines, order_discount=yuan(off), payments=payments or None, refunded="0.00",
        sharing=[{"id": world.new_id(at), "staff": patient.doctor.staff, "role": "doctor", "percent": "1"}, {"id": world.new_id(at), "staff": patient.consultant.staff, "role": "consultant", "percent": "1"}] if payments else None,
        invoice_status=world.weighted((("not_issued", 80), ("requested", 5), ("issued", 15))) if payments else "not_issued", status=status,
    )  # fmt: skip
    if payments:
        patient.paid += due - left
        patient.last_paid = instant_day(payments[-1])
        points(house, at, patient, int(due - left), bill)
    spend_stored(house, patient, bill)
    return bill


def spend_stored(house: House, patient: Any, bill: Row) -> None:
    """Write what the bill took from the stored value, from principal and gift in the ratio they came in."""
    for at, amount in patient.spend:
        gift = (amount * patient.gift_share).quantize(CENT, ROUND_HALF_UP)
        house.world.add(
            "balance_log", at, branch=patient.branch, owner=house.admin.user, customer_id=patient.row["id"], card_id=patient.stored_card, kind="spending",
            principal_delta=yuan(gift - amount), gift_delta=yuan(-gift), bill_id=bill["id"],
        )  # fmt: skip
    patient.spend.clear()


def instant_day(payment: Row) -> str:
    return str(payment["paid_at"])[:10]


def _payments(world: World, at: datetime, amount: Decimal, patient: Any, cashier: Person) -> list[Row]:
    parts: list[tuple[str, Decimal]] = []
    if patient.stored >= amount:
        parts, patient.stored = [("stored_balance", amount)], patient.stored - amount
    elif amount > 5000 and world.chance(0.12):
        parts = [("instalment", amount)]
    elif amount > 1000 and world.chance(0.08):
        half = (amount / 2).quantize(CENT)
        parts = [("wechat", half), ("bank_card", amount - half)]
    else:
        parts = [(world.weighted(METHODS), amount)]
    rows = []
    for method, part in parts:
        row: Row = {
            "id": world.new_id(at),
            "method": method,
            "amount": yuan(part),
            "paid_at": stamp(at),
            "cashier": cashier.user,
        }
        if method in ("wechat", "alipay", "bank_card"):
            row["txn_no"] = f"{at:%Y%m%d}{world.rng.randrange(10**9, 10**10)}"
        rows.append(row)
        if method == "stored_balance":
            patient.spend.append((at, part))
    return rows


def points(house: House, at: datetime, patient: Any, earned: int, bill: Row) -> None:
    """Credit one point for each yuan paid."""
    if earned <= 0:
        return
    patient.points += earned
    house.world.add(
        "points_log", at, branch=patient.branch, owner=house.admin.user, customer_id=patient.row["id"], kind="earned", delta=earned, balance_after=patient.points,
        bill_id=bill["id"], expire_at=(at + timedelta(days=365)).date().isoformat(),
    )  # fmt: skip


def sold_codes(codes: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return (sold by plan, sold singly)."""
    return [c for c in codes if c in PLANNED], [c for c in codes if c not in PLANNED]
