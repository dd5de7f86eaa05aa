"""Counts the statements of a page: as many for five hundred records as for five."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks import clinic
from benchmarks.databases import Database
from benchmarks.findings import Finding
from benchmarks.requests import FIELDS
from engine.store.unit import Unit

SIZES = (5, 50, 500)


def measure(database: Database) -> Iterator[Finding]:
    """Yield the statements of pages of 5, 50 and 500 records with two relations, for a member."""
    house, made, _facts = clinic.build(database.home, database.url, 12_000)
    try:
        member = made.actor("member00")
        counts = []
        for limit in SIZES:
            asked = {"fields": FIELDS, "sort": ["-day"], "limit": limit}
            with counted() as run:
                found = made.service.query(member, "visit", asked)
            assert len(found["records"]) == limit, len(found["records"])
            counts.append(len(run))
    finally:
        house.close()
    told = f"{', '.join(map(str, counts))} statements for {', '.join(map(str, SIZES))} records"
    yield Finding("statements, 500 records to 5", database.name, told, counts[-1] / counts[0], 1)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the texts of all statements that units run on their cursors inside the block."""
    run: list[str] = []
    begin = Unit.__init__

    class Counting:
        def __init__(self, cursor: Any) -> None:
            self._cursor = cursor

        def execute(self, text: str, *values: Any) -> Any:
            run.append(text)
            return self._cursor.execute(text, *values)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._cursor, name)

    def opened(self: Unit, workspace: Any, connection: Any, cause: Any) -> None:
        begin(self, workspace, connection, cause)
        self.cursor = Counting(self.cursor)

    Unit.__init__ = opened  # type: ignore[method-assign]  # measured from outside, for this block only
    try:
        yield run
    finally:
        Unit.__init__ = begin  # type: ignore[method-assign]  # as it was
