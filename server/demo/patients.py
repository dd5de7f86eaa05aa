"""Patients and their visits: booked, kept or missed, written up, paid, followed up."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.demo import aftercare, clinical, facts, money, words
from server.demo.book import Book
from server.demo.courses import Step, course
from server.demo.house import House, Person
from server.demo.leads import Prospect
from server.demo.names import birthday, district, full_name, street, wechat
from server.demo.shelf import Row
from server.demo.world import World, at_clock, instant, stamp

SHOW = {0: (0.04, 0.02), 1: (0.055, 0.04), 4: (0.075, 0.055), 8: (0.1, 0.075), 15: (0.15, 0.09)}
"""Share of no-shows and of cancellations by days booked ahead."""


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
    paid: Decimal = Decimal(0)
    last_paid: str = ""
    points: int = 0
    stored: Decimal = Decimal(0)
    stored_card: str | None = None
    gift_share: Decimal = Decimal(0)
    spend: list[tuple[datetime, Decimal]] = field(default_factory=list)
    visits: int = 0
    finished: bool = False
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
        + [("implant", 6.0), ("ortho", 6.0)]
    )
    gender = "female" if world.chance(0.6) else "male"
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


class Clinic:
    """Plays visit after visit. `patients` is everybody with a file so far."""

    def __init__(self, house: House, book: Book) -> None:
        self.house, self.book, self.world = house, book, house.world
        self.patients: list[Patient] = []

    def first_visit(self, lead: Prospect) -> None:
        """Book a lead's first visit, and if he comes, play his whole course."""
        world = self.world
        assert lead.booked_at is not None
        doctor = doctor_for(self.house, lead.branch, lead.want)
        ahead = world.weighted(((1, 30), (2, 22), (3, 15), (5, 14), (8, 10), (14, 6), (20, 3)))
        when = self.book.find(doctor, lead.booked_at.date() + timedelta(days=ahead), 30, lead.row["id"])
        if when is None:
            return
        appointment = self._appointment(lead.booked_at, when, 30, doctor, "first_visit", lead=lead)
        start = at_clock(*when)
        if start + timedelta(minutes=12) > world.now:
            appointment["status"] = "confirmed" if world.chance(0.75) else "pending"
            lead.row["appointment_id"] = appointment["id"]
            return
        lead.row["appointment_id"] = appointment["id"]
        if not lead.shows and when[0] < world.today:
            self._missed(lead, appointment, doctor, when)
            return
        patient = from_lead(self.house, lead, min(start, world.now), doctor)
        self.patients.append(patient)
        appointment["customer_id"] = patient.row["id"]
        steps = course(world, patient.want, lead.buys, patient.is_minor)
        self._play(patient, steps, first=(appointment, when))
        self.settle(patient)

    def old_patient(self, day: date) -> None:
        """Play the course of somebody who was never a lead."""
        patient = from_before(self.house, day)
        self.patients.append(patient)
        self._play(
            patient, course(self.world, patient.want, self.world.chance(0.9), patient.is_minor), start=day
        )
        self.settle(patient)

    def check_up(self, patient: Patient, day: date) -> None:
        """Book one more visit of an old patient near `day`; keeps today's schedule alive at small scales."""
        again = (("D035",), "adjust") if patient.want == "ortho" else (("D004",), "look")
        step = self.world.weighted(
            (
                (Step(0, "check_up", ("D001", "D006"), "scaling"), 4),
                (Step(0, "check_up", ("D001",), "look"), 1),
                (Step(0, "return_visit", *again), 5),
                (Step(0, "treatment", ("D010",), "filling"), 4),
                (Step(0, "treatment", ("D008",), "scaling"), 1),
            )
        )
        self._visit(patient, step, day, booked=day - timedelta(days=self.world.rng.randint(1, 9)))

    def undecided(self, patient: Patient) -> None:
        """Write a plan of the last days that the patient has not yet answered."""
        world = self.world
        code = {
            "implant": "D026",
            "ortho": "D031",
            "prosthetics": "D021",
            "endo": "D015",
            "perio": "D008",
        }.get(patient.want, "D012")
        at = world.now - timedelta(days=world.rng.uniform(0.1, 11))
        if at > instant(patient.row["created_at"]):
            money.make_plan(self.house, at, patient, patient.doctor, [code], None, sold=False)

    def _missed(self, lead: Prospect, appointment: Row, doctor: Person, when: tuple[date, int]) -> None:
        world = self.world
        if world.chance(0.6):
            appointment["status"] = "no_show"
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
            appointment.update(
                status="cancelled",
                cancel_reason=world.weighted(
                    (
                        ("time_conflict", 45),
                        ("went_elsewhere", 15),
                        ("price", 10),
                        ("sick", 10),
                        ("other", 20),
                    )
                ),
            )
        self.book.release(doctor, when[0], when[1], lead.row["id"])
        if (world.today - when[0]).days > 20:
            lead.row.update(
                stage="lost",
                lost_reason=world.weighted((("unreachable", 40), ("went_elsewhere", 30), ("schedule", 30))),
            )
            lead.row.pop("next_followup_at", None)

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
                appointment["status"] = "confirmed" if world.chance(0.78) else "pending"
                return None
            no_show, cancelled = next(SHOW[limit] for limit in sorted(SHOW, reverse=True) if ahead >= limit)
            roll = world.rng.random()
            if roll >= no_show + cancelled or (
                when[0] == world.today and at_clock(when[0], when[1]) > world.now
            ):
                self._kept(patient, step, appointment, when, steps)
                return when[0]
            if roll < no_show:
                appointment["status"] = "no_show"
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
                appointment.update(
                    status="cancelled",
                    cancel_reason=world.weighted(
                        (("time_conflict", 55), ("sick", 20), ("other", 15), ("doctor_away", 10))
                    ),
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
            waitlist=False, status="confirmed",
        )  # fmt: skip
        aftercare.reminders(self.house, row, at, start, patient.row["id"] if patient else None)
        return row

    def _kept(
        self,
        patient: Patient,
        step: Step,
        appointment: Row,
        when: tuple[date, int],
        steps: list[Step] | None = None,
    ) -> None:
        """Play a visit that takes place, as far as the present has come."""
        world = self.world
        start = at_clock(*when)
        arrived = start + timedelta(minutes=world.rng.triangular(-20, 15, -6))
        end = start + timedelta(minutes=appointment["minutes"])
        if arrived > world.now:
            appointment["status"] = "confirmed" if world.chance(0.9) else "pending"
            return
        appointment["arrived_at"] = stamp(arrived)
        seen = max(arrived, start) + timedelta(minutes=world.rng.triangular(0, 26, 5))
        end = max(end, seen + timedelta(minutes=12))
        is_over, is_seen = end < world.now, seen < world.now
        appointment["status"] = "done" if is_over else "in_treatment" if is_seen else "arrived"
        first = step.kind == "first_visit"
        left = end + timedelta(minutes=world.rng.randint(5, 25))
        if is_over and end > world.now - timedelta(hours=2) and world.chance(0.35):
            # still at the till
            left = world.now + timedelta(minutes=5)
        has_left = left < world.now
        status = "done" if has_left else "to_pay" if is_over else "in_treatment" if is_seen else "waiting"
        desk = self.house.one("front_desk", patient.branch)
        visit = world.add(
            "visit", arrived, branch=patient.branch, owner=patient.consultant.user, by=desk.user, customer_id=patient.row["id"], appointment_id=appointment["id"],
            arrived_at=stamp(arrived), visit_type="first_visit" if first else "check_up" if step.kind == "check_up" else "return_visit",
            triage_dept=facts.DEPARTMENTS[patient.want], receptionist_id=desk.user, consultant_id=patient.consultant.user, doctor_id=patient.doctor.staff,
            seen_at=stamp(seen) if is_seen else None, left_at=stamp(left) if has_left else None, companions=1 if patient.is_minor else int(world.chance(0.2)), status=status,
        )  # fmt: skip
        patient.visits += 1
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
        sold, single = money.sold_codes(step.codes)
        aftercare.treatments(house, patient, step, seen, end)
        if step.work in ("scaling", "root_planing") and not patient.is_minor and world.chance(0.3):
            clinical.perio_exam(house, seen + timedelta(minutes=5), patient.doctor, patient)
        aftercare.pictures(house, patient, step, seen)
        lines = money.bill_lines(house, end, single if world.chance(0.93) else [], patient.doctor, patient)
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
        if not bought and steps is not None and has_left:
            visit["no_deal_reason"] = world.weighted(
                (("price", 34), ("thinking", 26), ("comparing", 22), ("family", 12), ("schedule", 6))
            )

    def _consult(self, patient: Patient, visit: Row, seen: datetime, steps: list[Step], bought: bool) -> None:
        """Write the consultation and the plan of a first visit."""
        world, house = self.world, self.house
        sold = [code for step in steps for code in money.sold_codes(step.codes)[0]]
        if not bought and patient.want in ("implant", "ortho", "prosthetics", "endo"):
            sold = [{"implant": "D026", "ortho": "D031", "prosthetics": "D021", "endo": "D015"}[patient.want]]
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
            plan = money.make_plan(
                house,
                seen + timedelta(minutes=15),
                patient,
                patient.doctor,
                list(dict.fromkeys(sold)),
                consultation,
                sold=bought,
            )
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
        """Bring stages, level and values in line with what has happened."""
        row, world = patient.row, self.world
        row.pop("_billed", None)
        plan = patient.plan_row
        stage = "arrived"
        if patient.paid > 100:
            stage = "done" if patient.finished else "treating" if patient.visits > 1 else "won"
        if plan is not None and patient.finished and plan["status"] == "in_progress":
            plan["status"] = "done"
        if patient.visits == 0:
            stage = "invited"
        silent = (world.today - date.fromisoformat(patient.last_paid)).days if patient.last_paid else 400
        row["stage"] = stage
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
        row["churn_risk"] = "high" if silent > 270 else "moderate" if silent > 150 else "low"
        if patient.paid > 0:
            aftercare.tiers(row, patient, silent)
        if patient.lead is not None:
            patient.lead.row["stage"] = stage
            if stage == "arrived" and silent > 45 and (world.now - patient.lead.created).days > 60:
                patient.lead.row.update(
                    stage="lost",
                    lost_reason=world.weighted((("price", 40), ("comparing", 35), ("thinking", 25))),
                )
            patient.lead.row.pop("next_followup_at", None)
