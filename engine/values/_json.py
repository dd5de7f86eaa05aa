"""Values kept as JSON: checked for depth, size and characters, without recursion."""

import json
import math
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import JSON, ExprType
from engine.problems import Rejected, pointer
from engine.value_type import Config, Reader, ValueType
from engine.values._checks import (
    MOST_JSON,
    NOT_A_NUMBER,
    NUMBER_TOO_LARGE,
    TOO_DEEP,
    TOO_LONG,
    checked_text,
    shown,
    wrong_type,
)
from engine.values._columns import JsonColumn, to_compact_json
from engine.values._numbers import MOST_INTEGER

MOST_DEPTH = 32


def checked_json(raw: Any, path: str) -> Any:
    """Return `raw` if both databases can hold it and give it back the same; else raise Rejected."""
    size, waiting = 0, [(raw, path, 1)]
    while waiting:
        node, at, depth = waiting.pop()
        size += 1 + (len(node) if isinstance(node, str) else 0)
        if size > MOST_JSON:
            raise Rejected(TOO_LONG.at(path, size=size, most=MOST_JSON))
        if depth > MOST_DEPTH:
            raise Rejected(TOO_DEEP.at(path, most=MOST_DEPTH))
        if isinstance(node, dict):
            for key, item in node.items():
                checked_text(key, at, 255)
                waiting.append((item, at + pointer(key), depth + 1))
        elif isinstance(node, list | tuple):
            waiting.extend((item, f"{at}/{n}", depth + 1) for n, item in enumerate(node))
        else:
            _check_leaf(node, at)
    return raw


def _check_leaf(node: Any, at: str) -> None:
    if isinstance(node, str):
        checked_text(node, at)
    elif isinstance(node, float):
        if not math.isfinite(node):
            raise Rejected(NOT_A_NUMBER.at(at, given=shown(node)))
    elif isinstance(node, int):
        if abs(node) > MOST_INTEGER:
            raise Rejected(NUMBER_TOO_LARGE.at(at, most=f"{MOST_INTEGER + 1:,}"))
    elif node is not None:
        raise wrong_type("object", at)


class JsonType(ValueType):
    """A JSON value; its text form is the JSON itself."""

    is_sortable = False

    def parse(self, raw: Any, config: Config, path: str) -> Any:
        return None if raw is None or raw == "" else checked_json(raw, path)

    def to_text(self, value: Any, config: Config) -> str:
        return to_compact_json(self.to_json(value, config))

    def from_text(self, text: str, config: Config, path: str) -> Any:
        if not text.strip():
            return None
        if len(text) > MOST_JSON:
            raise Rejected(TOO_LONG.at(path, size=len(text), most=MOST_JSON))
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            raise wrong_type("object", path) from None
        return self.parse(read, config, path)

    def column(self, config: Config) -> TypeEngine[Any] | None:
        return JsonColumn()

    def expression_type(self, config: Config) -> ExprType:
        return JSON

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return json.loads if dialect == "sqlite" else None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return json.loads if dialect == "sqlite" else None
