"""Formulas written out again: as text that the parser reads back, and in words for people."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.text import Words

BLANK = Node("lit", 0, None)
LANGS = ("zh", "en")
JOINED: dict[str, Words] = {"AND": {"zh": "且", "en": "and"}, "OR": {"zh": "或", "en": "or"}}
OPERATORS: dict[str, Words] = {
    "=": {"zh": "为", "en": "is"},
    "<>": {"zh": "不为", "en": "is not"},
    ">": {"zh": "大于", "en": "above"},
    ">=": {"zh": "不小于", "en": "at least"},
    "<": {"zh": "小于", "en": "below"},
    "<=": {"zh": "不大于", "en": "at most"},
    "in": {"zh": "属于", "en": "in"},
}


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


def in_words(node: Node, label: Callable[[str], Words], say_value: Callable[[str, object], Words]) -> Words:
    """Return a condition as people say it. `label`: the name of a path; `say_value`: the words of a value beside a path."""
    return {lang: _told(node, lang, label, say_value) for lang in LANGS}


def _told(
    node: Node, lang: str, label: Callable[[str], Words], say_value: Callable[[str, object], Words]
) -> str:
    def told(one: Node) -> str:
        return _told(one, lang, label, say_value)

    def beside(one: Node, other: Node) -> str:
        if one.kind == "lit" and other.kind == "field":
            return say_value(".".join(other.value), one.value).get(lang, _literal(one.value))
        return told(one)

    if node.kind == "field":
        path = ".".join(node.value)
        return f"“{label(path).get(lang, path)}”"
    if node.kind == "op" and str(node.value).lower() in OPERATORS:
        left, right = node.args
        word = OPERATORS[str(node.value).lower()][lang]
        return f"{beside(left, right)} {word} {beside(right, left)}"
    if node.kind == "call" and str(node.value).upper() == "NOT":
        return f"{'并非' if lang == 'zh' else 'not'} {told(node.args[0])}"
    if node.kind == "call" and str(node.value).upper() == "ISBLANK":
        return f"{told(node.args[0])} {'未填写' if lang == 'zh' else 'is blank'}"
    if node.kind == "call" and str(node.value).upper() in JOINED:
        made = f" {JOINED[str(node.value).upper()][lang]} ".join(told(one) for one in node.args)
        return made if str(node.value).upper() == "AND" else f"（{made}）" if lang == "zh" else f"({made})"
    if node.kind == "call":
        return f"{node.value}({', '.join(told(one) for one in node.args)})"
    return written(node) if not node.args else f"({' '.join(told(one) for one in node.args)})"


__all__ = [
    "all_of",
    "any_of",
    "call",
    "field",
    "in_words",
    "literal",
    "negated",
    "op",
    "read_again",
    "written",
]
