"""Datetime (日期时间): an instant, kept in UTC; it comes in with any zone and goes out as `…Z`."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.types import TypeEngine

from engine.expressions.types import DATETIME, ExprType
from engine.value_type import Config, Reader, ValueType
from engine.values._columns import InstantColumn, read_instant_text
from engine.values._columns import read_instant as in_utc
from engine.values._instants import instant_json, read_instant, read_time, read_typed_day

_TYPED = re.compile(r"(\S+?[日\d])\s*[T\s]\s*(\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)")


class DatetimeType(ValueType):
    kind = "datetime"
    zh = "日期时间"
    en = "Date and time"

    def parse(self, raw: Any, config: Config, path: str) -> datetime | None:
        return None if raw is None or raw == "" else read_instant(raw, path)

    def from_text(self, text: str, config: Config, path: str) -> datetime | None:
        """Return the instant; a text without a zone is local to `config["zone"]` (Asia/Shanghai unless told)."""
        text = text.strip()
        typed = _TYPED.fullmatch(text[:60])
        if typed:
            day, clock = read_typed_day(typed[1], path), read_time(typed[2].replace("：", ":"), path)
            zone = ZoneInfo(config.get("zone", "Asia/Shanghai"))
            return datetime.combine(day, clock, zone).astimezone(UTC)
        return self.parse(text, config, path)

    def to_json(self, value: Any, config: Config) -> str | None:
        return None if value is None else instant_json(value)

    def to_text(self, value: Any, config: Config) -> str:
        zone = ZoneInfo(config.get("zone", "Asia/Shanghai"))
        return str(value.astimezone(zone).isoformat())

    def column(self, config: Config) -> TypeEngine[Any]:
        return InstantColumn()

    def expression_type(self, config: Config) -> ExprType:
        return DATETIME

    def reader(self, dialect: str, config: Config) -> Reader | None:
        return read_instant_text if dialect == "sqlite" else in_utc

    def json_reader(self, dialect: str, config: Config) -> Reader | None:
        return _json_of_text if dialect == "sqlite" else instant_json

    @property
    def aggregates(self) -> frozenset[str]:
        return frozenset({"count", "count_distinct", "min", "max"})


def _json_of_text(raw: str) -> str:
    # "2026-03-01 01:00:00.000000": the fraction goes when it says nothing
    return f"{raw[:10]}T{raw[11:19]}Z" if raw.endswith(".000000") else f"{raw[:10]}T{raw[11:]}Z"


VALUE_TYPE = DatetimeType()
