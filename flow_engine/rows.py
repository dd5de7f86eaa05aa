"""The parts of a state as plain rows and back: dictionaries whose values are text, whole numbers and nothing else.

Variables and memories hold what formulas give: numbers, days, instants, durations, lists. `pack` writes them as JSON in
which everything that JSON does not have is `{"$": kind, "v": text}`, so that they come back as they were.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from engine.expressions import ErrorValue
from engine.expressions.types import Range
from flow_engine.state import Instance, Scope, State, Subscription, Task, Timer, Token

Row = dict[str, Any]
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode
_MARK = "$"
_PLAIN = (str, bool, int, type(None))
_PLAIN_KINDS = frozenset(_PLAIN)


def pack(value: Any) -> str | None:
    """Return the text of a mapping or list; None where there is nothing in it."""
    if not value:
        return None
    return _encode(value if _is_plain(value) else tagged(value)).decode()


def pack_rows(rows: list[tuple[Any, ...]]) -> str | None:
    """Return what `pack` does of rows whose values are text, whole numbers and blanks, but for the mapping at the end."""
    if not rows:
        return None
    is_plain = all(map(_is_flat, [row[-1] for row in rows]))
    return _encode(rows).decode() if is_plain else pack(rows)


def _is_flat(value: Mapping[str, Any]) -> bool:
    """Tell whether a mapping is JSON as it stands, with nothing inside."""
    return _MARK not in value and _PLAIN_KINDS.issuperset(map(type, value.values()))


def unpack(text: str | None) -> Any:
    """Return what `pack` wrote; an empty mapping for nothing."""
    if not text:
        return {}
    value = _decode(text)
    # Most hold plain JSON only: nothing to look for.
    return untagged(value) if '"$"' in text else value


def _is_plain(value: Any) -> bool:
    """Tell whether a mapping or list is JSON as it stands: most are, and need not be copied."""
    kind = type(value)
    if kind is dict:
        if _MARK in value:
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        return False
    if _PLAIN_KINDS.issuperset(map(type, value)):
        return True
    return all(map(_is_plain, [inner for inner in value if type(inner) not in _PLAIN_KINDS]))


def tagged(value: Any) -> Any:
    """Return plain JSON that `untagged` reads back."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        found = {str(key): tagged(inner) for key, inner in value.items()}
        return {_MARK: "map", "v": found} if _MARK in found else found
    if isinstance(value, list | tuple | set | frozenset):
        return [tagged(inner) for inner in value]
    return _special(value)


def _special(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_MARK: "number", "v": str(value)}
    if isinstance(value, datetime):
        return {_MARK: "datetime", "v": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {_MARK: "date", "v": value.isoformat()}
    if isinstance(value, time):
        return {_MARK: "time", "v": value.isoformat()}
    if isinstance(value, timedelta):
        return {_MARK: "duration", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Range):
        return {_MARK: "range", "v": [tagged(value.start), tagged(value.end)]}
    if isinstance(value, ErrorValue):
        return {_MARK: "error", "v": value.code}
    if isinstance(value, float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept in a flow")


def untagged(value: Any) -> Any:
    """Return the values of plain JSON that `tagged` made."""
    if isinstance(value, list):
        return [untagged(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_MARK)
    if kind is None:
        return {key: untagged(inner) for key, inner in value.items()}
    return _READ[kind](value["v"])


_READ: Mapping[str, Any] = {
    "map": lambda v: {key: untagged(inner) for key, inner in v.items()},
    "number": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda v: timedelta(*v),
    "range": lambda v: Range(untagged(v[0]), untagged(v[1])),
    "error": ErrorValue,
}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def instance_row(one: Instance) -> Row:
    """Return the row of the instance itself."""
    row = {name: getattr(one, name) for name in one.__struct_fields__}
    row["started_at"], row["ended_at"] = _instant(one.started_at), _instant(one.ended_at)
    row["parent"] = list(one.parent) if one.parent else None
    return row


def instance_of(row: Mapping[str, Any]) -> Instance:
    """Return the instance of its row."""
    parent = row["parent"]
    given = {
        **row,
        "parent": (parent[0], parent[1]) if parent else None,
        "ended_at": _read_instant(row["ended_at"]),
    }
    return Instance(**{**given, "started_at": datetime.fromisoformat(row["started_at"])})


def token_row(one: Token) -> Row:
    """Return the row of a token."""
    row = {name: getattr(one, name) for name in one.__struct_fields__}
    return {**row, "since": _instant(one.since), "data": pack(one.data)}


def token_of(row: Mapping[str, Any]) -> Token:
    """Return the token of its row."""
    return Token(**{**row, "since": _read_instant(row["since"]), "data": unpack(row["data"])})


def scope_row(one: Scope) -> Row:
    """Return the row of a scope."""
    row = {name: getattr(one, name) for name in one.__struct_fields__}
    return {**row, "variables": pack(one.variables), "data": pack(one.data)}


def scope_of(row: Mapping[str, Any]) -> Scope:
    """Return the scope of its row."""
    return Scope(**{**row, "variables": unpack(row["variables"]), "data": unpack(row["data"])})


_TASK_TIMES = ("made_at", "due_at", "done_at")


def task_row(one: Task) -> Row:
    """Return the row of a task."""
    row = {name: getattr(one, name) for name in one.__struct_fields__}
    row.update({name: _instant(row[name]) for name in _TASK_TIMES})
    return {**row, "candidates": list(one.candidates), "data": pack(one.data)}


def task_of(row: Mapping[str, Any]) -> Task:
    """Return the task of its row."""
    times = {name: _read_instant(row[name]) for name in _TASK_TIMES}
    return Task(**{**row, **times, "candidates": tuple(row["candidates"]), "data": unpack(row["data"])})


def timer_row(one: Timer) -> Row:
    """Return the row of a timer."""
    anchor = pack(one.anchor) if one.anchor is not None else None
    return {
        "token_id": one.token_id,
        "key": one.key,
        "at": _instant(one.at),
        "anchor": anchor,
        "data": pack(one.data),
    }


def timer_of(row: Mapping[str, Any]) -> Timer:
    """Return the timer of its row."""
    anchor = unpack(row["anchor"]) if row["anchor"] is not None else None
    return Timer(row["token_id"], row["key"], datetime.fromisoformat(row["at"]), anchor, unpack(row["data"]))


def state_rows(state: State) -> dict[str, list[Row]]:
    """Return all rows of a state, table by table."""
    return {
        "instances": [instance_row(state.instance)],
        "tokens": [token_row(one) for one in state.tokens.values()],
        "scopes": [scope_row(one) for one in state.scopes.values()],
        "tasks": [task_row(one) for one in state.tasks.values()],
        "timers": [timer_row(one) for one in state.timers.values()],
        "subscriptions": [
            {"token_id": one.token_id, "name": one.name, "key": one.key} for one in state.subscriptions
        ],
        "rounds": [
            {"scope_id": key[0], "node": key[1], "round": count} for key, count in state.rounds.items()
        ],
    }


def state_of(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> State:
    """Return the state of its rows, in whatever order they come."""
    tokens = sorted((token_of(row) for row in rows["tokens"]), key=lambda one: one.token_id)
    scopes = sorted((scope_of(row) for row in rows["scopes"]), key=lambda one: one.scope_id)
    tasks = sorted((task_of(row) for row in rows["tasks"]), key=lambda one: one.task_id)
    timers = (timer_of(row) for row in rows["timers"])
    return State(
        instance=instance_of(next(iter(rows["instances"]))),
        tokens={one.token_id: one for one in tokens},
        scopes={one.scope_id: one for one in scopes},
        tasks={one.task_id: one for one in tasks},
        timers={(one.token_id, one.key): one for one in timers},
        subscriptions=frozenset(Subscription(**row) for row in rows["subscriptions"]),
        rounds={(row["scope_id"], row["node"]): row["round"] for row in rows["rounds"]},
    )
