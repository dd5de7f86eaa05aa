"""Time (时间): a time of day, without a day and a zone."""

from datetime import time
from typing import Any

from sqlalchemy.types import TypeEngine

from engine.expressions.types import TIME, ExprType
from engine.value_type import Config, Reader, ValueType
from engine.values._columns import TimeColumn
from engine.values._instants import read_time, time_json


class TimeType(ValueType):
    kind = "time"
    zh = "时间"
    en = "Time of day"

    def parse(self, raw: Any, config: Config, path: str) -> time | None:
        return None if raw is None or raw == "" else read_time(raw, path)

    def to_json(self, value: Any, config: Config) -> str | None:
        return None if value is None else time_json(value)

    def to_text(self, value: Any, config: Config) -> str:
        return time_json(value)

    def column(self, config: Config) -> TypeEngine[Any]:
        return TimeColumn()

    def expression_type(self, config: Config) -> ExprType:
        return TIME

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return time.fromisoformat if dialect == "sqlite" else None

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return _json_of_text if dialect == "sqlite" else time_json

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "min", "max"})


def _json_of_text(raw: str) -> str:
    return time_json(time.fromisoformat(raw))


VALUE_TYPE = TimeType()
