"""The base of computed controls: the server works the value out, nobody submits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import Schema
from form_engine.control import Control
from form_engine.controls._settings import flag, pick, whole

FORMATS: Mapping[str, str] = {
    "text": "text",
    "integer": "integer",
    "number": "decimal",
    "money": "money",
    "percent": "decimal",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "duration": "integer",
}
"""How a result is shown, and the value type it is kept in."""


def showing() -> dict[str, Schema]:
    """Return the settings of how a result is kept and shown."""
    return {
        "format": pick("显示为", "Shown as", *FORMATS),
        "scale": whole("小数位", "Decimal places", minimum=0, maximum=8, default=2),
        "stored": flag("保存结果", "Keep the result", True),
    }


GROUPS: Mapping[str, str] = {
    "text": "T", "boolean": "B", "date": "D", "datetime": "D", "date_range": "P", "time_range": "P", "choice": "S", "choices": "M",
    "reference": "R", "references": "R", "person": "U", "persons": "U", "files": "F", "geo": "G",
}  # fmt: skip
"""How results that are no number can be filtered by."""


@dataclass(frozen=True)
class Computed(Control):
    """A value worked out. `format` says its value type; unset, whatever the formula or target gives decides."""

    role: str = "computed"
    group: str = "computed"
    operators: str = "N"

    def value_kind(self, config: Mapping[str, Any]) -> str | None:
        return FORMATS.get(config.get("format", ""))

    def operators_for(self, value_type: str | None) -> str:
        return GROUPS.get(value_type or "", self.operators)

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"scale": config.get("scale", 2) + (2 if config.get("format") == "percent" else 0)}
