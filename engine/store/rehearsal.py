"""A workspace on trial: the real work, in one transaction that is taken back, by a clock of its own.

Every unit opened on it is a savepoint of that transaction, so services, jobs and timers run as they are. What they
write is seen by them alone, and nothing of it stays: no row, no audit, no number used up.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from sqlalchemy.engine import Connection

from engine.clock import Clock
from engine.store import numbers
from engine.store.backends import Room
from engine.store.connections import Held, run_words
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace, holding

FIRST_NUMBER = 900_000
"""Numbers of a trial begin here: real ones are not asked for, since a sequence never takes one back."""
LOCK_MS = 3_000
OnEvent = Callable[["TrialUnit", str, str | None, str | None, Any], None]


class _TakenBackError(Exception):
    """Ends the transaction of a trial."""


class TrialUnit(Unit):
    """A unit of a trial. The audit is not written: its head is one row, for which all others would wait."""

    workspace: "TrialWorkspace"

    def emit(self, kind: str, form: str | None, record_id: str | None, body: Any) -> str:
        """Put an event into the outbox of the trial, and tell of it once it is sure to stand."""
        self.at_last(lambda: self.workspace.on_event(self, kind, form, record_id, body))
        return super().emit(kind, form, record_id, body)

    def next_numbers(self, series: str, scope: str = "", count: int = 1) -> list[int]:
        """Return numbers that only look like real ones."""
        given = [numbers.gapless(self, f"trial:{series}", scope) for _ in range(count)]
        return [FIRST_NUMBER + one for one in given]

    def raise_number(self, series: str, scope: str, at_least: int) -> None:
        """Leave real numbers alone."""

    def _audit_writes(self) -> list[tuple[str, list[list[Any]]]]:
        """Nothing that was only tried is noted."""
        return []


class TrialGround(Workspace):
    """A workspace in another room."""

    def __init__(self, of: Workspace, room: Room) -> None:
        super().__init__(of.info, room, of.keys, of.folder, of.clock)
        self.branch_zones, self.after_write, self._codecs = of.branch_zones, of.after_write, of._codecs


class TrialWorkspace(Workspace):
    """A workspace whose units all lie in one transaction. To be used by one thread."""

    def __init__(self, of: Workspace, connection: Connection, clock: Clock) -> None:
        super().__init__(of.info, of.room, of.keys, of.folder, clock)
        self.branch_zones, self.after_write, self._codecs = of.branch_zones, of.after_write, of._codecs
        self.on_event: OnEvent = lambda *_: None
        """Told of each event that a unit leaves, just before the unit ends."""
        self._connection = connection

    def read(self, snapshot: bool = False) -> AbstractContextManager[Unit]:
        """Open a reading unit."""
        return self._trial_unit(Cause("system"))

    def write(self, cause: Cause, first: Held | None = None) -> AbstractContextManager[Unit]:
        """Open a writing unit, of which nothing outlives the trial."""
        return self._trial_unit(cause)

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """Refuse: tables are not tried out."""
        raise TypeError("tables cannot be changed on trial")
        yield self._connection

    @contextmanager
    def _trial_unit(self, cause: Cause) -> Iterator[Unit]:
        driver: Any = self._connection.connection.driver_connection
        with holding(self.key):
            run_words(driver, "SAVEPOINT trial_unit")
            try:
                unit = TrialUnit(self, self._connection, cause)
                yield unit
                unit.flush()
            except BaseException:
                run_words(driver, "ROLLBACK TO SAVEPOINT trial_unit")
                run_words(driver, "RELEASE SAVEPOINT trial_unit")
                raise
            run_words(driver, "RELEASE SAVEPOINT trial_unit")

    def close(self) -> None:
        """Give nothing back: the connections are the real workspace's."""


@contextmanager
def set_apart(workspace: Workspace) -> Iterator[Workspace]:
    """Give a workspace as it stands now for trials that keep nobody waiting: on SQLite a copy, which is gone in the end."""
    with workspace.room.apart() as room:
        yield TrialGround(workspace, room)


@contextmanager
def on_trial(workspace: Workspace, clock: Clock) -> Iterator[TrialWorkspace]:
    """Give a workspace to try things out on; in the end all of it is taken back.

    On SQLite nobody else can write to it meanwhile (`set_apart`), on PostgreSQL nobody else can write the same rows: be quick.
    """
    with suppress(_TakenBackError), workspace.room.write() as connection:
        if workspace.dialect == "postgresql":
            driver: Any = connection.connection.driver_connection
            # One moment for all of it, so that what others do meanwhile is not taken for the trial's own.
            driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            driver.execute(f"SET LOCAL lock_timeout TO '{LOCK_MS}ms'")
        yield TrialWorkspace(workspace, connection, clock)
        raise _TakenBackError
