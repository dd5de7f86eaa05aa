"""Makers for the settings of controls: JSON Schemas that carry their words for the property panel.

The words stand under `x-words`, an annotation that validators pass over.
"""

from collections.abc import Mapping
from typing import Any

from engine.schema import FORMULA, KEY, WORDS, Schema

LIST_PATTERN = "^list:[a-z][a-z0-9_]{0,62}$"
COLOR_PATTERN = "^(#[0-9a-fA-F]{6}|[a-z]{3,12})$"

OPTION: Schema = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "minLength": 1, "maxLength": 64},
        "label": WORDS,
        "color": {"type": "string", "pattern": COLOR_PATTERN},
        "parent": {"type": "string", "minLength": 1, "maxLength": 64},
        "image": {"type": "string", "maxLength": 2000},
        "hidden": {"type": "boolean"},
    },
    "required": ["key", "label"],
    "additionalProperties": False,
}
"""One option of a choice; `hidden` keeps it for old records but offers it no more."""

PATH: Schema = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]{0,62}(\\.[a-z][a-z0-9_]{0,62}){0,3}$",
    "x-kind": "path",
}
"""A field through relations: `bill_id.customer_id`, at most three hops."""

FIELD: Schema = {"type": "object", "x-kind": "field"}
"""A field inside a field (a column of a sub-table); its own schema is that of any field."""


def setting(zh: str, en: str, schema: Schema) -> Schema:
    """Return `schema` with its words for the property panel."""
    return {**schema, "x-words": {"zh": zh, "en": en}}


def whole(zh: str, en: str, **limits: Any) -> Schema:
    """Return a whole-number setting: `whole("最少", "Fewest", minimum=0, default=0)`."""
    return setting(zh, en, {"type": "integer", **limits})


def amount(zh: str, en: str, **limits: Any) -> Schema:
    """Return a number setting."""
    return setting(zh, en, {"type": "number", **limits})


def flag(zh: str, en: str, default: bool = False) -> Schema:
    """Return a yes/no setting."""
    return setting(zh, en, {"type": "boolean", "default": default})


def pick(zh: str, en: str, *values: str, default: str | None = None) -> Schema:
    """Return a one-of setting; without a default it may stay unset."""
    schema: Schema = {"enum": list(values)}
    if default is not None:
        schema["default"] = default
    return setting(zh, en, schema)


def line(zh: str, en: str, **limits: Any) -> Schema:
    """Return a short text setting."""
    return setting(zh, en, {"type": "string", "maxLength": 500, **limits})


def said(zh: str, en: str) -> Schema:
    """Return a setting of words in both languages."""
    return setting(zh, en, WORDS)


def expression(zh: str, en: str) -> Schema:
    """Return a formula setting."""
    return setting(zh, en, FORMULA)


def key_of(zh: str, en: str, what: str, **more: Any) -> Schema:
    """Return a setting that names a field, form, role … ; `what` tells the designer which list to offer."""
    return setting(zh, en, {**KEY, "x-kind": what, **more})


def path_of(zh: str, en: str) -> Schema:
    """Return a setting that names a field through relations."""
    return setting(zh, en, PATH)


def many(zh: str, en: str, items: Schema, **limits: Any) -> Schema:
    """Return a list setting."""
    return setting(zh, en, {"type": "array", "items": items, **limits})


def options(zh: str = "选项", en: str = "Options") -> Schema:
    """Return the setting of a choice's options: written out, or `list:<key>`."""
    return setting(
        zh,
        en,
        {
            "anyOf": [
                {"type": "array", "items": OPTION, "minItems": 1, "maxItems": 2000},
                {"type": "string", "pattern": LIST_PATTERN},
            ]
        },
    )


def option_keys(config: Mapping[str, Any], name: str = "options") -> list[str] | None:
    """Return the keys of the options, or None while they are still a list's name."""
    given = config.get(name)
    if given is None or isinstance(given, str):
        return None
    return [option["key"] for option in given]
