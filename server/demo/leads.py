"""Leads: where they come from, what they want, how they are talked to, and how far each one gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.demo import facts, words
from server.demo.house import House, Person
from server.demo.names import birthday, district, full_name, given_name, surname, wechat
from server.demo.shelf import Row
from server.demo.world import ON_TIME, ZONE, World, at_clock, before_closing, by_day, days_between, stamp

AGE_BANDS = (
    ("under_18", 18),
    ("a18_24", 25),
    ("a25_34", 35),
    ("a35_44", 45),
    ("a45_54", 55),
    ("a55_64", 65),
    ("over_65", 200),
)
SHARES = {"contact": 0.807, "book": 0.431 / 0.807, "visit": 0.312 / 0.431, "deal": 0.184 / 0.312}
REFERRAL_SHARES = {"contact": 0.95, "book": 0.75 / 0.95, "visit": 0.62 / 0.75, "deal": 0.47 / 0.62}
"""How many of those who got to a step take the next one: of all leads 82 % are reached, 46 % book, 34 % come, 21 % buy.

A few of those who mean to buy break off before they pay, so a few more of them mean to.
"""
ONLINE = frozenset({"dianping", "meituan", "douyin", "red", "baidu", "moments", "website", "wechat"})
TASKED = 0.5
"""Share of the talks that a follow-up task asked for."""


@dataclass
class Prospect:
    """A person who asked, with what the story needs to know. `shows` and `buys` are his fate."""

    row: Row
    created: datetime
    name: str
    gender: str
    born: date
    phone: str
    want: str
    channel: str
    branch: str
    owner: Person
    contacted: bool
    books: bool
    shows: bool
    buys: bool
    booked_at: datetime | None = None
    talks: int = 0


def lead_days(world: World) -> list[date]:
    """Return the day of each lead: seasons, weekends, and a chain that grows."""
    days = list(days_between(world.start, world.today))
    weights = []
    for place, day in enumerate(days):
        growth = 0.8 + 0.4 * place / len(days)
        if world.scale < 0.25 and len(days) - place < 21:
            # A small demo needs leads on every stage today; a full one has them anyway.
            growth *= 1.6
        if world.scale < 0.25 and len(days) - place < 3:
            growth *= 2
        weekend = 1.18 if day.weekday() >= 5 else 1.0
        weights.append(facts.SEASON[day.month] * growth * weekend)
    return sorted(world.rng.choices(days, weights, k=world.count(36_000, 40)))


def make_lead(house: House, day: date, known: Sequence[Any] = ()) -> Prospect:
    """Return a new lead of the day; its talks and fate come later. `known`: patients who may have sent him."""
    world = house.world
    created = min(world.moment(day, 8.2, 22.4), world.now - timedelta(minutes=world.rng.randint(2, 90)))
    key = world.weighted([(c[0], float(c[3])) for c in facts.CHANNELS])
    if key == "referral" and not known:
        key = "walk_in"
    referrer = world.pick(known).row["id"] if key == "referral" else None
    shares = REFERRAL_SHARES if key == "referral" else SHARES
    group = "referral" if key == "referral" else "lead"
    contacted = world.even(f"{group} contact", shares["contact"])
    books = contacted and world.even(f"{group} book", shares["book"])
    shows = books and world.even(f"{group} visit", shares["visit"])
    buys = shows and world.even(f"{group} deal", shares["deal"])
    want = _want(world, day, key, "buyer" if buys else "lead")
    # The head office's board is the one a visitor of a small demo looks at first.
    is_fresh = world.scale < 0.25 and (world.today - day).days < 21 and world.chance(0.35)
    branch = house.branches[0]["id"] if is_fresh else world.pick(house.branches)["id"]
    owner = house.one("online_consultant") if world.chance(0.12) else house.one("consultant", branch)
    gender = "female" if world.even(f"women {buys}", 0.6) else "male"
    born = birthday(
        world, want == "pediatric" or (want == "ortho" and world.chance(0.3)) or world.chance(0.02)
    )
    name = _lead_name(world, gender)
    phone = house.phones()
    age = (day - born).days // 365
    subs = house.sub_channels[key]
    level = (
        "a"
        if buys or world.chance(0.15)
        else world.weighted((("b", 60), ("c", 30), ("d", 6 if not contacted else 2)))
    )
    row = world.add(
        "lead", created, branch=branch, owner=owner.user, by=house.of("online_consultant")[0].user, name=name, phone=phone,
        wechat=wechat(world) if world.chance(0.25) else None, gender=gender if world.chance(0.85) else "unknown",
        age_band=next(band for band, limit in AGE_BANDS if age < limit) if world.chance(0.7) else None,
        city={"code": "3301"} if world.chance(0.5) else None, channel_id=house.channels[key]["id"],
        sub_channel=world.pick(subs)["id"] if subs and world.chance(0.7) else None,
        intent_items=[want, *(["perio"] if want in ("filling", "implant") and world.chance(0.12) else [])],
        budget_range=world.weighted(facts.BUDGETS.get(want, facts.BUDGETS["other"])) if world.chance(0.65) else None,
        concerns=world.some(("pain", "price", "outcome", "recovery", "safety", "time", "doctor_quality", "family"), 2),
        intent_level=level, tags=_tags(world, want), stage="new", assign_mode=world.weighted((("automatic", 70), ("claimed", 18), ("manual", 12))),
        message=world.pick(words.MESSAGES[want]) if key in ONLINE and world.chance(0.5) else None, assigned_at=stamp(created + timedelta(minutes=world.rng.randint(0, 14))), consent_contact=world.chance(0.93), referrer_id=referrer,
        external_id=f"{key}-{world.rng.randrange(10**9, 10**10)}" if key in ("dianping", "meituan", "douyin", "baidu") else None,
    )  # fmt: skip
    return Prospect(
        row, created, name, gender, born, phone, want, key, branch, owner, contacted, books, shows, buys
    )


def _want(world: World, day: date, channel: str, who: str) -> str:
    mix = []
    for want, weight in facts.CATEGORY_MIX:
        summer = 1.6 if want == "ortho" and day.month in (1, 7, 8) else 1.0
        offers = 2.0 if want in ("perio", "whitening") and channel in ("dianping", "meituan") else 1.0
        mix.append((want, weight * summer * offers))
    return world.weighted(mix, f"want {who}")


def _lead_name(world: World, gender: str) -> str:
    if world.chance(0.2):
        return surname(world) + ("女士" if gender == "female" else "先生")
    return full_name(world, gender) if world.chance(0.95) else surname(world) + given_name(world, gender)


def _tags(world: World, want: str) -> list[str]:
    own = {
        "implant": "implant_intent",
        "ortho": "ortho_need",
        "pediatric": "children",
        "whitening": "aesthetic",
        "prosthetics": "aesthetic",
        "perio": "perio",
    }.get(want)
    tags = [own] if own and world.chance(0.75) else []
    return tags + world.some(("price_sensitive", "dental_fear", "comparing", "insurance"), 1)


def talk(house: House, lead: Prospect, at: datetime, result: str, *, customer: str | None = None) -> Row:
    """Write a communication of the lead's owner, mostly one that a task asked for; the lead remembers the last one."""
    world = house.world
    channel = world.weighted((("phone", 46), ("wechat", 45), ("wecom", 6), ("online_chat", 3)))
    reached = result != "no_answer"
    if reached:
        text = world.pick(words.TALKS[lead.want]).format(n=world.rng.randint(1, 3), w=world.rng.randint(1, 4))
        after = world.pick(words.NEXT)
        text = f"{text}；{after}" if after else text
    else:
        text, channel = world.pick(words.NO_ANSWER), "phone"
    follow = (
        None
        if result in ("refused", "dead_number")
        else stamp(by_day(at + timedelta(days=world.rng.randint(1, 5), hours=world.rng.randint(0, 5))))
    )
    row = world.add(
        "comm_log", at, branch=lead.branch, owner=lead.owner.user, target_type="lead", lead_id=lead.row["id"], customer_id=customer, channel=channel,
        direction="inbound" if world.chance(0.15) else "outbound", result=result, content=text, started_at=stamp(at),
        seconds=world.rng.randint(35, 620) if channel == "phone" and reached else None, intent_level=lead.row["intent_level"] if world.chance(0.4) else None,
        next_followup_at=follow,
    )  # fmt: skip
    lead.talks += 1
    if lead.talks == 1 or world.chance(TASKED):
        _asked_for(world, lead, row, at, "contacted" if reached else "not_reached")
    lead.row.setdefault("first_contact_at", stamp(at))
    lead.row["last_contact_at"] = stamp(at)
    lead.row["sop_step"] = min(7, lead.talks + (1 if reached else 0))
    if follow:
        lead.row["next_followup_at"] = follow
    return row


def _asked_for(world: World, lead: Prospect, log: Row, at: datetime, result: str) -> None:
    """Write the task that a talk has done; 78 of 100 are done in time."""
    if lead.talks == 1:
        plan = next_waking(world, lead.created + timedelta(minutes=20))
        due = before_closing(plan, plan + timedelta(minutes=165))
        plan = min(plan, at)
    elif world.chance(ON_TIME):
        due = before_closing(at, at + timedelta(hours=world.rng.uniform(0.2, 5)))
        plan = min(due - timedelta(hours=6), at - timedelta(minutes=5))
    else:
        due = by_day(at - timedelta(hours=world.rng.expovariate(1 / 14) + 1))
        plan = due - timedelta(hours=6)
    made = max(lead.created, plan - timedelta(hours=world.rng.randint(2, 30)))
    task = world.add(
        "followup_task", made, branch=lead.branch, owner=lead.owner.user, title=f"{lead.name} " + ("首次联系" if lead.talks == 1 else "按计划跟进"),
        kind="first_contact" if lead.talks == 1 else "sop_step", lead_id=lead.row["id"], rule_key="F-L3", source_form="lead", source_id=lead.row["id"], day_no=lead.talks,
        assignee_id=lead.owner.user, plan_at=stamp(max(plan, made)), due_at=stamp(due), reschedule_count=0, status="todo",
    )  # fmt: skip
    log["task_id"] = task["id"]
    world.move(task, at, lead.owner.user, status="done")
    task.update(done_at=stamp(at), result=result, comm_log_id=log["id"])


def follow_up(house: House, lead: Prospect) -> None:
    """Play the talks until the lead books, is lost, or the present is reached. Sets stage and `booked_at`."""
    world = house.world
    at = next_waking(world, lead.created + timedelta(minutes=world.rng.expovariate(1 / 95) + 4))
    tries = 0
    while at < world.now and tries < (
        2 + world.rng.randint(0, 2) if not lead.contacted else 1 if world.chance(0.25) else 0
    ):
        talk(house, lead, at, "no_answer")
        at, tries = _later(world, at, 0.4), tries + 1
    if not lead.contacted:
        _give_up(house, lead, at, "unreachable")
        return
    rounds = world.rng.randint(1, 4) if lead.books else world.rng.randint(2, 5)
    for turn in range(rounds):
        if at >= world.now:
            break
        last = turn == rounds - 1
        result = (
            "booked"
            if lead.books and last
            else world.weighted((("connected", 45), ("wechat_added", 20), ("considering", 35)))
        )
        if last and not lead.books and world.chance(0.5):
            result = "refused"
        talk(house, lead, at, result)
        if lead.row["stage"] == "new":
            world.move(lead.row, at, lead.owner.user, stage="contacted")
        if result == "booked":
            lead.booked_at = at
            world.move(lead.row, at + timedelta(minutes=3), lead.owner.user, stage="invited")
            return
        at = _later(world, at, 3.2)
    if not lead.books:
        _give_up(house, lead, at, world.weighted(REASONS))


REASONS = (
    ("price", 24), ("comparing", 20), ("thinking", 18), ("schedule", 8), ("distance", 9), ("family", 8), ("went_elsewhere", 8), ("other", 5),
)  # fmt: skip


def _give_up(house: House, lead: Prospect, at: datetime, reason: str) -> None:
    # A lead is given up within two weeks of the last try, as the rule of the pool has it.
    world = house.world
    given_up = by_day(max(at, lead.created) + timedelta(days=world.rng.randint(8, 12)))
    if given_up >= world.now:
        return
    lead.row.pop("next_followup_at", None)
    if not world.chance(0.3):
        lose(house, lead, given_up, reason)
        return
    world.move(lead.row, given_up, lead.owner.user, stage="pool", owner_id=None)
    lead.row["pool_at"] = stamp(given_up)
    again = by_day(given_up + timedelta(days=world.rng.uniform(0.5, 30)))
    if again < world.now - timedelta(days=25) and world.chance(0.6):
        # somebody else takes it from the pool and has no more luck
        taker = house.one("consultant", lead.branch)
        stage = "contacted" if lead.contacted else "new"
        world.move(lead.row, again, taker.user, stage=stage, owner_id=taker.user)
        lead.owner, lead.row["assign_mode"], lead.row["assigned_at"] = taker, "claimed", stamp(again)
        talk(house, lead, again + timedelta(minutes=12), "considering" if lead.contacted else "no_answer")
        lead.row.pop("next_followup_at", None)
        lose(house, lead, by_day(again + timedelta(days=world.rng.randint(14, 22))), reason)


def lose(house: House, lead: Prospect, at: datetime, reason: str) -> None:
    """Note that a lead is lost."""
    house.world.move(lead.row, at, lead.owner.user, stage="lost")
    lead.row["lost_reason"] = reason
    lead.row.pop("next_followup_at", None)
    if reason == "price" and house.world.chance(0.5):
        lead.row["lost_note"] = "预算与报价差距较大，保留联系"


def next_waking(world: World, at: datetime) -> datetime:
    """Return `at`, or half past nine or so of the next morning when nobody would be called any more."""
    local = at.astimezone(ZONE)
    if 8 <= local.hour < 21:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= 21 else 0)
    return at_clock(day, 9 * 60 + world.rng.randint(5, 70))


def _later(world: World, at: datetime, mean_days: float) -> datetime:
    then = at + timedelta(days=world.rng.expovariate(1 / mean_days) + 0.2)
    day = then.date()
    return next_waking(world, max(at_clock(day, world.rng.randint(560, 1180)), at + timedelta(hours=1)))


def touches(house: House, leads: list[Prospect]) -> None:
    """Write the eight of a hundred captures that were somebody already known."""
    world = house.world
    for lead in leads:
        if world.chance(0.08):
            at = lead.created + timedelta(days=world.rng.uniform(0.5, 40))
            if at < world.now:
                key = world.weighted(
                    [(c[0], float(c[3])) for c in facts.CHANNELS if c[0] not in ("referral", "walk_in")]
                )
                world.add(
                    "lead_touch",
                    at,
                    branch=lead.branch,
                    owner=lead.owner.user,
                    lead_id=lead.row["id"],
                    channel_id=house.channels[key]["id"],
                    customer_id=lead.row.get("customer_id"),
                    message=world.pick(words.MESSAGES[lead.want]) if world.chance(0.7) else None,
                    at=stamp(at),
                )


__all__ = ["Prospect", "district", "follow_up", "lead_days", "make_lead", "talk", "touches"]
