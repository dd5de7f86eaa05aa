"""What a trigger is: it says which events start a flow, and under which key. One file in `flow_engine/triggers/`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed, with_defaults


@dataclass(frozen=True)
class Trigger:
    """A kind of trigger. `listens`: what wakes it: record, time, message, button, segment, balance, flow, api."""

    kind: str
    zh: str
    en: str
    listens: str = "record"
    config_schema: Schema = field(default_factory=closed)
    sample: Mapping[str, Any] = field(default_factory=dict)

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings with defaults filled in."""
        return with_defaults(self.config_schema, dict(given))

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        """Return the outbox events that may start it, `record.created:lead`; others are not looked at."""
        return frozenset()

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        """Return why this event is not for it, or None: it is, if the condition `when` holds too."""
        return None

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Yield what is wrong with settings that fit the schema."""
        return iter(())


TRIGGERS: Registry[Trigger] = Registry("flow_engine.triggers", "TRIGGER", {"zh": "触发器", "en": "trigger"})
