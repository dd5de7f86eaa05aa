"""Date (日期): a day of the calendar, without a zone."""

from datetime import date
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import DATE, ExprType
from engine.value_type import Config, Reader, ValueType
from engine.values._columns import DayColumn
from engine.values._instants import read_day, read_typed_day


class DateType(ValueType):
    kind = "date"
    zh = "日期"
    en = "Date"

    def parse(self, raw: Any, config: Config, path: str) -> date | None:
        return None if raw is None or raw == "" else read_day(raw, path)

    def from_text(self, text: str, config: Config, path: str) -> date | None:
        return read_typed_day(text, path) if text.strip() else None

    def to_json(self, value: Any, config: Config) -> str | None:
        return None if value is None else value.isoformat()

    def to_text(self, value: Any, config: Config) -> str:
        return str(value.isoformat())

    def column(self, config: Config) -> TypeEngine[Any]:
        return DayColumn()

    def expression_type(self, config: Config) -> ExprType:
        return DATE

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return date.fromisoformat if dialect == "sqlite" else None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return None if dialect == "sqlite" else date.isoformat

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "min", "max"})


VALUE_TYPE = DateType()
