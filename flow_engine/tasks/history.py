"""The history of an instance in words."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from engine.store.platform import from_instant
from engine.store.unit import Unit
from flow_engine.past import past
from flow_engine.plan import FlowPlan
from flow_engine.state import Instance
from flow_engine.tasks import words

MOST = 1000
TIMES = ("at", "until")
"""Names under which entries hold instants."""


def history(unit: Unit, plan: FlowPlan, instance: Instance) -> list[dict[str, Any]]:
    """Return what happened, oldest first: `{seq, at, kind, node, token, by, text, comment, data}`."""
    zone = ZoneInfo(unit.workspace.zone_of(instance.branch_id))
    lines = []
    for one in islice(past(unit, instance.instance_id), MOST):
        data = _on_the_wall(one.data, zone)
        lines.append(
            {
                "seq": one.seq,
                "at": from_instant(one.at),
                "kind": one.kind,
                "node": one.node,
                "token": data.get("token"),
                "by": one.by or (instance.started_by if one.kind == "started" else None),
                "text": words.say(plan, one.kind, one.node, data),
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
