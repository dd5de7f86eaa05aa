"""Journeys (旅程): flows that people of a segment are taken through, each enrolment once.

A flow is a journey when its definition has `journey`. Who is enrolled is a row under (journey, contact, rotation): the
rotation counts how often, so nobody is in twice, and coming again is a new row and a new instance. Waits, groups
A and B, goal and exit are nodes of the flow; quiet hours, consent and caps are the contact gate's.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from engine.access.actor import Actor
from engine.definitions.analysis import Analysis
from engine.definitions.app import App
from engine.definitions.scopes import RecordScope
from engine.events import Event
from engine.expressions import check, parse
from engine.expressions.moments import zone_of
from engine.expressions.types import BOOL, DATETIME
from engine.ports import FlowRecords
from engine.problems import Code, NotFound, Problem, Rejected, pointer
from engine.store.platform import from_instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from engine.text import nearest
from flow_engine.apart import apart
from flow_engine.calendar import Moment, due, read_span
from flow_engine.commanding import ENROLMENT, FlowCommands
from flow_engine.happenings import InstanceAction
from flow_engine.matching import matching
from flow_engine.schedules import high_water, move_high_water
from flow_engine.tables import ENROLMENTS

NO_JOURNEY = Code("journey.unknown", zh="没有名为“{journey}”的旅程", en="There is no journey “{journey}”",
                  hint_zh="请在流程里给它设置“旅程”", hint_en="Give the flow its journey settings")  # fmt: skip
NO_SEGMENT = Code("journey.segment", zh="没有名为“{segment}”的人群", en="There is no segment “{segment}”",
                  hint_zh="您是不是要：{nearest}", hint_en="Did you mean: {nearest}")  # fmt: skip
OWN_START = Code("journey.trigger", zh="旅程由人群启动，触发器须为“接口调用”，表单为“{form}”", en="A journey is started by its segment: its trigger is of kind api, with the form “{form}”",
                 hint_zh="把触发器改为 {\"kind\": \"api\"}", hint_en="Make the trigger {\"kind\": \"api\"}")  # fmt: skip
NOT_IN = Code("journey.not_in", zh="这位客户不在该旅程中", en="This contact is not in the journey", hint_zh="请刷新", hint_en="Reload")  # fmt: skip

PAGE = 100
RUNNING, ENDED, LEFT, CONTROL = "running", "ended", "left", "control"
LEFT_SEGMENT = "left_segment"
REFRESH = {"live": timedelta(minutes=5), "hourly": timedelta(hours=1), "nightly": timedelta(days=1)}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JourneyRule:
    """A journey's settings. `again`: never, after_end (a new rotation, `gap` after the last end), or always.

    `leaves`: whether who no longer fits the segment is taken out. `control`: percent of contacts who get nothing, so
    that the effect can be told from what would have happened anyway; `control_again`: whether who comes again stays in
    the same group or is drawn anew (same, drawn). `goal`: a condition on the contact; `goal_since`: times of the
    contact of which one must be later than they came in.
    """

    key: str
    form: str
    segment: str
    where: str
    refresh: str = "hourly"
    again: str = "never"
    gap: str | None = None
    most: int | None = None
    leaves: bool = False
    control: int = 0
    control_again: str = "same"
    goal: str | None = None
    goal_since: tuple[str, ...] = ()
    cap: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One time a contact is in a journey. `state`: running, ended, left, control; who is in the control group is in it
    until the segment is left."""

    rotation: int
    state: str
    entered_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether a contact may come in: the rotation, or why not (running, again, most, gap, control)."""

    rotation: int | None
    why_not: str | None = None


def may_enter(
    rule: JourneyRule, history: Sequence[Enrolment], now: datetime, free_from: datetime | None = None
) -> Entry:
    """Return whether a contact with this history may come in now. `free_from`: when the gap after the last end is over."""
    past = sorted(history, key=lambda one: one.rotation)
    if any(one.state == RUNNING for one in past):
        return Entry(None, "running")
    if any(one.state == CONTROL and one.ended_at is None for one in past):
        return Entry(None, "control")
    if not past:
        return Entry(1)
    if rule.again == "never":
        return Entry(None, "again")
    if rule.most is not None and len(past) >= rule.most:
        return Entry(None, "most")
    if rule.again == "after_end" and free_from is not None and now < free_from:
        return Entry(None, "gap")
    return Entry(past[-1].rotation + 1)


def is_control(rule: JourneyRule, contact_id: str, rotation: int) -> bool:
    """Tell whether a contact belongs to the group that gets nothing: steady for a contact, apart for each journey.

    Where who comes again is drawn again, each time has a draw of its own, as steady.
    """
    time = f":{rotation}" if rule.control_again == "drawn" and rotation > 1 else ""
    point = int.from_bytes(sha256(f"{rule.key}:{contact_id}{time}".encode()).digest()[:4])
    return point % 100 < rule.control


def read_journeys(app: Any, plans: Mapping[str, Any]) -> dict[str, JourneyRule]:
    """Return the journeys among flows in force, by key. Those whose segment is gone enrol nobody."""
    found: dict[str, JourneyRule] = {}
    for key, plan in plans.items():
        settings = plan.definition.get("journey")
        segment = app.of("segments").get(settings["segment"]) if settings else None
        if not settings or segment is None:
            continue
        cap = settings.get("cap")
        found[key] = JourneyRule(
            key, segment["form"], settings["segment"], segment["filter"], segment.get("refresh", "hourly"),
            settings.get("again", "never"), settings.get("gap"), settings.get("most"), bool(settings.get("leaves")),
            int(settings.get("control", 0)), settings.get("control_again", "same"), settings.get("goal"), tuple(settings.get("goal_since", ())),
            (cap["messages"], cap["days"]) if cap else None,
        )  # fmt: skip
    return found


def journey_problems(app: App, analysis: Analysis) -> Iterator[Problem]:
    """Yield what is wrong with the journey settings of an app's flows."""
    for key, definition in app.of("flows").items():
        settings, at = definition.get("journey"), pointer("flows", key, "journey")
        if not settings:
            continue
        segment = app.of("segments").get(settings.get("segment"))
        if segment is None:
            close = ", ".join(nearest(str(settings.get("segment")), list(app.of("segments")))) or "–"
            yield NO_SEGMENT.at(at + "/segment", segment=settings.get("segment"), nearest=close)
            continue
        trigger = definition.get("trigger", {})
        if trigger.get("kind") != "api" or trigger.get("form") not in (None, segment.get("form")):
            yield OWN_START.at(pointer("flows", key, "trigger"), form=segment.get("form"))
        try:
            if settings.get("gap") is not None:
                read_span(settings["gap"], at + "/gap")
            form = analysis.forms.get(segment.get("form", ""))
            if settings.get("goal") is not None and form is not None:
                check(
                    parse(settings["goal"], at + "/goal"),
                    RecordScope(analysis.types, form),
                    BOOL,
                    at + "/goal",
                )
            if form is not None:
                for place, field in enumerate(settings.get("goal_since", ())):
                    path = f"{at}/goal_since/{place}"
                    check(parse(f"{{{field}}}", path), RecordScope(analysis.types, form), DATETIME, path)
        except Rejected as refused:
            yield from refused.problems


class Journeys:
    """The journeys of one workspace, on top of its flows."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows

    @property
    def rules(self) -> Mapping[str, JourneyRule]:
        """Return the journeys in force."""
        plans = self._flows.plans
        return read_journeys(plans.app, plans.current)

    def rule(self, journey: str) -> JourneyRule:
        """Return a journey. NotFound."""
        found = self.rules.get(journey)
        if found is None:
            raise NotFound(NO_JOURNEY.at("/journey", journey=journey))
        return found

    def cap_of(self, flow: str | None) -> tuple[int, int] | None:
        """Return how many messages a journey may send in how many days; None where it says nothing."""
        found = self.rules.get(flow or "")
        return found.cap if found is not None else None

    # In and out.

    def enrol(self, unit: Unit, journey: str, contact_id: str, by: str | None = None) -> Entry:
        """Take a contact in, or say why not. Two who try at once make one enrolment."""
        rule = self.rule(journey)
        entry = self.entries(unit, rule, (contact_id,))[contact_id]
        if entry.rotation is None:
            return entry
        state = CONTROL if is_control(rule, contact_id, entry.rotation) else RUNNING
        maker = postgresql.insert if unit.is_postgres else sqlite.insert
        row = {
            "journey": journey, "contact_id": contact_id, "rotation": entry.rotation, "state": state,
            "entered_at": unit.now_text,
        }  # fmt: skip
        once = maker(ENROLMENTS).values(row).on_conflict_do_nothing().returning(ENROLMENTS.c.rotation)
        if unit.connection.execute(once).first() is None:
            return Entry(None, "running")
        if state == CONTROL:
            return Entry(entry.rotation, "control")
        key = f"{ENROLMENT}{journey}:{contact_id}:{entry.rotation}"
        instance = self._flows.start(
            unit, self._actor(rule), journey, (rule.form, contact_id), {}, key, started_by=by
        )
        self._note(unit, journey, contact_id, entry.rotation, instance_id=instance)
        return entry

    def entries(self, unit: Unit, rule: JourneyRule, contacts: Sequence[str]) -> dict[str, Entry]:
        """Return for each contact whether it may come in now."""
        c = ENROLMENTS.c
        past: dict[str, list[Enrolment]] = {one: [] for one in contacts}
        query = select(c.contact_id, c.rotation, c.state, c.entered_at, c.ended_at).where(
            c.journey == rule.key, c.contact_id.in_(contacts)
        )
        for row in unit.connection.execute(query):
            ended = from_instant(row.ended_at) if row.ended_at else None
            past[row.contact_id].append(
                Enrolment(row.rotation, row.state, from_instant(row.entered_at), ended)
            )
        return {
            one: may_enter(rule, history, unit.now, self._free_from(unit, rule, history))
            for one, history in past.items()
        }

    def leave(self, unit: Unit, journey: str, contact_id: str, reason: str, by: Actor | None = None) -> None:
        """Take a contact out; what stands open in the instance is withdrawn. NotFound when not in."""
        c = ENROLMENTS.c
        mine = (c.journey == journey) & (c.contact_id == contact_id) & (c.state == RUNNING)
        row = unit.connection.execute(select(c.rotation, c.instance_id).where(mine).with_for_update()).first()
        if row is None:
            raise NotFound(NOT_IN.at("/contact"))
        self._note(
            unit, journey, contact_id, row.rotation, state=LEFT, ended_at=unit.now_text, exit_reason=reason
        )
        if row.instance_id is not None:
            actor = by or self._actor(self.rule(journey))
            action = InstanceAction("cancel", by.user_id if by is not None else None, {"reason": reason})
            self._flows.handle_in(unit, actor, row.instance_id, action, f"journey.leave:{row.instance_id}")

    def listen(self, unit: Unit, event: Event) -> None:
        """Note the end of an enrolment when its instance ends."""
        if event.kind != "flow.ended" or not event.body.get("enrolled", True):
            return
        reason = event.body.get("outcome") or event.body.get("status")
        text = _ending(unit.workspace.room.dialect)
        place = (event.form, event.body.get("record"), event.record_id)
        unit.cursor.execute(text, (ENDED, unit.now_text, reason, *place, RUNNING))

    # By the clock.

    def serve(self, workspace: Workspace) -> int:
        """Look at the segments whose time has come; return how many came in or were taken out."""
        done = 0
        for rule in self.rules.values():
            with workspace.write(Cause("system")) as unit:
                cursor = f"journey:{rule.key}"
                high = high_water(unit, cursor, first=unit.now - timedelta(days=3650))
                if high is None or high + REFRESH[rule.refresh] > unit.now:
                    continue
                move_high_water(unit, cursor, unit.now)
            done += apart(workspace, rule.key, f"journey:{rule.key}", partial(self.refresh, workspace, rule))
        return done

    def refresh(self, workspace: Workspace, rule: JourneyRule) -> int:
        """Enrol who is in the segment and may come in, take out who is not when the journey says so.

        Who is in already, or may not come again, costs a part of a question that only reads.
        """
        done, inside = 0, set[str]()
        for page in matching(workspace, partial(self.records, rule=rule), rule.form, rule.where):
            inside.update(page)
            with workspace.read() as unit:
                entries = self.entries(unit, rule, page)
            coming = [one for one in page if entries[one].rotation is not None]
            for at in range(0, len(coming), PAGE):
                with workspace.write(Cause("flow")) as unit:
                    done += sum(self._try(unit, rule, one) for one in coming[at : at + PAGE])
        return done + self._take_out(workspace, rule, inside)

    def _try(self, unit: Unit, rule: JourneyRule, contact_id: str) -> int:
        try:
            with unit.savepoint():
                return int(self.enrol(unit, rule.key, contact_id).rotation is not None)
        except Rejected as refused:
            # one contact whose record cannot be worked with keeps nobody else out
            log.warning("journey %s: %s stays out: %s", rule.key, contact_id, refused)
            return 0

    def _take_out(self, workspace: Workspace, rule: JourneyRule, inside: set[str]) -> int:
        """Note who of the control group has left the segment; take out who is on the way, where the journey says so."""
        c = ENROLMENTS.c
        mine = (c.journey == rule.key) & c.ended_at.is_(None)
        with workspace.read() as unit:
            rows = unit.connection.execute(select(c.contact_id, c.rotation, c.state).where(mine)).all()
        gone = [row for row in rows if row.contact_id not in inside]
        control = [row.contact_id for row in gone if row.state == CONTROL]
        for at in range(0, len(control), PAGE):
            with workspace.write(Cause("flow")) as unit:
                some = mine & (c.state == CONTROL) & c.contact_id.in_(control[at : at + PAGE])
                left = {"ended_at": unit.now_text, "exit_reason": LEFT_SEGMENT}
                unit.connection.execute(update(ENROLMENTS).where(some).values(left))
        running = [row.contact_id for row in gone if row.state == RUNNING and rule.leaves]
        for contact_id in running:
            with workspace.write(Cause("flow")) as unit:
                self.leave(unit, rule.key, contact_id, LEFT_SEGMENT)
        return len(running)

    # Inside.

    def _free_from(self, unit: Unit, rule: JourneyRule, history: Sequence[Enrolment]) -> datetime | None:
        ends = [one.ended_at for one in history if one.ended_at is not None]
        if rule.gap is None or not ends:
            return None
        return due(max(ends), rule.gap, Moment(zone_of(unit.workspace.zone)))

    def _note(self, unit: Unit, journey: str, contact_id: str, rotation: int, **values: Any) -> None:
        c = ENROLMENTS.c
        mine = (c.journey == journey) & (c.contact_id == contact_id) & (c.rotation == rotation)
        unit.connection.execute(update(ENROLMENTS).where(mine).values(**values))

    def _actor(self, rule: JourneyRule) -> Actor:
        return self._flows.ports.service_actor(rule.key, self._flows.plans.current[rule.key].definition)

    def records(self, unit: Unit, rule: JourneyRule) -> FlowRecords:
        """Return the way to records, as the journey."""
        return self._flows.ports.records(unit, self._actor(rule))


@lru_cache(maxsize=8)
def _ending(dialect: Dialect) -> str:
    """Return the statement that ends an enrolment with its instance; it is run at the end of every flow."""
    c = ENROLMENTS.c
    values: dict[Any, Any] = {
        c.state: bindparam("p0"),
        c.ended_at: bindparam("p1"),
        c.exit_reason: bindparam("p2"),
    }
    # By the key of the table: instance ids have no index here.
    mine = (c.journey == bindparam("p3")) & (c.contact_id == bindparam("p4"))
    mine &= (c.instance_id == bindparam("p5")) & (c.state == bindparam("p6"))
    return str(update(ENROLMENTS).values(values).where(mine).compile(dialect=dialect))


__all__ = [
    "Enrolment", "Entry", "JourneyRule", "Journeys", "is_control", "journey_problems", "may_enter", "read_journeys",
]  # fmt: skip
