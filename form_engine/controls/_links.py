"""The base of controls that point at records or people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import Schema
from form_engine.control import Control
from form_engine.controls._choices import counting
from form_engine.controls._limits import count, twice
from form_engine.controls._settings import expression, flag, key_of, pick

RECORD_ID: Schema = {"type": "string", "maxLength": 64}


def linking(to: str | None = None) -> dict[str, Schema]:
    """Return the settings of a link; `to` presets the form."""
    more = {"default": to} if to else {}
    return {
        "to": key_of("关联到", "Links to", "form", **more),
        "multiple": flag("可选多条", "Several"),
        "filter": expression("可选范围", "Offer only"),
        "create": flag("可就地新建", "Quick create"),
        "on_delete": pick(
            "对方删除时", "When the other is deleted", "restrict", "detach", "with", default="restrict"
        ),
        **counting(),
    }


@dataclass(frozen=True)
class Link(Control):
    """One record, or several."""

    value_type: str | None = "reference"
    group: str = "relation"
    operators: str = "R"
    many_type: str = "references"

    def value_kind(self, config: Mapping[str, Any]) -> str | None:
        return self.many_type if config.get("multiple") else self.value_type

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"to": config.get("to")} if config.get("to") else {}

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        if not config.get("multiple"):
            return value.strip() or None
        return tuple(one.strip() for one in value if one.strip()) or None

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if config.get("multiple"):
            yield from count(value, config, path)
            yield from twice(value, path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "array", "items": RECORD_ID, "maxItems": 500} if config.get("multiple") else RECORD_ID
