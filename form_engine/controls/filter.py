"""Filter (条件): conditions over a form, built with a filter builder and kept as a formula."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.expressions import parse
from engine.problems import Problem, Rejected
from engine.schema import Schema, closed
from form_engine.controls._settings import flag, key_of
from form_engine.controls._text import Line


@dataclass(frozen=True)
class Filter(Line):
    """A formula over the records of `of`, by fields that its author may see unless it is `open`."""

    def check(self, value: str, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        try:
            parse(value)
        except Rejected as wrong:
            yield from (Problem(problem.code, path, problem.params) for problem in wrong.problems)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        return {"type": "string", "maxLength": 20_000}


CONTROL = Filter(
    kind="filter",
    zh="筛选条件",
    en="Filter",
    group="advanced",
    icon="filter",
    operators="-",
    about="of",
    config_schema=closed(
        of=key_of("针对表单", "Records of", "form"),
        of_field=key_of("表单由字段决定", "Form named in field", "field"),
        open=flag("不看填写人的字段权限", "Whatever its author may see"),
    ),
    sample={
        "config": {"of": "customer"},
        "valid": ['{age} > 30 AND {city} = "杭州"'],
        "invalid": ["{age} >", "((1)", 7],
    },
)
