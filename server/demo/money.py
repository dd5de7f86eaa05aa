"""Plans and bills whose figures add up: line amounts, discounts, payments, cards and stored value."""

from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from server.demo import facts
from server.demo.courses import PLANNED
from server.demo.house import House, Person
from server.demo.shelf import Row
from server.demo.world import World, stamp, yuan

CENT = Decimal("0.01")
DISCOUNTS = (("1", 46), ("0.95", 22), ("0.9", 18), ("0.88", 6), ("0.85", 5), ("0.8", 3))
SOLD = PLANNED | {"D010", "D017", "D036", "D037"}
"""What a plan may hold."""
VARIED = frozenset({"D008", "D012", "D018", "D020", "D021", "D022", "D023", "D024", "D025", "D026", "D030", "D031", "D032", "D033", "D036"})  # fmt: skip
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
    at_once: bool = False,
    review: float = 0.14,
    asks: str | None = None,
) -> Row:
    """Write a treatment plan of what the course holds, for 18 of 100 with two more to choose from; return the one chosen.

    `sold`: the patient takes it; `at_once`: there and then. `review`: share of recent ones that somebody has yet to look at;
    `asks`: the discount for which the consultant asks leave.
    """
    world = house.world
    many = asks is None and world.even("options", 0.18)
    chosen = world.pick(OPTIONS) if many else "plan_a"
    rows = [
        _plan(house, at, patient, doctor, codes, consultation, option, sold=sold and option == chosen, at_once=at_once, is_spare=option != chosen, review=review, asks=asks)
        for option in (OPTIONS if many else ("plan_a",))
    ]  # fmt: skip
    return rows[OPTIONS.index(chosen)] if many else rows[0]


OPTIONS = ("plan_a", "plan_b", "plan_c")
DEARER = {"plan_a": 1.0, "plan_b": 1.35, "plan_c": 0.75}


def _plan_lines(
    house: House, at: datetime, patient: Any, codes: list[str], option: str, discount: str
) -> list[Row]:
    world = house.world
    lines: list[Row] = []
    for code in codes:
        service = house.services[code]
        count = max(1, len(patient.teeth)) if service["unit"] in ("tooth", "unit") else 1
        listed = Decimal(service["price"])
        if code in VARIED:
            # Brands and materials differ, so what one line costs spreads around its list price.
            spread = world.rng.lognormvariate(0, 0.3) * DEARER[option]
            listed = max(
                Decimal(service["min_price"]), (listed * Decimal(str(round(spread, 2)))).quantize(Decimal(10))
            )
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
    return lines


REASONS = ("老客转介绍优惠", "多颗同做，申请优惠", "老患者家属", "活动价，已请示院长")
TITLES = {
    "implant": "种植修复", "ortho": "正畸", "perio": "牙周系统治疗", "endo": "根管及冠修复", "prosthetics": "修复", "extraction": "拔牙",
    "filling": "充填修复", "pediatric": "儿童护牙", "whitening": "美白",
}  # fmt: skip


def _plan(
    house: House,
    at: datetime,
    patient: Any,
    doctor: Person,
    codes: list[str],
    consultation: Row | None,
    option: str,
    *,
    sold: bool,
    at_once: bool,
    is_spare: bool,
    review: float,
    asks: str | None,
) -> Row:
    world = house.world
    discount = asks or world.weighted(DISCOUNTS)
    name = TITLES.get(patient.want, "口腔治疗")
    lines = _plan_lines(house, at, patient, codes, option, discount)
    floors = {row["id"]: Decimal(row["min_price"]) for row in house.services.values()}
    is_below = any(Decimal(line["price"]) < floors[line["service_item"]] for line in lines)
    suffix = {"plan_a": "", "plan_b": "（优选）", "plan_c": "（经济）"}[option]
    row = world.add(
        "plan", at, branch=doctor.branch, owner=patient.consultant.user, customer_id=patient.row["id"], consultation_id=consultation["id"] if consultation else None,
        title=f"{name}方案{suffix}", doctor_id=doctor.staff, consultant_id=patient.consultant.user, options_no=option,
        items=lines, discount_reason=world.pick(REASONS) if discount < "0.95" or is_below else None,
        risk_note="<p>已说明治疗风险、费用与替代方案。</p>", valid_until=(at + timedelta(days=30)).date().isoformat(), status="draft",
    )  # fmt: skip
    if asks:
        world.move(row, at + timedelta(minutes=4), row["owner_id"], status="doctor_review")
        world.move(row, at + timedelta(minutes=40), doctor.user, status="discount_review")
        row["doctor_sign"] = world.strokes(at, doctor.name, "医生")
        return row
    _fate_of_plan(
        world, row, at, patient, doctor, sold=sold, at_once=at_once, is_spare=is_spare, review=review
    )
    return row


def _fate_of_plan(
    world: World,
    row: Row,
    at: datetime,
    patient: Any,
    doctor: Person,
    *,
    sold: bool,
    at_once: bool,
    is_spare: bool,
    review: float,
) -> None:
    """Play what becomes of a plan: reviewed, sent, looked at, taken or not."""
    by, age = patient.consultant.user, (world.now - at).days
    world.move(row, at + timedelta(minutes=4), by, status="doctor_review")
    if not sold and age <= 40 and not is_spare and world.chance(review):
        return
    row["doctor_sign"] = world.strokes(at, doctor.name, "医生")
    reviewed = at + timedelta(minutes=world.rng.randint(4, 12) if at_once else world.rng.randint(8, 90))
    if not sold and age <= 40 and not is_spare and world.chance(review):
        world.move(row, reviewed, doctor.user, status="discount_review")
        return
    world.move(row, reviewed, doctor.user, status="ready")
    if not sold and age <= 40 and world.chance(0.16):
        return
    sent = reviewed + timedelta(minutes=world.rng.randint(2, 8) if at_once else world.rng.randint(5, 300))
    if sent >= world.now:
        return
    world.move(row, sent, by, status="sent")
    row["sent_at"], row["sent_via"] = (
        stamp(sent),
        world.weighted((("wechat", 80), ("print", 15), ("sms_link", 5))),
    )
    if world.chance(0.8):
        row["viewed_at"] = stamp(min(sent + timedelta(minutes=world.rng.randint(3, 900)), world.now))
    later = (
        timedelta(minutes=world.rng.randint(3, 15)) if at_once else timedelta(hours=world.rng.randint(1, 90))
    )
    if sold and sent + later < world.now:
        accepted = sent + later
        world.move(row, accepted, by, status="accepted")
        row["accepted_at"], row["customer_sign"] = (
            stamp(accepted),
            world.strokes(accepted, patient.row["name"]),
        )
    elif not sold and age > 40:
        end = at + timedelta(days=world.rng.randint(12, 40))
        if is_spare:
            world.move(row, end, by, status="void")
        else:
            world.move(row, end, by, status="declined")
            row["reject_reason"] = world.weighted((("price", 45), ("comparing", 30), ("thinking", 25)))


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
        min(Decimal(world.pick((10, 20, 50))), (total * Decimal("0.05")).quantize(Decimal(1), ROUND_DOWN))
        if kind == "service" and total > 500 and plan is None and world.chance(0.1)
        else Decimal(0)
    )
    due = total - off
    cashier = house.one("front_desk", patient.branch)
    payments, left = [], due
    bill = world.add(
        "bill", at, branch=patient.branch, owner=cashier.user, customer_id=patient.row["id"], visit_id=visit["id"] if visit else None,
        plan_id=plan["id"] if plan else None, consultant_id=patient.consultant.user, kind=kind, items=lines, order_discount=yuan(off), refunded="0.00", status="to_pay",
    )  # fmt: skip
    for place, (days, share) in enumerate(shares):
        when = at + timedelta(days=days)
        amount = left if place == len(shares) - 1 else (due * Decimal(share)).quantize(CENT, ROUND_HALF_UP)
        if when > world.now or not paid_now or amount <= 0:
            break
        left -= amount
        payments += _payments(world, when, amount, patient, cashier)
        world.move(bill, when, cashier.user, status="paid" if left == 0 else "part_paid")
    bill["invoice_status"] = "not_issued"
    if payments:
        bill["payments"] = payments
        bill["sharing"] = [{"id": world.new_id(at), "staff": patient.doctor.staff, "role": "doctor", "percent": "1"}, {"id": world.new_id(at), "staff": patient.consultant.staff, "role": "consultant", "percent": "1"}]  # fmt: skip
        bill["invoice_status"] = world.weighted((("not_issued", 80), ("requested", 5), ("issued", 15)))
        booked = date.fromisoformat(payments[0]["paid_at"][:10]).replace(day=1)
        if world.start.replace(day=1) < booked < world.today.replace(day=1):
            bill["voucher_id"] = house.voucher(booked)
        patient.paid += due - left
        patient.last_paid = max(patient.last_paid, instant_day(payments[-1]))
        patient.won_at = min(patient.won_at or at, at)
        patient.earned.append((at, int(due - left), bill["id"]))
    if plan is not None and payments and plan["status"] == "accepted":
        world.move(plan, at, patient.consultant.user, status="in_progress")
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
    if patient.stored >= amount and patient.stored_at is not None and at > patient.stored_at:
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


def points(house: House, patient: Any) -> None:
    """Credit one point for each yuan paid, in the order it was paid."""
    left = 0
    for at, earned, bill in sorted(patient.earned):
        if earned > 0:
            left += earned
            house.world.add(
                "points_log", at, branch=patient.branch, owner=house.admin.user, customer_id=patient.row["id"], kind="earned", delta=earned, balance_after=left,
                bill_id=bill, expire_at=(at + timedelta(days=365)).date().isoformat(),
            )  # fmt: skip


def sold_codes(codes: tuple[str, ...], planned: frozenset[str]) -> tuple[list[str], list[str]]:
    """Return (sold by plan, sold singly). `planned`: what the patient's own plan holds."""
    by_plan = PLANNED | planned
    return [c for c in codes if c in by_plan], [c for c in codes if c not in by_plan]
