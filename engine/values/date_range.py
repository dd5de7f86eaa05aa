"""Date range (日期范围): two days, both included."""

from typing import Any

from engine.value_type import Config
from engine.values._instants import read_day, read_typed_day
from engine.values._ranges import RangeType


class DateRangeType(RangeType):
    kind = "date_range"
    zh = "日期范围"
    en = "Date range"
    part = "date"

    def read_end(self, raw: Any, config: Config, path: str) -> Any:
        return None if raw is None or raw == "" else read_day(raw, path)

    def read_typed_end(self, text: str, config: Config, path: str) -> Any:
        return read_typed_day(text, path) if text else None

    def write_end(self, value: Any) -> str:
        return str(value.isoformat())


VALUE_TYPE = DateRangeType()
