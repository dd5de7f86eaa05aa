"""What leaves the house: planned with the step, sent by a job after the commit, noted in a ledger under one key.

planned → sending (committed) → the call → sent, failed or unknown. A row found `sending` by a later attempt means that
a worker died between the call and its answer: nobody can know whether it went out. What then is done is the effect's
policy: `unknown`: ask (the other side by our key), resend, or stop, which leaves the doubt visible to people.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from engine.jobs.queue import JobRun
from engine.ports import Delivery, Sender
from engine.problems import Code, Rejected
from engine.store.codec import encode_json
from engine.store.platform import instant
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import store, writing
from flow_engine.commanding import FlowCommands
from flow_engine.happenings import EffectEnded
from flow_engine.past import row_of
from flow_engine.result import Entry
from flow_engine.rows import unpack
from flow_engine.tables import EFFECTS, INSTANCES

UNKNOWN = Code(
    "flow.effect_unknown",
    zh="不能确定“{kind}”是否已送达",
    en="It is not known whether “{kind}” went out",
    hint_zh="向对方核实后，选择“视为已送达”或“重新发送”",
    hint_en="Ask the other side, then take it as sent or send it again",
)
FAILED = Code(
    "flow.effect_not_sent",
    zh="“{kind}”没有送出：{why}",
    en="“{kind}” could not be sent: {why}",
    hint_zh="排除原因后重试，或跳过",
    hint_en="Remove the cause and retry, or skip it",
)
NO_SENDER = Code(
    "flow.no_sender",
    zh="没有接通“{kind}”的发送通道",
    en="Nothing is connected that sends “{kind}”",
    hint_zh="在设置里接通后重试",
    hint_en="Connect one in the settings, then retry",
)
DEFAULTS: Mapping[str, Any] = {"times": 5, "after_s": 30, "factor": 2, "timeout_s": 20, "unknown": "ask"}
OVER = ("sent", "failed", "dropped", "cancelled")
MOST_TEXT = 2000
HELD, UNSENT = "held", "unsent"
"""Lines of the history: a message has to wait; a message is not sent."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A row of the ledger."""

    key: str
    instance_id: str
    token_id: int
    node: str | None
    kind: str
    body: Mapping[str, Any]
    policy: Mapping[str, Any]
    waits: bool
    state: str
    attempts: int
    reference: str | None


class Effects:
    """Carries out effects of one workspace."""

    def __init__(self, flows: FlowCommands) -> None:
        self._flows = flows

    def run(self, run: JobRun) -> Any:
        """Do one effect's job. What cannot be done now is put off by the effect's own policy."""
        workspace, key = run.workspace, str(run.job.body["key"])
        with workspace.write(Cause("system")) as unit:
            row = read_effect(unit, key, lock=True)
            begun = self._begin(unit, row) if row is not None and row.state not in OVER else None
        if row is None or begun is None:
            return None
        if isinstance(begun, Delivery):
            delivery = begun
        elif row.state in ("sending", "unknown"):
            delivery = self._doubt(row, begun)
        else:
            delivery = _send(self._sender(row.kind), row, begun)
        return self._end(workspace, row, delivery)

    def _begin(self, unit: Unit, row: Ledger) -> Mapping[str, Any] | Delivery | None:
        """Work out what is to be sent and note that it is being sent; or what became of it instead."""
        sender = self._flows.ports.senders.get(row.kind)
        if sender is None:
            return Delivery("refused", error=NO_SENDER.at("", kind=row.kind).message("zh"))
        if row.state in ("sending", "unknown"):
            note(unit, row.key, state="unknown")
            return row.body
        try:
            with unit.savepoint():
                ready = sender.prepare(unit, row.key, row.body)
        except Rejected as refused:
            return Delivery("refused", error=str(refused)[:MOST_TEXT])
        if not isinstance(ready, Delivery):
            note(unit, row.key, state="sending", attempts=row.attempts + 1)
        return ready

    def _doubt(self, row: Ledger, body: Mapping[str, Any]) -> Delivery:
        """Settle what a worker that fell silent left open."""
        policy = row.policy.get("unknown", DEFAULTS["unknown"])
        sender = self._sender(row.kind)
        if policy == "resend":
            return Delivery("failed", error="resend")
        if policy == "ask":
            try:
                return sender.ask(row.key, row.reference)
            except OSError as error:
                return Delivery("unknown", error=str(error)[:MOST_TEXT])
        return Delivery("unknown")

    def _end(self, workspace: Workspace, row: Ledger, delivery: Delivery) -> str:
        """Write down what became of it and tell the instance, in one transaction with the end of the job."""
        with workspace.write(Cause("system")) as unit:
            now = read_effect(unit, row.key, lock=True)
            if now is None or now.state in OVER:
                return "known"
            return self._settle(unit, now, delivery)

    def _settle(self, unit: Unit, row: Ledger, delivery: Delivery) -> str:
        sender = self._flows.ports.senders.get(row.kind)
        if sender is not None:
            sender.ended(unit, row.key, delivery)
        times = int(row.policy.get("times", DEFAULTS["times"]))
        reference = delivery.reference or row.reference
        if delivery.state == "later" and delivery.at is not None:
            note(unit, row.key, error=delivery.error)
            again(unit, row.key, delivery.at)
            return "later"
        if delivery.state == "failed" and row.attempts < times:
            note(unit, row.key, state="planned", error=delivery.error)
            again(unit, row.key, unit.now + _wait(row))
            return "again"
        if delivery.state == "unknown":
            note(unit, row.key, state="unknown", provider_ref=reference, error=delivery.error)
            flow = store.look(unit, row.instance_id).flow
            if not writing.has_open_incident(unit, row.instance_id, row.token_id, "effect"):
                problem = {**UNKNOWN.at("", kind=row.kind).to_json(), "effect": row.key}
                writing.open_incident(unit, flow, "effect", problem, row.instance_id, row.token_id, row.node)
            return "unknown"
        state = {"sent": "sent", "dropped": "dropped"}.get(delivery.state, "failed")
        text = encode_json(delivery.result).decode() if delivery.result is not None else None
        note(unit, row.key, state=state, provider_ref=reference, response=text, error=delivery.error)
        self.tell(unit, row, state, delivery.result, delivery.error)
        return state

    def tell(self, unit: Unit, row: Ledger, state: str, result: Any, error: str | None) -> None:
        """Tell the instance how an effect ended, when a token waits for it; else leave an incident for a failure."""
        waiting = row.waits and _is_waiting(unit, row)
        if waiting:
            why = None if state == "sent" else (error or state)
            if store.look(unit, row.instance_id).status == "paused":
                # What has been sent has been sent; the flow hears of it when it goes on.
                body = {"instance": row.instance_id, "token": row.token_id, "key": row.key}
                body |= {"result": result, "error": why}
                writing.put_job(
                    unit, "flow.effect_ended", body, key=f"flow.effect_ended:{row.key}:{row.attempts}"
                )
                return
            ended = EffectEnded(row.token_id, row.key, result, why)
            actor = self._flows.own_actor(unit, row.instance_id)
            self._flows.handle_in(unit, actor, row.instance_id, ended, f"effect:{row.key}:{row.attempts}")
        elif state == "failed":
            flow = store.look(unit, row.instance_id).flow
            problem = {**FAILED.at("", kind=row.kind, why=error or state).to_json(), "effect": row.key}
            writing.open_incident(unit, flow, "effect", problem, row.instance_id, row.token_id, row.node)

    def _sender(self, kind: str) -> Sender:
        return self._flows.ports.senders[kind]


def _send(sender: Sender, row: Ledger, ready: Mapping[str, Any]) -> Delivery:
    try:
        return sender.send(row.key, ready)
    except OSError as error:
        # The line broke: the other side may have it or not.
        return Delivery("unknown", error=str(error)[:MOST_TEXT])


def _wait(row: Ledger) -> timedelta:
    policy = {**DEFAULTS, **row.policy}
    seconds = float(policy["after_s"]) * float(policy["factor"]) ** max(row.attempts - 1, 0)
    # A little chance, so that what failed together is not tried again together.
    return timedelta(seconds=min(seconds, 6 * 3600) * random.uniform(0.9, 1.3))  # noqa: S311 - no secret


def _is_waiting(unit: Unit, row: Ledger) -> bool:
    instance = store.lock(unit, row.instance_id)
    token = store.load(unit, instance).tokens.get(row.token_id)
    return instance.ended_at is None and token is not None and token.wait == "effect"


def read_effect(unit: Unit, key: str, lock: bool = False) -> Ledger | None:
    """Return a row of the ledger. Whoever settles it locks its instance first, as commands do."""
    c = EFFECTS.c
    query = select(EFFECTS).where(c.key == key)
    if lock:
        owner = unit.connection.execute(select(c.instance_id).where(c.key == key)).scalar()
        if owner is not None:
            store.lock(unit, str(owner))
        query = query.with_for_update()
    row = unit.connection.execute(query).first()
    if row is None:
        return None
    return Ledger(
        row.key,
        row.instance_id,
        row.token_id,
        row.node,
        row.kind,
        unpack(row.body),
        unpack(row.policy),
        bool(row.waits),
        row.state,
        row.attempts,
        row.provider_ref,
    )


def note(unit: Unit, key: str, **values: Any) -> None:
    """Write down how an effect stands."""
    unit.connection.execute(
        update(EFFECTS).where(EFFECTS.c.key == key).values(updated_at=unit.now_text, **values)
    )


def note_held(unit: Unit, key: str, what: Mapping[str, Any], until: datetime | None) -> None:
    """Write into the history of an effect's instance that it was held back, and until when; None: it is not sent at all.

    A message to several people is held for each by himself, under the effect's key and his own.
    """
    row = read_effect(unit, key, lock=True) or read_effect(unit, key.rpartition(":")[0], lock=True)
    if row is None:
        return
    data = {**what, **({} if until is None else {"until": instant(until)})}
    instance = store.look(unit, row.instance_id)
    entry = Entry(instance.next_seq, HELD if until else UNSENT, row.node, None, row.token_id, data)
    unit.cursor.execute(store.of(unit).add_history, row_of(row.instance_id, unit.now_text, [entry]))
    unit.connection.execute(
        update(INSTANCES)
        .where(INSTANCES.c.instance_id == row.instance_id)
        .values(next_seq=instance.next_seq + 1)
    )
    store.touch(unit, row.instance_id)


def again(unit: Unit, key: str, at: Any) -> None:
    """Let an effect be taken up at another time, by a job of its own."""
    when = instant(at)
    writing.put_job(unit, "flow.effect", {"key": key}, key=f"flow.effect:{key}:{when}", run_at=when)
