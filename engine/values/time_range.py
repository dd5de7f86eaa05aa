"""Time range (时段): two instants, from when to when."""

from typing import Any

from engine.value_type import VALUE_TYPES, Config
from engine.values._instants import instant_json, read_instant
from engine.values._ranges import RangeType


class TimeRangeType(RangeType):
    kind = "time_range"
    zh = "时段"
    en = "Time range"
    part = "datetime"

    def read_end(self, raw: Any, config: Config, path: str) -> Any:
        return None if raw is None or raw == "" else read_instant(raw, path)

    def read_typed_end(self, text: str, config: Config, path: str) -> Any:
        return VALUE_TYPES.get("datetime").from_text(text, config, path)

    def write_end(self, value: Any) -> str:
        return instant_json(value)


VALUE_TYPE = TimeRangeType()
