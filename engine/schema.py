"""Small makers for JSON Schema 2020-12, so that a kind's settings read like a list."""

from typing import Any

Schema = dict[str, Any]

KEY_PATTERN = "^[a-z][a-z0-9_]{0,62}$"
KEY: Schema = {"type": "string", "pattern": KEY_PATTERN}
WORDS: Schema = {
    "type": "object",
    "properties": {"zh": {"type": "string", "maxLength": 2000}, "en": {"type": "string", "maxLength": 2000}},
    "required": ["zh"],
    "additionalProperties": False,
}
FORMULA: Schema = {"type": "string", "minLength": 1, "maxLength": 4096, "format": "formula"}
"""A string in the formula language; `format` tells the designer to open the formula editor."""


def closed(_required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """Return an object schema with exactly these properties; none required unless named first."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if _required:
        schema["required"] = list(_required)
    return schema


def array(items: Schema, **limits: int) -> Schema:
    """Return an array schema: `array(KEY, minItems=1)`."""
    return {"type": "array", "items": items, **limits}


def one_of(*values: object) -> Schema:
    """Return a schema that allows exactly these values."""
    return {"enum": list(values)}


def with_defaults(schema: Schema, given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with the schema's top-level defaults filled in."""
    filled = {k: p["default"] for k, p in schema.get("properties", {}).items() if "default" in p}
    return {**filled, **given}
