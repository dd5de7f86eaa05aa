"""Works out many formulas, one JSON object a line, on any back end: for the command line and for the shared vectors."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Numeric,
    Text,
    Time,
    cast,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from engine.clock import SystemClock
from engine.expressions.checker import check
from engine.expressions.evaluator import evaluate
from engine.expressions.moments import DEFAULT_ZONE, local, of_seconds, placed, read_local, seconds, zone_of
from engine.expressions.numbers import EXACT, plain
from engine.expressions.parser import parse
from engine.expressions.problems import ErrorValue
from engine.expressions.sql import Rows, to_sql
from engine.expressions.sql_parts import Expr
from engine.expressions.sql_types import FormulaResult
from engine.expressions.sqlite_calls import write_instant
from engine.expressions.tree import to_tree
from engine.expressions.typed import Checked
from engine.expressions.types import (
    ANY,
    BLANK,
    BOOL,
    DATE,
    DATETIME,
    JSON,
    NUMBER,
    TEXT,
    ExprType,
    Range,
    list_of,
    record_of,
)
from engine.problems import Code, Problem, Rejected

BAD_LINE = Code(
    "formula.bad_line",
    zh='这一行不是 {"formula": …} 形式的 JSON',
    en="This line is not a JSON object with a formula",
    hint_zh='每行写一个 JSON 对象，例如 {"formula": "{a} + 1", "values": {"a": 2}}',
    hint_en='Write one JSON object a line, such as {"formula": "{a} + 1", "values": {"a": 2}}',
)
BAD_INPUT = Code(
    "formula.bad_input",
    zh="字段“{field}”的值不是{wanted}",
    en="The value of “{field}” is not of type {wanted}",
    hint_zh="请改正 values 或 types",
    hint_en="Correct values or types",
)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_TYPES = frozenset("number text bool date datetime time duration option range json any blank record".split())


class Line:
    """One line: a formula with the values and types of its fields. A `TypeScope`, a `Context` and a `SqlScope`."""

    def __init__(self, given: Mapping[str, Any], dialect: str = "sqlite") -> None:
        self.text = "" + given["formula"]
        self.values: Mapping[str, Any] = given.get("values") or {}
        self.types: Mapping[str, str] = given.get("types") or {}
        self.zone = given.get("zone") or DEFAULT_ZONE
        zone_of(self.zone)
        asked = given.get("now")
        self.now = SystemClock().now() if asked is None else placed(read_local(asked), self.zone)
        self.today = local(self.now, self.zone).date()
        self.actor: Mapping[str, Any] = given.get("actor") or {}
        self.record: Mapping[str, Any] = given.get("record") or {}
        self.data = None
        self.dialect = dialect
        self._read: dict[tuple[str, ...], Any] = {}

    def names(self) -> Iterable[str]:
        return [*self.values, *self.types]

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        name = ".".join(path)
        found, many, raw = self._raw(path)
        if not found and name not in self.types:
            return None
        kind = (
            type_named(self.types[name])
            if name in self.types
            else guessed(raw[0] if many and raw else None if many else raw)
        )
        if many and name not in self.types:
            kind = guessed(raw).item or ANY
        return list_of(kind) if many and kind.item is None else kind

    def value(self, path: tuple[str, ...]) -> Any:
        if path not in self._read:
            _, _many, raw = self._raw(path)
            kind = self.field(path) or BLANK
            self._read[path] = read_value(raw, kind, ".".join(path), self.zone)
        return self._read[path]

    def clock(self, name: str, _type: TypeEngine[Any]) -> Expr:
        return bound(*((self.now, DATETIME) if name == "now" else (self.today, DATE)), self.dialect)

    def _raw(self, path: tuple[str, ...]) -> tuple[bool, bool, Any]:
        """Return whether the path is known, whether it leads through a list, and the JSON there."""
        name = ".".join(path)
        if name in self.values:
            return True, False, self.values[name]
        here: Any = self.values
        for at, part in enumerate(path):
            if isinstance(here, list):
                rest = path[at:]
                return (
                    any(_inside(one, rest)[0] for one in here),
                    True,
                    [_inside(one, rest)[1] for one in here],
                )
            if not isinstance(here, Mapping) or part not in here:
                return False, False, None
            here = here[part]
        return True, False, here

    def rows(self, paths: tuple[tuple[str, ...], ...]) -> Rows | None:
        return None

    def column(self, path: tuple[str, ...]) -> Expr:
        kind = self.field(path) or TEXT
        value = self.value(path)
        return bound(json.dumps(to_json(value)) if isinstance(value, Range) else value, kind, self.dialect)

    def ends(self, path: tuple[str, ...]) -> tuple[ExprType, Expr, Expr] | None:
        value = self.value(path)
        span = value if isinstance(value, Range) else Range(None, None)
        kind = DATETIME if isinstance(span.start or span.end, datetime) else DATE
        return kind, bound(span.start, kind, self.dialect), bound(span.end, kind, self.dialect)


def _inside(here: Any, path: tuple[str, ...]) -> tuple[bool, Any]:
    for part in path:
        if not isinstance(here, Mapping) or part not in here:
            return False, None
        here = here[part]
    return True, here


def type_named(name: str) -> ExprType:
    """Return the type of its name: `number`, `list of text`, `record of customer`."""
    if name.startswith("list of "):
        return list_of(type_named(name.removeprefix("list of ")))
    if name.startswith("record of "):
        return record_of(name.removeprefix("record of "))
    if name not in _TYPES:
        raise Rejected(BAD_INPUT.at("/types", field=name, wanted=name))
    return ExprType(name)


def guessed(raw: Any) -> ExprType:
    """Return the type that a JSON value looks like; texts that are ISO dates or instants are such."""
    if raw is None:
        return BLANK
    if isinstance(raw, bool):
        return BOOL
    if isinstance(raw, int | Decimal):
        return NUMBER
    if isinstance(raw, str):
        return _guessed_text(raw)
    if isinstance(raw, list):
        kinds = {guessed(one) for one in raw} - {BLANK}
        return list_of(kinds.pop() if len(kinds) == 1 else ANY)
    return record_of("") if isinstance(raw, Mapping) and _is_row(raw) else JSON


def _is_row(raw: Mapping[str, Any]) -> bool:
    return not any(isinstance(one, Mapping | list) for one in raw.values())


def _guessed_text(raw: str) -> ExprType:
    for pattern, kind in ((_DAY, DATE), (_INSTANT, DATETIME)):
        if pattern.fullmatch(raw):
            try:
                datetime.fromisoformat(raw)
            except ValueError:
                return TEXT
            return kind
    return TEXT


def read_value(raw: Any, kind: ExprType, name: str, zone: str) -> Any:
    """Return the Python value of JSON `raw`, or raise Rejected."""
    if raw is None or (raw == "" and kind.name not in ("text", "option", "any")):
        return None
    if kind.item is not None:
        many = raw if isinstance(raw, list) else [raw]
        return tuple(read_value(one, kind.item, name, zone) for one in many)
    try:
        return _read(raw, kind.name, zone)
    except (ValueError, TypeError, ArithmeticError):
        raise Rejected(BAD_INPUT.at("/values", field=name, wanted=str(kind))) from None


def _read(raw: Any, kind: str, zone: str) -> Any:
    match kind:
        case "number":
            return _number(raw)
        case "date":
            if not _DAY.fullmatch(raw):
                raise ValueError(raw)
            return date.fromisoformat(raw)
        case "datetime":
            return placed(read_local(raw), zone)
        case "time":
            return time.fromisoformat(raw)
        case "duration":
            return of_seconds(_number(raw))
        case "bool":
            if not isinstance(raw, bool):
                raise TypeError(raw)
            return raw
        case "text" | "option":
            if not isinstance(raw, str):
                raise TypeError(raw)
            return raw
        case "range":
            return Range(*(_end(raw.get(key), zone) for key in ("from", "to")))
        case _:
            return raw


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
        raise TypeError(raw)
    if isinstance(raw, str) and len(raw) > 60:
        raise ValueError(raw)
    number = Decimal(raw)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        raise ValueError(raw)
    return EXACT.plus(number)


def _end(raw: str | None, zone: str) -> Any:
    if raw is None:
        return None
    return date.fromisoformat(raw) if len(raw) == 10 else placed(read_local(raw), zone)


_PG: dict[str, TypeEngine[Any]] = {
    "number": Numeric(),
    "duration": Numeric(),
    "bool": Boolean(),
    "date": Date(),
    "datetime": DateTime(timezone=True),
    "time": Time(),
    "json": JSONB(),
}


def bound(value: Any, kind: ExprType, dialect: str) -> Expr:
    """Return a value as SQL of the kind a stored column would have."""
    from sqlalchemy import literal

    if kind == NUMBER and value is not None:
        digits = plain(value)
        scale = len(digits.partition(".")[2])
        if len(digits.replace(".", "").lstrip("-")) <= 15:
            return type_coerce(
                cast(literal(int(value.scaleb(scale)), BigInteger()), BigInteger()),
                FormulaResult("number", scale),
            )
    if dialect == "sqlite":
        made: Any = cast(literal(_sqlite_text(value), Text()), Text())
        return (
            type_coerce(made, Boolean() if kind == BOOL else FormulaResult(kind.name))
            if kind != BOOL
            else literal(value, Boolean())
        )
    if kind.item is not None:
        native = ARRAY(_PG.get(kind.item.name, Text()))
        return cast(array([literal(_pg_value(one), native.item_type) for one in value or ()]), native)
    native_one = _PG.get(kind.name, Text())
    return cast(literal(_pg_value(value), native_one), native_one)


def _pg_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return seconds(value) if isinstance(value, timedelta) else value


def _sqlite_text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return write_instant(value.astimezone(UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("microseconds")
    if isinstance(value, timedelta):
        return plain(seconds(value))
    if isinstance(value, tuple):
        return json.dumps(
            [_sqlite_text(one) if not isinstance(one, bool) else one for one in value], ensure_ascii=False
        )
    return json.dumps(value, ensure_ascii=False, default=str)


# Answers


def run_batch(lines: Iterable[str], backend: str, connection: Connection | None = None) -> Iterator[str]:
    """Yield one JSON answer for each line that is not blank. `backend`: python, sqlite or postgres.

    Databases need a `connection`; on SQLite the formula functions must be registered on it.
    """
    for line in lines:
        if line.strip():
            yield json.dumps(answer(line, backend, connection), ensure_ascii=False, allow_nan=False)


def answer(line: str, backend: str, connection: Connection | None = None) -> dict[str, Any]:
    """Return `{"value"}` or `{"error": {"code", "position"}}` of one line."""
    try:
        read, checked = _checked(line, "sqlite" if backend == "sqlite" else "postgresql")
        if backend == "python":
            for path in checked.fields:
                read.value(path)
            value = evaluate(checked, read)
        else:
            assert connection is not None
            value = connection.execute(select(to_sql(checked, read))).scalar()
    except Rejected as rejected:
        return _error(rejected.problems[0])
    if isinstance(value, ErrorValue):
        return {"error": {"code": value.code, "position": None}}
    return {"value": to_json(value)}


def tree_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yield for each line what the browser's interpreter needs: `{"tree", "values", "given", "now", "today", …}`.

    `values`: by path, what the formula names; `given`: all of the line, for functions that name fields themselves.

    A line with a problem gives `{"error": {"code", "position"}}`, to be handed on as it is.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            read, checked = _checked(line, "sqlite")
            fields = {".".join(path): _for_tree(read, path) for path in sorted(checked.fields)}
            made: dict[str, Any] = {
                "tree": to_tree(checked),
                "values": fields,
                "given": to_json(read.values),
                "now": read.now.astimezone(UTC).isoformat(),
                "today": read.today.isoformat(),
                "zone": read.zone,
                "actor": to_json(read.actor),
                "record": to_json(read.record),
            }
        except Rejected as rejected:
            made = _error(rejected.problems[0])
        yield json.dumps(made, ensure_ascii=False, default=str)


def _for_tree(read: Line, path: tuple[str, ...]) -> Any:
    """Return a field's value as the API would carry it; structured data as it was given."""
    kind = read.field(path) or BLANK
    return to_json(read.value(path), exact=(kind.item or kind).name not in ("any", "json", "record"))


def _checked(line: str, dialect: str) -> tuple[Line, Checked]:
    try:
        read = Line(json.loads(line, parse_float=Decimal), dialect)
    except (ValueError, TypeError, AttributeError, RecursionError, KeyError, OSError):
        raise Rejected(BAD_LINE.at("")) from None
    return read, check(parse(read.text), read)


def _error(problem: Problem) -> dict[str, Any]:
    return {"error": {"code": problem.code, "position": problem.params.get("offset")}}


def to_json(value: Any, exact: bool = False) -> Any:
    """Return a value as the answers print it; `exact`: numbers always as text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return plain(value) if exact else _number_json(Decimal(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        return to_json(seconds(value), exact)
    if isinstance(value, Range):
        return {"from": to_json(value.start), "to": to_json(value.end)}
    if isinstance(value, list | tuple):
        return [to_json(one, exact) for one in value]
    return (
        {key: to_json(one, exact) for key, one in value.items()} if isinstance(value, Mapping) else str(value)
    )


def _number_json(number: Decimal) -> int | float | str:
    if number == number.to_integral_value() and abs(number) < 2**53:
        return int(number)
    double = float(number)
    return double if Decimal(repr(double)) == number else plain(number)
