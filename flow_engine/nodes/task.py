"""Task (待办): somebody does something and says that it is done: a call, a visit, a step of an SOP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flow_engine.approvals.human import HumanNode, human_settings

DONE, SKIPPED = "done", "skipped"


@dataclass(frozen=True)
class Doing(HumanNode):
    """A node at which something is done rather than agreed to; one of several people may take it."""

    is_shared: bool = True
    usual_fields: str = "write"

    def yes(self, config: Mapping[str, Any]) -> str:
        """Return `done`, or the first of its own ways where it has no such way."""
        to = config.get("to")
        if not isinstance(to, Mapping) or DONE in to:
            return DONE
        return next((key for key in to if key != SKIPPED), DONE)

    def decisions(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the ways a person may choose, the usual one first."""
        to = config.get("to")
        own = tuple(to) if isinstance(to, Mapping) else ()
        skips = (SKIPPED,) if config.get("may_skip") else ()
        return tuple(dict.fromkeys((self.yes(config), *own, *skips)))


NODE = Doing(
    kind="task",
    zh="待办",
    en="Task",
    config_schema=human_settings(("who",), may_skip={"type": "boolean", "default": False}),
    sample={
        "config": {"who": {"role": "nurse"}, "due": {"in": "4h", "clock": "business"}, "to": {"done": "end"}},
        "invalid": [{}, {"who": {"role": "nurse"}, "due": {"in": "soon"}}],
    },
)
