"""The base of the range controls: from and to, with a longest span."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control

BACKWARDS = Code(
    "range.backwards",
    zh="结束早于开始",
    en="The end is before the start",
    hint_zh="交换两端或改其中一端",
    hint_en="Swap the ends or change one of them",
)
TOO_WIDE = Code(
    "range.too_wide",
    zh="跨度不能超过 {max} {unit}",
    en="It must not span more than {max} {unit}",
    hint_zh="缩短区间，或请管理员调整“最长跨度”",
    hint_en="Shorten it, or have “Longest span” changed",
)
DAYS = {"zh": "天", "en": "days"}
MINUTES = {"zh": "分钟", "en": "minutes"}


@dataclass(frozen=True)
class Span(Control):
    """From and to; an end may be open."""

    group: str = "date"
    operators: str = "P"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if value.start is None or value.end is None:
            return
        if value.end < value.start:
            yield BACKWARDS.at(f"{path}/to")
            return
        width = value.end - value.start
        if config.get("max_days") and width.days + 1 > config["max_days"]:
            yield TOO_WIDE.at(path, max=config["max_days"], unit=DAYS)
        if config.get("max_minutes") and width.total_seconds() > config["max_minutes"] * 60:
            yield TOO_WIDE.at(path, max=config["max_minutes"], unit=MINUTES)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        end: Schema = {"type": ["string", "null"], "maxLength": 40}
        return closed(**{"from": end, "to": end})
