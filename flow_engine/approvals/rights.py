"""Field rights of a node (字段权限): they only narrow what the person may do anyway. Pure.

A right is one level, or levels by role: `{"amount": {"director": "write", "*": "read"}}`.
"""

from collections.abc import Collection, Iterator, Mapping

from engine.schema import Schema

ORDER = ("hidden", "masked", "read", "write", "required")
"""From the narrowest to the widest."""
LEVELS = ("read", "write", "hidden", "required", "masked")
OTHERS = "*"
WRITABLE = frozenset({"write", "required"})

Level = str | Mapping[str, str]
_KEY = r"^(\*|[a-z][a-z0-9_]{0,62})$"
_LEVEL: Schema = {"enum": list(LEVELS)}

FIELDS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": _KEY, "x-path-of": "form"},
    "additionalProperties": {
        "anyOf": [
            _LEVEL,
            {
                "type": "object",
                "propertyNames": {"pattern": _KEY, "x-kind": "role"},
                "additionalProperties": _LEVEL,
                "minProperties": 1,
                "maxProperties": 50,
            },
        ]
    },
    "maxProperties": 500,
    "x-kind": "fields",
}


def for_roles(fields: Mapping[str, Level], roles: Collection[str]) -> dict[str, str]:
    """Return the level of each field for somebody with these roles: the widest of theirs, else what `*` says, else read."""
    return {key: level if isinstance(level, str) else _of(level, roles) for key, level in fields.items()}


def roles_in(fields: Mapping[str, Level]) -> tuple[str, ...]:
    """Return the roles that make a difference."""
    named = {role for level in fields.values() if isinstance(level, Mapping) for role in level}
    return tuple(sorted(named - {OTHERS}))


def levels_in(level: Level) -> Iterator[str]:
    """Yield every level a right may come to."""
    if isinstance(level, str):
        yield level
    else:
        yield from level.values()


def widest(level: Level) -> str:
    """Return the most that a right gives anybody."""
    return max(levels_in(level), key=ORDER.index)


def required(fields: Mapping[str, str]) -> frozenset[str]:
    """Return the fields that must be filled before the task is done."""
    return frozenset(key for key, level in fields.items() if level == "required")


def _of(levels: Mapping[str, str], roles: Collection[str]) -> str:
    mine = [level for role, level in levels.items() if role in roles and role != OTHERS]
    return max(mine, key=ORDER.index) if mine else levels.get(OTHERS, "read")
