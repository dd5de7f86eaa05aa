"""A field changed (字段变更), if wished from certain values to certain values."""

from collections.abc import Mapping
from typing import Any

from engine.schema import KEY, Schema, closed
from flow_engine.trigger import Trigger, Values
from flow_engine.triggers._records import CAUSES, CREATED, on

SOME: Schema = {
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {
            "type": "array",
            "items": {"type": ["string", "number", "boolean", "null"]},
            "minItems": 1,
            "maxItems": 100,
        },
    ]
}
"""One value or several; null is blank."""


class FieldChanged(Trigger):
    """Starts when `field` goes from one of `from` to one of `to`.

    With `created` a new record counts as well, its field coming from blank.
    """

    def events(self, config: Mapping[str, Any]) -> frozenset[str]:
        return on(config["form"], "record.updated", *(CREATED if config["created"] else ()))

    def wants(self, config: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
        if event["kind"] == "record.updated" and config["field"] not in event["changed"]:
            return "not_changed"
        return super().wants(config, event)

    def fields(self, config: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({config["field"]})

    def turned(self, config: Mapping[str, Any], before: Values, after: Values) -> str | None:
        field = config["field"]
        old, new = (before or {}).get(field), (after or {}).get(field)
        if old == new:
            return "not_changed"
        if "from" in config and not _is_one(old, config["from"]):
            return "not_from"
        if "to" in config and not _is_one(new, config["to"]):
            return "not_to"
        return None


def _is_one(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, list | tuple) else value == wanted


TRIGGER = FieldChanged(
    kind="field_changed",
    zh="字段变更",
    en="Field changed",
    config_schema=closed(
        ("form", "field"),
        form=KEY,
        field=KEY,
        **{"from": SOME},
        to=SOME,
        created={"type": "boolean", "default": False},
        causes=CAUSES,
    ),
    sample={"form": "lead", "field": "stage", "from": "new", "to": ["won", "lost"]},
)
