"""What a trigger is: it says which events start a flow, and under which key. One file in `flow_engine/triggers/`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed, with_defaults

Values = Mapping[str, Any] | None
"""Values by field; None where there is no record (before it was created, after it was deleted)."""


@dataclass(frozen=True)
class Trigger:
    """A kind of trigger. `listens`: what wakes it: record, date, time, message, button, segment, flow, api.

    A listener to records is asked in three steps, the cheap ones first: `events` (by kind of event and form, worked
    out once), `wants` (what the event itself says), `turned` (values before and after).
    """

    kind: str
    zh: str
    en: str
    listens: str = "record"
    config_schema: Schema = field(default_factory=closed)
    """Its settings besides `key kind form when name off`, which all triggers have."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    field_types: frozenset[str] = frozenset()
    """What `field` of its settings may be (`date`, `datetime`, `number`), where it must be one of them."""
    is_edge: bool = False
    """Whether `when` must not have held before the write: becoming true starts, being true does not."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings with defaults filled in."""
        return with_defaults(self.config_schema, dict(given))

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        """Return the outbox events that may start it, `record.created:lead`; others are not looked at."""
        return frozenset()

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        """Return why this event is not for it, or None: it may be.

        `event`: kind, form, changed (fields, in an update), cause. Its answer is kept for events that are alike in these.
        """
        causes = config.get("causes")
        return "other_cause" if causes and event.get("cause") not in causes else None

    def fields(self, config: Mapping[str, Any]) -> frozenset[str]:
        """Return the fields that `turned` looks at."""
        return frozenset()

    def turned(self, config: Mapping[str, Any], before: Values, after: Values) -> str | None:
        """Return why the values are not for it, or None. Values as the API carries them."""
        return None

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Yield what is wrong with settings that fit the schema."""
        return iter(())


TRIGGERS: Registry[Trigger] = Registry("flow_engine.triggers", "TRIGGER", {"zh": "触发器", "en": "trigger"})
