"""The history of an instance in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.store.codec import decode_json
from engine.store.platform import from_instant
from engine.store.unit import Unit
from flow_engine.plan import FlowPlan
from flow_engine.state import Instance
from flow_engine.tables import HISTORY
from flow_engine.tasks import words

MOST = 1000
TIMES = ("at", "until")
"""Names under which entries hold instants."""


def history(unit: Unit, plan: FlowPlan, instance: Instance) -> list[dict[str, Any]]:
    """Return what happened, oldest first: `{seq, at, kind, node, token, by, text, comment, data}`."""
    c = HISTORY.c
    query = select(HISTORY).where(c.instance_id == instance.instance_id).order_by(c.seq).limit(MOST)
    lines = []
    zone = ZoneInfo(unit.workspace.zone_of(instance.branch_id))
    for row in unit.connection.execute(query).mappings():
        data = _on_the_wall(decode_json(row["data"]) if row["data"] else {}, zone)
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


def _on_the_wall(data: Mapping[str, Any], zone: ZoneInfo) -> Mapping[str, Any]:
    """Return what an entry says with its times as a clock of the branch shows them."""
    times = {name: _clock(data[name], zone) for name in TIMES if isinstance(data.get(name), str)}
    return {**data, **times}


def _clock(text: str, zone: ZoneInfo) -> str:
    try:
        at = datetime.fromisoformat(text) if "T" in text else from_instant(text)
    except ValueError:
        return text
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
