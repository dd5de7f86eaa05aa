"""A record was made or changed (记录变化): whichever it was, what counts is how it is now."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import CAUSES, CREATED, FIELDS, on


class RecordChanged(Trigger):
    """Starts at each new record and at each change; with `fields` only when one of them was given or changed."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], *CREATED, "record.updated")

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        fields, changed = config.get("fields"), event.get("changed")
        if fields and changed and not changed & frozenset(fields):
            return "not_changed"
        return super().wants(config, event)


TRIGGER = RecordChanged(
    kind="record_changed",
    zh="记录新增或修改",
    en="Record made or changed",
    config_schema=closed(("form",), form=KEY, fields=FIELDS, causes=CAUSES),
    sample={"form": "plan", "fields": ["discount"]},
)
