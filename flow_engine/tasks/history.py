"""The history of an instance in words."""

from typing import Any

from sqlalchemy import select

from engine.store.codec import decode_json
from engine.store.platform import from_instant
from engine.store.unit import Unit
from flow_engine.plan import FlowPlan
from flow_engine.state import Instance
from flow_engine.tables import HISTORY
from flow_engine.tasks import words

MOST = 1000


def history(unit: Unit, plan: FlowPlan, instance: Instance) -> list[dict[str, Any]]:
    """Return what happened, oldest first: `{seq, at, kind, node, token, by, text, comment, data}`."""
    c = HISTORY.c
    query = select(HISTORY).where(c.instance_id == instance.instance_id).order_by(c.seq).limit(MOST)
    lines = []
    for row in unit.connection.execute(query).mappings():
        data = decode_json(row["data"]) if row["data"] else {}
        lines.append(
            {
                "seq": row["seq"],
                "at": from_instant(row["at"]),
                "kind": row["kind"],
                "node": row["node"],
                "token": data.get("token"),
                "by": row["by"] or (instance.started_by if row["kind"] == "started" else None),
                "text": words.say(plan, row["kind"], row["node"], data),
                "comment": data.get("comment"),
                "action": data.get("action"),
            }
        )
    return lines
