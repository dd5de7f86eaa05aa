"""A balance fell below a threshold (余额不足): the sessions left of a course, stored value, stock."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.schema import KEY, closed
from flow_engine.trigger import Trigger, Values
from flow_engine.triggers._records import CREATED, on


class Balance(Trigger):
    """Starts when `field` goes from `below` or more to less; filled up again and used up again it starts again.

    A field that is worked out when read changes without a write: the sweep finds those.
    """

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], "record.updated", *CREATED)

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        if event["kind"] == "record.updated" and config["field"] not in event["changed"]:
            return "not_changed"
        return super().wants(config, event)

    def fields(self, config: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({config["field"]})

    def turned(self, config: Mapping[str, Any], before: Values, after: Values) -> str | None:
        field, below = config["field"], Decimal(str(config["below"]))
        if not _is_below((after or {}).get(field), below):
            return "not_below"
        return "was_below" if _is_below((before or {}).get(field), below) else None


def _is_below(value: Any, limit: Decimal) -> bool:
    return value is not None and not isinstance(value, bool) and Decimal(str(value)) < limit


TRIGGER = Balance(
    kind="balance",
    zh="余额不足",
    en="Balance below",
    field_types=frozenset({"number"}),
    config_schema=closed(
        ("form", "field", "below"),
        form=KEY,
        field=KEY,
        below={"type": "number"},
        refresh={"enum": ["live", "hourly", "nightly"], "default": "live"},
    ),
    sample={"form": "card", "field": "left_times", "below": 2},
)
