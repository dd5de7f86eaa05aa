"""What may be asked of records, and the sealed statements that the store runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.access.actor import Actor

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


_SEAL = object()


class _Sealed:
    """Only `engine.access` holds the seal: nobody else can make a statement that the store will run."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ScopedQuery(_Sealed):
    """A checked read: driver text, bound parameters, and how to read its rows.

    The store runs `cursor.execute(text, params)` and gives `read(cursor.fetchall())` back, nothing else.
    `params` is a tuple for SQLite (`?`) and a mapping for PostgreSQL (`%(name)s`).
    """

    form: str
    text: str
    params: Any
    read: Callable[[Sequence[Row]], list[Record]]
    _seal: object = None

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("only engine.access makes a ScopedQuery")


WriteVerb = Literal["create", "edit", "delete", "restore", "purge"]


@dataclass(frozen=True, slots=True)
class ScopedWrite(_Sealed):
    """A checked write of one record. `values` are Python values of stored fields (own, `owner_id`, `branch_id` …).

    `stored` is the record as loaded, None for a new one. Where `check` is set the store runs it after writing,
    in the same transaction, and refuses the write when it gives no row.
    """

    verb: WriteVerb
    form: str
    record_id: str
    values: Mapping[str, Any]
    stored: Mapping[str, Any] | None
    actor: Actor
    check: ScopedQuery | None = None
    _seal: object = None

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("only engine.access makes a ScopedWrite")
