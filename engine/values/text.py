"""Text (文本): any string without NUL, at most a million characters. "" is blank."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.types import TypeEngine

from engine.expressions.types import TEXT, ExprType
from engine.value_type import Config, ValueType
from engine.values._checks import checked_text


class TextType(ValueType):
    kind = "text"
    zh = "文本"
    en = "Text"

    def parse(self, raw: Any, config: Config, path: str) -> str | None:
        return checked_text(raw, path) or None if raw is not None else None

    def column(self, config: Config) -> TypeEngine[Any]:
        return Text()

    def expression_type(self, config: Config) -> ExprType:
        return TEXT

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "min", "max"})


VALUE_TYPE = TextType()
