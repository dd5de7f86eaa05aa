"""A small clinic to ask questions of: forms, people, a database, and a unit that runs sealed statements."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import StaticPool

from engine.access.account_tables import ACCOUNTS, USERS
from engine.access.actor import Actor
from engine.access.gate import Gate
from engine.access.policy import Policy, compile_policy
from engine.access.query import Record, ScopedQuery
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.definitions.tables import Tables, build_tables, shadows
from engine.expressions.sqlite_calls import register
from engine.ids import new_id
from engine.text import fold, search_key

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)


class PlainKeys:
    """Keys that hide nothing, so that tests can read what is stored."""

    def open(self, sealed: str, table: str, record_id: str, field: str) -> str:
        return sealed.removeprefix("sealed:")

    def blind(self, form: str, field: str, given: str) -> str:
        return f"{form}/{field}/{fold(given)}"

    def tail(self, form: str, field: str, given: str) -> str | None:
        digits = "".join(c for c in given if c.isdecimal())
        return f"{form}/{field}/…{digits[-4:]}" if len(digits) >= 4 else None


KEYS = PlainKeys()


class TestUnit:
    """Runs sealed statements on one connection, and counts them."""

    __test__ = False

    def __init__(self, connection: Connection, now: datetime = NOW) -> None:
        self.connection, self.now, self.keys = connection, now, KEYS
        self.texts: list[str] = []

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    def execute(self, scoped: ScopedQuery) -> list[Record]:
        assert isinstance(scoped, ScopedQuery)
        self.texts.append(scoped.text)
        driver: Any = self.connection.connection.driver_connection
        cursor = driver.cursor()
        cursor.execute(scoped.text, scoped.params)
        return scoped.read(cursor.fetchall(), self.keys)


class Clinic:
    """Forms with their tables in an open database."""

    def __init__(self, connection: Connection, shapes: Shapes) -> None:
        self.connection, self.shapes = connection, shapes
        self.tables: Tables = build_tables(shapes)
        self.tables.metadata.create_all(connection)
        ACCOUNTS.create_all(connection)

    def policy(self, **roles: Mapping[str, Any]) -> Policy:
        return compile_policy(
            {key: {"key": key, **role} for key, role in roles.items()}, self.shapes, self.tables
        )

    def gate(self, policy: Policy, actor: Actor) -> Gate:
        return Gate(policy, actor, TestUnit(self.connection))

    def person(self, user_id: str, name: str, branch_id: str | None = None) -> None:
        row = {"id": user_id, "login": user_id, "name": name, "roles": "[]", "branches": "[]", "lang": "zh",
               "theme": "system", "is_active": 1, "failures": 0, "created_at": "", "branch_id": branch_id}  # fmt: skip
        self.connection.execute(USERS.insert().values(row))

    def add(self, form: str, **values: Any) -> str:
        """Store a record of Python values and return its id."""
        record_id = str(values.pop("id", None) or new_id())
        tables = self.tables[form]
        row: dict[str, Any] = {
            "id": record_id, "created_at": NOW, "updated_at": NOW, "revision": 1, "def_version": 1, **values,
        }  # fmt: skip
        stored = {k: v for k, v in row.items() if k in tables.table.c}
        for key, field in tables.shape.fields.items():
            if key in values and field.stored and field.rows is None:
                stored |= _shadowed(form, field, values[key])
        self.connection.execute(
            tables.table.insert().values({tables.table.c[k]: v for k, v in stored.items()})
        )
        for key, child in tables.rows.items():
            for at, line in enumerate(values.get(key) or ()):
                made = {"id": new_id(), "record_id": record_id, "position": at, **line}
                self.connection.execute(
                    child.table.insert().values({child.table.c[k]: v for k, v in made.items()})
                )
        for key, items in tables.items.items():
            for at, one in enumerate(_items(tables.shape.fields[key], values.get(key))):
                self.connection.execute(items.insert().values(record_id=record_id, position=at, **one))
        return record_id


def _items(field: FieldShape, value: Any) -> list[dict[str, Any]]:
    if field.items is None:
        return [{"value": one} for one in value or ()]
    names = [one.key for one in field.item_columns]
    return [dict(zip(names, line, strict=True)) for line in field.items(value)] if value is not None else []


def _shadowed(form: str, field: FieldShape, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if value is None:
        return found
    written = field.type.to_text(value, field.config)
    for suffix in shadows(field):
        name = f"{field.key}__{suffix}"
        if suffix == "s":
            found[name] = search_key(written) if field.search == "name" else fold(written)
        elif suffix == "b":
            found[name] = KEYS.blind(form, field.key, written)
        elif suffix == "t":
            found[name] = KEYS.tail(form, field.key, written)
        elif suffix == "d":
            found[name] = value.date()
        elif suffix in ("from", "to"):
            found[name] = value.start if suffix == "from" else value.end
    if field.sensitive:
        found[field.key] = f'sealed:"{written}"'
    return found


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """Open an empty database: SQLite in memory, or a schema of its own on PostgreSQL."""
    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=StaticPool)
        with engine.connect() as connection:
            register(connection.connection.driver_connection)
            yield connection
        engine.dispose()
        return
    engine = create_engine(url)
    with engine.connect() as connection:
        schema = "t" + new_id().replace("-", "")
        connection.execute(text(f"CREATE SCHEMA {schema}"))
        connection.execute(text(f"SET search_path TO {schema}"))
        try:
            yield connection
        finally:
            connection.rollback()
    engine.dispose()


def form(key: str, *fields: FieldShape, **more: Any) -> FormShape:
    return FormShape(key, {"zh": key, "en": key}, {f.key: f for f in fields}, **more)


def field(key: str, value_type: str = "text", /, **more: Any) -> FieldShape:
    config = {k: more.pop(k) for k in ("to", "scale", "open", "options") if k in more}
    return FieldShape(key, value_type, config, {"zh": key, "en": key}, **more)


def shapes(*forms: FormShape) -> dict[str, FormShape]:
    return {one.key: one for one in forms}


def someone(*roles: str, user_id: str = "me", branches: Sequence[str] = ("b1",), **more: Any) -> Actor:
    return Actor(
        "w", user_id, user_id, user_id, frozenset(roles),
        branch_id=branches[0] if branches else None, branches=tuple(branches), **more,
    )  # fmt: skip


def names(records: Sequence[Record], key: str = "name") -> list[Any]:
    return [record.get(key) for record in records]
