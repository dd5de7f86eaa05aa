"""The settings of nodes: makers of their schemas, and where formulas stand in them.

`x-type` of a formula is the type it must give, `x-names` the names that exist at this place only; a filter says with
`x-over` which setting beside it holds the form whose records it is about; `x-field-of` says the same of values by field,
`x-path-of` of a field that is only named.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.schema import FORMULA, KEY, KEY_PATTERN, Schema, array, closed

SPAN_PATTERN = "^[0-9]{1,5}(s|m|h|d|w|mo|y)$"
_SPAN = re.compile(SPAN_PATTERN)
CONDITION: Schema = {**FORMULA, "x-type": "bool"}
SPAN: Schema = {"type": "string", "minLength": 1, "maxLength": 4096, "format": "formula", "x-literal": "span"}
"""A stretch of time, `2h` or `3d` (s, m, h, d, w, mo, y), or a formula that gives one."""
PLAIN_SPAN: Schema = {"type": "string", "pattern": SPAN_PATTERN}
TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
CLOCK: Schema = {"enum": ["wall", "business", "person"], "default": "wall"}
FILTER: Schema = {**FORMULA, "format": "filter", "x-over": "form"}
SETS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": KEY_PATTERN},
    "additionalProperties": {**FORMULA, "x-field-of": "form"},
}
VALUES: Schema = {
    "type": "object",
    "propertyNames": {"pattern": KEY_PATTERN},
    "additionalProperties": FORMULA,
}
PATH_PATTERN = "^[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,3}$"
SORT: Schema = array(
    {"type": "string", "pattern": PATH_PATTERN.replace("^", "^-?"), "x-path-of": "form"}, maxItems=5
)
CODE: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_.]{0,62}$"}
MESSAGE_NAME: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_.:-]{0,62}$"}

_RULE: Schema = closed(
    role={**KEY, "x-kind": "role"},
    branch=FORMULA,
    user=FORMULA,
    managers_of=FORMULA,
    levels={"type": "integer", "minimum": 1, "maximum": 20},
    team_of=FORMULA,
    group=array({"$ref": "#/$defs/rule"}, minItems=1, maxItems=20),
)
PEOPLE: Schema = {
    "anyOf": [
        FORMULA,
        {"$ref": "#/$defs/rule"},
        array({"anyOf": [FORMULA, {"$ref": "#/$defs/rule"}]}, minItems=1, maxItems=20),
    ]
}
"""Who: a person rule, a formula that gives people, or a list of these."""
DEFS: Mapping[str, Schema] = {"rule": {**_RULE, "minProperties": 1}}

TIME_RULE: Schema = {
    "anyOf": [
        {**FORMULA, "x-type": "datetime"},
        closed(
            ("field",),
            field={**FORMULA, "x-type": "datetime"},
            plus=SPAN,
            minus=SPAN,
            time=TIME,
            clock=CLOCK,
        ),
    ]
}
"""A point in time: a formula, or a field with an offset, which moves when the field moves."""


def to_of(*outcomes: str) -> Schema:
    """Return the schema of `to`: one node for all outcomes, or one for each."""
    return {"anyOf": [KEY, closed(**dict.fromkeys(outcomes, KEY))]}


def is_span(text: str) -> bool:
    """Return whether `text` is a stretch of time written out."""
    return _SPAN.match(text) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """A formula in the settings: `path` like `ways/0/when`, its schema, and the object it stands in."""

    path: str
    text: str
    schema: Schema
    beside: Mapping[str, Any]

    @property
    def is_filter(self) -> bool:
        return self.schema.get("format") == "filter"


def places(
    schema: Schema, value: Any, path: str = "", beside: Mapping[str, Any] | None = None
) -> Iterator[Place]:
    """Yield every formula in `value`, which fits `schema`."""
    seen: set[str] = set()
    for place in _places(schema, value, path, beside or {}):
        if place.path not in seen:
            seen.add(place.path)
            yield place


def _places(schema: Schema, value: Any, path: str, beside: Mapping[str, Any]) -> Iterator[Place]:
    if "$ref" in schema:
        schema = DEFS[schema["$ref"].rsplit("/", 1)[-1]]
    if isinstance(value, str) and any(value in option.get("enum", ()) for option in schema.get("anyOf", ())):
        # A word of its own (`"stop"`) is no formula.
        return
    for option in schema.get("anyOf", ()):
        yield from _places(option, value, path, beside)
    if isinstance(value, str):
        if schema.get("format") in ("formula", "filter") and not (
            schema.get("x-literal") == "span" and is_span(value)
        ):
            yield Place(path, value, schema, beside)
    elif isinstance(value, Mapping):
        properties, other = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            found = properties.get(name, other)
            if isinstance(found, Mapping):
                # Values by field look for their form beside the map they stand in.
                around = beside if name not in properties else value
                yield from _places(dict(found), inner, f"{path}/{name}" if path else name, around)
    elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for index, inner in enumerate(value):
            yield from _places(schema["items"], inner, f"{path}/{index}" if path else str(index), beside)


def at(value: Any, path: str) -> Any:
    """Return what stands at `path` of the settings; None when there is nothing."""
    for part in path.split("/") if path else ():
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def span_seconds(span: str) -> int:
    """Return the seconds of a plain stretch of time; months and years as 30 and 365 days."""
    if span.endswith("mo"):
        return int(span[:-2]) * 30 * 86_400
    if span.endswith("y"):
        return int(span[:-1]) * 365 * 86_400
    return int(span[:-1]) * _UNITS[span[-1]]
