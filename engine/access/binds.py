"""Statements compiled once to driver text; each run only fills in values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import ARRAY, BigInteger, BindParameter, ColumnElement, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeEngine

from engine.access.actor import Actor
from engine.expressions.sqlite_calls import write_instant

DIALECTS: Mapping[str, Dialect] = {
    "sqlite": SQLiteDialect_pysqlite(),
    "postgresql": PGDialect_psycopg(),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
}
PLACE = "given__"
"""Marks the names of places; no function or column that SQLAlchemy names parameters after begins so."""
NOW_S = "now_s"
Values = Mapping[str, Any]
Process = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Driver text with its constants, and the places that each run fills: (place, name of the value, writer)."""

    text: str
    constants: Any
    places: tuple[tuple[Any, str, Process | None], ...]

    def params(self, values: Values) -> Any:
        """Return the driver's parameters for one run."""
        filled: Any = self.constants.copy()
        for place, name, write in self.places:
            value = values[name]
            filled[place] = value if write is None or value is None else write(value)
        return tuple(filled) if isinstance(filled, list) else filled


def prepare(statement: ClauseElement, dialect_name: str) -> Prepared:
    """Compile for the driver. Parameters made by `bound` become places, all others constants."""
    dialect = DIALECTS[dialect_name]
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    given = compiled.params
    writers = {}
    for parameter, name in compiled.bind_names.items():  # type: ignore[attr-defined]  # of SQLCompiler
        writers[name] = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    names = compiled.positiontup if compiled.positional else list(given)  # type: ignore[attr-defined]
    constants: dict[str, Any] = {}
    for name in given:
        write = writers.get(name) or writers.get(_origin(name, writers))
        constants[name] = given[name] if write is None or given[name] is None else write(given[name])
    at = list(enumerate(names)) if compiled.positional else [(n, n) for n in names]  # type: ignore[attr-defined]
    places = tuple(
        (place, name.removeprefix(PLACE), writers.get(name)) for place, name in at if name.startswith(PLACE)
    )
    filled: Any = [constants[n] for n in names] if compiled.positional else constants  # type: ignore[attr-defined]
    return Prepared(str(compiled), filled, places)


def _origin(name: str, writers: Mapping[str, Any]) -> str:
    # A list parameter is written out as name_1, name_2 …, each of the list's own type.
    return name.rpartition("_")[0] if name not in writers else name


def bound(name: str, type_: TypeEngine[Any], value: Any = None) -> BindParameter[Any]:
    """Return a parameter that every run fills with the value called `name`."""
    return bindparam(f"{PLACE}{name}", value, type_=type_, required=False)


def is_one_of(column: ColumnElement[Any], name: str, dialect: str, value: Any = None) -> ColumnElement[bool]:
    """Return `column` in a list of texts of any length, filled as `name` by `listed`; the text stays the same."""
    if dialect == "postgresql":
        return column == any_(bound(name, ARRAY(Text()), value))
    # json_each gives one row for each item of a JSON array
    each = func.json_each(bound(name, Text(), value)).table_valued("value")
    return column.in_(select(each.c.value))


def listed(values: tuple[str, ...], dialect: str) -> Any:
    """Return the value for a parameter of `is_one_of`."""
    return list(values) if dialect == "postgresql" else _json_array(values)


def _json_array(values: tuple[str, ...]) -> str:
    return msgspec.json.encode(values).decode()


def actor_values(actor: Actor, dialect: str) -> dict[str, Any]:
    """Return what the row scopes of `engine.access.row_sql` are filled with."""
    return {
        "me": actor.user_id,
        "staff": actor.staff_id,
        "team": listed((*sorted(actor.team), actor.user_id), dialect),
        "team_staff": listed(
            (*sorted(actor.team_staff), *([actor.staff_id] if actor.staff_id else [])), dialect
        ),
        "branches": listed(actor.branches, dialect),
        "branch": actor.branches[0] if len(actor.branches) == 1 else None,
        "region": listed(actor.region_branches, dialect),
    }


def now_in_seconds() -> BindParameter[Any]:
    """Return the moment a statement is run at, in whole seconds since 1970."""
    return bound(NOW_S, BigInteger())


@lru_cache(maxsize=64)
def clock_values(now: datetime, today: date, dialect: str) -> Mapping[str, Any]:
    """Return what statements that ask for the moment are filled with."""
    given: dict[str, Any] = {NOW_S: int(now.timestamp())}
    if dialect == "postgresql":
        return given | {"now": now.astimezone(UTC), "today": today}
    return given | {"now": write_instant(now.astimezone(UTC)), "today": today.isoformat()}
