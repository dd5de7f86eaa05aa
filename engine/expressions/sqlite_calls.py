"""Lets SQLite call the functions of the formula language: the very Python bodies, so nothing can differ.

`register(connection)` must be called once on every SQLite connection that runs formulas.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, localcontext
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any

from engine.expressions.evaluator import arithmetic_failure, converter
from engine.expressions.function import FUNCTIONS
from engine.expressions.moments import of_seconds, seconds
from engine.expressions.numbers import EXACT, plain
from engine.expressions.operators import OPERATIONS
from engine.expressions.problems import Failure

CALL = "cc_call"
FAILS = "cc_fails"


def register(connection: Any) -> None:
    """Teach a DBAPI connection of SQLite the formula functions."""
    connection.create_function(CALL, -1, _call, deterministic=True)
    connection.create_function(FAILS, -1, _fails, deterministic=True)


def signature(name: str, kinds: Sequence[str], result: str, zone: str) -> str:
    """Return the text that tells `cc_call` what to call with which types: `ROUND|number:2,number:0|number|Asia/…`."""
    return "|".join((name, ",".join(kinds), result, zone))


def _call(what: str, *given: Any) -> Any:
    try:
        return _run(what, given)
    except Failure:
        return None


def _fails(what: str, *given: Any) -> int:
    try:
        _run(what, given)
    except Failure:
        return 1
    return 0


def _run(what: str, given: Sequence[Any]) -> Any:
    body, readers, write = _prepared(what)
    with localcontext(EXACT):
        try:
            values = [None if v is None else read(v) for v, read in zip(given, readers, strict=True)]
            result = body(*values)
        except ArithmeticError as error:
            raise arithmetic_failure(error) from None
        return None if result is None else write(result)


@lru_cache(maxsize=4096)
def _prepared(what: str) -> tuple[Callable[..., Any], list[Callable[[Any], Any]], Callable[[Any], Any]]:
    name, kinds, result, zone = what.split("|")
    names = kinds.split(",") if kinds else []
    return _body(name, names, zone), [_reader(kind) for kind in names], _writer(result)


def _body(name: str, kinds: Sequence[str], zone: str) -> Callable[..., Any]:
    if name.startswith("to list of "):
        each, here = converter(name.removeprefix("to list of ")), SimpleNamespace(zone=zone, data=None)
        return lambda many: None if many is None else [None if v is None else each(v, here) for v in many]
    if name.startswith("to "):
        convert, context = converter(name.removeprefix("to ")), SimpleNamespace(zone=zone, data=None)
        return lambda value: None if value is None else convert(value, context)
    operation = OPERATIONS.get(name)
    if operation is not None:
        return operation
    function = FUNCTIONS.get(name)
    context = SimpleNamespace(zone=zone, data=None)
    assert function.body is not None
    raw: Callable[..., Any] = function.body
    body: Callable[..., Any] = partial(raw, context) if function.needs_context else raw
    if function.blank == "pass":
        return body
    texts = [kind == "text" for kind in kinds]

    def guarded(*values: Any) -> Any:
        given = [v or "" if is_text else v for v, is_text in zip(values, texts, strict=True)]
        return None if any(v is None for v in given) else body(*given)

    return guarded


def _reader(kind: str) -> Callable[[Any], Any]:
    if kind.startswith("list of "):
        inner = _reader(kind.removeprefix("list of "))
        return lambda raw: [None if one is None else inner(one) for one in json.loads(raw)]
    name, _, scale = kind.partition(":")
    if name == "number":
        return _number_reader(int(scale or 0))
    return _READERS.get(name, lambda raw: raw)


def _number_reader(scale: int) -> Callable[[Any], Decimal]:
    def read(raw: Any) -> Decimal:
        return Decimal(raw) if isinstance(raw, str) else Decimal(raw).scaleb(-scale)

    return read


def _read_instant(raw: str) -> datetime:
    return datetime.fromisoformat(raw + "+00:00")


def write_instant(value: datetime) -> str:
    """Return the text of an instant as SQLite columns hold it."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


_READERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "date": date.fromisoformat,
    "datetime": _read_instant,
    "time": time.fromisoformat,
    "duration": of_seconds,
    "json": json.loads,
}


def _writer(kind: str) -> Callable[[Any], Any]:
    if kind.startswith("list of "):
        inner = _writer(kind.removeprefix("list of "))
        return lambda many: json.dumps([None if v is None else inner(v) for v in many], ensure_ascii=False)
    return _WRITERS.get(kind, lambda value: value)


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "number": plain,
    "bool": int,
    "date": date.isoformat,
    "datetime": write_instant,
    "time": lambda value: value.isoformat("microseconds"),
    "duration": lambda value: plain(seconds(value)) if isinstance(value, timedelta) else plain(value),
}
