"""Formulas written out again, as text that the parser reads back."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from engine.expressions import parse
from engine.expressions.nodes import Node

BLANK = Node("lit", 0, None)
LANGS = ("zh", "en")


def field(path: str) -> Node:
    return Node("field", 0, tuple(path.split(".")))


def literal(value: Decimal | int | str | bool | None) -> Node:
    return Node("lit", 0, Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value)


def call(name: str, *args: Node) -> Node:
    return Node("call", 0, name, args)


def op(name: str, left: Node, right: Node) -> Node:
    return Node("op", 0, name, (left, right))


def all_of(nodes: Sequence[Node]) -> Node | None:
    """Return the condition that all of these hold; None for none."""
    return call("AND", *nodes) if len(nodes) > 1 else next(iter(nodes), None)


def both(one: Node, other: Node) -> Node:
    return call("AND", one, other)


def any_of(nodes: Sequence[Node]) -> Node:
    return call("OR", *nodes) if len(nodes) > 1 else nodes[0]


def negated(node: Node) -> Node:
    return call("NOT", node)


def read_again(node: Node, at: str) -> Node:
    """Return a node made here as if an author had written it: with its text, so that problems can show it."""
    return replace(parse(text := written(node), at), source=text)


def written(node: Node) -> str:
    """Return the text of a formula; whatever could bind otherwise stands in brackets."""
    parts = [written(one) for one in node.args]
    match node.kind:
        case "lit":
            return _literal(node.value)
        case "field":
            return "{" + ".".join(node.value) + "}"
        case "call":
            return f"{node.value}({', '.join(parts)})"
        case "op":
            return f"({parts[0]} {str(node.value).upper()} {parts[1]})"
        case "neg":
            return f"(-{parts[0]})"
        case "pct":
            return f"({parts[0]}%)"
        case "not":
            return f"(NOT {parts[0]})"
        case "list":
            return f"({', '.join(parts)})" if len(parts) > 1 else f"LIST({', '.join(parts)})"
    raise TypeError(node.kind)


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return '"' + str(value).replace('"', '""') + '"'


__all__ = [
    "all_of",
    "any_of",
    "call",
    "field",
    "literal",
    "negated",
    "op",
    "read_again",
    "written",
]
