"""The tree that the browser interprets: the typed tree as plain JSON, with all that was resolved written out.

A node is an object: `k` kind, `t` type, `v` value, `a` arguments. Kinds: `lit` (v: number as text, ISO date, time or
instant, text, true/false, null), `field` (v: path), `op` (v: operator), `neg`, `pct`, `not`, `list`, `to` (conversion to
`t`), `each` (a formula for every item), `call` (v: function; `p`: true where blanks are passed to it).
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.moments import seconds
from engine.expressions.numbers import plain
from engine.expressions.typed import Checked, Typed, fold

Tree = dict[str, Any]


def to_tree(checked: Checked) -> Tree:
    """Return the JSON tree of a checked formula."""
    return fold(checked.root, _node)


def _node(node: Typed, args: Sequence[Tree]) -> Tree:
    tree: Tree = {"k": node.kind, "t": str(node.type)}
    if node.kind == "call":
        assert node.function is not None
        tree["v"] = node.function.name
        if node.function.blank == "pass" or node.function.compile is not None:
            tree["p"] = True
    elif node.kind == "field":
        tree["v"] = list(node.value)
    elif node.value is not None:
        tree["v"] = _literal(node.value)
    if args:
        tree["a"] = list(args)
    return tree


def _literal(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return plain(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return plain(seconds(value))
    raise TypeError(f"no literal for {type(value).__name__}")
