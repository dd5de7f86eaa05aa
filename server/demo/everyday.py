"""What makes the clinic's present look lived in: things due for everybody, birthdays, leave, remote questions, journeys."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from server.demo.aftercare import message, task
from server.demo.backoffice import coupon
from server.demo.house import House, Person
from server.demo.leads import Prospect
from server.demo.patients import Patient
from server.demo.shelf import Row
from server.demo.world import at_clock, by_day, instant, stamp

ABOUT_PATIENTS = {
    "doctor": ("postop", "{name} 术后情况关注"), "front_desk": ("return_reminder", "{name} 复诊提醒"), "service": ("satisfaction", "{name} 满意度回访"),
}  # fmt: skip
ABOUT_THE_HOUSE = {
    "director": ("审核本周排班与业绩", "签批折扣申请", "与高意向患者见面沟通"), "consultant_lead": ("复核高意向线索跟进", "抽听两条通话录音", "带教新咨询师话术"),
    "marketing": ("更新小红书洁牙笔记", "核对美团团购券核销", "提交下月投放计划"), "ops": ("汇总各院周报", "核对各院渠道费用", "检查价目表调整"),
    "group_admin": ("核对新员工账号与权限", "查看本周号码查看记录"), "auditor": ("抽查上周退款单", "抽查导出申请记录"),
    "finance": ("核对昨日微信与支付宝到账", "催收分期尾款", "开具已申请的发票"), "warehouse": ("盘点近效期耗材", "补采低库存种植体", "核对科室领用单"),
    "nurse": ("清点今日器械包", "补充诊室耗材", "检查急救车药品效期"), "online_consultant": ("整理抖音私信未回复名单", "核对呼叫中心漏接来电"), "consultant": ("整理本周待签方案",),
}  # fmt: skip
OPENS, CLOSES = 9 * 60 + 30, 18 * 60


def staff_tasks(house: House, patients: Sequence[Patient]) -> None:
    """Give everybody something due around now: some late, some today, some tomorrow; all of it in working hours."""
    for person in house.people:
        if person.role in ABOUT_PATIENTS:
            _calls(house, person, patients)
        for place, title in enumerate(
            house.world.some(
                ABOUT_THE_HOUSE.get(person.role, ()), 3, 1 if person.role in ABOUT_THE_HOUSE else 0
            )
        ):
            at = _moment(house, is_today=place == 0)
            task(house, at, "other", title, person, hours=3)


def _calls(house: House, person: Person, patients: Sequence[Patient]) -> None:
    world = house.world
    kind, title = ABOUT_PATIENTS[person.role]
    known = [
        p
        for p in patients[-600:]
        if p.visits > 0 and (p.doctor is person if person.role == "doctor" else p.branch == person.branch)
    ]
    for patient in world.some(known, min(5, len(known)), min(2, len(known))):
        name = patient.row["name"]
        task(
            house, _moment(house), kind, title.format(name=name), person, hours=3, customer=patient.row["id"]
        )


def _moment(house: House, *, is_today: bool = False) -> datetime:
    """Return when something falls due: yesterday afternoon to tomorrow, within working hours."""
    world = house.world
    day = world.today + timedelta(days=0 if is_today else world.weighted(((-1, 20), (0, 60), (1, 20))))
    if is_today and world.now < at_clock(day, CLOSES - 60):
        # still to be done, whenever the practice clinic is opened
        return max(at_clock(day, OPENS), world.now - timedelta(hours=2))
    return at_clock(day, world.rng.randrange(OPENS, CLOSES - 180, 15))


def birthdays(house: House, patients: Sequence[Patient]) -> None:
    """See to it that somebody has a birthday today in each branch, and that the greetings are due."""
    world = house.world
    for branch in house.branches:
        grown = [p for p in patients if p.branch == branch["id"] and p.visits > 0 and not p.is_minor]
        for place, patient in enumerate(world.some(grown, min(3, len(grown)), min(2, len(grown)))):
            born = date.fromisoformat(patient.row["birthday"])
            # the last of them had theirs the day before yesterday, when nothing ran (see `flows`)
            day = world.today - timedelta(days=2 if place == 1 else 0)
            patient.row["birthday"] = born.replace(
                month=day.month, day=min(day.day, 28) if day.month == 2 else day.day
            ).isoformat()
    for patient in patients:
        if patient.visits > 0:
            _birthdays_of(house, patient)


def _birthdays_of(house: House, patient: Patient) -> None:
    """Greet a patient on the birthdays of the last year, with a coupon, and call some of them."""
    world, row = house.world, patient.row
    born, opened = date.fromisoformat(row["birthday"]), date.fromisoformat(row["created_at"][:10])
    for year in (world.today.year - 1, world.today.year):
        day = date(year, born.month, min(born.day, 28) if born.month == 2 else born.day)
        away = (day - world.today).days
        if day <= opened or not -364 < away <= 1:
            continue
        is_now, at = away >= -1, at_clock(day, 9 * 60 + 30)
        if not is_now and not world.chance(0.55):
            continue
        task(
            house,
            at,
            "birthday",
            f"{row['name']} 生日关怀",
            patient.consultant,
            hours=8,
            customer=row["id"],
            calls=0.15,
        )
        # those of these days are greeted by the flow itself
        if "sms" in row.get("marketing_optin", ()) and away < -3:
            text = f"{row['name']}，祝您生日快乐！送您生日8折券一张，30天内有效。"
            message(
                house,
                house.templates["birthday"],
                at,
                row["id"],
                patient.branch,
                patient.consultant.user,
                text,
            )
            coupon(house, patient, house.coupon_templates[0], at)


def health(house: House, patients: Sequence[Patient]) -> None:
    """Write what to mind in patients, and when they are expected again."""
    world = house.world
    for patient in patients:
        row = patient.row
        age = (world.today - date.fromisoformat(row["birthday"])).days // 365
        risks = [
            risk
            for risk, share in (
                ("hypertension", 0.16 if age > 50 else 0.02), ("diabetes", 0.09 if age > 50 else 0.01),
                ("anticoagulants", 0.05 if age > 60 else 0), ("heart_disease", 0.04 if age > 60 else 0),
                ("pregnancy", 0.05 if row["gender"] == "female" and 24 <= age <= 38 else 0),
                ("breastfeeding", 0.02 if row["gender"] == "female" and 24 <= age <= 38 else 0),
            )
            if world.chance(share)
        ]  # fmt: skip
        if risks:
            row["contraindications"] = risks
        if patient.last_paid:
            again = date.fromisoformat(patient.last_paid) + timedelta(days=180)
            if again >= world.today - timedelta(days=60):
                row["next_repurchase_at"] = again.isoformat()


def leave(house: House) -> None:
    """Write requests for leave and swaps of doctors, past and coming; one asks to swap with somebody who is on duty himself."""
    world = house.world
    for branch in house.branches:
        doctors = house.of("doctor", branch["id"])
        for doctor in world.some(doctors, min(4, len(doctors)), min(3, len(doctors))):
            first = world.today + timedelta(days=world.rng.randint(-12, 9))
            kind = world.weighted((("leave", 70), ("closure", 15), ("overtime", 15)))
            row = _request(house, doctor, kind, first, first + timedelta(days=world.rng.randint(0, 2)))
            asked = instant(row["created_at"])
            if first < world.today or world.chance(0.3):
                boss = (doctor.supervisor or doctor).user
                world.move(
                    row, by_day(asked + timedelta(hours=world.rng.uniform(1, 20))), boss, status="approved"
                )
    one, other, *_ = house.of("doctor", house.branches[0]["id"])
    days = [world.today + timedelta(days=n) for n in range(3, 14)]
    both = next((day for day in days if house.works(one, day) and house.works(other, day)), None)
    if both is not None:
        _request(house, one, "swap", both, both, swap_with=other.staff)


def _request(
    house: House, doctor: Person, kind: str, first: date, last: date, swap_with: str | None = None
) -> Row:
    world = house.world
    at = at_clock(
        min(first, world.today) - timedelta(days=world.rng.randint(2, 6)), world.rng.randint(570, 1050)
    )
    row = world.add(
        "roster_request", at, branch=doctor.branch, owner=doctor.user, kind=kind, applicant_id=doctor.staff, swap_with=swap_with,
        period={"from": first.isoformat(), "to": last.isoformat()}, handling=world.pick(("other_doctor", "reschedule", "call_each")),
        reason=world.pick(("参加省口腔医学会年会", "家中有事", "孩子学校活动", "身体不适", "设备检修")), status="draft",
    )  # fmt: skip
    if kind != "swap":
        world.move(row, at + timedelta(minutes=3), doctor.user, status="pending")
    return row


QUESTIONS = (
    (
        "种植第三天还有点肿，正常吗？",
        "术后三天肿胀属正常反应，继续冷敷，避免患侧咀嚼；若发热或疼痛加重请及时来院。",
    ),
    ("矫正的托槽掉了一个，要马上过来吗？", "请保存好掉下的托槽，本周内来院重新粘接即可，期间避免硬物。"),
    ("孩子六龄齿有点黑，需要补吗？", "照片看可能有浅龋，建议来院检查后决定做窝沟封闭还是充填。"),
    ("洗完牙牙齿发酸，要多久能好？", "一般一周内缓解，可用抗敏感牙膏，暂时避免过冷过热食物。"),
)
EVENTS = (
    ("bleeding", "mild", "拔牙后 6 小时仍有渗血，来院重新压迫止血"), ("anaesthesia_reaction", "mild", "局麻后一过性心悸，平卧观察 20 分钟后缓解"),
    ("infection", "moderate", "种植术后第 5 天局部红肿，清创并调整用药"),
)  # fmt: skip


def questions(house: House, patients: Sequence[Patient]) -> None:
    """Write questions that patients asked from home, and the few events that had to be reported."""
    world = house.world
    regulars = [p for p in patients if p.visits > 1]
    for _ in range(world.count(300, 6) if regulars else 0):
        patient = world.pick(regulars)
        asked, answer = world.pick(QUESTIONS)
        at = by_day(world.now - timedelta(days=world.rng.uniform(0.05, 40)))
        is_open = (world.now - at).days < 1
        if at < world.now:
            world.add(
                "tele_consult", at, branch=patient.branch, owner=patient.consultant.user, customer_id=patient.row["id"], staff_id=patient.doctor.staff,
                question=asked, answer=None if is_open else f"<p>{answer}</p>", status="to_answer" if is_open else world.weighted((("answered", 30), ("closed", 70))),
            )  # fmt: skip
    for _ in range(world.count(60, 3) if regulars else 0):
        patient = world.pick(regulars)
        kind, severity, text = world.pick(EVENTS)
        at = by_day(world.now - timedelta(days=world.rng.uniform(1, 120)))
        is_closed = (world.now - at).days > 10
        world.add(
            "adverse_event", at, branch=patient.branch, owner=patient.doctor.user, customer_id=patient.row["id"], related="治疗记录", kind=kind, severity=severity, found_at=stamp(at),
            found_by=world.pick(("on_the_spot", "postop", "customer_call")), description=text, handling="已对症处理并随访，恢复良好" if is_closed else None,
            reported=severity != "mild", status="closed" if is_closed else "in_progress",
        )  # fmt: skip


JOURNEYS = (
    ("沉睡客户唤醒", "沉睡客户", "scheduled", ((0, "message"), (3, "coupon"), (7, "task")), "running"),
    (
        "到店未成交跟进",
        "到店未成交",
        "segment_entered",
        ((1, "task"), (3, "task"), (10, "message")),
        "running",
    ),
    ("生日关怀", "本月生日", "scheduled", ((0, "message"), (0, "coupon")), "running"),
    ("方案未接受回访", "方案已发未接受", "segment_entered", ((3, "task"), (7, "message")), "draft"),
)


def journeys(house: House) -> None:
    """Write the marketing journeys over the groups that every clinic starts with."""
    world = house.world
    marketer, head = house.of("marketing")[0], house.branches[0]["id"]
    groups = {row["name"]: row["id"] for row in world.all("segment")}
    for name, group, trigger, steps, status in JOURNEYS:
        if group in groups:
            at = at_clock(world.today - timedelta(days=world.rng.randint(20, 200)), 630)
            lines = [_journey_step(house, at, day, action) for day, action in steps]
            world.add(
                "journey",
                at,
                branch=head,
                owner=marketer.user,
                name=name,
                segment_id=groups[group],
                trigger=trigger,
                steps=lines,
                freq_cap=2,
                status=status,
            )
    at = at_clock(world.today - timedelta(days=9), 680)
    world.add(
        "export_request", at, branch=head, owner=marketer.user, form_key="campaign", filter="{budget} > 0", fields=["name"],
        purpose="与代理公司对账", status="approved",
    )  # fmt: skip


def _journey_step(house: House, at: datetime, day: int, action: str) -> Row:
    world = house.world
    line: Row = {"id": world.new_id(at), "day_offset": day, "at": "10:00", "action": action}
    if action == "message":
        line["template"] = next(iter(world.all("message_template")))["id"]
    elif action == "coupon":
        line["coupon"] = house.coupon_templates[0]["id"]
    elif action == "task":
        line["assignee_rule"] = "consultant"
    return line


GREETED = (("元旦", 1, 1), ("劳动节", 5, 1), ("爱牙日", 9, 20), ("国庆节", 10, 1))
"""Days on which patients who agreed to it get a greeting."""


def greetings(house: House, patients: Sequence[Patient]) -> None:
    """Write greetings on holidays until there are as many messages as such a chain sends."""
    world = house.world
    days = [
        (name, date(year, month, day))
        for year in range(world.start.year, world.today.year + 1)
        for name, month, day in GREETED
        if world.start < date(year, month, day) < world.today
    ]
    willing = [p for p in patients if p.row.get("marketing_optin")]
    missing = world.count(260_000) - house.messages
    for _ in range(8 * missing if willing and days else 0):
        if missing <= 0:
            return
        patient, (name, day) = world.pick(willing), world.pick(days)
        at = at_clock(day, 9 * 60 + world.rng.randint(20, 180))
        if at > instant(patient.row["created_at"]):
            missing -= 1
            text = f"祝您和家人{name}快乐，记得每半年检查一次牙齿。"
            message(
                house,
                house.templates["holiday"],
                at,
                patient.row["id"],
                patient.branch,
                patient.consultant.user,
                text,
            )


def desks(house: House, leads: Sequence[Prospect], patients: Sequence[Patient]) -> None:
    """See to it that nobody's board is blank: hot leads left alone, birthdays ahead, a sore patient, batches about to expire."""
    for person in house.of("consultant"):
        _hot_leads(house, [lead for lead in leads if lead.owner is person])
        _birthdays_ahead(house, [one for one in patients if one.consultant is person and one.visits > 0])
        _sore(house, [one.row["id"] for one in patients if one.consultant is person])
    for branch in house.branches:
        _sore(house, [one.row["id"] for one in patients if one.branch == branch["id"]])
    for branch in house.branches:
        _expiring(house, [one for one in house.world.all("stock_batch") if one["branch_id"] == branch["id"]])
    _traced(house)


def _hot_leads(house: House, leads: Sequence[Prospect]) -> None:
    """Make two leads that wait for a call the ones most likely to come."""
    idle = stamp(house.world.now - timedelta(days=3.2))
    waiting = [
        lead
        for lead in leads
        if lead.row["stage"] in ("new", "contacted", "invited")
        and lead.row.get("last_contact_at", stamp(lead.created)) < idle
    ]
    for lead in waiting[-2:]:
        lead.row["intent_level"] = "a"


def _birthdays_ahead(house: House, patients: Sequence[Patient]) -> None:
    """Give the last patient seen and one before him a birthday within the week."""
    for days, patient in zip((2, 5), [one for one in patients if not one.is_minor][-2:], strict=False):
        born, day = date.fromisoformat(patient.row["birthday"]), house.world.today + timedelta(days=days)
        if day.year == house.world.today.year:
            patient.row["birthday"] = born.replace(month=day.month, day=min(day.day, 28)).isoformat()


def _sore(house: House, patients: Sequence[str]) -> None:
    """Let the last patient who was asked after surgery have answered that it hurts."""
    known = set(patients)
    asked = [one for one in house.world.all("postop_care") if one["customer_id"] in known]
    for one in asked[-1:]:
        one.update(pain=8, bleeding="marked", doctor_reply="建议当日复诊检查，继续抗炎")


def _expiring(house: House, batches: Sequence[Row]) -> None:
    """Let three batches in stock run out within three months."""
    kept = [one for one in batches if float(one["qty"]) > 0]
    for days, batch in zip((12, 35, 71), kept, strict=False):
        batch["expire_at"] = (house.world.today + timedelta(days=days)).isoformat()


def _traced(house: House) -> None:
    """Note at each implant surgery which batch was put in: what was on the shelf of the branch that day."""
    world = house.world
    kinds = {one["id"]: one["kind"] for one in world.all("material")}
    implants = [one for one in world.all("stock_batch") if kinds[one["material_id"]] == "implant"]
    surgery = {one["id"] for one in house.services.values() if one["category"][0] == "implant"}
    for log in world.all("treatment_log"):
        if log["service_item_id"] not in surgery:
            continue
        day = log["started_at"][:10]
        shelf = [
            one
            for one in implants
            if one["branch_id"] == log["branch_id"] and one["produced_at"] < day < one["expire_at"]
        ]
        if shelf:
            batch = shelf[int(day[-2:]) % len(shelf)]
            line = {
                "material": batch["material_id"],
                "batch": batch["id"],
                "serial": batch.get("serial_no"),
                "qty": "1.00",
            }
            at = instant(log["started_at"])
            log["materials"] = [{"id": world.new_id(at), **{k: v for k, v in line.items() if v is not None}}]


def handovers(house: House, leads: Sequence[Prospect]) -> None:
    """Write what consultants have handed over to each other: long done, under way, and one being prepared."""
    world = house.world
    givers = house.of("consultant")
    for place, (days, reason, rule, status) in enumerate(
        ((130, "transferred", "named", "done"), (46, "on_leave", "even_by_intent", "done"), (9, "rebalancing", "named", "done"), (1, "on_leave", "named", "draft"))
    ):  # fmt: skip
        giver = givers[-1 - place % len(givers)]
        at = at_clock(world.today - timedelta(days=days), 10 * 60 + 12 * place)
        mates = [
            p
            for p in house.of("consultant", giver.branch) + house.of("consultant_lead", giver.branch)
            if p is not giver
        ]
        own = [lead for lead in leads if lead.owner is giver and lead.created < at][-8:]
        lines = [
            {
                "id": world.new_id(at), "record": lead.name, "kind": "lead", "intent_level": lead.row["intent_level"], "last_contact": lead.row.get("last_contact_at"),
                "to_user": mates[n % len(mates)].user, "accepted": status == "done",
            }
            for n, lead in enumerate(own)
        ]  # fmt: skip
        boss = giver.supervisor or giver
        row = world.add(
            "handover", at, branch=giver.branch, owner=boss.user, from_staff=giver.staff, reason=reason, scope="{owner_id} = {form.from_staff.user_id}", rule=rule,
            receivers=[one.user for one in mates], lines=[{k: v for k, v in line.items() if v is not None} for line in lines] if status == "done" else None, status="draft",
        )  # fmt: skip
        if status == "done":
            for minutes, step in ((20, "lead_review"), (95, "handing_over"), (240, "done")):
                world.move(row, at + timedelta(minutes=minutes), boss.user, status=step)
            row["done_at"] = stamp(at + timedelta(minutes=240))
