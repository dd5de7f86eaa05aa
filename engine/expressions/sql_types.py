"""How the results of formulas in SQL are read back: as the very values that `evaluate` gives."""

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, Text, Time
from sqlalchemy.engine import Dialect
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from engine.expressions.moments import of_seconds
from engine.expressions.types import ExprType


class FormulaResult(TypeDecorator[Any]):
    """A computed value. On SQLite numbers of no fixed scale come as decimal text, moments as text."""

    impl = NullType
    cache_ok = True

    def __init__(self, kind: str, scale: int | None = None) -> None:
        super().__init__()
        self.kind, self.scale = kind, scale
        if scale is not None:
            self.decimals = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if self.kind == "number" and self.scale is not None:
            return dialect.type_descriptor(BigInteger())
        if dialect.name == "sqlite" and self.kind != "bool":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(_NATIVE.get(self.kind, Text()))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is not None and self.kind == "number" and self.scale is not None:
            return int(Decimal(value).scaleb(self.scale))
        if value is not None and dialect.name == "sqlite" and self.kind not in ("bool", "text"):
            return str(value)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else read_back(value, self.kind, self.scale)


def read_back(value: Any, kind: str, scale: int | None) -> Any:
    """Return the Python value of what the driver gave for a result of `kind`."""
    if kind == "number":
        number = Decimal(value)
        return number.scaleb(-scale) if scale else number
    if kind == "duration":
        return of_seconds(Decimal(value))
    if kind.startswith("list of "):
        inner = kind.removeprefix("list of ")
        many = json.loads(value) if isinstance(value, str) else value
        return [None if one is None else read_back(one, inner, scale) for one in many]
    if kind == "datetime":
        return datetime.fromisoformat(value + "+00:00") if isinstance(value, str) else value.astimezone(UTC)
    if kind == "bool":
        return bool(value)
    if isinstance(value, str) and kind in _FROM_TEXT:
        return _FROM_TEXT[kind](value)
    return value


_FROM_TEXT = {"date": date.fromisoformat, "time": time.fromisoformat, "json": json.loads, "range": json.loads}
_NATIVE: dict[str, TypeEngine[Any]] = {
    "number": Numeric(),
    "duration": Numeric(),
    "bool": Boolean(),
    "date": Date(),
    "datetime": DateTime(timezone=True),
    "time": Time(),
}


def result_type(kind: ExprType, scale: int | None) -> TypeEngine[Any]:
    """Return the column type that reads a result of `kind`."""
    return FormulaResult(str(kind) if kind.item else kind.name, scale)
