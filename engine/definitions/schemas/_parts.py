"""Schemas that several kinds of file share."""

from typing import Any

from engine.schema import FORMULA, KEY, KEY_PATTERN, WORDS, Schema, array, closed, one_of

LOOSE_KEY_PATTERN = "^[a-z0-9][A-Za-z0-9_.+-]{0,62}$"
OPTION_KEY: Schema = {"type": "string", "minLength": 1, "maxLength": 63}
"""Keys of options are data, not names in formulas or columns: tooth codes and `ICD10` stay as they are."""
COLOR: Schema = {"type": "string", "pattern": "^(#[0-9a-fA-F]{6}|[a-z]{3,20})$"}
PATH: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,3}$"}
"""A field, or a field behind up to three links: `customer_id.level_id.name`."""
SORT: Schema = {"type": "string", "pattern": "^-?[a-z][a-z0-9_]{0,62}([.][a-z][a-z0-9_]{0,62}){0,3}$"}
ICON: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,40}$"}
FLAG: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string", "maxLength": 2000}
DURATION: Schema = {"type": "string", "pattern": "^[0-9]{1,4}(s|min|h|d|w|m|y)( before| after)?$"}
JSON: Schema = {}
LEVELS = one_of("group", "branch", "personal")

OPTION: Schema = closed(
    ("key", "label"),
    key=OPTION_KEY,
    label=WORDS,
    color=COLOR,
    parent=OPTION_KEY,
    icon=ICON,
    score={"type": "number"},
    hidden=FLAG,
    group=OPTION_KEY,
    image=TEXT,
)
OPTIONS: Schema = {
    "anyOf": [
        {"type": "string", "pattern": "^list:[a-z][a-z0-9_]{0,62}$"},
        array(OPTION, minItems=1, maxItems=5000),
    ]
}


def keyed(items: Schema, **limits: int) -> Schema:
    """Return an array schema whose items are told apart by `key`; lint checks that keys differ."""
    return {"type": "array", "items": items, "maxItems": limits.pop("maxItems", 500), **limits}


def map_of(values: Schema, pattern: str = KEY_PATTERN) -> Schema:
    """Return an object schema from keys to `values`."""
    return {
        "type": "object",
        "propertyNames": {"type": "string", "pattern": pattern},
        "additionalProperties": values,
    }


def either(*schemas: Schema) -> Schema:
    """Return a schema that allows any of these."""
    return {"anyOf": list(schemas)}


AGGREGATES = one_of("count", "count_distinct", "sum", "avg", "min", "max")
TOTALS: Schema = map_of(AGGREGATES)
SETS: Schema = map_of(FORMULA)
ANY_OBJECT: Schema = {"type": "object"}
Json = dict[str, Any]

__all__ = ["FORMULA", "KEY", "KEY_PATTERN", "WORDS", "array", "closed", "one_of"]
