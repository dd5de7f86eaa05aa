"""Matrix (矩阵): one answer, or several, for each row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.problems import Code, Problem
from engine.schema import Schema, closed
from form_engine.controls._settings import OPTION, flag, many, pick
from form_engine.controls._structured import Structured

NOT_ANSWERED = Code(
    "matrix.not_answered",
    zh="还有 {count} 行没有回答",
    en="{count} rows are not answered yet",
    hint_zh="第一处：{first}",
    hint_en="The first: {first}",
)


@dataclass(frozen=True)
class Matrix(Structured):
    """`{"row": "column"}`, or `{"row": ["column", …]}` where several are allowed."""

    def check_content(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        missing = [row["label"] for row in config["rows"] if not value.get(row["key"])]
        if config["complete"] and missing:
            yield NOT_ANSWERED.at(path, count=len(missing), first=missing[0])

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        answer: Schema = {"enum": [column["key"] for column in config["columns"]]}
        cell = (
            {"type": "array", "items": answer, "uniqueItems": True}
            if config["answers"] == "several"
            else answer
        )
        return closed(**{row["key"]: cell for row in config["rows"]})


CONTROL = Matrix(
    kind="matrix",
    zh="矩阵",
    en="Matrix",
    group="choice",
    icon="table",
    config_schema=closed(
        ("rows", "columns"),
        rows=many("行", "Rows", OPTION, minItems=1, maxItems=100),
        columns=many("列", "Columns", OPTION, minItems=1, maxItems=30),
        answers=pick("每行", "Per row", "one", "several", default="one"),
        complete=flag("每行都要答", "All rows needed"),
    ),
    sample={
        "config": {
            "rows": [{"key": "r1", "label": {"zh": "服务"}}, {"key": "r2", "label": {"zh": "环境"}}],
            "columns": [{"key": "c1", "label": {"zh": "好"}}, {"key": "c2", "label": {"zh": "差"}}],
            "complete": True,
        },
        "valid": [{"r1": "c1", "r2": "c2"}],
        "invalid": [{"r1": "c1"}, {"r1": "c3", "r2": "c1"}, {"r9": "c1"}, []],
    },
)
