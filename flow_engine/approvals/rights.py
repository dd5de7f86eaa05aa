"""Field rights of a node (字段权限): they only narrow what the person may do anyway. Pure."""

from collections.abc import Collection, Mapping

from engine.schema import Schema

LEVELS = ("read", "write", "hidden", "required", "masked")
OTHERS = "*"
WRITABLE = frozenset({"write", "required"})

FIELDS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": r"^(\*|[a-z][a-z0-9_]{0,62})$"},
    "additionalProperties": {"enum": list(LEVELS)},
    "maxProperties": 500,
    "x-kind": "fields",
}


def level_of(fields: Mapping[str, str], key: str, usual: str = "write") -> str:
    """Return the node's right for a field; `*` speaks for fields it does not name, `usual` where nobody does."""
    return fields.get(key) or fields.get(OTHERS) or usual


def writable(fields: Mapping[str, str], keys: Collection[str]) -> frozenset[str]:
    """Return those of `keys` that the node lets be written."""
    return frozenset(key for key in keys if level_of(fields, key) in WRITABLE)


def required(fields: Mapping[str, str]) -> frozenset[str]:
    """Return the fields that must be filled before the task is done."""
    return frozenset(key for key, level in fields.items() if level == "required")
