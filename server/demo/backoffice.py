"""The rest of the house: cards, stock, campaigns, service, targets, so that no page is empty."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.demo import facts, money, words
from server.demo.house import House, Stocked
from server.demo.leads import Prospect
from server.demo.patients import Patient
from server.demo.shelf import Row
from server.demo.world import at_clock, by_day, instant, stamp, yuan

BRANDS = ("", "佳洁", "瑞康", "博瓷", "艾美特")
"""The bigger the story, the more makes of each material are on the shelves; the first goes without saying."""


def materials(house: House) -> None:
    """Write materials and their batches; some are low, some near their end."""
    world = house.world
    keeper = house.of("warehouse")[0]
    at = at_clock(world.start - timedelta(days=12), 600)
    few = sum(len(specs) for _, _, _, specs, *_ in facts.MATERIALS)
    wanted = max(few, world.count(320))
    rows: list[tuple[Row, int, int]] = []
    for brand in BRANDS:
        for name, kind, unit, specs, cost, sale, least, maker in facts.MATERIALS:
            for spec in specs if len(rows) < wanted else ():
                needs = kind in ("implant", "drug", "device", "injectable")
                material = world.add(
                    "material", at, branch=house.branches[0]["id"], owner=keeper.user, code=f"M{len(rows) + 1:04d}", name=f"{name}（{brand}）" if brand else name, kind=kind, spec=spec, unit=unit,
                    udi_di=f"069{world.rng.randrange(10**10, 10**11)}" if kind == "implant" else None, reg_cert_no=f"国械注准20{world.rng.randint(18, 24)}3{world.rng.randrange(100000, 999999)}" if needs else None,
                    manufacturer=maker, supplier="华东口腔器材有限公司", cost_price=yuan(cost), sale_price=yuan(sale) if sale else None, min_stock=str(least), max_stock=str(least * 6),
                    near_expiry_days=90, track_batch=True, track_serial=kind == "implant", status="enabled",
                )  # fmt: skip
                rows.append((material, cost, least))
    _what_treatments_take(house, [row for row, _, _ in rows])
    batches = max(world.count(2_400), 2 * len(rows))
    house.stock = [
        (
            *_batch(house, *rows[number % len(rows)], number, len(rows), batches // len(rows)),
            rows[number % len(rows)][1],
        )
        for number in range(batches)
    ]


def _what_treatments_take(house: House, rows: Sequence[Row]) -> None:
    """Write what each treatment takes, of the first make on the shelf; so its cost and its margin are known."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(str(row["name"]), row)
    for code, takes in facts.BOM.items():
        house.services[code]["bom"] = [
            {"material": first[name]["id"], "qty": qty, "unit_cost": first[name]["cost_price"]}
            for name, qty in (*facts.VISIT, *takes)
        ]


def consumption(house: House) -> None:
    """Write what treatments used up: where and when there were many, much was used."""
    world = house.world
    treated = [(row["branch_id"], instant(row["created_at"])) for row in world.all("treatment_log")]
    shelves: dict[str, list[Stocked]] = {}
    for one in house.stock:
        shelves.setdefault(one[0]["branch_id"], []).append(one)
    left = max(world.count(60_000), 2 * len(house.stock)) - len(house.stock)
    # In its first weeks a branch has little in stock: others take its turn.
    tries = 10 * left if treated else 0
    while left > 0 and tries > 0:
        tries -= 1
        branch, at = world.pick(treated)
        there = [one for one in shelves.get(branch, ()) if one[1] <= at <= one[2]]
        if there:
            # what is cheap is used up every day, what is dear now and then
            [(batch, _, _, cost)] = world.rng.choices(there, [one[3] ** -0.6 for one in there])
            _used(house, batch, at, cost)
            left -= 1


def _batch(
    house: House, material: Row, cost: int, least: int, number: int, kinds: int, turns: int
) -> tuple[Row, datetime, datetime]:
    """Buy a batch; what was bought long ago is nearly used up. Return it with the time in which it is used."""
    world = house.world
    keeper = house.of("warehouse")[0]
    turn = number // kinds
    branch = house.branches[(number + turn + world.rng.randrange(2)) % len(house.branches)]
    # a small clinic has two batches of everything, bought at any time
    is_few, is_old = turns <= 3, turn >= 2 and turn >= turns * 0.6
    bought = world.today - timedelta(
        days=world.rng.randint(260, 700) if is_old else world.rng.randint(5, 640 if is_few else 300)
    )
    made = bought - timedelta(days=world.rng.randint(20, 120))
    at = at_clock(bought, 620)
    share = world.weighted(((0.3, 12), (0.8, 12), (1.4, 40), (2.2, 36))) * world.rng.uniform(0.6, 1.1)
    # Of what was bought long ago the last one is left: what is used up is offered to nobody, so no use could name it.
    qty = 1 if is_old or (material["track_serial"] and world.chance(0.5)) else max(1, round(least * share))
    expires = made + timedelta(days=world.rng.choice((540, 730, 1095)))
    if is_few or is_old:
        expires = max(expires, world.today + timedelta(days=150))
    batch = world.add(
        "stock_batch", at, branch=branch["id"], owner=keeper.user, material_id=material["id"], warehouse=world.weighted((("branch", 60), ("main", 25), ("department", 15))),
        batch_no=f"{made:%y%m}{world.rng.randrange(1000, 9999)}", serial_no=f"SN{world.rng.randrange(10**9, 10**10)}" if material["track_serial"] else None, produced_at=made.isoformat(),
        expire_at=expires.isoformat(), qty=str(qty), cost=yuan(cost),
    )  # fmt: skip
    came = world.add(
        "stock_move", at, branch=branch["id"], owner=keeper.user, kind="purchase_in", to_wh=batch["warehouse"], approved_by=house.of("director", branch["id"])[0].user, status="draft",
        lines=[{"id": world.new_id(at), "material": material["id"], "batch": batch["id"], "qty": str(qty + least), "price": yuan(cost)}],
    )  # fmt: skip
    is_waiting = (world.today - bought).days < 40 and world.chance(0.3)
    world.move(came, at + timedelta(minutes=20), keeper.user, status="review" if is_waiting else "posted")
    end = min(world.now, at + timedelta(days=330 if is_old else 640 if is_few else 400))
    return batch, at + timedelta(days=1), max(end, at + timedelta(days=2))


def _used(house: House, batch: Row, at: datetime, cost: int) -> None:
    world = house.world
    row = world.add(
        "stock_move", at, branch=batch["branch_id"], owner=house.one("nurse", batch["branch_id"]).user, kind=world.weighted((("treatment_use", 60), ("department_issue", 40))),
        from_wh=batch["warehouse"], status="draft",
        lines=[{"id": world.new_id(at), "material": batch["material_id"], "batch": batch["id"], "qty": str(world.rng.randint(1, 4) if cost < 50 else 1), "price": yuan(cost)}],
    )  # fmt: skip
    world.move(row, at + timedelta(minutes=5), row["owner_id"], status="posted")


def sell_cards(house: House, patient: Patient, at: datetime) -> None:
    """Sell a card to a patient after his visit: a bill, the card, its first uses or its stored value."""
    world = house.world
    product = world.pick(house.card_products)
    line: Row = {
        "id": world.new_id(at),
        "kind": "stored_value" if product["kind"] == "stored_value_card" else "card",
        "card_product": product["id"],
        "qty": "1",
        "price": product["price"],
        "consultant": patient.consultant.user,
    }
    stored, patient.stored = patient.stored, Decimal(0)
    bill = money.make_bill(
        house,
        at,
        [line],
        patient,
        visit=None,
        kind="stored_value" if line["kind"] == "stored_value" else "card",
    )
    patient.stored = stored
    if bill is None or bill["status"] != "paid":
        return
    start = at.date()
    left = [
        {
            "id": world.new_id(at),
            "service_item": item["service_item"],
            "total": item["times"],
            "used": 0,
            "refunded": 0,
        }
        for item in product.get("items", ())
    ]
    days = product["valid_days"] or 3650
    card = world.add(
        "card", at, branch=patient.branch, owner=patient.consultant.user, customer_id=patient.row["id"], product_id=product["id"], bill_id=bill["id"], start_at=start.isoformat(),
        expire_at=(start + timedelta(days=days)).isoformat(), lines=left or None, status="expired" if start + timedelta(days=days) < world.today else "normal",
    )  # fmt: skip
    if "face_value" in product:
        principal, gift = Decimal(product["face_value"]), Decimal(product.get("gift_value", "0"))
        patient.stored += principal + gift
        patient.stored_card, patient.gift_share, patient.stored_at = card["id"], gift / (principal + gift), at
        world.add(
            "balance_log",
            at,
            branch=patient.branch,
            owner=house.admin.user,
            customer_id=patient.row["id"],
            card_id=card["id"],
            kind="top_up",
            principal_delta=yuan(principal),
            gift_delta=yuan(gift),
            bill_id=bill["id"],
        )
    _uses(house, patient, card, at)


def _uses(house: House, patient: Patient, card: Row, at: datetime) -> None:
    world = house.world
    if card["status"] == "expired":
        return
    when = at
    for line in card.get("lines", ()):
        most = line["total"] - 1
        for _ in range(most if world.chance(0.4) else world.rng.randint(0, most)):
            when += timedelta(days=world.rng.randint(8, 50))
            if when >= world.now or stamp(when)[:10] > card["expire_at"]:
                break
            line["used"] += 1
            world.add(
                "card_use", when, branch=patient.branch, owner=house.one("front_desk", patient.branch).user, card_id=card["id"], line=line["service_item"], times=1, performer_id=patient.doctor.staff,
                confirm_way="sms_code", used_at=stamp(when), left_after=sum(one["total"] - one["used"] for one in card["lines"]), status="normal",
            )  # fmt: skip


def service(house: House, patients: list[Patient]) -> None:
    """Write satisfaction, complaints, refunds, referrals, relations, histories of health."""
    world = house.world
    by_id = {patient.row["id"]: patient for patient in patients}
    recent: list[tuple[Patient, datetime]] = []
    for visit in world.all("visit"):
        if visit["status"] != "done":
            continue
        patient = by_id[visit["customer_id"]]
        left = instant(visit["left_at"])
        if timedelta(hours=4) < world.now - left < timedelta(days=6):
            recent.append((patient, left))
        if world.chance(0.06):
            stars: dict[str, Any] = {
                key: world.weighted(((5, 62), (4, 28), (3, 8), (2, 2)))
                for key in ("env", "wait", "doctor", "service")
            }
            world.add("satisfaction", left + timedelta(hours=1), branch=patient.branch, owner=house.one("service", patient.branch).user, customer_id=patient.row["id"], visit_id=visit["id"], **stars,
                      result=world.weighted(((5, 60), (4, 40))), nps=str(world.weighted(((10, 45), (9, 25), (8, 15), (7, 8), (6, 4), (5, 3)))), comment=world.pick(words.PRAISE) or None,
                      channel=world.weighted((("qr_scan", 60), ("mini_program", 30), ("sms", 10))))  # fmt: skip
        if world.chance(0.006):
            _complaint(house, patient, left)
        if visit["visit_type"] == "first_visit" and world.chance(0.4):
            _history(house, patient, instant(visit["arrived_at"]) + timedelta(minutes=3))
    for patient, left in world.some(recent, min(len(recent), 4), min(len(recent), 4)):
        _complaint(house, patient, left)
    told = {row["branch_id"] for row in world.all("complaint")}
    with world.aside("complaints"):
        # However small the clinic, whoever looks after its people has something to look after.
        for branch in dict.fromkeys(patient.branch for patient, _ in recent):
            if branch not in told:
                _complaint(house, *next(one for one in recent if one[0].branch == branch))
    _refunds(house, by_id)
    _referrals(house, by_id)


def _complaint(house: House, patient: Patient, at: datetime) -> None:
    world = house.world
    kind = world.pick(tuple(words.GRIEVANCES))
    text, demand = words.GRIEVANCES[kind]
    level = world.weighted((("minor", 80), ("major", 17), ("urgent", 3)))
    old = (world.now - at).days > 7
    who = house.one("service", patient.branch)
    row = world.add(
        "complaint", at + timedelta(hours=3), branch=patient.branch, owner=who.user, customer_id=patient.row["id"], source=world.weighted((("on_site", 35), ("phone", 30), ("follow_up", 20), ("platform_review", 15))),
        kind=kind, level=level, content=text, demand=demand, handler_id=house.one("director", patient.branch).user, due_at=stamp(at + timedelta(hours={"minor": 72, "major": 24, "urgent": 2}[level])),
        steps=[{"id": world.new_id(at), "at": stamp(min(at + timedelta(hours=4), world.now)), "by": who.user, "action": "电话致歉并了解情况"}], solution="已向患者说明并致歉，患者表示接受" if old else None,
        satisfaction=world.pick((3, 4, 5)) if old else None, status="new",
    )  # fmt: skip
    boss = row["handler_id"]
    if old or world.chance(0.5):
        world.move(row, at + timedelta(hours=4), who.user, status="in_progress")
    if old:
        world.move(row, by_day(at + timedelta(days=world.rng.uniform(0.5, 4))), who.user, status="solved")
        world.move(row, by_day(at + timedelta(days=world.rng.uniform(4.2, 6.5))), boss, status="closed")


def _history(house: House, patient: Patient, at: datetime) -> None:
    world = house.world
    systemic = world.weighted(
        (
            (["none"], 75),
            (["hypertension"], 12),
            (["diabetes"], 6),
            (["hypertension", "diabetes"], 3),
            (["asthma"], 4),
        )
    )
    purpose = {
        "perio": "cleaning",
        "filling": "filling",
        "endo": "toothache",
        "extraction": "extraction",
        "implant": "implant",
        "ortho": "ortho",
        "prosthetics": "crown",
        "pediatric": "child",
        "whitening": "whitening",
        "examination": "check_up",
    }
    world.add(
        "dental_history", at, branch=patient.branch, owner=house.one("front_desk", patient.branch).user, customer_id=patient.row["id"], filled_by="guardian" if patient.is_minor else "self",
        chief_purpose=[purpose[patient.want]], last_dental_visit=world.weighted((("half_year", 15), ("one_year", 25), ("two_years", 25), ("longer", 25), ("never", 10))),
        brushing=world.weighted((("twice_daily", 60), ("once_daily", 35), ("irregular", 5))), floss=world.chance(0.25),
        smoking="none" if patient.is_minor or patient.row["gender"] == "female" else world.weighted((("none", 55), ("occasional", 20), ("under_10", 15), ("over_10", 10))), systemic=systemic,
        bisphosphonate=False, pregnancy="no" if patient.row["gender"] == "female" and not patient.is_minor else None, fear_level=str(world.rng.randint(0, 8)),
        sign=world.strokes(at, patient.row["name"], "监护人" if patient.is_minor else "本人"), valid_until=(at + timedelta(days=180)).date().isoformat(),
    )  # fmt: skip


def _refunds(house: House, by_id: dict[str, Patient]) -> None:
    """Write refunds: long paid out, and a few of the last days that are still being looked at."""
    world = house.world
    recent: list[Row] = []
    for bill in world.all("bill"):
        if (
            bill["status"] != "paid"
            or bill["kind"] != "service"
            or any(p["method"] == "stored_balance" for p in bill["payments"])
        ):
            continue
        age = (world.now - instant(bill["created_at"])).days
        if 1 <= age <= 12:
            recent.append(bill)
        elif age > 32 and world.chance(0.011):
            _refund(
                house, by_id, bill, instant(bill["created_at"]) + timedelta(days=world.rng.randint(1, 20)), 4
            )
    for place, bill in enumerate(
        world.some(recent, min(len(recent), world.count(120, 4)), min(len(recent), 4))
    ):
        _refund(
            house,
            by_id,
            bill,
            by_day(world.now - timedelta(days=world.rng.uniform(0.2, 2.5))),
            1 + place % 4 // 2,
        )


def _refund(house: House, by_id: dict[str, Patient], bill: Row, at: datetime, steps: int) -> None:
    """Write a refund of a bill that has gone the first `steps` of its way."""
    world, patient = house.world, by_id[bill["customer_id"]]
    paid = sum((Decimal(p["amount"]) for p in bill["payments"]), Decimal(0))
    amount = (paid * Decimal(world.pick(("0.3", "0.5", "1")))).quantize(Decimal("0.01"))
    desk = house.one("front_desk", bill["branch_id"])
    row = world.add(
        "refund", at, branch=bill["branch_id"], owner=desk.user, bill_id=bill["id"], consultant_id=bill.get("consultant_id"), amount=yuan(amount), used_times=0,
        lines=[{"id": world.new_id(at), "bill_item": "诊疗项目", "qty_or_times": "1", "amount": yuan(amount)}], reason=world.weighted((("not_treated", 40), ("dissatisfied", 25), ("changed_item", 25), ("overcharge", 10))),
        detail="经沟通协商一致办理", back_to="original_way", clawback=True, status="draft",
    )  # fmt: skip
    for status, role in REFUND_STEPS[:steps]:
        at = (
            at + timedelta(hours=0.1)
            if status == "lead_review"
            else by_day(at + timedelta(hours=world.rng.uniform(1, 20)))
        )
        world.move(row, at, house.one(role, bill["branch_id"]).user, status=status)
    if row["status"] == "refunded":
        row["refunded_at"] = stamp(at)
        left = "refunded" if amount == paid else "part_refunded"
        world.amend("bill", bill, at, house.one("finance").user, refunded=yuan(amount), status=left)
        patient.paid -= amount
        house.refunds.append((row, bill, amount))


REFUND_STEPS = (
    ("lead_review", "front_desk"), ("director_review", "consultant_lead"), ("finance_payout", "director"), ("refunded", "finance"),
)  # fmt: skip


def _referrals(house: House, by_id: dict[str, Patient]) -> None:
    world = house.world
    for patient in by_id.values():
        referrer = patient.row.get("referrer_id")
        if referrer is None or patient.lead is None:
            continue
        at = instant(patient.row["created_at"])
        won = patient.paid > 0
        row = world.add(
            "referral", at, branch=patient.branch, owner=patient.consultant.user, referrer_id=referrer, lead_id=patient.lead.row["id"], customer_id=patient.row["id"],
            policy=world.weighted((("cash_coupon", 60), ("points", 40))), reward_on="deal", reward="300.00" if won else "0.00",
            rewarded_at=stamp(min(at + timedelta(days=3), world.now)) if won and (world.now - at).days > 3 else None, status="registered",
        )  # fmt: skip
        moments = (
            (at, "arrived", True),
            (patient.won_at or at, "won", won),
            (at + timedelta(days=3), "rewarded", won and (world.now - at).days > 3),
        )
        for moment, status, has_come in moments:
            if has_come:
                world.move(row, moment, patient.consultant.user, status=status)
        world.add(
            "customer_relation",
            at,
            branch=patient.branch,
            owner=patient.consultant.user,
            from_id=referrer,
            to_id=patient.row["id"],
            relation=world.weighted(
                (("friend", 45), ("colleague", 25), ("sibling", 10), ("spouse", 10), ("parent", 10))
            ),
            is_referral=True,
        )


def marketing(house: House, leads: list[Prospect]) -> None:
    """Write campaigns, what the channels cost each month, segments, articles and coupons."""
    world = house.world
    marketer = house.of("marketing")[0]
    head = house.branches[0]["id"]
    per_month: dict[tuple[str, str], list[Prospect]] = {}
    for lead in leads:
        per_month.setdefault((lead.channel, f"{lead.created:%Y-%m}"), []).append(lead)
    kinds = {
        "douyin": "short_video",
        "red": "article",
        "wechat": "article",
        "dianping": "ad_plan",
        "meituan": "ad_plan",
        "baidu": "ad_plan",
        "street": "lecture",
    }
    themes = (
        "暑期正畸季",
        "种植牙公益月",
        "洗牙体验周",
        "开学护齿",
        "年终美牙节",
        "全家口腔体检",
        "隐形矫正品鉴会",
        "爱牙日特惠",
    )
    for (channel, month), group in sorted(per_month.items()):
        first = date.fromisoformat(f"{month}-01")
        last = min((first + timedelta(days=31)).replace(day=1) - timedelta(days=1), world.today)
        campaign = None
        if channel in kinds and (world.chance(0.3) or last == world.today):
            at = at_clock(max(first, world.start), 560)
            name = f"{first.month}月{world.pick(themes)}·{house.channels[channel]['name']}"
            campaign = world.add(
                "campaign", at, branch=head, owner=marketer.user, name=name, kind=kinds[channel], channel_id=house.channels[channel]["id"], track_code=f"c{first:%y%m}-{channel}",
                period={"from": first.isoformat(), "to": last.isoformat()}, budget=yuan(world.pick((5000, 8000, 12000, 20000))),
                ad_review_no=f"浙医广〔{first.year}〕第{world.rng.randint(10, 99)}-{world.rng.randint(100, 999)}号" if kinds[channel] == "ad_plan" else None,
            )  # fmt: skip
            for lead in group:
                if world.chance(0.5):
                    lead.row["campaign_id"] = campaign["id"]
        cost = next(c[6] for c in facts.CHANNELS if c[0] == channel)
        if cost:
            at = at_clock(last, 1000)
            spent = Decimal(cost) * Decimal(str(round(world.rng.uniform(0.75, 1.3), 2)))
            clicks, seen = world.rng.randint(14, 30), world.rng.randint(600, 1500)
            # what a month's leads cost is borne by the branches they came to
            for branch, count in Counter(lead.branch for lead in group).items():
                world.add("channel_cost", at, branch=branch, owner=marketer.user, channel_id=house.channels[channel]["id"], campaign_id=campaign["id"] if campaign else None,
                          period={"from": first.isoformat(), "to": last.isoformat()}, amount=yuan(spent * count), clicks=clicks * count, impressions=seen * count)  # fmt: skip
    came = {
        lead.row["customer_id"]: lead.row["campaign_id"]
        for lead in leads
        if "campaign_id" in lead.row and "customer_id" in lead.row
    }
    for customer in world.all("customer"):
        if customer["id"] in came:
            customer["first_campaign"] = came[customer["id"]]
    _content(house)


ARTICLES = (
    ("齐悦口腔：看得见的用心", "clinic_intro", "one_to_one"), ("我们的医生团队", "doctor_team", "one_to_one"), ("拔牙后的24小时", "care_notes", "one_to_one"), ("种植术后护理须知", "care_notes", "one_to_one"),
    ("洗牙会让牙缝变大吗", "education", "public"), ("孩子几岁开始矫正合适", "education", "public"), ("根管治疗到底在做什么", "education", "public"), ("隐形矫正日常清洁", "care_notes", "one_to_one"),
)  # fmt: skip


def _content(house: House) -> None:
    world = house.world
    marketer, head = house.of("marketing")[0], house.branches[0]["id"]
    at = at_clock(world.start + timedelta(days=5), 600)
    for given in world.starters.get("segment", ()):
        world.add("segment", at, branch=head, owner=marketer.user, **given)
    for title, kind, reach in ARTICLES:
        body = f"<p>{title}。本文由齐悦口腔医生团队撰写，供患者参考，具体情况请以面诊为准。</p>"
        world.add(
            "article",
            at,
            branch=head,
            owner=marketer.user,
            title=title,
            kind=kind,
            body=body,
            reach=reach,
            publish=True,
            views=world.rng.randint(80, 4200),
        )


def coupons(house: House, patients: list[Patient]) -> None:
    """Give some patients a coupon; some are used, some have expired."""
    world = house.world
    for patient in patients:
        if not world.chance(0.12):
            continue
        at = max(instant(patient.row["created_at"]), world.now - timedelta(days=world.rng.randint(1, 400)))
        coupon(house, patient, world.pick(house.coupon_templates[1:]), at)


def coupon(house: House, patient: Patient, template: Row, at: datetime) -> None:
    """Give a patient a coupon; some are used, some expire."""
    world = house.world
    ends = (at + timedelta(days=template["valid_days"])).date()
    row = world.add(
        "coupon", at, branch=patient.branch, owner=patient.consultant.user, template_id=template["id"], customer_id=patient.row["id"],
        code=f"Q{world.rng.randrange(10**7, 10**8)}{len(world.rows.get('coupon', ())):04d}", expire_at=ends.isoformat(), status="unused",
    )  # fmt: skip
    used = [one for one in patient.earned if at < one[0] and one[0].date() <= ends]
    if used and world.chance(0.6):
        world.move(row, used[0][0], patient.consultant.user, status="used")
        row["used_bill"] = used[0][2]
    elif ends < world.today:
        world.move(row, at_clock(ends + timedelta(days=1), 30), None, status="expired")


def sterile_packs(house: House) -> None:
    world = house.world
    for branch in house.branches:
        for place in range(world.count(1200, 14) // len(house.branches) + 6):
            at = world.now - timedelta(days=world.rng.uniform(0.2, 40))
            nurse = house.one("nurse", branch["id"])
            ends = at.date() + timedelta(days=30)
            status = "expired" if ends < world.today else world.weighted((("available", 45), ("used", 55)))
            world.add("sterilization", at, branch=branch["id"], owner=nurse.user, pack_code=f"SP{branch['short_name']}{at:%y%m%d}{place:04d}", content=world.pick(("检查盘", "拔牙器械包", "种植器械包", "洁治手柄", "根管器械包")),
                      sterilizer=world.pick(("autoclave_1", "autoclave_2")), cycle_no=f"{at:%m%d}-{world.rng.randint(1, 6)}", sterilized_at=stamp(at), operator_id=nurse.staff,
                      bio_result="pending" if (world.now - at).days < 1 else "passed", expire_at=ends.isoformat(), recall=False, status=status)  # fmt: skip
