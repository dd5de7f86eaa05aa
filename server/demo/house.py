"""The house itself: branches, staff and their accounts, rooms, price list, channels and other settings."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.demo import facts
from server.demo.consents import CONSENTS
from server.demo.names import Phones, full_name
from server.demo.shelf import Row
from server.demo.world import World, at_clock, days_between, yuan

POSTS = (
    # role, people in a small branch, people in a full branch
    ("director", 1, 1), ("consultant_lead", 1, 1), ("consultant", 2, 4), ("doctor", 4, 8), ("nurse", 2, 5), ("front_desk", 1, 3), ("service", 1, 1),
)  # fmt: skip
GROUP_POSTS = (
    ("ops", 1), ("online_consultant", 2), ("marketing", 2), ("finance", 2), ("warehouse", 1), ("auditor", 1), ("group_admin", 1),
)  # fmt: skip
LOGINS = {
    "director": "director", "consultant_lead": "lead", "consultant": "consultant", "doctor": "doctor", "nurse": "nurse",
    "front_desk": "frontdesk", "service": "service", "ops": "ops", "online_consultant": "online", "marketing": "marketing",
    "finance": "finance", "warehouse": "warehouse", "auditor": "auditor", "group_admin": "admin",
}  # fmt: skip
FIRST_NAMES = {
    # The sample sheets call their owners by surname and post (李咨询), which leads to these.
    ("consultant", 0, 0): "李思雨",
    ("consultant", 1, 0): "王若楠",
    ("service", 0, 0): "赵雅婷",
    ("service", 0, 1): "陈梦瑶",
}
OFF_DAYS = ((0, 1), (2, 3), (4, 0), (1, 2), (3, 4), (0, 2), (1, 3), (2, 4))
"""Two weekdays off for each doctor of a branch; everybody works at the weekend, when patients have time.

The first doctor of a branch, as whom visitors sign in, is on duty on the day the story is told."""


@dataclass
class Person:
    """A member of staff. `user` and `staff` are ids of the account and of the staff record."""

    user: str
    staff: str
    login: str
    name: str
    role: str
    branch: str
    place: int
    speciality: str = ""
    room: str | None = None
    supervisor: "Person | None" = None


Stocked = tuple[Row, datetime, datetime, int]
"""A batch, the time in which it is used, its cost."""


@dataclass
class House:
    """What stands before the first patient comes."""

    world: World
    phones: Phones
    branches: list[Row] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    services: dict[str, Row] = field(default_factory=dict)
    channels: dict[str, Row] = field(default_factory=dict)
    sub_channels: dict[str, list[Row]] = field(default_factory=dict)
    levels: list[Row] = field(default_factory=list)
    card_products: list[Row] = field(default_factory=list)
    coupon_templates: list[Row] = field(default_factory=list)
    prints: dict[str, Row] = field(default_factory=dict)
    templates: dict[str, Row] = field(default_factory=dict)
    vouchers: dict[str, str] = field(default_factory=dict)
    """The voucher of a month's bills, by month."""
    messages: int = 0
    refunds: list[tuple[Row, Row, Decimal]] = field(default_factory=list)
    """Refunds paid: refund, bill, amount."""
    consult_rooms: dict[str, str] = field(default_factory=dict)
    stock: list[Stocked] = field(default_factory=list)

    def of(self, role: str, branch: str | None = None) -> list[Person]:
        return [p for p in self.people if p.role == role and branch in (None, p.branch)]

    def one(self, role: str, branch: str | None = None) -> Person:
        return self.world.pick(self.of(role, branch) or self.of(role))

    def voucher(self, month: date) -> str:
        """Return the id of the voucher of a month's bills."""
        key = f"{month:%Y-%m}"
        if key not in self.vouchers:
            self.vouchers[key] = self.world.new_id(at_clock((month + timedelta(days=32)).replace(day=1), 580))
        return self.vouchers[key]

    @property
    def admin(self) -> Person:
        return self.of("group_admin")[0]

    def works(self, doctor: Person, day: date) -> bool:
        """Tell whether the doctor is on duty that day."""
        shift = 1 if self.world.today.weekday() in OFF_DAYS[0] else 0
        return day.weekday() not in OFF_DAYS[(doctor.place + shift) % len(OFF_DAYS)]


def build_house(world: World) -> House:
    """Return the house; its records are in `world.rows`, parents before children."""
    house = House(world, Phones(world))
    _branches(house)
    _staff(house)
    _rooms(house)
    _settings(house)
    _price_list(house)
    return house


def small(world: World) -> bool:
    """Tell whether the chain is played small: four branches with a few people each."""
    return world.scale < 0.25


def _branches(house: House) -> None:
    world = house.world
    opened = world.start - timedelta(days=400)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    for place, (name, short, district, street, lng, lat, region) in enumerate(
        facts.BRANCHES[: 4 if small(world) else 6]
    ):
        hours = [{"weekday": day, "open": "09:00", "close": "18:00"} for day in days]
        row = world.add(
            "branch", at_clock(opened, 600 + place), branch=None, owner=None, name=name, short_name=short, region_name=region,
            address={"code": district, "detail": street}, geo={"lng": lng, "lat": lat}, phone=f"0571-8{place}16{7700 + place}",
            business_hours=hours, licence_no=f"33010{place + 1}-2018-D{1031 + place * 7}", licence_scope=["dentistry"],
            licence_expire=(world.today + timedelta(days=320 + place * 170)).isoformat(),
            open_date=(opened - timedelta(days=200 * (6 - place))).isoformat(), status="open",
        )  # fmt: skip
        row["branch_id"] = row["id"]
        house.branches.append(row)


def _staff(house: House) -> None:
    world = house.world
    head = house.branches[0]["id"]
    for role, count in GROUP_POSTS:
        for place in range(count):
            _hire(house, role, head, place)
    for number, branch in enumerate(house.branches):
        for role, few, many in POSTS:
            if role == "service" and number > 2 and not small(world):
                # three of them look after the six branches of the whole chain
                continue
            for place in range(few if small(world) else many):
                _hire(house, role, branch["id"], place)
    _chain_of_command(house)
    for branch in house.branches:
        boss = house.of("director", branch["id"])[0]
        branch["manager_id"] = branch["owner_id"] = boss.user
        branch["created_by"] = house.admin.user
    for branch, share, rest in zip(house.branches, ("0.6000", "0.4500"), ("0.4000", "0.5500"), strict=False):
        partners = (house.of("director", branch["id"])[0], house.of("ops")[0])
        branch["partner_shares"] = [
            {"id": world.new_id(at_clock(world.start, 540)), "partner": one.user, "share": part}
            for one, part in zip(partners, (share, rest), strict=True)
        ]
    for person, row in zip(house.people, world.rows["staff"], strict=True):
        row["supervisor_id"] = person.supervisor.user if person.supervisor else None
        row["created_by"] = house.admin.user


def _hire(house: House, role: str, branch: str, place: int) -> None:
    world = house.world
    hired = world.start - timedelta(days=world.rng.randint(10, 1500))
    at = at_clock(world.start - timedelta(days=30), 560)
    gender = "male" if world.chance(0.5 if role == "doctor" else 0.2) else "female"
    house_no = next(n for n, one in enumerate(house.branches) if one["id"] == branch)
    name = FIRST_NAMES.get((role, place, house_no))
    gender = "female" if name else gender
    known = {one[0] for one in FIRST_NAMES.values()} if role in ("consultant", "service") else set()
    while name is None or (name[0] in known and (role, place, house_no) not in FIRST_NAMES):
        name = full_name(world, gender)
    number = sum(1 for p in house.people if p.role == role) + 1
    login = LOGINS[role] if number == 1 else f"{LOGINS[role]}{number}"
    specialities = ("implant", "ortho", "endo", "perio", "pediatric", "prosthetics", "extraction", "filling")
    speciality = specialities[place % len(specialities)] if role == "doctor" else ""
    person = Person(world.new_id(at), "", login, name, role, branch, place, speciality)
    titles = {
        "doctor": ("chief", "associate_chief", "attending", "attending", "resident"),
        "nurse": ("head_nurse", "senior_nurse", "nurse"),
    }
    own = titles.get(role)
    licensed = role in ("doctor", "nurse")
    row = world.add(
        "staff", at, branch=branch, owner=person.user, user_id=person.user, name=name, role_key=role, phone=house.phones(), branches=[branch],
        licence_no=f"{'110' if role == 'doctor' else '201'}3301{world.rng.randrange(10**8, 10**9)}" if licensed else None,
        title=own[place % len(own)] if own else None, specialties=[speciality] if speciality else None,
        commission_rate=f"0.{world.rng.randint(3, 18):02d}00" if role in ("doctor", "consultant", "consultant_lead") else None,
        daily_reveal_limit=50, hire_date=hired.isoformat(), status="active",
    )  # fmt: skip
    if role == "doctor":
        years = world.rng.randint(5, 26)
        row["intro"] = (
            f"<p>从业 {years} 年，擅长{_WORDS[speciality]}。注重沟通，治疗前会把方案和费用讲清楚。</p>"
        )
    person.staff = row["id"]
    house.people.append(person)


_WORDS = {
    "implant": "种植修复", "ortho": "成人与青少年正畸", "endo": "显微根管", "perio": "牙周系统治疗", "pediatric": "儿童口腔",
    "prosthetics": "美学修复", "extraction": "微创拔牙", "filling": "树脂美学充填",
}  # fmt: skip


def _chain_of_command(house: House) -> None:
    ops = house.of("ops")[0]
    for person in house.people:
        if person.role in ("group_admin", "ops", "auditor"):
            continue
        if person.role in ("online_consultant", "marketing", "finance", "warehouse", "director"):
            person.supervisor = ops
        elif person.role == "consultant":
            person.supervisor = house.of("consultant_lead", person.branch)[0]
        else:
            person.supervisor = house.of("director", person.branch)[0]


def _rooms(house: House) -> None:
    world = house.world
    colours = (
        "#13c2c2",
        "#1677ff",
        "#722ed1",
        "#fa8c16",
        "#52c41a",
        "#eb2f96",
        "#faad14",
        "#2f54eb",
        "#a0d911",
        "#f5222d",
        "#8c8c8c",
    )
    at = at_clock(world.start - timedelta(days=20), 560)
    for branch in house.branches:
        doctors = house.of("doctor", branch["id"])
        chairs = max(len(doctors) + 1, 5) if small(world) else 8
        plan = [("dental_chair", f"{n + 1}号椅") for n in range(chairs)]
        plan += [("operating_room", "手术室"), ("imaging_room", "影像室"), ("consultation_room", "咨询室")]
        for place, (kind, name) in enumerate(plan):
            row = world.add(
                "room", at, branch=branch["id"], owner=branch["manager_id"], name=f"{branch['short_name']} {name}", kind=kind, capacity=1,
                equipment=list(facts.ROOM_GEAR[kind]), color=colours[place % len(colours)],
                status="in_repair" if kind == "dental_chair" and place == chairs - 1 and chairs > len(doctors) + 1 else "available",
            )  # fmt: skip
            if place < len(doctors):
                doctors[place].room = row["id"]
            if kind == "consultation_room":
                house.consult_rooms[branch["id"]] = row["id"]


def _settings(house: House) -> None:
    world, admin = house.world, house.admin
    at = at_clock(world.start - timedelta(days=15), 600)
    head = house.branches[0]["id"]

    def put(form: str, **values: Any) -> Row:
        return world.add(form, at, branch=head, owner=admin.user, **values)

    for key, name, kind, _, synonyms, subs, _ in facts.CHANNELS:
        conversion = {
            "referral": "0.4400",
            "online_organic": "0.2300",
            "online_paid": "0.1800",
            "offline": "0.2600",
        }[kind]
        row = put(
            "channel",
            name=name,
            kind=kind,
            synonyms=list(synonyms),
            utm_key=key,
            conversion=conversion,
            status="enabled",
        )
        house.channels[key] = row
        house.sub_channels[key] = [
            put("channel", name=f"{name}·{sub}", kind=kind, parent_id=row["id"], utm_key=f"{key}_{n + 1}", conversion=conversion, status="enabled")
            for n, sub in enumerate(subs)
        ]  # fmt: skip
    for key, name, group, color in facts.TAGS:
        put("tag", name=name, option_key=key, group_name=group, mode="manual", color=color)
    for name, paid, discount, rate in facts.LEVELS:
        benefits = f"<p>{name}会员：诊疗项目 {round(float(discount) * 100)}%，积分 {rate} 倍，生日当月赠洁牙一次。</p>"
        house.levels.append(put("member_level", name=name, min_paid=yuan(paid), discount=discount + ("" if "." in discount else ".00"),
                                points_rate=rate, keep_days=365, benefits=benefits))  # fmt: skip
    for key, name, form, paper in PRINTS:
        house.prints[key] = put(
            "print_template",
            key=key,
            name=name,
            form_key=form,
            paper=paper,
            version=1,
            body=CONSENTS.get(key, f"<h2>{name}</h2><p>本文书一式两份。</p>"),
        )

    for key, name, channel, kind, words in TEXTS:
        house.templates[key] = put(
            "message_template", key=key, name=name, channel=channel, kind=kind, body=f"【齐悦口腔】{{{{ customer.name }}}} 您好，{words}", sign="齐悦口腔", quiet_hours="21:00-08:30"
        )  # fmt: skip


TEXTS = (
    # key, name, channel, kind, words
    ("appt_booked", "预约成功", "sms", "notice", "您的预约已成功，到院请出示预约码。"), ("appt_1d", "就诊前一天提醒", "sms", "notice", "提醒您明天的就诊时间，如需改期请联系前台。"),
    ("appt_2h", "就诊前两小时提醒", "wechat_template", "notice", "您今天的就诊即将开始，请提前十分钟到院。"), ("postop_care", "术后护理提醒", "wechat_template", "notice", "请按医嘱用药，注意口腔清洁。"),
    ("birthday", "生日祝福", "sms", "marketing", "祝您生日快乐，送您一张生日礼券，详见小程序。"), ("recall_due", "复查提醒", "wechat_template", "notice", "您的定期复查时间到了，点此预约。"),
    ("holiday", "节日问候", "wechat_template", "marketing", "祝您和家人节日快乐。"),
)  # fmt: skip
PRINTS = (
    ("bill_receipt", "收费凭证", "bill", "receipt_80mm"), ("record_print", "门诊病历", "clinical_record", "a4"), ("plan_print", "治疗方案", "plan", "a4"),
    ("consent_treatment", "诊疗知情同意书", "consent", "a4"), ("consent_surgery", "口腔手术知情同意书", "consent", "a4"),
    ("consent_privacy", "隐私与敏感信息授权书", "consent", "a4"), ("card_contract", "卡项服务合同", "card", "a4"), ("implant_card", "种植体植入卡", "implant_case", "a5"),
)  # fmt: skip


def _price_list(house: House) -> None:
    world, admin = house.world, house.admin
    at = at_clock(world.start - timedelta(days=14), 600)
    head = house.branches[0]["id"]
    for one in facts.SERVICES:
        consent = (
            house.prints["consent_surgery" if one.invasive else "consent_treatment"]["id"]
            if one.consent
            else None
        )
        house.services[one.code] = world.add(
            "service_item", at, branch=head, owner=admin.user, code=one.code, name=one.name, category=list(one.kind), unit=one.unit, price=yuan(one.price),
            min_price=yuan(one.floor), minutes=one.minutes, dept="dentistry", surgery_grade="none", needs_consent=one.consent, consent_template=consent,
            is_invasive=one.invasive, postop_rule=one.postop, repurchase_days=one.again_days, status="enabled",
        )  # fmt: skip
    for name, kind, price, face, gift, items, days in facts.CARDS:
        lines = [
            {"id": world.new_id(at), "service_item": house.services[code]["id"], "times": times}
            for code, times in items
        ]
        house.card_products.append(world.add(
            "card_product", at, branch=head, owner=admin.user, name=name, kind=kind, price=yuan(price), face_value=yuan(face) if face else None,
            gift_value=yuan(gift) if gift else None, items=lines or None, valid_days=days, transferable=False, share_customers=3 if "全家" in name else 1,
            contract_tpl=house.prints["card_contract"]["id"], status="on_sale"))  # fmt: skip
    for name, kind, value, threshold, days in facts.COUPONS:
        house.coupon_templates.append(world.add(
            "coupon_template", at, branch=head, owner=admin.user, name=name, kind=kind, value=value, threshold=yuan(threshold), valid_days=days,
            per_customer=1, stackable=False))  # fmt: skip


def duty_rosters(house: House) -> None:
    """Write the duty rosters: two weeks back, two weeks ahead, for doctors and nurses."""
    world = house.world
    for day in days_between(world.today - timedelta(days=14), world.today + timedelta(days=14)):
        for person in house.people:
            if person.role != "doctor":
                continue
            boss = house.of("director", person.branch)[0]
            at = at_clock(world.today - timedelta(days=21), 600)
            if not house.works(person, day):
                world.add(
                    "roster",
                    at,
                    branch=person.branch,
                    owner=boss.user,
                    staff_id=person.staff,
                    work_date=day.isoformat(),
                    shift="off",
                    slot_minutes="m30",
                    is_bookable=False,
                )
                continue
            pause = [{"id": world.new_id(at), "start": "12:00", "end": "13:30"}]
            world.add(
                "roster", at, branch=person.branch, owner=boss.user, staff_id=person.staff, work_date=day.isoformat(), shift="full_day", start_at="09:00",
                end_at="18:00", break_ranges=pause, room_id=person.room, slot_minutes="m30", slot_online=8, is_bookable=True,
            )  # fmt: skip
