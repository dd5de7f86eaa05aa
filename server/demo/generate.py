"""The story from beginning to end, and the order in which it is handed over."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

from server.demo import backoffice, everyday
from server.demo.aftercare import task
from server.demo.book import Book
from server.demo.books import books
from server.demo.house import House, build_house, duty_rosters
from server.demo.leads import Prospect, follow_up, lead_days, make_lead, next_waking, talk, touches
from server.demo.patients import Clinic
from server.demo.scene import one_more, set_scene
from server.demo.shelf import Row
from server.demo.world import ZONE, World, at_clock, by_day, instant

ORDER = (
    "branch", "staff", "room", "print_template", "channel", "tag", "member_level", "material", "service_item", "card_product", "coupon_template", "message_template", "article", 
    "segment", "roster", "campaign", "channel_cost", "lead", "customer", "lead_touch", "customer_relation", "followup_task", "comm_log", "appointment", "appointment_reply", "visit", "consultation", "plan",
    "consent", "imaging", "dental_history", "clinical_record", "perio_exam", "stock_batch", "stock_move", "treatment_log", "postop_care", "ortho_case", "implant_case", "lab_order",
    "recall", "sterilization", "bill", "refund", "card", "card_use", "points_log", "balance_log", "coupon", "referral", "message_log", "satisfaction", "complaint", "performance",
    "sales_target", "kpi_rule", "roster_request", "tele_consult", "adverse_event", "journey", "export_request", "handover", "finance_voucher",
)  # fmt: skip
"""Parents first. Where two forms point at each other (`lead.customer_id`, `comm_log.task_id`), the id is fixed and the record comes in a later batch."""
BATCH = 2_000
Starters = Mapping[str, Sequence[Mapping[str, Any]]]


def generate(
    app_lists: Mapping[str, Mapping[str, Any]],
    seed: int,
    today: date,
    scale: float = 0.025,
    now: datetime | None = None,
    files: Mapping[str, Mapping[str, Any]] | None = None,
    starters: Starters | None = None,
) -> Iterator[tuple[str, list[Row]]]:
    """Yield (form, records) in dependency order; records are JSON values with `id`, `created_at`, `owner_id`, `branch_id`.

    The same seed, day, instant and scale give the same records. 1.0 is a chain of six branches over two years with
    36,000 leads. `now` is the present of the story (default: 10:40 of `today` on the clinic's clock). `app_lists`
    (`{key: list definition}`) is used to leave out tags that a clinic has taken from its list. `files`: stored files
    as file values by what they are (see `papers` and `films`); cards carry the contract, implants the label, imaging its picture. `starters`: records
    that the app has every clinic start with, by form; its segments become the demo's.
    """
    world = _story(seed, today, scale, now, starters or {})
    known = {option["key"] for option in app_lists.get("customer_tags", {}).get("options", ())}
    for form, field, what in (
        ("card", "contract", "contract"),
        ("implant_case", "label_photo", "label_photo"),
    ):
        if files and what in files:
            for row in world.rows.get(form, ()):
                row[field] = [dict(files[what])]
    strange = (world.rows.keys() | world.shelves.keys()) - set(ORDER)
    if strange:
        raise LookupError(f"forms without a place in the order: {sorted(strange)}")
    for form in ORDER:
        rows = iter(world.all(form))
        while batch := [_clean(row, known) for row in islice(rows, BATCH)]:
            if form == "imaging" and files:
                _with_pictures(batch, files)
            yield form, batch
        world.rows.pop(form, None)
        world.shelves.pop(form, None)


def _with_pictures(batch: list[Row], files: Mapping[str, Mapping[str, Any]]) -> None:
    """Give each imaging record the picture of its kind."""
    for row in batch:
        if row["kind"] in files:
            row["images"] = [dict(files[row["kind"]])]


def accounts(
    seed: int, today: date, scale: float = 0.025, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Return the people who sign in: `{id, login, name, roles, branch_id, branches, staff_id, supervisor_id}`, the first of each post first.

    Ids are those that the records of `generate` name with the same arguments. Passwords are the caller's business.
    """
    house = build_house(_world(seed, today, scale, now))
    all_branches = [branch["id"] for branch in house.branches]
    central = ("group_admin", "ops", "online_consultant", "marketing", "finance", "warehouse", "auditor")
    return [
        {
            "id": p.user, "login": p.login, "name": p.name, "roles": [p.role], "branch_id": p.branch, "branches": all_branches if p.role in central else [p.branch],
            "staff_id": p.staff, "supervisor_id": p.supervisor.user if p.supervisor else None,
        }
        for p in sorted(house.people, key=lambda p: (not p.login.isalpha(), p.branch != all_branches[0]))
    ]  # fmt: skip


def _world(
    seed: int, today: date, scale: float, now: datetime | None, starters: Starters = MappingProxyType({})
) -> World:
    return World(seed, now or at_clock(today, 10 * 60 + 40), scale, starters)


def _story(seed: int, today: date, scale: float, now: datetime | None, starters: Starters) -> World:
    world = _world(seed, today, scale, now, starters)
    house = build_house(world)
    backoffice.materials(house)
    duty_rosters(house)
    clinic = Clinic(house, Book(world, house), backoffice.sell_cards)
    leads = _leads_and_patients(house, clinic)
    _busy_days(house, clinic)
    touches(house, leads)
    _open_tasks(house, leads)
    backoffice.consumption(house)
    everyday.staff_tasks(house, clinic.patients)
    everyday.health(house, clinic.patients)
    backoffice.service(house, clinic.patients)
    backoffice.marketing(house, leads)
    backoffice.coupons(house, clinic.patients)
    backoffice.sterile_packs(house)
    everyday.birthdays(house, clinic.patients)
    everyday.leave(house)
    everyday.questions(house, clinic.patients)
    everyday.journeys(house)
    everyday.handovers(house, leads)
    everyday.greetings(house, clinic.patients)
    everyday.desks(house, leads, clinic.patients)
    books(house, clinic.patients)
    return world


def _leads_and_patients(house: House, clinic: Clinic) -> list[Prospect]:
    """Play leads and old patients together, day by day, so that early bookings come first."""
    world = house.world
    leads: list[Prospect] = []
    old = world.count(8_760, 12)
    arrivals = sorted(
        world.start + timedelta(days=int(world.rng.random() ** 1.3 * (world.today - world.start).days))
        for _ in range(old)
    )
    days = [(day, 0) for day in lead_days(world)] + [(day, 1) for day in arrivals]
    for day, kind in sorted(days):
        if kind:
            clinic.old_patient(day)
            continue
        lead = make_lead(house, day, clinic.patients[-400:])
        leads.append(lead)
        follow_up(house, lead)
        if lead.booked_at is not None:
            clinic.first_visit(lead)
    return leads


def _busy_days(house: House, clinic: Clinic) -> None:
    """Fill the days around today, so that the schedule of a small demo looks like a clinic at work; then what is left of the visits."""
    world = house.world
    for branch in house.branches:
        regulars = [p for p in clinic.patients if p.branch == branch["id"] and p.visits > 0]
        if not regulars:
            continue
        set_scene(clinic, branch["id"], regulars)
        for offset, wanted in BUSY if world.scale < 0.25 else ():
            for _ in range(wanted):
                one_more(clinic, branch["id"], regulars, world.today + timedelta(days=offset))
        for _ in range(world.count(80, 4)):
            clinic.undecided(world.pick(regulars))
        if branch is house.branches[0]:
            for discount in ("0.75", "0.72", "0.65"):
                clinic.undecided(world.pick(regulars), discount)
    clinic.fill_up(world.count(98_000))
    for patient in clinic.patients:
        clinic.settle(patient)


BUSY = ((-4, 1), (-3, 1), (-2, 1), (-1, 2), (0, 8), (1, 5), (2, 4), (3, 3), (4, 3), (5, 2), (6, 2), (7, 1))
"""How many more come to each branch of a small demo, by days from today."""


def _open_tasks(house: House, leads: list[Prospect]) -> None:
    """Write the calls that open leads are due for, most of them around today."""
    world = house.world
    for lead in leads:
        due = lead.row.get("next_followup_at")
        if lead.row["stage"] == "new" and (world.now - lead.created).days < 2:
            task(
                house,
                next_waking(world, lead.created + timedelta(minutes=30)),
                "first_contact",
                f"{lead.name} 首次联系",
                lead.owner,
                hours=2,
                lead=lead.row["id"],
                branch=lead.branch,
            )
        elif lead.row["stage"] in ("new", "contacted", "invited") and due is not None:
            at = instant(due)
            if at < world.now - timedelta(hours=20):
                # Consultants keep up: a call that was due before yesterday has found a new day.
                at = by_day(world.now + timedelta(hours=world.rng.uniform(-14, 70)))
                tried = by_day(world.now - timedelta(hours=world.rng.uniform(16, 60)))
                if lead.created < tried and world.chance(0.8):
                    talk(house, lead, tried, "no_answer" if lead.row["stage"] == "new" else "considering")
                lead.row["next_followup_at"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            task(
                house,
                at,
                "first_contact" if lead.row["stage"] == "new" else "sop_step",
                f"{lead.name} " + ("再次联系" if lead.row["stage"] == "new" else "按计划跟进"),
                lead.owner,
                hours=6,
                lead=lead.row["id"],
                branch=lead.branch,
            )


def _clean(row: Row, tags: set[str]) -> Row:
    """Return the record without blanks; rows of sub-tables get their ids when they are written."""
    if row.get("tags") and tags:
        row["tags"] = [tag for tag in dict.fromkeys(row["tags"]) if tag in tags]
    kept = {key: value for key, value in row.items() if value is not None and value != []}
    for key, value in kept.items():
        if isinstance(value, list) and isinstance(value[0], dict):
            kept[key] = [
                {name: cell for name, cell in line.items() if name != "id" or "mime" in line}
                for line in value
            ]
    return kept


__all__ = ["ZONE", "accounts", "generate"]
