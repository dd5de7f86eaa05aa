"""Another flow ended or ran into an incident (其他流程结束)."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, array, closed, one_of
from flow_engine.trigger import Trigger


class FlowEnded(Trigger):
    """Starts about the same record. `outcomes`: only these; all where none are named."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"flow.{config['at']}:{config['flow']}"})

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        outcomes = config.get("outcomes")
        return "other_outcome" if outcomes and event.get("outcome") not in outcomes else None


TRIGGER = FlowEnded(
    kind="flow_ended",
    zh="其他流程结束",
    en="Another flow ended",
    listens="flow",
    config_schema=closed(
        ("flow",),
        flow=KEY,
        form=KEY,
        at={**one_of("ended", "incident"), "default": "ended"},
        outcomes=array({"type": "string", "maxLength": 64}, maxItems=20),
    ),
    sample={"flow": "discount", "outcomes": ["approved"]},
)
