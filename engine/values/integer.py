"""Integer (整数): a whole number that a browser holds exactly."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.types import TypeEngine

from engine.expressions.types import NUMBER, ExprType
from engine.problems import Rejected
from engine.value_type import Config, ValueType
from engine.values._checks import NOT_WHOLE, NUMBER_TOO_LARGE, shown
from engine.values._numbers import MOST_INTEGER, read_number


class IntegerType(ValueType):
    kind = "integer"
    zh = "整数"
    en = "Whole number"

    def parse(self, raw: Any, config: Config, path: str) -> int | None:
        if raw is None or raw == "":
            return None
        number = raw if type(raw) is int else self._whole(read_number(raw, path), raw, path)
        if abs(number) > MOST_INTEGER:
            raise Rejected(NUMBER_TOO_LARGE.at(path, most=f"{MOST_INTEGER + 1:,}"))
        return number

    def _whole(self, number: Decimal, raw: Any, path: str) -> int:
        if number.adjusted() > 30:
            raise Rejected(NUMBER_TOO_LARGE.at(path, most=f"{MOST_INTEGER + 1:,}"))
        if number != number.to_integral_value():
            raise Rejected(NOT_WHOLE.at(path, given=shown(raw)))
        return int(number)

    def column(self, config: Config) -> TypeEngine[Any]:
        return BigInteger()

    def expression_type(self, config: Config) -> ExprType:
        return NUMBER

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "sum", "avg", "min", "max"})


VALUE_TYPE = IntegerType()
