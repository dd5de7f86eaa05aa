"""What a step asks of the world. `step` is a generator: it yields an act, and is sent the answer.

In production all acts of one step are answered inside the one transaction that also stores the new state; in
simulation by a transaction that is taken back; in tests by a dictionary; in replay by the history. So the core
does no input or output, knows no clock and no chance, and is the same everywhere.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field


class Read(Struct, frozen=True, gc=False):
    """Values of a record by path, whoever may see them: `{path: Python value}`; None where the record is gone."""

    form: str
    record_id: str
    paths: frozenset[tuple[str, ...]]
    is_held: bool = False
    """Nobody else may change the record until the step is stored: what is written next hangs on what is read now."""


class Create(Struct, frozen=True, gc=False):
    """A new record by all rules of its form → its id."""

    form: str
    values: Mapping[str, Any]


class Update(Struct, frozen=True, gc=False):
    """New values in a record by all rules of its form → None."""

    form: str
    record_id: str
    values: Mapping[str, Any]


class Fill(Struct, frozen=True, gc=False):
    """What a person wrote into a record in a task, by all rules of its form and by no more than their own rights → record id.

    `fields`: the node's rights by field (read, write, hidden, required, masked), `*` for all others; they only narrow.
    `record_id` None: a new record; `preset` are the values the flow gives it.
    """

    by: str
    form: str
    record_id: str | None
    values: Mapping[str, Any]
    fields: Mapping[str, str] = field(default_factory=dict)
    preset: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None


class Delete(Struct, frozen=True, gc=False):
    """A record into the recycle bin → None."""

    form: str
    record_id: str


class SwitchAccount(Struct, frozen=True, gc=False):
    """A person's account off or on again → None. Rejected for the last one who may run the house."""

    user_id: str
    is_active: bool


class Find(Struct, frozen=True, gc=False):
    """Ids of the records for which `where` holds, sorted → list of ids. `names`: what `{form.x}` in it means.

    With `fields` (dotted paths) a list of `{"id", field: Python value}` instead.
    """

    form: str
    where: str
    names: Mapping[str, Any] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    limit: int = 1000
    fields: tuple[str, ...] = ()


class Aggregate(Struct, frozen=True, gc=False):
    """One number over the records for which `where` holds → value. `function`: count sum avg min max."""

    form: str
    where: str
    function: str
    of: str | None = None
    """The field it is worked out over; none for count."""
    names: Mapping[str, Any] = field(default_factory=dict)


class People(Struct, frozen=True, gc=False):
    """Who answers a rule → list of user ids, active ones only, in a steady order.

    `rule`: `{"role", "branch"?}`, `{"user": id}`, `{"managers_of": id, "levels"?: n}`, `{"group": [rule…]}`,
    `{"team_of": id}`; formulas in it have been worked out. Proxies (委托代理) are put in by the answerer: an item is
    a user id, or `(proxy, owner)`.
    """

    rule: Mapping[str, Any]
    flow: str
    form: str | None = None
    record_id: str | None = None
    amount: Decimal | int | None = None
    """What is to be decided about, for proxies who may decide up to an amount."""


class Choose(Struct, frozen=True, gc=False):
    """One of several people by a routing rule (rotation, least load, skill, sticky, pool) → user id or None."""

    rule_key: str
    rule: Mapping[str, Any]
    people: tuple[str, ...]
    form: str | None = None
    record_id: str | None = None


class Due(Struct, frozen=True, gc=False):
    """A point in time → datetime. `after`: `"2h"`, `"3d"`; `clock`: wall, business (opening hours of the branch), person."""

    start: datetime
    after: str
    clock: str = "wall"
    branch_id: str | None = None
    person: str | None = None
    time: str | None = None
    """Move to this time of that day, e.g. 10:00."""
    left: timedelta | None = None
    """The clock stood still (waiting for the patient) and goes on from now with so much left; `after` says nothing then."""


class Left(Struct, frozen=True, gc=False):
    """How much is left on a clock until `due_at`, now → timedelta: what to keep while it stands still."""

    due_at: datetime
    clock: str = "wall"
    branch_id: str | None = None
    person: str | None = None


class Past(Struct, frozen=True, gc=False):
    """The ended tasks of this instance as stored, oldest first → list of `state.Task`. Nodes ask `NodeContext.past`."""


class Run(Struct, frozen=True, gc=False):
    """A script in its box → its result as JSON, or an ErrorValue."""

    source: str
    given: Mapping[str, Any]
    timeout_s: float = 2.0


class Effect(Struct, frozen=True, gc=False):
    """Something that leaves the house, done by a job after the commit. `kind`: message, http, webhook.

    `key` is steady for (instance, token, node, round): the same effect is never asked for under another key.
    """

    kind: str
    key: str
    body: Mapping[str, Any]
    token_id: int
    waits: bool = True
    """Whether the token stands still until the answer is there."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Retries, back-off, what to do about an unknown outcome."""


class Over(Struct, frozen=True, gc=False):
    """A node that wrote is over → None. Unless `is_kept`, one of its writes was refused: the others are taken back too."""

    is_kept: bool


Act = (
    Read
    | Create
    | Update
    | Fill
    | Delete
    | SwitchAccount
    | Find
    | Aggregate
    | People
    | Choose
    | Due
    | Left
    | Past
    | Run
    | Over
)
WRITES: frozenset[type[Any]] = frozenset({Create, Update, Fill, Delete, SwitchAccount})
"""Acts that write."""


@runtime_checkable
class TakesBack(Protocol):
    """A world whose writes can be taken back."""

    def over(self, is_kept: bool) -> None:
        """Keep all that was written since the last time, or take it back."""


class World(Protocol):
    """Answers acts."""

    def answer(self, act: Act) -> Any:
        """Return the answer. Rejected where a form's rule refuses the write."""


__all__ = [
    "WRITES",
    "Act",
    "Aggregate",
    "Choose",
    "Create",
    "Delete",
    "Due",
    "Effect",
    "Fill",
    "Find",
    "Left",
    "Over",
    "Past",
    "People",
    "Read",
    "Run",
    "SwitchAccount",
    "TakesBack",
    "Update",
    "World",
]  # fmt: skip
