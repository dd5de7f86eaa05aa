"""Column types with one meaning on both databases. Thin: one small function each way."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import BigInteger, Date, DateTime, Numeric, Text, Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.expressions.types import Range


def to_compact_json(value: Any) -> str:
    """Return `value` as the JSON text that SQLite columns hold."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=32)
def unscaled(scale: int) -> Callable[[int], Decimal]:
    """Return what turns a scaled integer into its Decimal: 12000 at scale 2 gives 120.00."""

    def read(raw: int) -> Decimal:
        return Decimal(raw).scaleb(-scale)

    return read


@lru_cache(maxsize=32)
def unscaled_text(scale: int) -> Callable[[int], str]:
    """Return what turns a scaled integer straight into text: 12000 at scale 2 gives "120.00"."""
    if scale == 0:
        return str

    def read(raw: int) -> str:
        digits = str(abs(raw)).rjust(scale + 1, "0")
        return f"{'-' if raw < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return read


def read_instant_text(raw: str) -> datetime:
    """Return the instant of SQLite's text form."""
    return datetime.fromisoformat(raw).replace(tzinfo=UTC)


def read_instant(raw: datetime) -> datetime:
    """Return the driver's instant in UTC."""
    return raw.astimezone(UTC)


@lru_cache(maxsize=4096)
def write_instant_text(value: datetime) -> str:
    """Return the text form that sorts as the instant does. Many rows share theirs: created now, at ten o'clock."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def read_range(kind: str, raw: Any) -> Range:
    """Return the range of `{"from", "to"}`, given as JSON text (SQLite) or already read."""
    ends = json.loads(raw) if isinstance(raw, str) else raw
    end: Callable[[str], Any] = read_instant_text if kind == "datetime" else date.fromisoformat
    return Range(*(None if ends[k] is None else end(ends[k]) for k in ("from", "to")))


class ScaledInteger(TypeDecorator[Decimal]):
    """A number of fixed decimals, kept as an integer of the smallest unit: BIGINT on both databases."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = self.decimals = scale

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(self.scale))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.scale)


class ExactNumber(TypeDecorator[Decimal]):
    """A decimal of fixed scale: NUMERIC on PostgreSQL, scaled INTEGER on SQLite."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = self.decimals = scale

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(24, self.scale))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        number = Decimal(value)
        return int(number.scaleb(self.scale)) if dialect.name == "sqlite" else number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value).scaleb(-self.scale) if dialect.name == "sqlite" else value


class TextOnSqlite(TypeDecorator[Any]):
    """A type that PostgreSQL has and SQLite keeps as text in a form that sorts."""

    impl = Text
    cache_ok = True
    native: TypeEngine[Any]
    text_of: Callable[[Any], str]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else self.native)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return self.text_of(value) if dialect.name == "sqlite" and value is not None else value


class DayColumn(TextOnSqlite):
    """A calendar day: DATE, or `YYYY-MM-DD`."""

    native = Date()
    text_of = staticmethod(date.isoformat)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return date.fromisoformat(value) if isinstance(value, str) else value


class TimeColumn(TextOnSqlite):
    """A time of day: TIME, or `HH:MM:SS.ffffff`."""

    native = Time()
    text_of = staticmethod(partial(time.isoformat, timespec="microseconds"))
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return time.fromisoformat(value) if isinstance(value, str) else value


class InstantColumn(TextOnSqlite):
    """An instant: TIMESTAMPTZ, or UTC text `YYYY-MM-DD HH:MM:SS.ffffff`."""

    native = DateTime(timezone=True)
    text_of = staticmethod(write_instant_text)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        return read_instant_text(value) if isinstance(value, str) else value.astimezone(UTC)


class JsonColumn(TypeDecorator[Any]):
    """JSON: JSONB on PostgreSQL, compact JSON text on SQLite. Blank is SQL NULL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(JSONB(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        return to_compact_json(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


class TupleColumn(JsonColumn):
    """A JSON array read as a tuple."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return super().process_bind_param(None if value is None else list(value), dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        read = super().process_result_value(value, dialect)
        return None if read is None else tuple(read)


class RangeColumn(JsonColumn):
    """A range as `{"from", "to"}` texts. `kind` is "date" or "datetime"."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        write = write_instant_text if self.kind == "datetime" else date.isoformat
        ends = {
            "from": None if value.start is None else write(value.start),
            "to": None if value.end is None else write(value.end),
        }
        return super().process_bind_param(ends, dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else read_range(self.kind, value)
