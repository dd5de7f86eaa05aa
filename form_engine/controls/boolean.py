"""Yes/no (是否): a switch, a tick, or yes/no/unknown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls import _swift
from form_engine.controls._settings import flag, pick, said

MUST_BE_TRUE = Code(
    "boolean.must_be_true",
    zh="须勾选后才能提交",
    en="This must be ticked before it can be sent",
    hint_zh="阅读说明后勾选",
    hint_en="Read it, then tick it",
)


@dataclass(frozen=True)
class Boolean(Control):
    """True or false; blank is unknown."""

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: bool, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        if config["must_be_true"] and not value:
            yield MUST_BE_TRUE.at(path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"anyOf": [{"type": "boolean"}, {"type": "string", "maxLength": 20}, {"type": "integer"}]}


CONTROL = Boolean(
    kind="boolean",
    swift=_swift.flag,
    zh="是否",
    en="Yes/no",
    value_type="boolean",
    group="choice",
    operators="B",
    icon="check",
    config_schema=closed(
        look=pick("样式", "Look", "switch", "tick", "buttons", default="switch"),
        three_state=flag("含“未知”", "With “unknown”"),
        must_be_true=flag("必须为是", "Must be yes"),
        yes=said("“是”的文字", "Word for yes"),
        no=said("“否”的文字", "Word for no"),
    ),
    sample={"config": {"must_be_true": True}, "valid": [True], "invalid": [False, "perhaps"]},
)
