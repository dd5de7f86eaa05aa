"""Messages from outside: each taken once, and kept until somebody wants it.

A message goes to a flow that waits for it by name and key, else it starts a flow whose trigger names it, else it waits:
the flow that will want it may not have come so far yet.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.problems import Conflict
from engine.store.codec import decode_json, encode_json
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from flow_engine import refusals, writing
from flow_engine.commanding import FlowCommands
from flow_engine.happenings import MessageCame
from flow_engine.tables import INBOX, INSTANCES, SUBSCRIPTIONS, TOKENS
from flow_engine.triggering import holds_when_given

WAITING, TAKEN = "waiting", "taken"
MOST_KEY = 200


class Inbox:
    """The messages of one workspace. `starter.start` starts a flow (`Starting`)."""

    def __init__(self, flows: FlowCommands, starter: Any) -> None:
        self._flows, self._starter = flows, starter

    def receive(
        self, unit: Unit, source: str, message_id: str, name: str, key: str, body: Mapping[str, Any]
    ) -> bool:
        """Take a message in; False for one that came before. A job hands it on."""
        make = postgresql.insert if unit.is_postgres else sqlite.insert
        values = {
            "source": source,
            "message_id": message_id[:MOST_KEY],
            "name": name,
            "key": key[:MOST_KEY],
            "body": encode_json(body).decode(),
            "received_at": unit.now_text,
            "state": WAITING,
        }
        made = make(INBOX).values(values).on_conflict_do_nothing().returning(INBOX.c.message_id)
        if unit.connection.execute(made).first() is None:
            return False
        place = {"source": source, "message": message_id[:MOST_KEY]}
        writing.put_job(unit, "flow.message", place, key=f"flow.message:{source}:{message_id[:MOST_KEY]}")
        return True

    def deliver(self, workspace: Workspace, source: str, message_id: str) -> str:
        """Hand a message on; return who took it: an instance's id, `started`, or nobody (""), then it waits."""
        with workspace.read() as unit:
            row = _message(unit, source, message_id)
            waiting = [] if row is None or row.state != WAITING else self._waiting(unit, row)
        if row is None or row.state != WAITING:
            return ""
        for instance_id, token_id in waiting:
            try:
                if self._hand_over(workspace, row, instance_id, token_id):
                    return instance_id
            except Conflict:
                return ""  # its flow is paused: it is kept until that goes on
        with workspace.write(Cause("system")) as unit:
            return self._started_by(unit, row)

    def _waiting(self, unit: Unit, row: Any) -> list[tuple[str, int]]:
        """Return who waits for a message. Some nodes (`transient`) want none that came before them."""
        t, i = TOKENS.c, INSTANCES.c
        found = []
        for instance_id, token_id in subscribers(unit, row.name, row.key):
            query = select(t.node, t.since, i.flow, i.version).join(INSTANCES, i.instance_id == t.instance_id)
            place = unit.connection.execute(
                query.where(t.instance_id == instance_id, t.token_id == token_id)
            ).first()
            if place is not None and place.since is not None and row.received_at < place.since:
                node = self._flows.plans.of(unit, place.flow, place.version).nodes.get(place.node)
                if node is not None and node.config.get("transient"):
                    continue
            found.append((instance_id, token_id))
        return found

    def _hand_over(self, workspace: Workspace, row: Any, instance_id: str, token_id: int) -> bool:
        try:
            with workspace.write(Cause("system")) as unit:
                if not _take(unit, row, instance_id):
                    return False
                came = MessageCame(token_id, row.name, decode_json(row.body))
                actor = self._flows.own_actor(unit, instance_id)
                self._flows.handle_in(unit, actor, instance_id, came)
        except Conflict as refused:
            if refused.problems[0].code == refusals.PAUSED.code:
                raise
            # It waits no longer: perhaps another one does.
            return False
        return True

    def _started_by(self, unit: Unit, row: Any) -> str:
        listeners = [
            one
            for one in self._flows.plans.triggers.of("message", "webhook")
            if _name(one.trigger.kind, one.config) == row.name
            and (one.trigger.kind == "message" or one.config["source"] == row.source)
        ]
        body = decode_json(row.body)
        given = body if isinstance(body, dict) else {"body": body}
        zone = self._flows.ports.zone_of(None)
        wanted = [one for one in listeners if holds_when_given(one, given, unit.now, zone)]
        if not wanted or not _take(unit, row, wanted[0].plan.key):
            return ""
        for one in wanted:
            self._starter.start(unit, one, None, given, f"{one.key}:{row.source}:{row.message_id}")
        return "started"

    def match(self, workspace: Workspace, most: int = 200) -> int:
        """Hand on what waits though somebody wants it: its flow came to its wait after the message."""
        i, s = INBOX.c, SUBSCRIPTIONS.c
        query = (
            select(i.source, i.message_id)
            .join(SUBSCRIPTIONS, (s.name == i.name) & (s.key == i.key))
            .where(i.state == WAITING)
            .order_by(i.received_at)
            .limit(most)
        )
        with workspace.read() as unit:
            rows = unit.connection.execute(query).all()
        return sum(bool(self.deliver(workspace, *row)) for row in dict.fromkeys(tuple(row) for row in rows))


def subscribers(unit: Unit, name: str, key: str) -> list[tuple[str, int]]:
    """Return (instance, token) of those who wait for a message, oldest first."""
    s = SUBSCRIPTIONS.c
    query = select(s.instance_id, s.token_id).where(s.name == name, s.key == key)
    return [(row[0], row[1]) for row in unit.connection.execute(query.order_by(s.instance_id, s.token_id))]


def _message(unit: Unit, source: str, message_id: str) -> Any:
    c = INBOX.c
    query = select(INBOX).where(c.source == source, c.message_id == message_id)
    return unit.connection.execute(query).first()


def _take(unit: Unit, row: Any, by: str) -> bool:
    c = INBOX.c
    mine = (c.source == row.source) & (c.message_id == row.message_id) & (c.state == WAITING)
    values = {"state": TAKEN, "taken_at": unit.now_text, "taken_by": by}
    return unit.connection.execute(update(INBOX).where(mine).values(values)).rowcount == 1


def _name(kind: str, config: Mapping[str, Any]) -> str:
    return str(config["message"] if kind == "message" else config["name"])
