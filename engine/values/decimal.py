"""Decimal (小数): an exact number with the field's own count of decimals (`scale`, 4 unless told)."""

from decimal import Decimal
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import NUMBER, ExprType
from engine.value_type import Config, Reader, ValueType
from engine.values._columns import ExactNumber, unscaled, unscaled_text
from engine.values._numbers import fixed, read_number

MOST = Decimal(10) ** 12


def scale_of(config: Config) -> int:
    """Return the count of decimals, 0 to 6: eighteen digits in all fit a 64-bit integer."""
    return min(6, max(0, int(config.get("scale", 4))))


class DecimalType(ValueType):
    kind = "decimal"
    zh = "小数"
    en = "Decimal"

    def parse(self, raw: Any, config: Config, path: str) -> Decimal | None:
        if raw is None or raw == "":
            return None
        return fixed(read_number(raw, path), scale_of(config), MOST, path)

    def to_json(self, value: Any, config: Config) -> str | None:
        return None if value is None else f"{value:.{scale_of(config)}f}"

    def to_text(self, value: Any, config: Config) -> str:
        return f"{value:.{scale_of(config)}f}"

    def column(self, config: Config) -> TypeEngine[Any]:
        return ExactNumber(scale_of(config))

    def expression_type(self, config: Config) -> ExprType:
        return NUMBER

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return unscaled(scale_of(config)) if dialect == "sqlite" else None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return unscaled_text(scale_of(config)) if dialect == "sqlite" else str

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "sum", "avg", "min", "max"})


VALUE_TYPE = DecimalType()
