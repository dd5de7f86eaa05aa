"""Settings drawn at random from a control's own schema."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from engine.schema import FORMULA
from form_engine.control import Control

FORMULAS = ("1", "TRUE", "{name}", "{no_such} > 1", "1 +", "TODAY()")
FIELDS = ("name", "day", "number", "nowhere", "far_id")
PATHS = (*FIELDS, "far_id.name", "lines.what")
NAMES = {
    "form": ("far", "thing", "nowhere"),
    "role": ("boss", "nobody"),
    "action": ("none",),
    "field": FIELDS,
    "path": PATHS,
}
COLUMNS = (
    {"key": "a", "control": "text", "label": {"zh": "甲"}},
    {"key": "b", "control": "number", "label": {"zh": "乙"}, "min": 3, "max": 1},
    {"key": "c", "control": "no_such_control", "label": {"zh": "丙"}},
)


def settings_of(control: Control) -> st.SearchStrategy[dict[str, Any]]:
    """Return settings that the control's schema takes: what it needs, and some of the rest."""
    schema = control.config_schema
    needed = {
        key: values(part) for key, part in schema["properties"].items() if key in schema.get("required", ())
    }
    rest = {key: values(part) for key, part in schema["properties"].items() if key not in needed}
    return st.fixed_dictionaries(needed, optional=rest)


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Return values of a schema of settings."""
    kind = str(schema.get("x-kind", ""))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if kind in NAMES and schema.get("type") == "string":
        return st.sampled_from(NAMES[kind])
    if schema.get("format") == FORMULA["format"]:
        return st.sampled_from(FORMULAS)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return st.one_of([values(part) for part in schema[several]])
    return _of_type(schema)


def _of_type(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            above = schema.get("exclusiveMinimum")
            least = int(schema.get("minimum", -9)) if above is None else int(above) + 1
            return st.integers(least, max(least, min(int(schema.get("maximum", 99)), 999)))
        case "string":
            return _text(schema)
        case "array":
            return _items(schema)
        case "object":
            return _object(schema)
        case _:
            return st.just({})


def _text(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: len(text) <= 60)
    return st.text(
        st.characters(categories=["L", "Nd", "P"]), min_size=schema.get("minLength", 0), max_size=12
    )


def _items(schema: Mapping[str, Any]) -> st.SearchStrategy[list[Any]]:
    items = schema.get("items", {})
    if "prefixItems" in schema:
        return st.tuples(*map(values, schema["prefixItems"])).map(list)
    each = (
        st.sampled_from(COLUMNS)
        if items.get("x-kind") == "field" and items.get("type") == "object"
        else values(items)
    )
    least, most = schema.get("minItems", 0), min(schema.get("maxItems", 4), 4)
    unique = str if schema.get("uniqueItems") else None
    return st.lists(each, min_size=least, max_size=max(least, most), unique_by=unique)


def _object(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    properties, required = schema.get("properties", {}), schema.get("required", ())
    if not properties:
        more = schema.get("additionalProperties")
        inner = values(more) if isinstance(more, Mapping) else st.just(1)
        return st.dictionaries(st.sampled_from(["name", "number", "a"]), inner, max_size=2)
    needed = {key: values(part) for key, part in properties.items() if key in required}
    rest = {key: values(part) for key, part in properties.items() if key not in needed}
    return st.fixed_dictionaries(needed, optional=rest)
