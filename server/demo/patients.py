"""Patients and their visits: booked, kept or missed, written up, paid, followed up."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.demo import aftercare, clinical, facts, money, words
from server.demo.book import Book
from server.demo.courses import Step, course
from server.demo.house import House, Person
from server.demo.leads import Prospect, lose
from server.demo.names import birthday, district, full_name, street, wechat
from server.demo.shelf import Row
from server.demo.world import ZONE, World, at_clock, by_day, days_between, instant, stamp

SHOW = {0: (0.04, 0.025), 1: (0.052, 0.043), 4: (0.07, 0.054), 8: (0.095, 0.068), 15: (0.14, 0.08)}
"""Share of no-shows and of cancellations by days booked ahead."""
AHEAD = ((1, 30), (2, 22), (3, 15), (5, 14), (8, 10), (14, 6), (20, 3))
AHEAD_MISSED = ((1, 5), (2, 7), (3, 8), (5, 18), (8, 24), (14, 22), (20, 16))
"""Days between booking and a lead's first visit, for those who will come and those who will not."""
PLAN_SHARE = {
    "implant": 0.72, "ortho": 0.72, "prosthetics": 0.7, "endo": 0.74, "perio": 0.62, "extraction": 0.76, "filling": 0.76, "pediatric": 0.6, "whitening": 0.5,
}  # fmt: skip
"""Share of first visits that end with a plan on paper, by what the patient wants."""


@dataclass
class Patient:
    """Somebody with a file. `row` is the customer record; `lead` the lead it came from."""

    row: Row
    branch: str
    want: str
    is_minor: bool
    consultant: Person
    doctor: Person
    lead: Prospect | None = None
    teeth: list[str] = field(default_factory=list)
    chart: dict[str, Any] = field(default_factory=dict)
    plan: str | None = None
    plan_row: Row | None = None
    plan_codes: frozenset[str] = frozenset()
    arrived_at: datetime | None = None
    won_at: datetime | None = None
    treating_at: datetime | None = None
    left_at: datetime | None = None
    again_at: datetime | None = None
    paid: Decimal = Decimal(0)
    last_paid: str = ""
    earned: list[tuple[datetime, int, str]] = field(default_factory=list)
    stored: Decimal = Decimal(0)
    stored_card: str | None = None
    stored_at: datetime | None = None
    gift_share: Decimal = Decimal(0)
    spend: list[tuple[datetime, Decimal]] = field(default_factory=list)
    visits: int = 0
    finished: bool = False
    recalls: dict[str, Row] = field(default_factory=dict)
    ortho: Row | None = None
    implant: Row | None = None


def doctor_for(house: House, branch: str, want: str) -> Person:
    """Return a doctor of the branch, rather one of the speciality."""
    doctors = house.of("doctor", branch)
    fitting = [d for d in doctors if d.speciality == want]
    return house.world.pick(fitting) if fitting and house.world.chance(0.75) else house.world.pick(doctors)


def from_lead(house: House, lead: Prospect, at: datetime, doctor: Person) -> Patient:
    """Open a file for a lead who has come."""
    world = house.world
    consultant = lead.owner if lead.owner.role == "consultant" else house.one("consultant", lead.branch)
    name = lead.name if lead.name[-2:] not in ("女士", "先生") else full_name(world, lead.gender)
    row = _customer(
        house,
        at,
        name,
        lead.gender,
        lead.born,
        lead.phone,
        lead.branch,
        consultant,
        lead.channel,
        doctor,
    )
    row["tags"] = lead.row.get("tags")
    developer = lead.owner if lead.owner.role == "online_consultant" else None
    row["developer_id"] = developer.user if developer else None
    lead.row["customer_id"] = row["id"]
    row["referrer_id"] = lead.row.get("referrer_id")
    patient = Patient(row, lead.branch, lead.want, _minor(lead.born, at.date()), consultant, doctor, lead)
    _mouth(world, patient)
    return patient


def from_before(house: House, day: date) -> Patient:
    """Open a file for somebody who came without being a lead: by himself, or from the old system."""
    world = house.world
    want = world.weighted(
        [(w, float(n)) for w, n in facts.CATEGORY_MIX if w not in ("implant", "ortho")]
        + [("implant", 7.0), ("ortho", 5.5)],
        "want",
    )
    gender = "female" if world.even("women", 0.6) else "male"
    born = birthday(world, want == "pediatric" or world.chance(0.06))
    branch = world.pick(house.branches)["id"]
    doctor = doctor_for(house, branch, want)
    consultant = house.one("consultant", branch)
    channel = world.weighted((("walk_in", 55), ("referral", 25), ("street", 10), ("dianping", 10)))
    row = _customer(
        house,
        at_clock(day, 570),
        full_name(world, gender),
        gender,
        born,
        house.phones(),
        branch,
        consultant,
        channel,
        doctor,
    )
    patient = Patient(row, branch, want, _minor(born, day), consultant, doctor)
    _mouth(world, patient)
    return patient


def _minor(born: date, day: date) -> bool:
    return (day - born).days < 18 * 365.25


def _mouth(world: World, patient: Patient) -> None:
    patient.teeth = clinical.main_teeth(world, patient.want, patient.is_minor)
    patient.chart = clinical.first_chart(world, patient.want, patient.teeth, patient.is_minor)


def _customer(
    house: House,
    at: datetime,
    name: str,
    gender: str,
    born: date,
    phone: str,
    branch: str,
    consultant: Person,
    channel: str,
    doctor: Person,
) -> Row:
    world = house.world
    minor = (world.today - born).days < 18 * 365.25
    jobs = (
        "employee",
        "civil_servant",
        "teacher",
        "medical",
        "self_employed",
        "it",
        "worker",
        "freelance",
        "homemaker",
    )
    age = (world.today - born).days // 365
    job = "child" if age < 6 else "student" if age < 22 else "retired" if age > 62 else world.pick(jobs)
    allergy = world.pick(words.ALLERGIES) if world.chance(0.11) else None
    relation = world.weighted((("parent", 9), ("other", 1)))
    optin = ["sms", "wechat", "phone"] if world.chance(0.7) else ["wechat"] if world.chance(0.5) else []
    return world.add(
        "customer", at, branch=branch, owner=consultant.user, by=house.one("front_desk", branch).user, name=name, gender=gender, birthday=born.isoformat(),
        birthday_lunar=False, phone=phone, wechat_id=wechat(world) if world.chance(0.4) else None, region={"code": district(world)} if world.chance(0.85) else None,
        address=street(world) if world.chance(0.5) else None, occupation=job if world.chance(0.7) else None,
        guardian=[{"id": world.new_id(at), "name": name[0] + "家长" if world.chance(0.2) else full_name(world, "female"), "relation": relation, "phone": house.phones()}] if minor else None,
        first_channel=house.channels[channel]["id"], consultant_id=consultant.user, doctor_id=doctor.staff, service_id=house.one("service", branch).user,
        lifecycle="first_visit", stage="arrived", level_id=house.levels[0]["id"],
        allergies=[{"id": world.new_id(at), "substance": allergy[0], "reaction": allergy[1], "severity": allergy[2]}] if allergy else None,
        past_history=world.pick(words.PAST) if world.chance(0.6) else None,
        contraindications=world.some(("anticoagulants", "hypertension", "diabetes", "heart_disease", "infectious"), 1, 1) if age > 50 and world.chance(0.35) else None,
        marketing_optin=optin or None, optin_evidence=f"到店登记表 V3，{stamp(at)[:10]} 本人勾选" if optin else None, status="normal",
    )  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """When a patient comes and is seen, and whether he is still at the till when he could have left."""

    arrived: datetime
    seen: datetime
    lingers: bool = False


SellCard = Callable[[House, Patient, datetime], None]


class Clinic:
    """Plays visit after visit. `patients` is everybody with a file so far."""

    def __init__(self, house: House, book: Book, sell_card: SellCard) -> None:
        self.house, self.book, self.world = house, book, house.world
        self._sell_card = sell_card
        self.patients: list[Patient] = []
        self.visits = 0
        self.by_month: dict[str, int] = {}
        self.today: dict[str, list[Row]] = {"appointment": [], "visit": []}
        self._card_share = 0.05 if self.world.scale < 0.25 else 0.022

    def first_visit(self, lead: Prospect) -> None:
        """Book a lead's first visit, and if he comes, play his whole course."""
        world = self.world
        assert lead.booked_at is not None
        doctor = doctor_for(self.house, lead.branch, lead.want)
        ahead = world.weighted(AHEAD if lead.shows else AHEAD_MISSED)
        when = self.book.find(doctor, lead.booked_at.date() + timedelta(days=ahead), 30, lead.row["id"])
        if when is None:
            return
        appointment = self._appointment(lead.booked_at, when, 30, doctor, "first_visit", lead=lead)
        start = at_clock(*when)
        if start + timedelta(minutes=12) > world.now:
            self._confirm(appointment, 0.75)
            lead.row["appointment_id"] = appointment["id"]
            return
        self._confirm(appointment)
        lead.row["appointment_id"] = appointment["id"]
        if not lead.shows and when[0] < world.today:
            self._missed(lead, appointment, doctor, when)
            return
        patient = from_lead(self.house, lead, min(start, world.now), doctor)
        self.patients.append(patient)
        appointment["customer_id"] = patient.row["id"]
        steps = course(world, patient.want, lead.buys, patient.is_minor)
        self._play(patient, steps, first=(appointment, when))

    def old_patient(self, day: date) -> None:
        """Play the course of somebody who was never a lead."""
        patient = from_before(self.house, day)
        self.patients.append(patient)
        self._play(
            patient, course(self.world, patient.want, self.world.chance(0.9), patient.is_minor), start=day
        )

    def check_up(self, patient: Patient, day: date) -> None:
        """Book one more visit of an old patient near `day`; keeps today's schedule alive at small scales."""
        again = (("D035",), "adjust") if patient.want == "ortho" else (("D004",), "look")
        step = self.world.weighted(
            (
                (Step(0, "check_up", ("D001", "D006"), "scaling"), 9),
                (Step(0, "check_up", ("D001", "D002"), "look"), 10),
                (Step(0, "return_visit", *again), 14),
                (Step(0, "treatment", ("D010",), "filling"), 70),
                (Step(0, "treatment", ("D008",), "scaling"), 1),
            )
        )
        teeth, want = patient.teeth, patient.want
        if step.work == "filling":
            patient.teeth, patient.want = (
                [clinical.tooth_to_fill(self.world, patient.chart, patient.is_minor)],
                "filling",
            )
        self._visit(patient, step, day, booked=day - timedelta(days=self.world.rng.randint(1, 9)))
        patient.teeth, patient.want = teeth, want

    def at(
        self, patient: Patient, doctor: Person, start: int, minutes: int, fate: str, pace: Pace | None = None
    ) -> bool:
        """Let a patient be booked for a cleaning today, and for `fate`: come (at his pace), no_show, pending. Tell whether there was time."""
        world, when = self.world, (self.world.today, start)
        if not self.book.take(doctor, *when, minutes, patient.row["id"]):
            return False
        step = Step(0, "check_up", ("D001", "D006"), "scaling")
        booked = at_clock(world.today - timedelta(days=world.rng.randint(1, 6)), world.rng.randint(560, 1060))
        booked = max(booked, instant(patient.row["created_at"]))
        usual, patient.doctor = patient.doctor, doctor
        appointment = self._appointment(booked, when, minutes, doctor, step.kind, patient=patient, step=step)
        if fate != "pending":
            self._confirm(appointment)
        if fate == "no_show":
            self._not_come(appointment, when)
        elif fate == "come":
            self._kept(patient, step, appointment, when, pace=pace)
        patient.doctor = usual
        return True

    def undecided(self, patient: Patient, discount: str | None = None) -> None:
        """Write a plan of the last days that has not yet been answered; one with a `discount` waits for its approval."""
        world = self.world
        code = {
            "implant": "D026",
            "ortho": "D031",
            "prosthetics": "D021",
            "endo": "D015",
            "perio": "D008",
        }.get(patient.want, "D012")
        at = by_day(world.now - timedelta(days=world.rng.uniform(0.3, 8)))
        if at > instant(patient.row["created_at"]):
            money.make_plan(
                self.house, at, patient, patient.doctor, [code], None, sold=False, review=0.3, asks=discount
            )

    def _missed(self, lead: Prospect, appointment: Row, doctor: Person, when: tuple[date, int]) -> None:
        world = self.world
        if world.even("missed", 0.56):
            self._not_come(appointment, when)
            aftercare.task(
                self.house,
                at_clock(when[0], when[1] + 120),
                "not_arrived",
                f"{lead.name} 爽约，重新邀约",
                lead.owner,
                hours=24,
                lead=lead.row["id"],
                branch=lead.branch,
            )
        else:
            self._cancelled(appointment, when, (("time_conflict", 45), ("went_elsewhere", 15), ("price", 10), ("sick", 10), ("other", 20)))  # fmt: skip
        self.book.release(doctor, when[0], when[1], lead.row["id"])
        if (world.today - when[0]).days > 20:
            at = at_clock(when[0] + timedelta(days=world.rng.randint(10, 20)), world.rng.randint(570, 1080))
            reason = world.weighted((("unreachable", 40), ("went_elsewhere", 30), ("schedule", 30)))
            lose(self.house, lead, at, reason)

    def _confirm(self, appointment: Row, share: float = 1.0) -> None:
        """Let the front desk confirm what was booked, soon after."""
        world = self.world
        if world.chance(share):
            made, start = instant(appointment["created_at"]), instant(appointment["start_at"])
            at = min(
                made + timedelta(minutes=world.rng.randint(3, 240)), max(made, start - timedelta(minutes=10))
            )
            world.move(appointment, at, appointment["confirm_by"], status="confirmed")

    def _not_come(self, appointment: Row, when: tuple[date, int]) -> None:
        at = at_clock(when[0], min(when[1] + 75, 18 * 60 + 20))
        self.world.move(appointment, at, appointment["confirm_by"], status="no_show")

    def _cancelled(
        self, appointment: Row, when: tuple[date, int], reasons: tuple[tuple[str, float], ...]
    ) -> None:
        made, start = instant(appointment["created_at"]), at_clock(*when)
        at = by_day(made + (start - made) * self.world.rng.random())
        self.world.move(appointment, min(at, start), appointment["confirm_by"], status="cancelled")
        appointment["cancel_reason"] = self.world.weighted(reasons)

    def _play(
        self,
        patient: Patient,
        steps: list[Step],
        first: tuple[Row, tuple[date, int]] | None = None,
        start: date | None = None,
    ) -> None:
        day = first[1][0] if first else start or self.world.today
        for place, step in enumerate(steps):
            if place == 0 and first is not None:
                self._kept(patient, step, first[0], first[1], steps)
                continue
            booked, day = day, day + timedelta(days=step.gap)
            if (day - self.world.today).days > (21 if place else 13):
                return
            reached = self._visit(
                patient,
                step,
                day,
                booked=booked if place else day - timedelta(days=self.world.rng.randint(0, 9)),
                steps=steps if place == 0 else None,
            )
            if reached is None:
                return
            day = reached
        patient.finished = day < self.world.today

    def fill_up(self, wanted: int) -> None:
        """Let regulars come for small things between their courses until there are `wanted` visits, the emptiest months first."""
        world = self.world
        regulars = sorted(
            (p.arrived_at, n, p) for n, p in enumerate(self.patients) if p.won_at and p.arrived_at
        )
        if not regulars:
            return
        opened = [at.date() for at, _, _ in regulars]
        days = [day for day in days_between(world.start, world.today - timedelta(days=2)) if day > opened[0]]
        weights = [
            facts.SEASON[day.month] ** 0.4 * (0.75 + 0.5 * place / len(days))
            for place, day in enumerate(days)
        ]
        shares: dict[str, float] = {}
        for day, weight in zip(days, weights, strict=True):
            month = f"{day:%Y-%m}"
            shares[month] = shares.get(month, 0) + weight * wanted / sum(weights)
        chosen = world.rng.choices(days, weights, k=8 * wanted)
        for place, day in enumerate(chosen):
            if self.visits >= wanted:
                return
            # months that have their share already are filled only when the others cannot take more
            if place < 6 * wanted and self.by_month.get(f"{day:%Y-%m}", 0) >= shares[f"{day:%Y-%m}"]:
                continue
            known = bisect_left(opened, day - timedelta(days=12))
            if known:
                self.check_up(regulars[int(world.rng.random() * known)][2], day)

    def _visit(
        self, patient: Patient, step: Step, day: date, *, booked: date, steps: list[Step] | None = None
    ) -> date | None:
        """Book a step and play it; a missed one is booked again or the course is broken off (None)."""
        world = self.world
        for _ in range(4):
            minutes = max([self.house.services[code]["minutes"] for code in step.codes] or [30])
            minutes = min(180, -(-minutes // 30) * 30)
            when = self.book.find(patient.doctor, day, minutes, patient.row["id"])
            if when is None:
                return None
            # Visits of a long course are booked ahead, but hardly longer than five weeks.
            if (when[0] - booked).days > 45:
                # a recall is booked when the patient has been called
                booked = when[0] - timedelta(days=world.rng.randint(1, 16))
            made = max(booked, when[0] - timedelta(days=35))
            ahead = (when[0] - made).days
            at = min(
                at_clock(made, world.rng.randint(560, 1060)),
                at_clock(when[0], when[1]) - timedelta(minutes=20),
                world.now - timedelta(minutes=world.rng.randint(5, 600)),
            )
            appointment = self._appointment(
                at, when, minutes, patient.doctor, step.kind, patient=patient, step=step
            )
            if when[0] > world.today:
                self._confirm(appointment, 0.78)
                return None
            self._confirm(appointment)
            limit = next(limit for limit in sorted(SHOW, reverse=True) if ahead >= limit)
            no_show, cancelled = SHOW[limit]
            stays_away = world.even(f"no_show {limit}", no_show)
            is_missed = stays_away or world.even(f"cancelled {limit}", cancelled / (1 - no_show))
            if not is_missed or (when[0] == world.today and at_clock(when[0], when[1]) > world.now):
                self._kept(patient, step, appointment, when, steps)
                return when[0]
            if stays_away:
                self._not_come(appointment, when)
                aftercare.task(
                    self.house,
                    at_clock(when[0], when[1] + 90),
                    "not_arrived",
                    f"{patient.row['name']} 爽约，重新预约",
                    patient.consultant,
                    hours=24,
                    customer=patient.row["id"],
                )
            else:
                self._cancelled(
                    appointment,
                    when,
                    (("time_conflict", 55), ("sick", 20), ("other", 15), ("doctor_away", 10)),
                )
            self.book.release(patient.doctor, when[0], when[1], patient.row["id"])
            if not world.chance(0.82):
                return None
            booked, day = when[0], when[0] + timedelta(days=world.rng.randint(2, 9))
            if (day - world.today).days > 14:
                return None
        return None

    def _appointment(
        self,
        at: datetime,
        when: tuple[date, int],
        minutes: int,
        doctor: Person,
        kind: str,
        *,
        patient: Patient | None = None,
        lead: Prospect | None = None,
        step: Step | None = None,
    ) -> Row:
        world = self.world
        branch = patient.branch if patient else lead.branch if lead else doctor.branch
        consultant = patient.consultant if patient else lead.owner if lead else doctor
        desk = self.house.one("front_desk", branch)
        start = at_clock(*when)
        source = world.weighted(
            (
                ("phone", 30),
                ("wecom", 22),
                ("front_desk", 20),
                ("mini_program", 16),
                ("official_account", 6),
                ("dianping", 6),
            )
        )
        items = list(
            dict.fromkeys(self.house.services[code]["id"] for code in (step.codes if step else ("D001",)))
        )
        row = world.add(
            "appointment", at, branch=branch, owner=consultant.user, by=desk.user if source == "front_desk" else consultant.user, customer_id=patient.row["id"] if patient else None,
            lead_id=lead.row["id"] if lead else None, kind=kind, source=source, items=items or None, staff_id=doctor.staff, consultant_id=consultant.user, room_id=doctor.room,
            start_at=stamp(start), minutes=minutes, remark=world.pick(words.VISIT_REMARKS) if world.chance(0.15) else None, confirm_by=desk.user,
            remind_booked=stamp(at + timedelta(minutes=1)), customer_reply=world.weighted((("confirmed", 60), ("no_reply", 40))) if when[0] <= world.today else "no_reply",
            waitlist=False, status="pending",
        )  # fmt: skip
        aftercare.reminders(self.house, row, at, start, patient.row["id"] if patient else None)
        if when[0] == world.today:
            self.today["appointment"].append(row)
        return row

    def _kept(
        self,
        patient: Patient,
        step: Step,
        appointment: Row,
        when: tuple[date, int],
        steps: list[Step] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Play a visit that takes place, as far as the present has come."""
        world = self.world
        start = at_clock(*when)
        arrived = pace.arrived if pace else start + timedelta(minutes=world.rng.triangular(-20, 15, -6))
        end = start + timedelta(minutes=appointment["minutes"])
        if arrived > world.now:
            return
        appointment["arrived_at"] = stamp(arrived)
        seen = pace.seen if pace else max(arrived, start) + timedelta(minutes=world.rng.triangular(0, 26, 5))
        end = max(end, seen + timedelta(minutes=12))
        is_over, is_seen = end < world.now, seen < world.now
        desk = self.house.one("front_desk", patient.branch)
        world.move(appointment, arrived, desk.user, status="arrived")
        for at, has_come, status in ((seen, is_seen, "in_treatment"), (end, is_over, "done")):
            if has_come:
                world.move(appointment, at, patient.doctor.user, status=status)
        first = step.kind == "first_visit"
        left = end + timedelta(minutes=world.rng.randint(5, 25))
        is_recent = is_over and end > world.now - timedelta(hours=2)
        if pace.lingers if pace else is_recent and world.chance(0.35):
            # still at the till
            left = world.now + timedelta(minutes=5)
        has_left = left < world.now
        visit = world.add(
            "visit", arrived, branch=patient.branch, owner=patient.consultant.user, by=desk.user, customer_id=patient.row["id"], appointment_id=appointment["id"],
            arrived_at=stamp(arrived), visit_type="first_visit" if first else "check_up" if step.kind == "check_up" else "return_visit",
            triage_dept=facts.DEPARTMENTS[patient.want], receptionist_id=desk.user, consultant_id=patient.consultant.user, doctor_id=patient.doctor.staff,
            seen_at=stamp(seen) if is_seen else None, left_at=stamp(left) if has_left else None, companions=1 if patient.is_minor else int(world.chance(0.2)), status="waiting",
        )  # fmt: skip
        for at, has_come, who, status in (
            (seen, is_seen, patient.doctor, "in_treatment"),
            (end, is_over, patient.doctor, "to_pay"),
            (left, has_left, desk, "done"),
        ):
            if has_come:
                world.move(visit, at, who.user, status=status)
        if when[0] == world.today:
            self.today["visit"].append(visit)
        patient.visits += 1
        self.visits += 1
        month = f"{arrived.astimezone(ZONE):%Y-%m}"
        self.by_month[month] = self.by_month.get(month, 0) + 1
        if patient.arrived_at is not None:
            patient.again_at = min(patient.again_at or arrived, arrived)
        patient.arrived_at = patient.arrived_at or arrived
        patient.left_at = max(patient.left_at or end, end)
        if patient.won_at is not None and arrived > patient.won_at and patient.treating_at is None:
            patient.treating_at = arrived
        if is_seen:
            self._treat(patient, step, visit, seen, end, steps, is_over=is_over, has_left=has_left)

    def _treat(
        self,
        patient: Patient,
        step: Step,
        visit: Row,
        seen: datetime,
        end: datetime,
        steps: list[Step] | None,
        *,
        is_over: bool,
        has_left: bool,
    ) -> None:
        world, house = self.world, self.house
        bought = steps is None or len(steps) > 1 or any(c not in ("D001", "D044") for c in step.codes)
        if steps is not None and is_over:
            self._consult(patient, visit, seen, steps, bought)
        if world.chance(0.92) or not is_over:
            clinical.record(house, seen, step, patient.doctor, patient, visit, open_now=not is_over)
        if not is_over:
            return
        sold, single = money.sold_codes(step.codes, patient.plan_codes)
        aftercare.treatments(house, patient, step, seen, end)
        if step.work in ("scaling", "root_planing") and not patient.is_minor and world.chance(0.3):
            clinical.perio_exam(house, seen + timedelta(minutes=5), patient.doctor, patient)
        aftercare.pictures(house, patient, step, seen)
        if patient.want == "ortho" and patient.plan_row is not None:
            # the monthly visits are in the price of the case
            single = [code for code in single if code != "D035"]
        lines = money.bill_lines(house, end, single if world.chance(0.985) else [], patient.doctor, patient)
        if lines:
            money.make_bill(house, end, lines, patient, visit=visit, paid_now=has_left)
        plan = patient.plan_row
        if plan is not None and sold and plan["id"] != patient.row.get("_billed"):
            patient.row["_billed"] = plan["id"]
            shares: tuple[tuple[int, str], ...] = ((0, "1"),)
            if patient.want == "ortho" and world.chance(0.7):
                shares = ((0, "0.5"), (120, "0.25"), (240, "0.25"))
            elif patient.want == "implant" and world.chance(0.4):
                shares = ((0, "0.6"), (100, "0.4"))
            money.make_bill(
                house,
                end + timedelta(minutes=2),
                money.plan_lines(house, end, plan, patient.doctor, patient),
                patient,
                visit=visit,
                plan=plan,
                shares=shares,
                paid_now=has_left,
            )
        elif plan is None and sold:
            money.make_bill(
                house,
                end,
                money.bill_lines(house, end, sold, patient.doctor, patient),
                patient,
                visit=visit,
                paid_now=has_left,
            )
        if patient.visits > 1 and patient.paid > 500 and has_left and world.chance(self._card_share):
            self._sell_card(house, patient, end + timedelta(minutes=4))
        if not bought and steps is not None and has_left:
            visit["no_deal_reason"] = world.weighted(
                (("price", 34), ("thinking", 26), ("comparing", 22), ("family", 12), ("schedule", 6))
            )

    def _consult(self, patient: Patient, visit: Row, seen: datetime, steps: list[Step], bought: bool) -> None:
        """Write the consultation and the plan of a first visit."""
        world, house = self.world, self.house
        codes = [code for step in steps for code in step.codes if code in money.SOLD]
        if not bought:
            codes = [NOT_BOUGHT[patient.want]] if patient.want in NOT_BOUGHT else []
        share = PLAN_SHARE.get(patient.want, 0) * (1 if bought else 0.7)
        sold = list(dict.fromkeys(codes)) if world.even(f"plan {patient.want}", share) else []
        consultation = None
        if patient.want in ("implant", "ortho", "prosthetics", "whitening") or world.chance(0.4):
            wanted = sold or list(steps[0].codes) or ["D001"]
            consultation = world.add(
                "consultation", seen, branch=patient.branch, owner=patient.consultant.user, customer_id=patient.row["id"], visit_id=visit["id"], mode="on_site",
                consultant_id=patient.consultant.user, demand=world.pick(words.TALKS[patient.want]).format(n=world.rng.randint(1, 3), w=world.rng.randint(1, 4)),
                intent_items=[house.services[c]["id"] for c in dict.fromkeys(wanted)], budget_range=patient.lead.row.get("budget_range") if patient.lead else None,
                concerns=world.some(("pain", "price", "outcome", "recovery", "time"), 2), intent_level="a" if bought else world.pick(("b", "b", "c")),
                suggestion="按检查结果分期治疗，先处理急需项目", expect_amount=f"{sum(int(float(house.services[c]['price'])) for c in wanted)}.00",
                expect_date=(seen.date() + timedelta(days=world.rng.randint(1, 20))).isoformat(), ended_at=stamp(seen + timedelta(minutes=20)), status="done",
            )  # fmt: skip
            aftercare.task(
                house,
                seen + timedelta(hours=24),
                "after_consult_24h",
                f"{patient.row['name']} 咨询后24小时回访",
                patient.consultant,
                hours=10,
                customer=patient.row["id"],
            )
        if sold:
            patient.plan_codes = frozenset(sold)
            is_at_once = any(code in steps[0].codes for code in sold)
            plan = money.make_plan(
                house, seen + timedelta(minutes=15), patient, patient.doctor, sold, consultation, sold=bought, at_once=is_at_once
            )  # fmt: skip
            patient.plan = plan["id"]
            patient.plan_row = plan if bought else None
            if not bought and "sent_at" in plan:
                aftercare.task(
                    house,
                    seen + timedelta(days=3),
                    "after_plan_3d",
                    f"{patient.row['name']} 方案发送后3天回访",
                    patient.consultant,
                    hours=10,
                    customer=patient.row["id"],
                )

    def settle(self, patient: Patient) -> None:
        """Bring stages, level and values in line with what has happened. Once, when all has been played."""
        row, world = patient.row, self.world
        row.pop("_billed", None)
        plan = patient.plan_row
        self._stages(patient)
        stage = row["stage"]
        if plan is not None and patient.finished and patient.left_at and plan["status"] == "in_progress":
            world.move(plan, patient.left_at, patient.consultant.user, status="done")
        silent = (world.today - date.fromisoformat(patient.last_paid)).days if patient.last_paid else 400
        row["lifecycle"] = (
            "dormant"
            if silent > 180 and patient.finished
            else "maintenance"
            if stage == "done"
            else "in_course"
            if stage == "treating"
            else "first_visit"
        )
        row["level_id"] = self.house.levels[
            3 if patient.paid >= 80000 else 2 if patient.paid >= 20000 else 1 if patient.paid >= 5000 else 0
        ]["id"]
        if patient.paid > 8_000:
            row["tags"] = [*(row.get("tags") or []), "high_value"]
        money.points(self.house, patient)

    def _stages(self, patient: Patient) -> None:
        """Let the patient, and the lead he was, go through the stages at the moments they came."""
        world, row, lead = self.world, patient.row, patient.lead
        if patient.arrived_at is None:
            row["stage"] = "invited"
            return
        moments = [(patient.arrived_at, "arrived")]
        if patient.won_at is not None:
            moments.append((patient.won_at, "won"))
            treating = patient.treating_at or (
                patient.won_at + timedelta(minutes=1) if patient.finished else None
            )
            if treating is not None:
                moments.append((treating, "treating"))
                if patient.finished and patient.left_at is not None:
                    moments.append((max(patient.left_at, treating), "done"))
        for at, stage in moments:
            if row["stage"] != stage:
                world.move(row, at, patient.consultant.user, stage=stage)
            if lead is not None:
                world.move(lead.row, at, lead.owner.user, stage=stage)
        if lead is None:
            return
        lead.row.pop("next_followup_at", None)
        given_up = patient.arrived_at + timedelta(days=world.rng.randint(40, 60))
        if patient.won_at is None and given_up < world.now:
            lose(
                self.house,
                lead,
                given_up,
                world.weighted((("price", 40), ("comparing", 35), ("thinking", 25))),
            )


NOT_BOUGHT = {
    "implant": "D026", "ortho": "D031", "prosthetics": "D021", "endo": "D015", "perio": "D008", "extraction": "D018", "filling": "D012", "whitening": "D036",
}  # fmt: skip
"""What is offered to those who will not take it."""
