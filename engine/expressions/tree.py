"""The tree that the browser interprets: plain JSON with functions resolved and conversions written out."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.moments import seconds
from engine.expressions.numbers import plain
from engine.expressions.typed import Checked, Typed, fold


def to_tree(checked: Checked) -> list[Any]:
    """Return the tree; see docs/architecture.md section 3 for its words."""
    return fold(checked.root, _branch)


def _branch(node: Typed, args: Sequence[list[Any]]) -> list[Any]:
    match node.kind:
        case "lit":
            return ["lit", node.type.name, literal_json(node.value)]
        case "field":
            return ["field", *node.value]
        case "call":
            assert node.function is not None
            return ["call", node.function.name, *args]
        case "op":
            # the type says how to compare and reckon: text is caseless, a date is not an instant
            return ["op", node.value, *args, node.args[0].type.name, node.args[1].type.name]
        case "to":
            return ["to", str(node.type), args[0], str(node.args[0].type)]
        case _:
            return [node.kind, *args]


def literal_json(value: Any) -> Any:
    """Return a literal as JSON: numbers and moments as text, so that nothing is lost."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    return plain(seconds(value)) if isinstance(value, timedelta) else value
