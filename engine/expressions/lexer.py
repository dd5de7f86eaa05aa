"""Cuts a formula into tokens, and refuses too long, too many and too deep before any tree is built."""

import re
from collections.abc import Iterator

from lark import Token

from engine.expressions.problems import (
    BAD_CHARACTER,
    EMPTY,
    OPEN_FIELD,
    OPEN_TEXT,
    TOO_DEEP,
    TOO_LONG,
    TOO_MANY_TOKENS,
    located,
)
from engine.problems import Problem, Rejected

MOST_CHARACTERS = 4096
MOST_TOKENS = 500
MOST_DEPTH = 50

_TOKEN = re.compile(
    r"""(?P<WS>[\s\u3000]+)
    |(?P<NUMBER>(?:[0-9０-９]+(?:[.．][0-9０-９]*)?|[.．][0-9０-９]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<STRING>"(?:[^"]|"")*"|“[^“”]*”)
    |(?P<FIELD>[{｛][^{}｛｝]*[}｝])
    |(?P<NAME>[^\W\d][\w.]*)
    |(?P<OP><=|>=|<>|!=|==|[-+*/^&%(),=<>≤≥≠×÷−＋－＊／＾＆％（），＝＜＞])""",
    re.VERBOSE,
)
_SAME = {
    "==": "=", "!=": "<>", "≤": "<=", "≥": ">=", "≠": "<>", "×": "*", "÷": "/", "−": "-", "＋": "+", "－": "-", "＊": "*",
    "／": "/", "＾": "^", "＆": "&", "％": "%", "（": "(", "）": ")", "，": ",", "＝": "=", "＜": "<", "＞": ">",
}  # fmt: skip
_TERMINALS = {
    "=": "COMPARE", "<>": "COMPARE", "<": "COMPARE", "<=": "COMPARE", ">": "COMPARE", ">=": "COMPARE", "&": "JOIN",
    "+": "SIGN", "-": "SIGN", "*": "TIMES", "/": "TIMES", "^": "POWER", "%": "PERCENT", "(": "OPEN", ")": "CLOSE", ",": "COMMA",
}  # fmt: skip
_WORDS = {"AND": "AND", "OR": "OR", "NOT": "NOT", "IN": "IN", "TRUE": "WORD", "FALSE": "WORD", "NULL": "WORD", "BLANK": "WORD",
          "并且": "AND", "或者": "OR", "真": "WORD", "假": "WORD"}  # fmt: skip
_NARROW = str.maketrans("０１２３４５６７８９．", "0123456789.")
_ENDS_OPERAND = frozenset({"NUMBER", "STRING", "FIELD", "WORD", "CLOSE", "PERCENT", "NAME"})


def tokens(text: str, path: str = "") -> list[Token]:
    """Return the tokens of `text`, or raise Rejected at the first that cannot be."""
    if len(text) > MOST_CHARACTERS:
        raise Rejected(TOO_LONG.at(path, size=len(text), most=MOST_CHARACTERS, offset=MOST_CHARACTERS))
    found = list(_cut(text, path))
    if not found:
        raise Rejected(located(EMPTY, text, 0, path))
    _check_depth(found, text, path)
    return found


def _cut(text: str, path: str) -> Iterator[Token]:
    at, count, before = 0, 0, ""
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Rejected(_cannot_be(text, at, path))
        group, piece = str(match.lastgroup), match.group()
        if group != "WS":
            count += 1
            if count > MOST_TOKENS:
                raise Rejected(located(TOO_MANY_TOKENS, text, at, path, most=MOST_TOKENS))
            kind, value = _named(group, piece, text, match.end(), before)
            yield Token(kind, value, start_pos=at)
            before = kind
        at = match.end()


def _named(group: str, piece: str, text: str, end: int, before: str) -> tuple[str, str]:
    if group == "OP":
        piece = _SAME.get(piece, piece)
        return _TERMINALS[piece], piece
    if group == "NUMBER":
        return group, piece.translate(_NARROW)
    if group != "NAME":
        return group, piece
    word = _WORDS.get(piece.upper())
    called = text[end : end + 80].lstrip()[:1] in ("(", "（") and text[end : end + 1] != ""
    # AND(…) is the function where an operand may stand, and the joining word after one
    if called and not (word in ("AND", "OR", "IN", "NOT") and before in _ENDS_OPERAND):
        return ("IN", "IN") if word == "IN" else ("CALL", piece)
    return (word, piece.upper()) if word else ("NAME", piece)


def _cannot_be(text: str, at: int, path: str) -> Problem:
    char = text[at]
    if char in '"“':
        return located(OPEN_TEXT, text, at, path)
    if char in "{｛":
        return located(OPEN_FIELD, text, at, path)
    return located(BAD_CHARACTER, text, at, path, found=char)


def _check_depth(found: list[Token], text: str, path: str) -> None:
    depth = run = 0
    for token in found:
        if token.type == "OPEN":
            depth += 1
        elif token.type == "CLOSE":
            depth -= 1
        # signs, NOTs and percent marks nest too: each stands for one level of the tree
        run = run + 1 if token.type in ("SIGN", "NOT", "PERCENT", "OPEN") else 0
        if depth > MOST_DEPTH or run > MOST_DEPTH:
            raise Rejected(located(TOO_DEEP, text, token.start_pos or 0, path, most=MOST_DEPTH))
