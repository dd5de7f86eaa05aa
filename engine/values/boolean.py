"""Boolean (是否): yes, no, or not answered."""

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from engine.expressions.types import BOOL, ExprType
from engine.text import fold
from engine.value_type import Config, Reader, ValueType
from engine.values._checks import wrong_type

_YES = frozenset({"是", "true", "yes", "y", "1", "√", "✓", "有", "对", "on", "t"})
_NO = frozenset({"否", "false", "no", "n", "0", "×", "✗", "无", "错", "off", "f"})


class BooleanType(ValueType):
    kind = "boolean"
    zh = "是否"
    en = "Yes or no"

    def parse(self, raw: Any, config: Config, path: str) -> bool | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            return raw
        raise wrong_type("boolean", path)

    def from_text(self, text: str, config: Config, path: str) -> bool | None:
        word = fold(text[:20])
        if not word:
            return None
        if word in _YES or word in _NO:
            return word in _YES
        raise wrong_type("boolean", path)

    def to_text(self, value: Any, config: Config) -> str:
        return "是" if value else "否"

    def column(self, config: Config) -> TypeEngine[Any]:
        return Boolean()

    def expression_type(self, config: Config) -> ExprType:
        return BOOL

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return bool if dialect == "sqlite" else None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return self.reader(dialect, config)


VALUE_TYPE = BooleanType()
