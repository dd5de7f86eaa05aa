"""Pain score (疼痛评分): 0 to 10, once, or before and after."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls._phones import narrowed
from form_engine.controls._settings import flag, pick
from form_engine.controls._structured import shape_problems, unreadable

OUT_OF_RANGE = Code(
    "pain_vas.out_of_range",
    zh="疼痛评分须在 0 到 10 之间",
    en="A pain score goes from 0 to 10",
    hint_zh="0 为无痛，10 为最痛",
    hint_en="0 is no pain, 10 the worst",
)
SCORE: Schema = {"type": "integer", "minimum": 0, "maximum": 10}
PAIR = closed(before=SCORE, after=SCORE) | {"minProperties": 1}
TEXT = re.compile(r"(\d{0,2})\s*(?:→|->|>)\s*(\d{0,2})")


@dataclass(frozen=True)
class PainVas(Control):
    """A number; with `pair` it is `{"before": 7, "after": 3}`, whose text form is `7→3`."""

    def value_kind(self, config: Mapping[str, Any]) -> str | None:
        return "structured" if config["pair"] else "integer"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if config["pair"]:
            yield from shape_problems(value, PAIR, {"zh": self.zh, "en": self.en}, path)
        elif not 0 <= value <= 10:
            yield OUT_OF_RANGE.at(path)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return f"{value.get('before', '')}→{value.get('after', '')}" if config["pair"] else str(value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        bare = narrowed(text)
        if not config["pair"] or not bare:
            return super().from_text(bare, config, path)
        match = TEXT.fullmatch(bare)
        if match is None or not (match[1] or match[2]):
            raise unreadable(text, "7→3", path)
        ends = {"before": match[1], "after": match[2]}
        return {name: int(end) for name, end in ends.items() if end}

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return PAIR if config["pair"] else {"anyOf": [SCORE, {"type": "string", "maxLength": 40}]}


CONTROL = PainVas(
    kind="pain_vas",
    zh="疼痛评分",
    en="Pain score",
    value_type="integer",
    group="clinic",
    operators="N",
    icon="frown",
    config_schema=closed(
        pair=flag("治疗前后各一次", "Before and after"),
        look=pick("样式", "Look", "line", "faces", default="line"),
    ),
    sample={"config": {}, "valid": [0, 7, 10], "invalid": [11, -1, "bad"]},
)
