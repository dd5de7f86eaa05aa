"""Repeat group (重复组): small rows kept inside the record, where a table of their own is not worth it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.problems import Problem
from engine.schema import KEY, WORDS, Schema, array, closed, one_of
from form_engine.controls._limits import TOO_FEW, TOO_MANY
from form_engine.controls._settings import setting, whole
from form_engine.controls._structured import Structured

PART = closed(
    ("key", "label"),
    key=KEY,
    label=WORDS,
    type=one_of("text", "number", "boolean", "date") | {"default": "text"},
)
SHAPES: Mapping[str, Schema] = {
    "text": {"type": "string", "maxLength": 500},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
}


@dataclass(frozen=True)
class RepeatGroup(Structured):
    """An array of small objects."""

    def check_content(self, value: Sequence[Any], config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        least, most = config.get("min_rows", 0), config["max_rows"]
        if len(value) < least:
            yield TOO_FEW.at(path, min=least, count=len(value))
        if len(value) > most:
            yield TOO_MANY.at(path, max=most, count=len(value))

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        parts = {part["key"]: SHAPES[part.get("type", "text")] for part in config["parts"]}
        return array(closed(**parts), maxItems=1000)


CONTROL = RepeatGroup(
    kind="repeat_group",
    zh="重复组",
    en="Repeat group",
    group="relation",
    icon="appstore-add",
    config_schema=closed(
        ("parts",),
        parts=setting("内容", "Parts", array(PART, minItems=1, maxItems=20)),
        min_rows=whole("最少几行", "Fewest rows", minimum=0),
        max_rows=whole("最多几行", "Most rows", minimum=1, maximum=1000, default=50),
    ),
    sample={
        "config": {"parts": [{"key": "name", "label": {"zh": "名称"}}], "max_rows": 2},
        "valid": [[{"name": "甲"}]],
        "invalid": [[{"name": 1}], [{"other": "x"}], [{}, {}, {}], {}],
    },
)
