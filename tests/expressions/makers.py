"""Small makers for formula tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from engine.expressions import Checked, check, evaluate, parse
from engine.expressions.types import ExprType
from engine.problems import Problem, Rejected


class Scope:
    """Fields by dotted name."""

    def __init__(self, **fields: ExprType) -> None:
        self.fields = {tuple(name.split("__")): kind for name, kind in fields.items()}

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        return self.fields.get(path)

    def names(self) -> Iterable[str]:
        return [".".join(path) for path in self.fields]


class Record:
    """A record at half past two in the afternoon of 2026-03-05, Shanghai."""

    now = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
    today = date(2026, 3, 5)
    zone = "Asia/Shanghai"
    data = None

    def __init__(self, **values: Any) -> None:
        self.values = {tuple(name.split("__")): value for name, value in values.items()}
        self.value = self.values.get
        self.actor: Mapping[str, Any] = {"id": "u1"}
        self.record: Mapping[str, Any] = {}


def checked(text: str, **fields: ExprType) -> Checked:
    return check(parse(text), Scope(**fields))


def worked_out(text: str, fields: Mapping[str, ExprType] | None = None, **values: Any) -> Any:
    return evaluate(checked(text, **(fields or {})), Record(**values))


def problems(text: str, **fields: ExprType) -> list[Problem]:
    try:
        checked(text, **fields)
    except Rejected as rejected:
        return list(rejected.problems)
    return []
