"""Values that people give a flow along: from JSON to what its formulas expect, by the types of its variables."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.value_type import VALUE_TYPES

MISSING = Code("flow.asked_missing", zh="请填写“{name}”", en="“{name}” is needed",
               hint_zh="启动这个流程前要填", hint_en="The flow asks for it before it starts")  # fmt: skip

KINDS = {
    "number": "decimal",
    "text": "text",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "person": "person",
    "people": "persons",
}
"""The value type that reads a variable's JSON; the rest is taken as it is."""


def read_values(
    variables: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any], path: str = "/values"
) -> dict[str, Any]:
    """Return the values with those of variables read. Rejected with every problem."""
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for key, raw in values.items():
        kind = KINDS.get(str(variables.get(key, {}).get("type")))
        try:
            found[key] = raw if kind is None else VALUE_TYPES.get(kind).parse(raw, {}, f"{path}/{key}")
        except Rejected as refused:
            problems += refused.problems
    if problems:
        raise Rejected(problems)
    return found


def read_asked(
    variables: Mapping[str, Mapping[str, Any]],
    asked: Iterable[str],
    values: Mapping[str, Any],
    path: str = "/values",
) -> dict[str, Any]:
    """Return what a button asks for; what is left blank falls back to its default. Rejected with every problem."""
    wanted = [key for key in asked if key in variables]
    found = read_values(variables, {key: values[key] for key in wanted if key in values}, path)
    given = {key: value for key, value in found.items() if value is not None}
    missing = [
        MISSING.at(f"{path}/{key}", name=variables[key].get("name") or {"zh": key, "en": key})
        for key in wanted
        if key not in given and "default" not in variables[key] and variables[key].get("type") != "bool"
    ]
    if missing:
        raise Rejected(missing)
    return given
