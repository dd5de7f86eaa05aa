"""Reads a formula's text into a syntax tree. Iterative (LALR) and bounded, so no text can hurt."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedToken
from lark.lexer import Lexer

from engine.expressions.lexer import tokens
from engine.expressions.nodes import Node
from engine.expressions.problems import BAD_NUMBER, BARE_NAME, SYNTAX, located
from engine.problems import Problem, Rejected

_WORD_VALUES = {"TRUE": True, "FALSE": False, "真": True, "假": False, "NULL": None, "BLANK": None}
_EXPECTED = {
    "CLOSE": ")", "OPEN": "(", "COMMA": ",", "SIGN": "+ -", "TIMES": "* /", "POWER": "^", "PERCENT": "%", "JOIN": "&",
    "COMPARE": "= <> < >", "AND": "AND", "OR": "OR", "IN": "IN", "FIELD": "{…}", "NUMBER": "123", "STRING": '"…"', "CALL": "SUM(…)",
}  # fmt: skip


def parse(text: str, path: str = "") -> Node:
    """Return the syntax tree of `text`. Raise Rejected with `offset` and `position` (line, column) in its params."""
    try:
        return _parse(text)
    except Rejected as rejected:
        raise Rejected(problem.under(path) for problem in rejected.problems) from None


class _Ready(Lexer):
    """Hands on tokens that were cut before."""

    def __init__(self, lexer_conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Token]:
        # a lexer without the attribute `__future_interface__` is handed the data itself
        return iter(lexer_state)


class _Build(Transformer[Token, Node]):
    """Turns what the grammar found into nodes, while parsing."""

    def number(self, parts: list[Any]) -> Node:
        digits, _, exponent = parts[0].value.lower().partition("e")
        if len(digits) > 40 or abs(int(exponent[:6] or 0)) > 300:
            raise _Refused(BAD_NUMBER, parts[0].start_pos)
        return Node("lit", parts[0].start_pos, Decimal(parts[0].value))

    def text(self, parts: list[Any]) -> Node:
        return Node("lit", parts[0].start_pos, parts[0].value[1:-1].replace('""', '"'))

    def word_value(self, parts: list[Any]) -> Node:
        return Node("lit", parts[0].start_pos, _WORD_VALUES[parts[0].value])

    def field(self, parts: list[Any]) -> Node:
        path = tuple(part.strip() for part in parts[0].value[1:-1].split("."))
        if not all(path):
            raise _Refused(SYNTAX, parts[0].start_pos, found=parts[0].value, expected="{…}")
        return Node("field", parts[0].start_pos, path)

    def bare_name(self, parts: list[Any]) -> Node:
        raise _Refused(BARE_NAME, parts[0].start_pos, name=parts[0].value)

    def call(self, parts: list[Any]) -> Node:
        given = tuple(parts[2]) if len(parts) == 4 else ()
        return Node("call", parts[0].start_pos, parts[0].value, given)

    def arguments(self, parts: list[Any]) -> Any:
        return [part for part in parts if isinstance(part, Node)]

    def group(self, parts: list[Any]) -> Node:
        return parts[1]  # type: ignore[no-any-return]  # lark's children are untyped

    def literal_list(self, parts: list[Any]) -> Node:
        return Node("list", parts[0].start_pos, None, (parts[1], *parts[3]))

    def binary(self, parts: list[Any]) -> Node:
        return Node("op", parts[1].start_pos, parts[1].value, (parts[0], parts[2]))

    def word(self, parts: list[Any]) -> Node:
        return Node("call", parts[1].start_pos, parts[1].type, (parts[0], parts[2]))

    def negation(self, parts: list[Any]) -> Node:
        return Node("not", parts[0].start_pos, None, (parts[1],))

    def membership(self, parts: list[Any]) -> Node:
        return Node("op", parts[1].start_pos, "in", (parts[0], parts[2]))

    def non_membership(self, parts: list[Any]) -> Node:
        inside = Node("op", parts[1].start_pos, "in", (parts[0], parts[3]))
        return Node("not", parts[1].start_pos, None, (inside,))

    def percent(self, parts: list[Any]) -> Node:
        return Node("pct", parts[1].start_pos, None, (parts[0],))

    def sign(self, parts: list[Any]) -> Node:
        return Node("neg", parts[0].start_pos, None, (parts[1],)) if parts[0].value == "-" else parts[1]


class _Refused(Exception):  # noqa: N818 - carries a finding out of lark's callbacks, never leaves this module
    def __init__(self, code: Any, offset: int, **params: object) -> None:
        super().__init__(code.code)
        self.code, self.offset, self.params = code, offset, params


@lru_cache(maxsize=1)
def _lark() -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=_Ready, transformer=_Build())


@lru_cache(maxsize=4096)
def _parse(text: str) -> Node:
    try:
        root: Any = _lark().parse(tokens(text))
    except UnexpectedToken as error:
        raise Rejected(_unexpected(error, text)) from None
    except _Refused as refused:
        raise Rejected(located(refused.code, text, refused.offset, "", **refused.params)) from None
    return Node(root.kind, root.position, root.value, root.args, text)


def _unexpected(error: UnexpectedToken, text: str) -> Problem:
    token = error.token
    ended = token.type == "$END"
    offset = len(text.rstrip()) if ended else token.start_pos or 0
    words = {"zh": "公式没有写完", "en": "it ends too soon"}
    found: object = words if ended else token.value
    expected = " ".join(
        _EXPECTED[name] for name in sorted(error.accepts or error.expected) if name in _EXPECTED
    )
    return located(SYNTAX, text, offset, "", found=found, expected=expected)
