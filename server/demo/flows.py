"""Flows at work in the practice clinic: the story's last days have left instances behind, running and finished.

Records of the story are written as they stand, so no trigger saw them. Here the clock is put back by a few days and goes
forward again: flows are started about a sample of the records when those were made, people answer a part of what they are
asked, timers fire, and two instances come to a stop that somebody has to look into.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update

from engine.access.actor import Actor, system_actor
from engine.clock import AheadClock, Clock, VirtualClock
from engine.ids import new_id
from engine.ports import Path
from engine.problems import Rejected
from engine.store.codec import decode_json
from engine.store.platform import instant
from engine.store.unit import Cause, Unit
from flow_engine.tables import ENROLMENTS, SCHEDULE_CURSORS
from server.clinics import Clinic, House

OPEN_CALLS = 'AND(INCLUDES(LIST("todo", "in_progress"), {status}), {plan_at} > DATEADD(NOW(), -3, "day"), {plan_at} < DATEADD(NOW(), 12, "hour"))'
SURGERY = 'AND({status} = "done", {service_item_id.is_invasive}, {ended_at} > DATEADD(NOW(), -10, "day"))'
SAMPLES: Sequence[tuple[str, str, str, int]] = (
    ("lead_sop", "lead", 'AND(NOT(ISBLANK({owner_id})), INCLUDES(LIST("new", "contacted"), {stage}))', 10),
    ("followup_due", "followup_task", OPEN_CALLS, 24),
    ("plan_confirmation", "plan", '{status} = "doctor_review"', 4),
    ("discount_approval", "plan", '{status} = "discount_review"', 5),
    ("after_plan", "plan", 'AND({status} = "sent", {sent_at} > DATEADD(NOW(), -20, "day"))', 3),
    ("appointment_reminders", "appointment", 'AND({status} = "confirmed", {start_at} > NOW(), NOT(ISBLANK({customer_id})))', 8),
    ("no_show", "appointment", 'AND({status} = "no_show", {start_at} > DATEADD(NOW(), -6, "day"))', 2),
    ("treatment_care", "treatment_log", 'AND({status} = "done", {service_item_id.is_invasive})', 3),
    ("postop_followup", "treatment_log", SURGERY, 4),
    ("refund_approval", "refund", '{status} = "lead_review"', 4),
    ("purchase_approval", "stock_move", 'AND({kind} = "purchase_in", {status} = "review")', 3),
    ("roster_approval", "roster_request", '{status} = "pending"', 4),
    ("complaint", "complaint", '{status} = "new"', 3),
    ("satisfaction_invite", "visit", 'AND({status} = "done", {arrived_at} > DATEADD(NOW(), -2, "day"))', 4),
    ("visit_flow", "visit", '{status} = "waiting"', 3),
)  # fmt: skip
"""(flow, form, which records, how many), the newest first."""
BACK = timedelta(days=3)
"""How far the clock is put back."""
ROUNDS_OF_ANSWERS = ((10, 40), (15, 20), (17, 30))
"""When on each day people answer what they are asked, by the clinic's clock."""
ANSWERED: Mapping[str, float] = {
    "handover": 0.0, "visit_flow": 0.3, "refund_approval": 0.12, "discount_approval": 0.1, "plan_confirmation": 0.12, "purchase_approval": 0.12,
    "roster_approval": 0.12, "complaint": 0.15, "daily_voucher": 0.0,
}  # fmt: skip
"""Share of the open tasks dealt with at each of those moments."""
USUALLY = 0.28
RESULTS: Mapping[str, Mapping[str, Any]] = {"followup_due": {"values": {"result": "not_needed"}}}
KEPT_FOR_VISITORS = timedelta(hours=40)
"""How far back the first director has left things undecided."""
COMMENTS = ("已处理", "情况属实，同意", "已与患者沟通", "资料齐全", "已核对")
ROUNDS = 400
NEW_TO_JOURNEYS = 10
"""How many come into each journey when the clinic opens; the others of its segment have been in it before."""


@dataclass
class Play:
    """A clinic whose flows are played, and what chance there is in it."""

    house: House
    clinic: Clinic
    chance: random.Random
    opened: datetime
    """The present, to which the clock comes back."""
    began: int = 0

    def boss(self) -> str:
        """Return the first director, whom most visitors sign in as."""
        return self.clinic.actor("director").user_id

    def settle(self) -> None:
        """Let everything happen that is due."""
        for _ in range(ROUNDS):
            if not self.house.work_once():
                return

    def actor(self, flow: str) -> Actor:
        return system_actor(self.clinic.key, f"flow:{flow}", zone=self.clinic.workspace.zone)

    def find(self, flow: str, form: str, where: str, most: int) -> list[tuple[str, datetime]]:
        """Return the newest records that meet a condition, with the moment each was made."""
        flows = self.clinic.flows
        if flow not in flows.plans.current or form not in self.clinic.plan.forms:
            return []
        with self.clinic.workspace.read() as unit:
            records = flows.ports.records(unit, self.actor(flow))
            found = records.find(form, where, {}, ("-created_at",), most)
            made = frozenset({("created_at",)})
            return [(one, records.read(form, one, made)[("created_at",)]) for one in found]

    def start(self, flow: str, form: str, record_id: str) -> None:
        """Start a flow about a record, as if by whoever made it.

        One that lacks what the flow asks is left alone: the others will do.
        """
        flows, actor = self.clinic.flows, self.actor(flow)
        made_by = ("created_by",)
        try:
            with self.clinic.workspace.write(Cause("flow")) as unit:
                records = flows.ports.records(unit, actor)
                by = records.read(form, record_id, frozenset({made_by}))[made_by]
                key = f"demo:{flow}:{record_id}"
                self.began += (
                    flows.start(unit, actor, flow, (form, record_id), {}, key, started_by=by) is not None
                )
        except Rejected:
            return

    def change(self, form: str, record_id: str, **values: Any) -> None:
        """Change a record as somebody would do it by hand; one that has gone on meanwhile is left alone."""
        try:
            with self.clinic.workspace.write(Cause("user")) as unit:
                self.clinic.flows.ports.records(unit, self.actor("demo")).update(form, record_id, values)
        except Rejected:
            return

    def answer_some(self) -> None:
        """Let people answer a part of what they are asked now, as far as their rights and the form let them."""
        now, head = self.clinic.workspace.clock.now(), self.boss()
        for task in self.open_tasks():
            flow = str(task["flow"])
            if task["assignee"] is None:
                continue
            if task["assignee"] == head and now > self.opened - KEPT_FOR_VISITORS:
                continue
            if self.chance.random() < ANSWERED.get(flow, USUALLY):
                self.answer(task, flow)

    def open_tasks(self) -> list[Mapping[str, Any]]:
        """Return what somebody is to do, and what several may take, which has no assignee yet."""
        with self.clinic.workspace.read() as unit:
            rows = unit.connection.exec_driver_sql(
                "SELECT t.instance_id, t.task_id, t.kind, t.assignee, t.candidates, i.flow, i.record_id FROM cc_flow_tasks t JOIN cc_flow_instances i "
                "ON i.instance_id = t.instance_id WHERE t.state = 'open' ORDER BY t.made_at, t.instance_id, t.task_id"
            )
            return [dict(one) for one in rows.mappings()]

    def claim(self, task: Mapping[str, Any]) -> str:
        """Let the first of those who may take a task do so; return who."""
        who = str(decode_json(task["candidates"])[0])
        place = str(task["instance_id"]), int(task["task_id"])
        self.clinic.tasking.tasks.act(self.clinic.person(who), *place, "claim", {}, None, new_id())
        return who

    def answer(self, task: Mapping[str, Any], flow: str) -> None:
        is_no = task["kind"] == "approve" and self.chance.random() < 0.15
        values = {"way": "rejected"} if is_no else RESULTS.get(flow, {})
        words = "折扣理由不充分，请重新核价后再提交" if is_no else self.chance.choice(COMMENTS)
        try:
            person = self.clinic.person(str(task["assignee"]))
            tasks = self.clinic.tasking.tasks
            tasks.act(
                person, str(task["instance_id"]), int(task["task_id"]), "complete", values, words, new_id()
            )
        except Rejected:
            return


def play_flows(house: House, clinic: Clinic, seed: int) -> int:
    """Play the last days; return how many flows were begun by hand. The clock is as it was afterwards."""
    now = clinic.workspace.clock.now()
    play = Play(house, clinic, random.Random(seed), now)
    happenings = sorted(_happenings(play, now), key=lambda one: one[0])
    off, on = _outage(play, now)
    # nothing ran in between: what came up then is found when the clinic is on again, some of it too late
    happenings = [(on if off < at < on else at, happen) for at, happen in happenings]
    _been_in_force(play, now - BACK)
    _been_in_journeys(play)
    with _put_back(house.clock) as put:
        for at, happen in happenings:
            put(at)
            happen()
            play.settle()
    play.settle()
    return play.began


@contextmanager
def _put_back(clock: Clock) -> Iterator[Callable[[datetime], None]]:
    """Lend a clock that can be set, to be set to earlier moments; the machine's own stays as it is."""
    if isinstance(clock, AheadClock):
        ahead = clock.ahead

        def put_ahead(at: datetime) -> None:
            clock.ahead = min(ahead, at - datetime.now(UTC))

        yield put_ahead
        clock.ahead = ahead
    elif isinstance(clock, VirtualClock):
        now = clock.at

        def put_at(at: datetime) -> None:
            clock.at = min(now, at)

        yield put_at
        clock.at = now
    else:
        yield lambda _at: None


def _outage(play: Play, now: datetime) -> tuple[datetime, datetime]:
    """Return when the clinic's server was off: the day before yesterday, so that the coverage of follow-ups has a gap to show."""
    day = (now - timedelta(days=2)).astimezone(ZoneInfo(play.clinic.workspace.zone))
    off, on = (day.replace(hour=hour, minute=40, second=0, microsecond=0) for hour in (8, 21))
    return off.astimezone(UTC), on.astimezone(UTC)


Happening = tuple[datetime, Callable[[], None]]


def _happenings(play: Play, now: datetime) -> Iterator[Happening]:
    """Yield what happens when in the last days, in no order."""
    first = now - BACK
    for flow, form, where, most in SAMPLES:
        for record_id, made in play.find(flow, form, where, most):
            at = made + timedelta(minutes=1) if made > first else _some_time(play, first, now)
            yield at, _starting(play, flow, form, record_id)
    zone = ZoneInfo(play.clinic.workspace.zone)
    for days in range(BACK.days + 1):
        day = (first + timedelta(days=days)).astimezone(zone)
        for hour, minute in ROUNDS_OF_ANSWERS:
            at = day.replace(hour=hour, minute=minute).astimezone(UTC)
            if first < at < now:
                yield at, play.answer_some
    yield from _troubles(play, now)
    for record_id, _ in play.find("handover", "handover", '{status} = "draft"', 1):
        yield now - timedelta(hours=20), _changing(play, "handover", record_id, status="lead_review")


def _starting(play: Play, flow: str, form: str, record_id: str) -> Callable[[], None]:
    return lambda: play.start(flow, form, record_id)


def _changing(play: Play, form: str, record_id: str, **values: Any) -> Callable[[], None]:
    return lambda: play.change(form, record_id, **values)


def _some_time(play: Play, first: datetime, now: datetime) -> datetime:
    """Return a moment of the last days on which somebody is at work."""
    zone = ZoneInfo(play.clinic.workspace.zone)
    at = (first + (now - first) * play.chance.random()).astimezone(zone)
    if not 9 <= at.hour < 18:
        at = at.replace(hour=9 + at.hour % 9)
    return min(at.astimezone(UTC), now - timedelta(minutes=30))


def _troubles(play: Play, now: datetime) -> Iterator[Happening]:
    """Yield what brings an instance to a stop: of a bill that was refunded already, somebody asks for all of it."""
    asked = play.find("refund_approval", "refund", '{status} = "lead_review"', 50)
    for record_id, made in asked[-1:]:
        yield max(made, now - timedelta(hours=30)), partial(_refund_again, play, record_id)


def _refund_again(play: Play, first: str) -> None:
    """Let the desk ask for a second refund of a bill, and the first one be paid out before anybody looks at it."""
    play.start("refund_approval", "refund", first)
    play.settle()
    wanted = [("bill_id",), ("bill_id", "paid"), ("created_by",), ("back_to",), ("reason",)]
    clinic = play.clinic
    with clinic.workspace.read() as unit:
        told = clinic.flows.ports.records(unit, play.actor("demo")).read("refund", first, frozenset(wanted))
    bill, paid, desk, back_to, reason = (told[path] for path in wanted)
    person = clinic.person(desk)
    values = {"bill_id": bill, "amount": paid, "back_to": back_to, "reason": reason}
    values |= {"lines": [{"bill_item": "诊疗项目", "qty_or_times": 1, "amount": paid}]}
    values |= {"detail": "患者要求全额退款", "status": "lead_review"}
    with clinic.workspace.write(Cause("user", person.user_id)) as unit:
        second = clinic.flows.ports.records(unit, person).create("refund", values)
    play.settle()
    for record_id in (first, second):
        _approve(play, record_id)


def _approve(play: Play, record_id: str) -> None:
    """Let everybody agree who is asked about a record."""
    for _ in range(5):
        for task in play.open_tasks():
            if task["record_id"] == record_id:
                who = task["assignee"] or play.claim(task)
                play.answer({**task, "kind": "task", "assignee": who}, str(task["flow"]))
        play.settle()


def _been_in_force(play: Play, since: datetime) -> None:
    """Let the rules that go by the clock have been in force before the days that are played."""
    c = SCHEDULE_CURSORS.c
    with play.clinic.workspace.write(Cause("system")) as unit:
        later = c.high_water > instant(since)
        unit.connection.execute(update(SCHEDULE_CURSORS).where(later).values(high_water=instant(since)))


def _been_in_journeys(play: Play) -> None:
    """Note that most of those whom journeys look for have been in them within the last weeks."""
    journeys, unit_of = play.clinic.flows.journeys, play.clinic.workspace.write
    for key, rule in journeys.rules.items():
        with unit_of(Cause("flow")) as unit:
            records = play.clinic.flows.ports.records(unit, play.actor(key))
            times = frozenset((field,) for field in rule.goal_since)
            after: str | None = None
            found: list[tuple[str, Mapping[Path, Any]]] = []
            while True:
                page, after = records.scan(rule.form, rule.where, times, 500, after)
                found += page
                if after is None:
                    break
            _note_enrolled(play, unit, key, found[NEW_TO_JOURNEYS:])


def came_back(times: Iterable[datetime | None], entered: datetime, ended: datetime) -> datetime | None:
    """Return the first of the times that lies within a journey; None where none does."""
    return min((at for at in times if at is not None and entered < at < ended), default=None)


def _note_enrolled(
    play: Play, unit: Unit, journey: str, contacts: Sequence[tuple[str, Mapping[Path, Any]]]
) -> None:
    """Note who was in a journey for two weeks: to its end, or until the time that is its goal."""
    rows = []
    for contact_id, times in contacts:
        ended = unit.now - timedelta(days=play.chance.uniform(0.5, 29))
        entered = ended - timedelta(days=14)
        came = came_back(times.values(), entered, ended)
        rows.append({
            "journey": journey, "contact_id": contact_id, "rotation": 1, "state": "ended", "entered_at": instant(entered),
            "ended_at": instant(came or ended), "exit_reason": "came" if came else "end",
        })  # fmt: skip
    if rows:
        unit.connection.execute(ENROLMENTS.insert(), rows)
