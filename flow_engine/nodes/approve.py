"""Approve (审批): one or several people agree or refuse, by the rule the node names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flow_engine.approvals.deciding import NO, YES
from flow_engine.approvals.human import HumanNode, human_settings


@dataclass(frozen=True)
class Approve(HumanNode):
    """Ways out: `approved`, `rejected`, and others the flow names (`returned`), each a button of the task page."""

    def decisions(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return consent and refusal, and the ways of its own that `to` names."""
        to = config.get("to")
        own = tuple(key for key in to if key not in (YES, NO)) if isinstance(to, Mapping) else ()
        return (YES, NO, *own)


NODE = Approve(
    kind="approve",
    zh="审批",
    en="Approve",
    config_schema=human_settings(("who",)),
    sample={
        "config": {"who": {"role": "director"}, "mode": "all", "to": {"approved": "end", "rejected": "end"}},
        "invalid": [{}, {"who": {"role": "director"}, "mode": "some"}, {"who": {"weight": 2, "boss": "x"}}],
    },
)
