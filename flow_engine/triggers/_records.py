"""What triggers on records share."""

from typing import Any

from engine.schema import KEY, Schema, array, one_of

CAUSES: Schema = array(one_of("user", "api", "public", "import", "flow", "system"), uniqueItems=True)
"""Whose writes count; all where nothing is said."""
FIELDS: Schema = array({**KEY, "x-path-of": "form"}, minItems=1, maxItems=100, uniqueItems=True)
CREATED = ("record.created", "records.created")
DELETED = ("record.deleted", "records.deleted")


def on(form: Any, *kinds: str) -> frozenset[str]:
    """Return the events of these kinds on records of a form."""
    return frozenset(f"{kind}:{form}" for kind in kinds)
