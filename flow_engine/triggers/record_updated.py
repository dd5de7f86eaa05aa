"""A record was changed (修改记录), or certain fields of it."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, closed
from flow_engine.trigger import Trigger
from flow_engine.triggers._records import CAUSES, FIELDS, on


class RecordUpdated(Trigger):
    """Starts at each change; with `fields` only when one of them changed."""

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], "record.updated")

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        fields = config.get("fields")
        if fields and not event["changed"] & frozenset(fields):
            return "not_changed"
        return super().wants(config, event)


TRIGGER = RecordUpdated(
    kind="record_updated",
    zh="修改记录",
    en="Record changed",
    config_schema=closed(("form",), form=KEY, fields=FIELDS, causes=CAUSES),
    sample={"form": "lead", "fields": ["stage"]},
)
