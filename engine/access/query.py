"""What may be asked of records, and the sealed statements that the store runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement

from engine.access.actor import Actor
from engine.definitions.tables import FormTables

Row = Sequence[Any]
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """A question about the records of one form, in the words of its fields. Nothing in it is trusted.

    `fields`: dotted paths, e.g. "customer_id.name". `where`: a structured filter
    `{"op": "and", "items": [{"field", "op", "value"}, …]}`. `formulas`: conditions, all of which must hold.
    `sort`: paths, "-" in front sorts downwards. `aggregates`: name → (function, path); with `group` one result
    for each value, without it a single one. `ids`: only these records.
    """

    form: str
    fields: tuple[str, ...] = ()
    where: Mapping[str, Any] | None = None
    formulas: tuple[str, ...] = ()
    search: str | None = None
    sort: tuple[str, ...] = ()
    limit: int = 50
    after: str | None = None
    deleted: bool = False
    group: tuple[str, ...] = ()
    aggregates: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    ids: tuple[str, ...] | None = None
    verb: str = "view"
    """The verb whose rows are meant: "export" gives only what may be exported."""
    can: tuple[str, ...] = ()
    """Verbs to answer for each record under `_can`, e.g. ("edit", "delete")."""
    python: bool = False
    """Give Python values (for export and print) instead of JSON ones."""


_SEAL = object()


class _Sealed:
    """Only `engine.access` holds the seal: nobody else can make a statement that the store will run."""

    __slots__ = ()


class Keys(Protocol):
    """Opens sealed values and makes the marks that find them; a workspace's own (`Workspace.keys`)."""

    def open(self, sealed: str, table: str, record_id: str, field: str) -> str: ...
    def blind(self, form: str, field: str, text: str) -> str: ...
    def tail(self, form: str, field: str, text: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class ScopedQuery(_Sealed):
    """A checked read: driver text, bound parameters, and how to read its rows.

    The store runs `cursor.execute(text, params)` on the driver's own cursor and gives
    `read(cursor.fetchall(), keys)` back, nothing else. `params` is a tuple for SQLite (`?`) and a mapping for
    PostgreSQL (`%(name)s`). Where there are more records than `limit` the last one read holds `_cursor`.
    """

    form: str
    text: str
    params: Any
    read: Callable[[Sequence[Row], Keys | None], list[Record]]
    _seal: object = None

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("only engine.access makes a ScopedQuery")


WriteVerb = Literal["insert", "update", "delete", "restore", "purge"]


@dataclass(frozen=True, slots=True)
class ScopedWrite(_Sealed):
    """The right to write records of a form that meet `predicate` (None: every one), as they are before the write."""

    form: str
    verb: WriteVerb
    tables: FormTables
    predicate: ColumnElement[bool] | None
    actor: Actor
    _seal: object = None

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("only engine.access makes a ScopedWrite")


def seal_query(
    form: str, text: str, params: Any, read: Callable[[Sequence[Row], Keys | None], list[Record]]
) -> ScopedQuery:
    """Make a read. For `engine.access` alone; a test looks for other callers."""
    return ScopedQuery(form, text, params, read, _SEAL)


def seal_write(
    form: str, verb: WriteVerb, tables: FormTables, predicate: ColumnElement[bool] | None, actor: Actor
) -> ScopedWrite:
    """Make a write. For `engine.access` alone; a test looks for other callers."""
    return ScopedWrite(form, verb, tables, predicate, actor, _SEAL)
