"""Flows that start by themselves: triggers judged when the dispatcher takes up an event, in the same transaction.

What starts, starts there and then, exactly once: taking up the event and the start are one commit. A start that fails
leaves an incident that can be tried again; it never stops the others.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.engine import Dialect

from engine.access.actor import Actor
from engine.events import Event
from engine.expressions import exact
from engine.ids import new_id
from engine.ports import Path
from engine.problems import Code, Problem, Rejected
from engine.store.codec import encode_json
from engine.store.platform import instant
from engine.store.unit import Unit
from flow_engine import writing
from flow_engine.commanding import FlowCommands
from flow_engine.tables import INSTANCES, SUBSCRIPTIONS, TIMERS, TRIGGER_LOG
from flow_engine.triggering import (
    NOBODY,
    Facts,
    Heard,
    Listener,
    Minding,
    Moment,
    holds_when,
    holds_when_given,
    judge,
    once_key,
)

CANNOT_START = Code(
    "flow.cannot_start",
    zh="流程“{flow}”没能启动：{why}",
    en="The flow “{flow}” could not start: {why}",
    hint_zh="排除原因后，在“异常”里点重试",
    hint_en="Remove the cause, then retry it in the list of incidents",
)
LOOPING = Code(
    "flow.looping",
    zh="流程“{flow}”一小时内对同一条记录启动了 {most} 次，已暂停触发",
    en="The flow “{flow}” started {most} times in an hour for one record; it is held back",
    hint_zh="检查是否有两个流程互相触发",
    hint_en="See whether two flows set each other off",
)
MOST_AN_HOUR = 20
"""Starts of one flow for one record in an hour, when flows set each other off."""
BATCH = 100
"""Records of a batch that one job judges."""
STRAIGHT = 10
"""A batch of no more is judged at once."""
EVENTS_OF_MANY = {"records.created": "record.created", "records.deleted": "record.deleted"}
GONE = ("record.deleted", "record.purged")
BASIC: frozenset[Path] = frozenset({("branch_id",), ("deleted_at",)})
"""What is read of every record."""

Verdict = Sequence[Any]
log = logging.getLogger(__name__)


class Starting:
    """Listens to the outbox for one workspace."""

    def __init__(self, flows: FlowCommands, dates: Any, edges: Any) -> None:
        self._flows, self._dates, self._edges = flows, dates, edges

    def listen(self, unit: Unit, event: Event) -> None:
        """Start what the event starts, move what hangs on the record, wake who watches it."""
        ids = self._records_of(event)
        if event.kind.startswith("flow."):
            self._flow_event(unit, event)
            return
        if event.kind == "records.undone":
            self._withdraw(unit, event)
            return
        if not ids or event.form is None:
            return
        heard = self._flows.plans.triggers.of_event(event.kind, event.form)
        if len(ids) > STRAIGHT and heard is not NOBODY:
            self._later(unit, event, ids)
        elif heard is not NOBODY:
            self.judge_records(unit, event.kind, event.form, ids, event.body, event.event_id)
        if event.kind not in {"records.created", "record.created"}:
            self._wake(unit, event, ids)
        if event.kind in GONE or event.kind == "records.deleted":
            self._gone(unit, event, ids)
        for form, by in self._flows.plans.rolled_up.get(event.form, ()):
            self._wake_above(unit, event, ids, form, by)
        if event.form in self._flows.plans.summed:
            revision = int(event.body.get("revision") or 1)
            if len(ids) > STRAIGHT:
                for at in range(0, len(ids), BATCH):
                    body = {"form": event.form, "ids": ids[at : at + BATCH], "revision": revision}
                    writing.put_job(unit, "flow.summed", body, key=f"flow.summed:{event.event_id}:{at}")
            else:
                self.sum_up(unit, event.form, ids, revision)

    def judge_records(
        self, unit: Unit, kind: str, form: str, ids: Iterable[str], body: Mapping[str, Any], event_id: str
    ) -> None:
        """Judge the triggers of some records of one event."""
        heard = self._flows.plans.triggers.of_event(kind, form)
        for record_id in ids:
            if heard.starts:
                self._judge(unit, kind, form, record_id, body, heard, event_id)
            for listener in heard.dates:
                self._dates.reconsider(unit, listener, record_id, body)

    @staticmethod
    def _records_of(event: Event) -> list[str]:
        if event.kind in EVENTS_OF_MANY:
            return [str(one) for one in event.body.get("ids", ())]
        return [event.record_id] if event.kind.startswith("record.") and event.record_id else []

    def _later(self, unit: Unit, event: Event, ids: list[str]) -> None:
        """Hand a large batch to jobs, a hundred records each."""
        for at in range(0, len(ids), BATCH):
            body: dict[str, Any] = {
                "kind": event.kind,
                "form": event.form,
                "ids": ids[at : at + BATCH],
                "event": event.event_id,
            }
            body["body"] = {key: value for key, value in event.body.items() if key != "ids"}
            writing.put_job(unit, "flow.judge", body, key=f"flow.judge:{event.event_id}:{at}")

    # One record.

    def _judge(
        self,
        unit: Unit,
        kind: str,
        form: str,
        record_id: str,
        body: Mapping[str, Any],
        heard: Heard,
        event_id: str,
    ) -> None:
        facts = {
            "kind": EVENTS_OF_MANY.get(kind, kind),
            "form": form,
            "record_id": record_id,
            "changed": frozenset(body.get("changed", ())),
            "cause": body.get("cause"),
            "by": body.get("by"),
        }
        minding = heard.minding(facts, self._flows.plans.is_live)
        verdicts: list[Verdict] = list(minding.others)
        if minding.looking:
            revision = int(body.get("revision") or 1)
            moment, values = self._moment(unit, facts, revision, minding, kind in EVENTS_OF_MANY)
            refused = self._refusals(unit, minding, record_id, moment, values)
            for at, key in enumerate(minding.keys):
                if key not in minding.not_minded:
                    why = refused[at] or self._start(
                        unit, minding.looking[at], facts, values, f"{record_id}:{revision}"
                    )
                    verdicts.append((key, why))
        self._write_log(unit, event_id, form, record_id, verdicts)

    def _refusals(
        self,
        unit: Unit,
        minding: Minding,
        record_id: str,
        moment: Moment,
        values: Mapping[Path, Any],
    ) -> list[str | None]:
        """Return of each trigger that looks why it does not start, or None."""
        count = len(minding.looking)
        if values.get(("deleted_at",)) is not None and moment.facts["kind"] not in GONE:
            # Gone meanwhile, as by the undoing of an import: nothing begins about it any more.
            return ["no_record"] * count
        if moment.seen is None:
            refused: list[str | None] = ["no_record"] * count
        else:
            refused = [None] * count
            for at, holds in zip(minding.plain, minding.conditions.held(moment.seen), strict=True):
                if not holds:
                    refused[at] = "condition"
        with exact():
            for at in minding.rest:
                one = minding.looking[at]
                # Where the clock can make a condition true it may have done so since the write before: then what is
                # kept counts.
                is_noted = bool(one.trigger.clocks)
                refused[at] = (
                    self._edges.noted(unit, one, record_id, moment) if is_noted else judge(one, moment)
                )
        return refused

    def _moment(
        self, unit: Unit, facts: Mapping[str, Any], revision: int, minding: Minding, is_late: bool
    ) -> tuple[Moment, Mapping[Path, Any]]:
        """Return the moment of an event with all values that those who look need: one read for all.

        `is_late`: of many at once, so that the record may be gone by now.
        """
        actor = self._actor(minding.looking[0])
        records = self._flows.ports.records(unit, actor)
        needed = is_late or bool(minding.needed - BASIC) or any(one.fields for one in minding.looking)
        back = minding.look_back or facts["kind"] in GONE
        before, after = (
            records.change(facts["form"], facts["record_id"], revision, BASIC | minding.needed, back=back)
            if needed
            else (None, {})
        )
        values = after if after is not None else before or {}
        zone = self._flows.ports.zone_of(values.get(("branch_id",)))
        who = {"id": facts.get("by"), "branch_id": values.get(("branch_id",))}
        return Moment(facts, before, after, unit.now, zone, who), values

    def _actor(self, listener: Listener) -> Actor:
        return self._flows.ports.service_actor(listener.plan.key, listener.plan.definition)

    def _start(
        self,
        unit: Unit,
        listener: Listener,
        facts: Mapping[str, Any],
        values: Mapping[Path, Any],
        occurrence: str,
    ) -> str:
        """Start the flow of a trigger about a record; return the verdict."""
        if facts.get("cause") == "flow" and self._is_looping(unit, listener, facts["record_id"]):
            return "looping"
        given = {} if facts["kind"] not in GONE else {"deleted": True}
        subject = (facts["form"], facts["record_id"])
        return self.start_once(unit, listener, subject, values, given, occurrence, facts.get("by"))[0]

    def start_once(
        self,
        unit: Unit,
        listener: Listener,
        subject: tuple[str, str],
        record: Mapping[Path, Any],
        given: Mapping[str, Any],
        occurrence: str,
        by: str | None = None,
    ) -> tuple[str, str]:
        """Start a flow about a record, once for what its `once_per` gives, else for this occurrence; return verdict and key.

        `record`: what `once_per` needs of the record.
        """
        key = f"{listener.key}:{occurrence}"
        zone = self._flows.ports.zone_of(record.get(("branch_id",)))
        try:
            once = once_key(listener.plan, record, subject[0], unit.now, zone)
        except Rejected as refused:
            self._failed(unit, listener, subject, given, key, refused.problems[0])
            return "error", key
        if once is not None:
            key = f"{listener.plan.key}:{once}"
        return self.start(unit, listener, subject, given, key, by), key

    def start(
        self,
        unit: Unit,
        listener: Listener,
        subject: tuple[str, str] | None,
        values: Mapping[str, Any],
        key: str,
        by: str | None = None,
    ) -> str:
        """Start a flow; return the verdict: started, known, or error, which leaves an incident to be tried again."""
        try:
            with unit.savepoint():
                made = self._flows.start(
                    unit,
                    self._actor(listener),
                    listener.plan.key,
                    subject,
                    values,
                    key,
                    listener.key,
                    started_by=by,
                )
        except Rejected as refused:
            self._failed(unit, listener, subject, values, key, refused.problems[0])
            return "error"
        except psycopg.OperationalError:
            raise
        except Exception as error:
            # One broken flow must not keep the others from starting; the incident holds all that is needed to retry.
            log.exception("flow %s could not start", listener.key)
            why = f"{type(error).__name__}: {error}"[:300]
            self._failed(
                unit, listener, subject, values, key, CANNOT_START.at("", flow=listener.plan.key, why=why)
            )
            return "error"
        return "known" if made is None else "started"

    def _failed(
        self,
        unit: Unit,
        listener: Listener,
        subject: tuple[str, str] | None,
        values: Mapping[str, Any],
        key: str,
        problem: Problem,
    ) -> None:
        again = {"trigger": listener.key, "subject": subject, "values": dict(values), "key": key}
        writing.open_incident(unit, listener.plan.key, "trigger", {**problem.to_json(), "again": again})

    def _is_looping(self, unit: Unit, listener: Listener, record_id: str) -> bool:
        c = INSTANCES.c
        since = instant(unit.now - timedelta(hours=1))
        query = select(func.count()).where(
            c.record_id == record_id, c.flow == listener.plan.key, c.started_at > since
        )
        if unit.connection.execute(query).scalar_one() < MOST_AN_HOUR:
            return False
        problem = LOOPING.at("", flow=listener.plan.key, most=MOST_AN_HOUR)
        writing.open_incident(unit, listener.plan.key, "trigger", {**problem.to_json(), "record": record_id})
        return True

    # Other flows, watchers, timers.

    def _flow_event(self, unit: Unit, event: Event) -> None:
        """Start what waits for another flow's end or incident, about the same record."""
        listeners = self._flows.plans.triggers.by_event.get(f"{event.kind}:{event.form}", ())
        for one in listeners:
            if one.trigger.trigger.wants(one.config, event.body) is not None:
                continue
            form, record_id = event.body.get("form"), event.body.get("record")
            if one.trigger.form is not None and one.trigger.form != form:
                continue
            values = {
                key: event.body[key]
                for key in ("outcome", "status", "flow", "instance", "problem")
                if key in event.body
            }
            occurrence = f"{event.record_id}:{event.event_id}"
            if one.trigger.form is not None and record_id:
                self._about(unit, one, (one.trigger.form, str(record_id)), values, occurrence)
                continue
            if not holds_when_given(one, values, unit.now, self._flows.ports.zone_of(None)):
                continue
            subject = (form, record_id) if form and record_id else None
            self.start(unit, one, subject, values, f"{one.key}:{occurrence}")

    def _about(
        self,
        unit: Unit,
        listener: Listener,
        subject: tuple[str, str],
        given: Mapping[str, Any],
        occurrence: str,
    ) -> None:
        """Start what another flow's end sets off about its record, if the record is as the condition says."""
        paths = listener.needed | {("id",), ("branch_id",)}
        record = self._flows.ports.records(unit, self._actor(listener)).read(*subject, frozenset(paths))
        zone = self._flows.ports.zone_of(record.get(("branch_id",)))
        if holds_when(listener, Facts(record, unit.now, zone)):
            self.start_once(unit, listener, subject, record, given, occurrence)

    def _wake(self, unit: Unit, event: Event, ids: Sequence[str]) -> None:
        """Let instances that watch a record, or take a time from it, look at it: a job each, so none waits for another."""
        for record_id in ids:
            for instance_id in watching(unit, str(event.form), record_id):
                body: dict[str, Any] = {"instance": instance_id, "form": event.form, "record": record_id}
                body["gone"] = event.kind in GONE or event.kind == "records.deleted"
                key = f"flow.record:{instance_id}:{event.event_id}:{record_id}"
                writing.put_job(unit, "flow.record", body, key=key)

    def _withdraw(self, unit: Unit, event: Event) -> None:
        """Let what runs about records that an undone import had made be cancelled, a job each."""
        ids = [str(one) for one in event.body.get("ids", ())]
        for instance_id, _, _ in self._running_about(unit, event.form, ids):
            body = {"instance": instance_id, "by": event.body.get("by")}
            writing.put_job(unit, "flow.undone", body, key=f"flow.undone:{instance_id}:{event.event_id}")

    def _gone(self, unit: Unit, event: Event, ids: Sequence[str]) -> None:
        """Let what runs about deleted records be withdrawn, a job each, where its flow says so (`if_gone`)."""
        for instance_id, flow, version in self._running_about(unit, event.form, ids):
            if self._flows.plans.of(unit, flow, version).definition.get("if_gone") == "withdraw":
                body = {"instance": instance_id, "by": event.body.get("by"), "why": "deleted"}
                writing.put_job(unit, "flow.undone", body, key=f"flow.gone:{instance_id}:{event.event_id}")

    @staticmethod
    def _running_about(unit: Unit, form: str | None, ids: Sequence[str]) -> Iterator[tuple[str, str, int]]:
        """Yield (instance, flow, version) of what runs about records, called flows left out."""
        c = INSTANCES.c
        for at in range(0, len(ids), BATCH):
            query = select(c.instance_id, c.flow, c.version).where(
                c.form == form,
                c.record_id.in_(ids[at : at + BATCH]),
                c.ended_at.is_(None),
                c.parent_id.is_(None),
            )
            yield from sorted(tuple(row) for row in unit.connection.execute(query))

    def _wake_above(self, unit: Unit, event: Event, ids: Sequence[str], form: str, by: str) -> None:
        """Let instances look whose sum over these records they watch; of a record that is gone too."""
        query = select(SUBSCRIPTIONS.c.key).where(SUBSCRIPTIONS.c.name == f"record:{form}").limit(1)
        if unit.connection.execute(query).first() is None:
            return
        revision = int(event.body.get("revision") or 1)
        for record_id in self._above(unit, str(event.form), ids, revision, by):
            for instance_id in watching(unit, form, record_id):
                body = {"instance": instance_id, "form": form, "record": record_id, "gone": False}
                key = f"flow.record:{instance_id}:{event.event_id}:{record_id}"
                writing.put_job(unit, "flow.record", body, key=key)

    def _above(self, unit: Unit, form: str, ids: Sequence[str], revision: int, by: str) -> list[str]:
        """Return the records to which a link of these records led before a write or leads after it, in order."""
        records = self._flows.ports.records(unit, self._flows.ports.service_actor("", {}))
        above: set[str] = set()
        for record_id in ids:
            for values in records.change(form, record_id, revision, frozenset({(by,)})):
                found = (values or {}).get((by,))
                above |= {str(one) for one in (found if isinstance(found, list | tuple) else (found,)) if one}
        return sorted(above)

    def sum_up(self, unit: Unit, form: str, ids: Sequence[str], revision: int) -> int:
        """Start what comes true by sums over these records; return how many flows."""
        started = 0
        for listener, by in self._flows.plans.summed.get(form, ()):
            above = self._above(unit, form, ids, revision, by)
            started += self._edges.summed(unit, listener, above)
        return started

    def _write_log(
        self, unit: Unit, event_id: str, form: str, record_id: str, verdicts: Sequence[Verdict]
    ) -> None:
        row = (new_id(), unit.now_text, event_id, form, record_id, encode_json(verdicts).decode())
        unit.late(_texts(unit.workspace.room.dialect).log, row)


class _Texts:
    def __init__(self, dialect: Dialect) -> None:
        values: dict[Any, Any] = {column: bindparam(f"p{i}") for i, column in enumerate(TRIGGER_LOG.columns)}
        self.log = str(insert(TRIGGER_LOG).values(values).compile(dialect=dialect))
        s, t = SUBSCRIPTIONS.c, TIMERS.c
        watchers = select(s.instance_id).where(s.name == bindparam("p0"), s.key == bindparam("p1"))
        timers = select(t.instance_id).where(
            t.anchor_record == bindparam("p2"), t.anchor_form == bindparam("p3")
        )
        self.watching = str(watchers.union(timers).compile(dialect=dialect))


@lru_cache(maxsize=8)
def _texts(dialect: Dialect) -> _Texts:
    return _Texts(dialect)


def watching(unit: Unit, form: str, record_id: str) -> list[str]:
    """Return the instances that watch a record or take a time from it, in order."""
    text = _texts(unit.workspace.room.dialect).watching
    rows = unit.cursor.execute(text, (f"record:{form}", record_id, record_id, form)).fetchall()
    return sorted(row[0] for row in rows)
