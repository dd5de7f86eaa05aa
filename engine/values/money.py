"""Money (金额): two decimals of the workspace's currency, kept as an integer of the smallest unit."""

from decimal import Decimal
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import NUMBER, ExprType
from engine.value_type import Config, Reader, ValueType
from engine.values._columns import ScaledInteger, unscaled, unscaled_text
from engine.values._numbers import fixed, read_number

MOST = Decimal(10) ** 13
_SIGNS = str.maketrans("", "", "¥￥元")


class MoneyType(ValueType):
    kind = "money"
    zh = "金额"
    en = "Money"

    def parse(self, raw: Any, config: Config, path: str) -> Decimal | None:
        if raw is None or raw == "":
            return None
        return fixed(read_number(raw, path), 2, MOST, path)

    def from_text(self, text: str, config: Config, path: str) -> Decimal | None:
        return self.parse(
            text[:200].translate(_SIGNS).strip() if isinstance(text, str) else text, config, path
        )

    def to_json(self, value: Any, config: Config) -> str | None:
        return None if value is None else f"{value:.2f}"

    def to_text(self, value: Any, config: Config) -> str:
        return f"{value:.2f}"

    def column(self, config: Config) -> TypeEngine[Any]:
        return ScaledInteger(2)

    def expression_type(self, config: Config) -> ExprType:
        return NUMBER

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return unscaled(2)

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return unscaled_text(2)

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "sum", "avg", "min", "max"})


VALUE_TYPE = MoneyType()
