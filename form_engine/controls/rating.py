"""Rating (评分): a whole number of stars, 1 to `max`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls import _swift
from form_engine.controls._settings import pick, whole

OUT_OF_RANGE = Code(
    "rating.out_of_range",
    zh="评分须在 1 到 {max} 之间",
    en="The rating must be between 1 and {max}",
    hint_zh="可在表单设计器的“最高分”里调整上限",
    hint_en="Raise “Highest score” in the form designer if more stars are needed",
)


@dataclass(frozen=True)
class Rating(Control):
    """Stars; stored as `integer`, so reports can average it and flows can compare it."""

    def check(self, value: int, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        highest = config["max"]
        if not 1 <= value <= highest:
            yield OUT_OF_RANGE.at(path, max=highest)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": config["max"]},
                {"type": "string", "maxLength": 40},
            ]
        }


CONTROL = Rating(
    kind="rating",
    swift=_swift.stars,
    zh="评分",
    en="Rating",
    value_type="integer",
    group="number",
    operators="N",
    icon="star",
    config_schema=closed(
        max=whole("最高分", "Highest score", minimum=2, maximum=10, default=5),
        shape=pick("图标", "Shape", "star", "heart", "smile", default="star"),
    ),
    sample={"config": {"max": 5}, "valid": [1, 5], "invalid": [0, 6]},
)
