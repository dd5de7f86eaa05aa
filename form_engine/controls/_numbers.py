"""The base of the number controls: a range and a step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import Schema
from form_engine.control import Control
from form_engine.controls._limits import bounds, within
from form_engine.controls._settings import amount

DECIMAL_TEXT = r"^\s*[+-]?(\d[\d,]*)?(\.\d+)?\s*$"


def span(**defaults: float) -> dict[str, Schema]:
    """Return the settings of a range; a default is given by name: `span(min=0)`."""
    words = {"min": ("最小值", "Smallest"), "max": ("最大值", "Largest"), "step": ("步长", "Step")}
    made = {name: amount(zh, en, **_default(defaults, name)) for name, (zh, en) in words.items()}
    made["step"]["exclusiveMinimum"] = 0
    return made


def _default(defaults: Mapping[str, float], name: str) -> dict[str, float]:
    return {"default": defaults[name]} if name in defaults else {}


@dataclass(frozen=True)
class Number(Control):
    """A number within a range. Whole numbers arrive as JSON numbers, decimals as strings or numbers."""

    group: str = "number"
    operators: str = "N"

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from within(value, config, path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        if self.value_kind(config) == "integer":
            return {"anyOf": [{"type": "integer", **bounds(config)}, {"type": "string", "maxLength": 40}]}
        return {"anyOf": [{"type": "number"}, {"type": "string", "maxLength": 80}]}
