"""JSON: any structured data, held to a JSON Schema where one is given."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import Draft202012Validator

from engine.problems import Code, Problem, Rejected, pointer
from engine.schema import Schema, closed
from form_engine.control import Control
from form_engine.controls._settings import setting, whole
from form_engine.controls._structured import as_json, written

NOT_ALLOWED = Code(
    "json.not_allowed",
    zh="这里的数据不符合要求：{why}",
    en="The data here is not as required: {why}",
    hint_zh="对照该字段的数据格式修改",
    hint_en="Change it to fit the data format of this field",
)
TOO_BIG = Code(
    "json.too_big",
    zh="数据有 {size} 个字符，最多 {max} 个",
    en="The data has {size} characters; at most {max} are kept",
    hint_zh="把大段内容放到附件里",
    hint_en="Put large content into an attachment",
)
NOT_JSON = Code(
    "json.not_json",
    zh="不是有效的 JSON：第 {line} 行第 {column} 列附近有误",
    en="Not valid JSON: look near line {line}, column {column}",
    hint_zh="检查引号、逗号和括号是否成对",
    hint_en="Check quotes, commas and brackets",
)


@dataclass(frozen=True)
class Json(Control):
    """Any JSON up to a size."""

    value_type: str | None = "structured"

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        return {}

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        size = len(written(value))
        if size > config["max_length"]:
            yield TOO_BIG.at(path, size=size, max=config["max_length"])
            return
        if config.get("schema"):
            for error in Draft202012Validator(config["schema"]).iter_errors(as_json(value)):
                yield NOT_ALLOWED.at(path + pointer(*error.instance_path), why=error.message)

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        return written(value)

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except json.JSONDecodeError as wrong:
            raise Rejected(NOT_JSON.at(path, line=wrong.lineno, column=wrong.colno)) from wrong

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return dict(config.get("schema") or {})


CONTROL = Json(
    kind="json",
    zh="JSON 数据",
    en="JSON",
    group="advanced",
    icon="code",
    operators="Q",
    config_schema=closed(
        max_length=whole("最多字符", "Most characters", minimum=2, maximum=1_000_000, default=100_000),
        schema=setting("数据格式", "JSON Schema", {"type": "object"}),
    ),
    sample={
        "config": {"max_length": 60, "schema": {"type": "object", "required": ["a"]}},
        "valid": [{"a": [1, "二", None]}],
        "invalid": [{"b": 1}, [1], {"a": "x" * 80}],
    },
)
