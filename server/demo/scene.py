"""The present of each branch: somebody waiting, somebody in the chair, somebody at the till, as the time of day allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.demo import money
from server.demo.book import AFTERNOON, MORNING
from server.demo.house import Person
from server.demo.patients import Clinic, Pace, Patient
from server.demo.shelf import Row
from server.demo.world import ZONE, at_clock, by_day


@dataclass(frozen=True)
class Wish:
    """A state that a branch should show. `earliest`, `latest`: when it may begin, in minutes from now; `fate`: see `Clinic.at`."""

    state: str
    earliest: int
    latest: int
    minutes: int = 30
    fate: str = "come"


WISHES = (
    Wish("waiting", -12, 40),
    Wish("in_treatment", -50, -3, 60),
    Wish("in_treatment", -27, -3),
    Wish("to_pay", -110, -33),
    Wish("done", -540, -45),
    Wish("no_show", -540, -76, fate="no_show"),
    Wish("pending", 45, 600, fate="pending"),
)
DEBTS = 2
"""Bills of the last days that are paid in part."""
OWED = ("D012", "D015", "D021", "D036")


def set_scene(clinic: Clinic, branch: str, regulars: Sequence[Patient]) -> None:
    """See to it that a branch shows each state that it can show now. `regulars`: who may come."""
    on_duty = [d for d in clinic.house.of("doctor", branch) if clinic.house.works(d, clinic.world.today)]
    for place, wish in enumerate(WISHES):
        here = clinic.today["visit" if wish.fate == "come" else "appointment"]
        if not any(row["branch_id"] == branch and row["status"] == wish.state for row in here):
            turn = place % len(on_duty)
            _grant(clinic, wish, [*on_duty[turn:], *on_duty[:turn]], regulars)
    for _ in range(DEBTS):
        _debt(clinic, clinic.world.pick(regulars))


def one_more(clinic: Clinic, branch: str, regulars: Sequence[Patient], day: date) -> None:
    """Let one more come on a day, rather somebody whose doctor is on duty; a colleague stands in where nobody's is."""
    world, house = clinic.world, clinic.house
    free = [p for p in regulars if (p.row["id"], day) not in clinic.book.patients] or regulars
    fitting = [p for p in free if house.works(p.doctor, day)]
    patient = world.pick(fitting or free)
    usual = patient.doctor
    if not fitting:
        patient.doctor = world.pick([d for d in house.of("doctor", branch) if house.works(d, day)])
    clinic.check_up(patient, day)
    patient.doctor = usual


def _grant(clinic: Clinic, wish: Wish, doctors: Sequence[Person], regulars: Sequence[Patient]) -> None:
    world = clinic.world
    here = world.now.astimezone(ZONE)
    now = here.hour * 60 + here.minute
    free = [p for p in regulars if (p.row["id"], world.today) not in clinic.book.patients]
    starts = [
        start
        for opens, closes in (MORNING, AFTERNOON)
        for start in range(opens, closes - wish.minutes + 1, 30)
        if wish.earliest <= start - now <= wish.latest
    ]
    for doctor in doctors if free else ():
        for start in reversed(starts) if wish.latest < 0 else starts:
            if wish.state == "in_treatment" and start + wish.minutes < now + 2:
                continue
            own = [p for p in free if p.doctor is doctor]
            pace = _pace(clinic, wish, start)
            if clinic.at(world.pick(own or free), doctor, start, wish.minutes, wish.fate, pace):
                return


def _pace(clinic: Clinic, wish: Wish, start: int) -> Pace:
    world = clinic.world
    begins = at_clock(world.today, start)
    if wish.state == "waiting":
        return Pace(world.now - timedelta(minutes=world.rng.randint(2, 9)), world.now + timedelta(minutes=6))
    return Pace(begins - timedelta(minutes=5), begins + timedelta(minutes=2), wish.state == "to_pay")


def _debt(clinic: Clinic, patient: Patient) -> Row | None:
    """Write a bill of the last days of which the second half is still owed."""
    world = clinic.world
    at = by_day(world.now - timedelta(days=world.rng.uniform(1, 6)))
    lines = money.bill_lines(clinic.house, at, [world.pick(OWED)], patient.doctor, patient)
    return money.make_bill(clinic.house, at, lines, patient, visit=None, shares=((0, "0.5"), (30, "0.5")))
