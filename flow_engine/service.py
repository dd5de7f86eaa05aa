"""The flow engine as the rest of the house sees it: commands, what it listens to, its jobs, what it does by the clock."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from engine.events import Event
from engine.jobs.queue import JobHandler, JobRun
from engine.problems import Conflict, Problem, Rejected
from engine.store.platform import instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from engine.text import Words
from flow_engine import refusals, store, writing
from flow_engine.commanding import Answer, FlowCommands, PlansOf
from flow_engine.edges import Edges
from flow_engine.effects import Effects
from flow_engine.explain import Explaining
from flow_engine.happenings import ChildEnded, EffectEnded, InstanceAction, RecordChanged
from flow_engine.inbox import Inbox
from flow_engine.incidents import Incidents
from flow_engine.journey_numbers import JourneyNumbers
from flow_engine.journeys import Journeys
from flow_engine.moving import Moving
from flow_engine.occurrences import DATE_KINDS, Occurrences
from flow_engine.rows import untagged
from flow_engine.schedules import Schedules, high_water, move_high_water
from flow_engine.starting import Starting
from flow_engine.tables import INSTANCES, TOKENS, TRIGGER_LOG
from flow_engine.timing import Timing
from flow_engine.world import FlowPorts

NIGHTLY, HOURLY = "*.nightly", "*.hourly"
"""Cursors of the engine's own rounds."""
LOG_KEPT = 100_000
FEW = 5
"""Records of a batch that are judged in one transaction."""
WHILE_PAUSED = timedelta(minutes=1)
"""How long what a paused instance should hear waits until it is tried again."""
UNDONE: Words = {"zh": "导入已撤销，记录在回收站", "en": "The import was undone; the record is in the bin"}
DELETED: Words = {"zh": "记录已删除", "en": "The record was deleted"}
log = logging.getLogger(__name__)


class FlowService(FlowCommands):
    """The flows of one workspace."""

    def __init__(self, workspace: Workspace, plans: PlansOf, ports: FlowPorts) -> None:
        super().__init__(workspace, plans, ports)
        self.occurrences = Occurrences(self)
        self.edges = Edges(self)
        self.starting = Starting(self, self.occurrences, self.edges)
        self.occurrences.starter = self.edges.starter = self.starting
        self.timing = Timing(self)
        self.schedules = Schedules(self, self.starting)
        self.effects = Effects(self)
        self.inbox = Inbox(self, self.starting)
        self.incidents = Incidents(self, self.starting, self.effects)
        self.moving = Moving(self)
        self.explaining = Explaining(self)
        self.journeys = Journeys(self)
        self.journey_numbers = JourneyNumbers(self.journeys)

    # What the dispatcher calls.

    def listen(self, unit: Unit, event: Event) -> None:
        """Take in an event of the outbox, in the transaction that takes it up."""
        self.journeys.listen(unit, event)
        self.starting.listen(unit, event)

    def handlers(self) -> Mapping[str, JobHandler]:
        """Return the handlers of the engine's jobs, by kind."""
        bodies: dict[str, JobHandler] = {
            "flow.start": self._call,
            "flow.drop": self._drop,
            "flow.child": self._child,
            "flow.continue": self._continue,
            "flow.move": self._move_on,
            "flow.record": self._record,
            "flow.undone": self._undone,
            "flow.judge": self._judge,
            "flow.summed": self._summed,
            "flow.each": self._each,
            "flow.effect": self.effects.run,
            "flow.effect_ended": self._effect_ended,
            "flow.message": self._message,
        }
        return {kind: self._told(handler) for kind, handler in bodies.items()}

    def _told(self, handler: JobHandler) -> JobHandler:
        """Return a handler whose refusals are told as incidents, to be tried again: nothing that was to be done is lost."""

        def do(run: JobRun) -> Any:
            try:
                return handler(run)
            except Conflict as refused:
                if refused.problems[0].code == refusals.PAUSED.code:
                    return self._put_off(run)
                return {"moved_on": refused.problems[0].code}
            except Rejected as refused:
                with run.workspace.write(Cause("system")) as unit:
                    self._open(unit, run, refused.problems[0])
                return {"refused": refused.problems[0].code}

        return do

    def _put_off(self, run: JobRun) -> Any:
        """Let what an instance should hear come again until it goes on: while it is paused it hears nothing."""
        with run.workspace.write(Cause("system")) as unit:
            later = instant(unit.now + WHILE_PAUSED)
            key = f"paused:{run.job.job_id}"
            writing.put_job(unit, run.job.kind, untagged(run.job.body), key=key, run_at=later)
        return {"put_off": later}

    def _open(self, unit: Unit, run: JobRun, problem: Problem) -> None:
        body = run.job.body
        instance_id = body.get("instance") or body.get("parent")
        flow = (
            store.look(unit, instance_id).flow
            if instance_id
            else str(body.get("trigger", "")).partition(".")[0]
        )
        again = {"kind": run.job.kind, "body": body}
        writing.open_incident(
            unit, flow, "job", {**problem.to_json(), "again": again}, instance_id, body.get("token")
        )

    def tick(self, workspace: Workspace) -> int:
        """Fire due timers and start due occurrences; return how many."""
        return self.timing.drain(workspace) + self.occurrences.start_due(workspace)

    def sweep(self, workspace: Workspace) -> int:
        """Do what is due by the clock besides timers: schedules, segments, waiting messages; every hour and night the rest."""
        done = (
            self.schedules.serve(workspace) + self.schedules.refresh(workspace) + self.inbox.match(workspace)
        )
        done += self.journeys.serve(workspace) + self.edges.refresh(workspace)
        if self._is_time(workspace, HOURLY, timedelta(hours=1)):
            done += self.incidents.detect_stuck(workspace) + self.moving.retry_later(workspace)
        if self._is_time(workspace, NIGHTLY, timedelta(days=1)):
            done += self.reconcile(workspace)
        return done

    def reconcile(self, workspace: Workspace) -> int:
        """Make the occurrences that are missing, for every date trigger; return how many were missing or wrong."""
        repaired = 0
        for listener in self.plans.triggers.of(*DATE_KINDS):
            found = self.occurrences.reconcile(workspace, listener)
            if found:
                log.info("%s: %d occurrences put right", listener.key, found)
            repaired += found
        self._trim_log(workspace)
        return repaired

    # Jobs. Each is done again after a crash: commands under the job's key are done once.

    def _call(self, run: JobRun) -> Any:
        """Start a called flow; its end comes back by a job of its own."""
        body = untagged(run.job.body)
        call, token_id = body["call"], int(body["token"])
        with run.workspace.write(Cause("system")) as unit:
            subject = (
                (call["form"], call["record_id"]) if call.get("form") and call.get("record_id") else None
            )
            parent = (body["instance"], token_id) if call.get("waits") else None
            actor = self.own_actor(unit, body["instance"])
            return self.start(
                unit,
                actor,
                call["flow"],
                subject,
                call.get("values") or {},
                f"call:{body['key']}",
                parent=parent,
            )

    def _child(self, run: JobRun) -> Any:
        """Tell a flow that one it called has ended."""
        body = untagged(run.job.body)
        ended = ChildEnded(int(body["token"]), body["child"], body["outcome"], body.get("result") or {})
        return self._moved(run, body["parent"], ended)

    def _drop(self, run: JobRun) -> Any:
        """Cancel the flows that a token had called, since it is gone."""
        c, body = INSTANCES.c, run.job.body
        with run.workspace.read() as unit:
            query = select(c.instance_id).where(
                c.parent_id == body["instance"], c.parent_token == body["token"], c.ended_at.is_(None)
            )
            children = list(unit.connection.execute(query).scalars())
        for child in children:
            with suppress(Conflict):  # it has ended by itself
                self._moved(run, child, InstanceAction("cancel", None, {}, None))
        return len(children)

    def _effect_ended(self, run: JobRun) -> Any:
        """Tell a flow that was paused what became of its effect meanwhile."""
        body = untagged(run.job.body)
        ended = EffectEnded(int(body["token"]), body["key"], body["result"], body["error"])
        return self._moved(run, body["instance"], ended)

    def _continue(self, run: JobRun) -> Any:
        with run.workspace.write(Cause("system")) as unit:
            instance = store.look(unit, run.job.body["instance"])
            if (
                instance.ended_at is not None
                or run.job.body.get("revision", instance.revision) != instance.revision
            ):
                return None
            return self.resume(unit, instance.instance_id).to_json()

    def _move_on(self, run: JobRun) -> Any:
        """Move an instance that was to move when it could; else it is tried again at its next wait."""
        return self.moving.try_move(run.workspace, run.job.body["instance"], int(run.job.body["to"]))

    def _each(self, run: JobRun) -> Any:
        return self.schedules.start_each(run.workspace, run.job.body["trigger"], run.job.body["at"])

    def _message(self, run: JobRun) -> Any:
        return self.inbox.deliver(run.workspace, run.job.body["source"], run.job.body["message"])

    def _record(self, run: JobRun) -> Any:
        """Let an instance look at a record that it watches."""
        body = run.job.body
        return self._moved(
            run, body["instance"], RecordChanged(body["form"], body["record"], bool(body["gone"]))
        )

    def _undone(self, run: JobRun) -> Any:
        """Cancel an instance about a record that came by an import which was undone, or that was deleted."""
        body = run.job.body
        is_deleted = body.get("why") == "deleted"
        said = DELETED if is_deleted else UNDONE
        values = {"deleted": True} if is_deleted else {"undone": True}
        words = f"{said['zh']} · {said['en']}"
        return self._moved(run, body["instance"], InstanceAction("cancel", body.get("by"), values, words))

    def _judge(self, run: JobRun) -> Any:
        """Judge a portion of a large batch of records."""
        body = run.job.body

        def judge(unit: Unit, ids: list[str]) -> int:
            self.starting.judge_records(unit, body["kind"], body["form"], ids, body["body"], body["event"])
            return len(ids)

        return _few_at_a_time(run, judge)

    def _summed(self, run: JobRun) -> Any:
        """Look at sums over a portion of a large batch of records."""
        body = run.job.body
        return _few_at_a_time(
            run, lambda unit, ids: self.starting.sum_up(unit, body["form"], ids, int(body["revision"]))
        )

    def _moved(self, run: JobRun, instance_id: str, happening: Any) -> Any:
        """Do a job's command once. What has meanwhile moved on needs nothing."""
        with run.workspace.write(Cause("system")) as unit:
            actor = self.own_actor(unit, instance_id)
            answer: Answer = self.handle_in(
                unit, actor, instance_id, happening, f"job:{run.job.job_id}:{instance_id}"
            )
        return answer.to_json()

    # The engine's own rounds.

    def _is_time(self, workspace: Workspace, name: str, every: timedelta) -> bool:
        with workspace.write(Cause("system")) as unit:
            high = high_water(unit, name, first=unit.now - every)
            if high is None or high + every > unit.now:
                return False
            move_high_water(unit, name, unit.now)
        return True

    def _trim_log(self, workspace: Workspace) -> None:
        """Let the oldest rows of the trigger log give way."""
        with workspace.write(Cause("system")) as unit:
            c = TRIGGER_LOG.c
            count = unit.connection.execute(select(func.count()).select_from(TRIGGER_LOG)).scalar_one()
            if count > LOG_KEPT:
                oldest = select(c.id).order_by(c.id).limit(count - LOG_KEPT)
                unit.connection.execute(delete(TRIGGER_LOG).where(c.id.in_(oldest)))


def _few_at_a_time(run: JobRun, do: Callable[[Unit, list[str]], int]) -> int:
    """Go through a job's records, a few in a transaction; return the sum. A further attempt goes on where one stopped.

    What one record sets off may take long, and on SQLite whoever saves waits for it.
    """
    ids: list[str] = run.job.body["ids"]
    total = 0
    for at in range(run.job.done, len(ids), FEW):
        some = ids[at : at + FEW]
        with run.workspace.write(Cause("system")) as unit:
            total += do(unit, some)
            run.checkpoint(unit, at + len(some), len(ids))
    return total


def _stands(unit: Unit, instance_id: str, token_id: int) -> bool:
    """Tell whether the token that called still waits: else nobody wants the called flow any more."""
    c = TOKENS.c
    query = select(c.token_id).where(c.instance_id == instance_id, c.token_id == token_id)
    return unit.connection.execute(query).first() is not None


__all__ = ["Answer", "FlowService"]
