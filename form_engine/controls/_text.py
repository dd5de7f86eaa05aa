"""The base of the text controls: trimmed text with a length and a pattern."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from engine.problems import Code, Problem
from engine.schema import Schema
from form_engine.control import Control
from form_engine.controls._limits import length
from form_engine.controls._settings import setting, whole

NOT_MATCHING = Code(
    "text.not_matching",
    zh="格式不对：{rule}",
    en="Not in the expected form: {rule}",
    hint_zh="例如：{example}",
    hint_en="For example: {example}",
)
CONTROL_CHARACTER = Code(
    "text.control_character",
    zh="含有看不见的控制字符",
    en="It contains an invisible control character",
    hint_zh="删掉后重新输入",
    hint_en="Delete it and type the text again",
)
NOT_FOR_PEOPLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def lengths(most: int, least: int = 0) -> dict[str, Schema]:
    """Return the length settings with their defaults."""
    return {
        "min_length": whole("最少字数", "Fewest characters", minimum=0, maximum=100_000, default=least),
        "max_length": whole("最多字数", "Most characters", minimum=1, maximum=100_000, default=most),
    }


def regular(zh: str, en: str) -> Schema:
    """Return the setting of a regular expression."""
    return setting(zh, en, {"type": "string", "maxLength": 500, "format": "regex"})


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """Return the pattern, compiled once; re2 runs in linear time whatever the pattern or the text."""
    return re2.compile(pattern)


@dataclass(frozen=True)
class Line(Control):
    """Text on one line: ends trimmed, length and pattern checked, no control characters."""

    value_type: str | None = "text"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def normalise(self, value: str, config: Mapping[str, Any]) -> str | None:
        return value.strip() or None

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if NOT_FOR_PEOPLE.search(value):
            yield CONTROL_CHARACTER.at(path)
        yield from length(value, config, path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        schema: Schema = {"type": "string"}
        if config.get("min_length"):
            schema["minLength"] = config["min_length"]
        if config.get("max_length"):
            # Trimming may still shorten a longer text, so the schema leaves room for it.
            schema["maxLength"] = config["max_length"] + 1000
        return schema


@dataclass(frozen=True)
class Pattern(Line):
    """Text that must match `rule` from end to end."""

    rule: str = ""
    said_zh: str = ""
    said_en: str = ""
    example: str = ""

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        yield from super().check(value, config, path)
        if not compiled(self.rule).fullmatch(value):
            yield NOT_MATCHING.at(path, rule={"zh": self.said_zh, "en": self.said_en}, example=self.example)
