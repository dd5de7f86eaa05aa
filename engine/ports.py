"""Where strangers meet: what one room needs of another that it may not import. `server` hands the objects in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.access.actor import Actor
from engine.store.unit import Unit


class Records(Protocol):
    """Reads and writes records by all the rules of their forms; flows and jobs get it from the form engine."""

    def create(self, actor: Actor, form: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the new record as the actor may see it. Rejected."""

    def get(self, actor: Actor, form: str, record_id: str) -> Mapping[str, Any]:
        """Return a record as the actor may see it. NotFound."""

    def update(
        self, actor: Actor, form: str, record_id: str, values: Mapping[str, Any], revision: int | None
    ) -> Mapping[str, Any]:
        """Return the record as it is now; `revision` None writes over whatever changed meanwhile. Conflict."""

    def delete(self, actor: Actor, form: str, record_id: str) -> None:
        """Move a record to the recycle bin."""


Path = tuple[str, ...]


class FlowRecords(Protocol):
    """Records as flows read and write them, in the open unit and for the actor it was made for; cause `flow`."""

    def knows(self, form: str, path: Path = ()) -> bool:
        """Tell whether the app has this form, and this path of fields in it."""

    def read(self, form: str, record_id: str, paths: frozenset[Path]) -> Mapping[Path, Any]:
        """Return Python values by path, lists for paths through rows; all None where the record is gone."""

    def hold(self, form: str, record_id: str) -> None:
        """Let nobody else change a record until the unit ends; nothing where it is gone."""

    def create(self, form: str, values: Mapping[str, Any]) -> str:
        """Return the new record's id. Rejected."""

    def update(self, form: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Write new values by all rules of the form. Rejected, NotFound."""

    def delete(self, form: str, record_id: str) -> None:
        """Move a record to the recycle bin. NotFound."""

    def find(
        self,
        form: str,
        where: str,
        names: Mapping[str, Any],
        sort: tuple[str, ...] = (),
        limit: int = 1000,
        fields: tuple[str, ...] = (),
    ) -> list[Any]:
        """Return the ids of records for which the formula `where` holds; `names`: what `{form.x}` in it means.

        With `fields` (dotted paths) `{"id", field: Python value}` of each instead.
        """

    def aggregate(
        self, form: str, where: str, function: str, of: str | None, names: Mapping[str, Any]
    ) -> Any:
        """Return count, sum, avg, min or max over the records for which `where` holds."""

    def change(
        self, form: str, record_id: str, revision: int, paths: frozenset[Path], back: bool = True
    ) -> tuple[Mapping[Path, Any] | None, Mapping[Path, Any] | None]:
        """Return the values before and after one write; None before it was created, and where it is gone.

        `back` False, for a write that left the record there: the values before need not be found out, and may be None.
        Paths that lead to other records, and fields without history, are given as they are now.
        """

    def fill(
        self,
        by: str,
        form: str,
        record_id: str | None,
        values: Mapping[str, Any],
        fields: Mapping[str, str],
        preset: Mapping[str, Any],
        revision: int | None,
    ) -> str:
        """Write what a person entered in a task, by their own rights narrowed to `fields`; return the record's id."""

    def scan(
        self, form: str, where: str, paths: frozenset[Path], limit: int, after: str | None = None
    ) -> tuple[list[tuple[str, Mapping[Path, Any]]], str | None]:
        """Return a page of records by id with values by path, and where the next page begins; None after the last."""

    def label(self, form: str, record_id: str) -> str:
        """Return the record's title."""


class Calendar(Protocol):
    """Due times by the opening hours of branches and the shifts of people."""

    def due(
        self,
        unit: Unit,
        start: datetime,
        after: str,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
        time: str | None = None,
    ) -> datetime:
        """Return `start` and the span `after` (`2h`, `3d`) later, in UTC; `time` moves it to that time of the day."""

    def left(
        self,
        unit: Unit,
        due_at: datetime,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
    ) -> timedelta:
        """Return how much is left on the clock now: what to keep while it stands still."""

    def resumed(
        self,
        unit: Unit,
        left: timedelta,
        clock: str = "wall",
        branch_id: str | None = None,
        person: str | None = None,
    ) -> datetime:
        """Return the due time of a clock that goes on now with so much left."""

    def is_open(self, unit: Unit, at: datetime, branch_id: str | None = None) -> bool:
        """Tell whether the branch is open at an instant."""


class Scripts(Protocol):
    """Runs scripts in a box."""

    @property
    def off_because(self) -> Any:
        """The problem that keeps scripts off; None when they run."""

    def run(
        self,
        source: str,
        given: Mapping[str, Any],
        calls: Mapping[str, Callable[..., Any]],
        timeout_s: float = 2.0,
    ) -> Any:
        """Return the script's result as JSON. `calls` answers what it asks of the house. Rejected."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a message goes to: a person of the staff or a contact, and how the channel finds them."""

    kind: str
    """staff or contact."""
    person_id: str
    """User id, or record id of the contact."""
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """phone, email, wechat, wecom, dingtalk … whatever is known."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes along with a message, by channels that can."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to leave. `key` is steady: a provider that knows idempotency keys gets it."""

    key: str
    to: Address
    lang: str
    subject: str
    text: str
    template: str | None = None
    """The provider's own template, with `data`, where the channel wants one (WeChat)."""
    data: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an attempt. `state`: sent, outbox (kept here, no credentials), refused (never try again), unknown
    (it may have gone out)."""

    state: str
    reference: str | None = None
    error: str | None = None


class Channel(Protocol):
    """A way to people, one file in `connectors/` holding `CHANNEL`. Called outside any transaction."""

    @property
    def kind(self) -> str: ...

    def address(self, to: Address) -> str | None:
        """Return where it would go (a phone number, an account), or None when the person cannot be reached this way."""

    def send(self, outgoing: Outgoing, settings: Mapping[str, str]) -> Receipt:
        """Send; with no credentials in `settings` answer `outbox`. Raises OSError for what may be tried again."""


class Live(Protocol):
    """Tells open browsers that something is new; losing a word costs a refresh, never data."""

    def tell(self, workspace: str, user_ids: Sequence[str], topic: str, body: Mapping[str, Any]) -> None:
        """Tell people's open pages; called after the commit."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of an effect. `state`: sent, failed (surely not sent, may be tried again), refused (surely not sent,
    never try again), unknown (perhaps sent), later (not before `at`), dropped (not to be sent, for `error`)."""

    state: str
    reference: str | None = None
    result: Any = None
    error: str | None = None
    at: datetime | None = None


class Sender(Protocol):
    """Carries out one kind of effect of flows: message, http, webhook."""

    def prepare(self, unit: Unit, key: str, body: Mapping[str, Any]) -> Mapping[str, Any] | Delivery:
        """Return what is to be sent, worked out in a transaction; or a Delivery `later`, `dropped` or `refused`."""

    def send(self, key: str, ready: Mapping[str, Any]) -> Delivery:
        """Send outside any transaction, under a key that the other side should know it by. OSError counts as unknown."""

    def ask(self, key: str, reference: str | None) -> Delivery:
        """Ask the other side what became of it; unknown where it cannot tell."""

    def ended(self, unit: Unit, key: str, delivery: Delivery) -> None:
        """Note what became of it, in the transaction that tells the flow; may come twice."""
