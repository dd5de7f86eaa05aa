"""What went wrong and waits for somebody: shown with its words, settled one by one or in bulk."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from engine.access.actor import Actor
from engine.problems import Code, NotFound, Problem, Rejected
from engine.store.codec import decode_json
from engine.store.platform import JOBS, instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import effects, store, writing
from flow_engine.commanding import FlowCommands
from flow_engine.happenings import InstanceAction
from flow_engine.rows import pack, untagged
from flow_engine.state import ROOT
from flow_engine.tables import EFFECTS, INCIDENTS, INSTANCES, SCOPES, SUBSCRIPTIONS, TASKS, TIMERS, TOKENS

NO_INCIDENT = Code(
    "flow.no_incident",
    zh="没有这条异常，或它已处理",
    en="There is no such incident, or it is settled",
    hint_zh="刷新列表",
    hint_en="Reload the list",
)
CANNOT = Code(
    "flow.incident_cannot",
    zh="这类异常不能“{action}”，可以：{known}",
    en="This kind of incident cannot be settled by “{action}”; possible: {known}",
)
STUCK = Code(
    "flow.stuck",
    zh="流程停住了：没有待办、定时、消息或作业会让它继续",
    en="The flow has come to a stop: no task, timer, message or job will move it",
    hint_zh="重试、跳转到某个节点，或取消",
    hint_en="Retry it, let it go on at some node, or cancel it",
)
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "node": ("retry", "skip", "edit", "jump", "cancel"),
    "stuck": ("retry", "jump", "cancel"),
    "timer": ("retry", "jump", "cancel"),
    "version": ("retry", "cancel"),
    "effect": ("retry", "sent", "skip", "cancel"),
    "trigger": ("retry", "skip"),
    "job": ("retry", "skip", "cancel"),
}
MOST_AT_ONCE = 500
STILL = timedelta(minutes=5)
"""How long an instance may seem to wait for nothing: a job may be on its way."""


class Incidents:
    """The incidents of one workspace."""

    def __init__(self, flows: FlowCommands, starter: Any, sending: effects.Effects) -> None:
        self._flows, self._starter, self._sending = flows, starter, sending

    def shown(
        self, unit: Unit, state: str = "open", flow: str | None = None, limit: int = 200, offset: int = 0
    ) -> list[dict[str, Any]]:
        """Return a page of incidents, newest first, each with what may be done about it."""
        c, i = INCIDENTS.c, INSTANCES.c
        query = (
            select(INCIDENTS, i.title, i.form, i.record_id)
            .outerjoin(INSTANCES, i.instance_id == c.instance_id)
            .where(c.state == state)
            .order_by(c.at.desc(), c.incident_id.desc())
            .limit(limit)
            .offset(offset)
        )
        if flow is not None:
            query = query.where(c.flow == flow)
        return [_shown(dict(row)) for row in unit.connection.execute(query).mappings()]

    def count(self, unit: Unit, state: str = "open", flow: str | None = None) -> int:
        """Return how many there are."""
        c = INCIDENTS.c
        query = select(func.count()).where(c.state == state)
        if flow is not None:
            query = query.where(c.flow == flow)
        return int(unit.connection.execute(query).scalar_one())

    def settle(
        self, actor: Actor, incident_id: str, action: str, values: Mapping[str, Any] | None = None
    ) -> None:
        """Do something about an incident, in a transaction of its own. NotFound, Rejected."""
        with self._flows.workspace.write(Cause("flow", actor.user_id)) as unit:
            self.settle_in(unit, actor, incident_id, action, values or {})

    def settle_many(
        self, actor: Actor, incident_ids: Sequence[str], action: str, values: Mapping[str, Any] | None = None
    ) -> list[tuple[str, tuple[Problem, ...]]]:
        """Do the same about several, each by itself; return those that could not be settled, with why."""
        failed: list[tuple[str, tuple[Problem, ...]]] = []
        for incident_id in incident_ids[:MOST_AT_ONCE]:
            try:
                self.settle(actor, incident_id, action, values)
            except Rejected as refused:
                failed.append((incident_id, refused.problems))
        return failed

    def settle_in(
        self, unit: Unit, actor: Actor, incident_id: str, action: str, values: Mapping[str, Any]
    ) -> None:
        """Do something about an incident in an open unit."""
        row = unit.connection.execute(select(INCIDENTS).where(INCIDENTS.c.incident_id == incident_id)).first()
        if row is None or row.state != "open":
            raise NotFound(NO_INCIDENT.at("/incident"))
        known = ACTIONS.get(row.kind, ("skip",))
        if action not in known:
            raise Rejected(CANNOT.at("/action", action=action, known=", ".join(known)))
        problem = decode_json(row.problem)
        if row.kind == "job" and action != "cancel":
            if action == "retry" and problem.get("again"):
                again = problem["again"]
                writing.put_job(unit, again["kind"], untagged(again["body"]), key=f"again:{incident_id}")
        elif row.kind == "trigger":
            self._trigger(unit, problem, action)
        elif row.kind == "effect" and action != "cancel":
            self._effect(unit, problem, action)
        elif row.instance_id is not None:
            self._instance(unit, actor, row, action, values)
        done = {
            "state": "settled",
            "resolution": action,
            "resolved_at": unit.now_text,
            "resolved_by": actor.user_id,
        }
        unit.connection.execute(update(INCIDENTS).where(INCIDENTS.c.incident_id == incident_id).values(done))

    def _trigger(self, unit: Unit, problem: Mapping[str, Any], action: str) -> None:
        again = problem.get("again")
        if action == "skip" or not again:
            return
        listener = self._flows.plans.triggers.by_key.get(again["trigger"])
        if listener is None:
            raise NotFound(NO_INCIDENT.at("/trigger"))
        subject = tuple(again["subject"]) if again.get("subject") else None
        # Here a refusal is the answer to whoever retries, not another incident.
        self._flows.start(
            unit, self._flows.ports.service_actor(listener.plan.key, listener.plan.definition), listener.plan.key,
            subject, again["values"], again["key"], listener.key,
        )  # fmt: skip

    def _effect(self, unit: Unit, problem: Mapping[str, Any], action: str) -> None:
        row = effects.read_effect(unit, str(problem.get("effect")), lock=True)
        if row is None:
            raise NotFound(NO_INCIDENT.at("/effect"))
        if action == "retry":
            effects.note(unit, row.key, state="planned", error=None)
            effects.again(unit, row.key, unit.now)
            return
        state = "sent" if action == "sent" else "dropped"
        effects.note(unit, row.key, state=state)
        self._sending.tell(unit, row, "sent", None, None)

    def _instance(self, unit: Unit, actor: Actor, row: Any, action: str, values: Mapping[str, Any]) -> None:
        given = {**values, **({"token_id": row.token_id} if row.token_id is not None else {})}
        if row.kind == "timer" and action == "retry":
            store.touch(unit, row.instance_id)
            unit.connection.execute(
                update(TIMERS)
                .where(
                    TIMERS.c.instance_id == row.instance_id,
                    TIMERS.c.token_id == row.token_id,
                    TIMERS.c.at > unit.now_text,
                )
                .values(at=unit.now_text)
            )
            return
        if action == "edit":
            self._edit(unit, row.instance_id, values.get("variables", {}))
            action = "retry"
        if row.kind in ("stuck", "version") and action == "retry":
            writing.put_job(
                unit, "flow.continue", {"instance": row.instance_id}, key=f"flow.continue:{row.incident_id}"
            )
            return
        if action == "cancel":
            given.pop("token_id", None)
        happening = InstanceAction(action, actor.user_id, given)
        self._flows.handle_in(unit, actor, row.instance_id, happening)

    def _edit(self, unit: Unit, instance_id: str, variables: Mapping[str, Any]) -> None:
        """Set variables of the instance: what made a node fail is put right before it is tried again."""
        instance = store.lock(unit, instance_id)
        root = store.load(unit, instance).scopes[ROOT]
        c = SCOPES.c
        text = pack({**root.variables, **variables})
        unit.connection.execute(
            update(SCOPES).where(c.instance_id == instance_id, c.scope_id == ROOT).values(variables=text)
        )
        # Its last step may have left no variables, and the processes that it ran in know of no others.
        store.touch(unit, instance_id)

    def detect_stuck(self, workspace: Workspace) -> int:
        """Open an incident for each running instance that nothing will ever move; return how many are new."""
        i, found = INSTANCES.c, 0
        with workspace.read() as unit:
            before = instant(unit.now - STILL)
            query = select(i.instance_id, i.flow).where(i.status == "running", i.started_at < before)
            for table in (TIMERS, SUBSCRIPTIONS):
                query = query.where(
                    ~select(table.c.instance_id).where(table.c.instance_id == i.instance_id).exists()
                )
            t, k, e, j, n = TASKS.c, TOKENS.c, EFFECTS.c, JOBS.c, INCIDENTS.c
            open_tasks = select(t.task_id).where(
                t.instance_id == i.instance_id, t.state.in_(("open", "waiting", "parked")), t.kind != "cc"
            )
            calls = select(k.token_id).where(
                k.instance_id == i.instance_id, k.wait.in_(("child", "incident"))
            )
            sending = select(e.key).where(
                e.instance_id == i.instance_id, e.state.in_(("planned", "sending", "unknown"))
            )
            told = select(n.incident_id).where(n.instance_id == i.instance_id, n.state == "open")
            for some in (open_tasks, calls, sending, told):
                query = query.where(~some.exists())
            rows = unit.connection.execute(query.limit(MOST_AT_ONCE)).all()
            moving = (
                set(
                    unit.connection.execute(
                        select(j.unique_key).where(
                            j.kind == "flow.continue", j.state.in_(("waiting", "running"))
                        )
                    ).scalars()
                )
                if rows
                else set()
            )
        for row in rows:
            if any(str(key).startswith(f"flow.continue:{row.instance_id}") for key in moving):
                continue
            with workspace.write(Cause("system")) as unit:
                if not writing.has_open_incident(unit, row.instance_id, None, "stuck"):
                    writing.open_incident(unit, row.flow, "stuck", STUCK.at(""), row.instance_id)
                    found += 1
        return found


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    problem = decode_json(row["problem"])
    return {
        "id": row["incident_id"],
        "instance": row["instance_id"],
        "token_id": row["token_id"],
        "node": row["node"],
        "flow": row["flow"],
        "kind": row["kind"],
        "problem": {key: problem[key] for key in ("code", "message", "hint") if key in problem},
        "at": row["at"],
        "state": row["state"],
        "resolution": row["resolution"],
        "title": row["title"],
        "form": row["form"],
        "record": row["record_id"],
        "actions": list(ACTIONS.get(row["kind"], ("skip",))),
    }
