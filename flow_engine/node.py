"""What a node is: a pure answer to “what next?”. One file in `flow_engine/nodes/` holding `NODE`, with a twin
of the same name in `designer_ui/src/nodes/`. It never writes, sends or looks at the clock: it yields acts.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed, with_defaults
from flow_engine.acts import Act
from flow_engine.happenings import Happening
from flow_engine.outcome import Outcome
from flow_engine.state import Instance, Scope, Task, Timer, Token

Steps = Generator[Act, Any, Outcome]
Answer = Outcome | Steps
"""A node answers at once, or asks the world some things first."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node. `when`: the formula that opens it; `is_default`: taken when no other is."""

    key: str
    to: str
    when: str | None = None
    is_default: bool = False
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a node gives to the flow's formulas: a record of `form`, or a value.

    The type of a value is `type`, or that of the formula at `like`, or of an item of the list at `item_of`; with none
    of them anything. `is_inside`: only its own region knows the name.
    """

    key: str
    form: str | None = None
    type: str | None = None
    like: str | None = None
    item_of: str | None = None
    is_inside: bool = False
    is_maybe: bool = False
    """Holds something only on some ways: reading it needs no earlier writing."""


class NodeContext(Protocol):
    """What a node may know when it is entered or woken. Everything else it asks for by acts."""

    @property
    def config(self) -> Mapping[str, Any]: ...
    @property
    def now(self) -> datetime: ...
    @property
    def instance(self) -> Instance: ...
    @property
    def token(self) -> Token: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of this token, oldest first."""

    def variable(self, key: str) -> Any:
        """Return a variable of the token's scope or of one around it."""

    def work_out(self, place: str, **given: Any) -> Generator[Act, Any, Any]:
        """Return the value of the formula at `place` of the settings (`"when"`, `"ways/0/when"`), reading what it needs.

        `given`: the place's own names (`x-names` of its schema). A failed formula gives an ErrorValue. Settings that
        are no formula are returned as they are.
        """

    def holds(self, place: str, **given: Any) -> Generator[Act, Any, bool]:
        """Tell whether the condition at `place` holds; blank and error values do not."""

    def filled(self, place: str) -> Generator[Act, Any, Any]:
        """Return the settings at `place` with every formula in them worked out."""

    def names_in(self, place: str) -> Generator[Act, Any, Mapping[str, Any]]:
        """Return what `{form.x}` stands for in the filter at `place`: by dotted path, for `Find` and `Aggregate`."""

    def formula(self, text: str) -> Generator[Act, Any, Any]:
        """Return the value of a formula that is not part of the settings, as the rows of a decision table."""

    def filter(self, place: str) -> Any:
        """Return the compiled filter at `place` (`plan.Filter`); None when there is none."""

    def watched(self, place: str) -> tuple[tuple[str, str], ...]:
        """Return the subscriptions by which the token hears of changes of what the formula at `place` reads."""

    def reads_beyond(self, record: str, place: str) -> bool:
        """Tell whether the formula at `place` reads fields of the record that the formula at `record` gives by a link."""

    def correlation(self, place: str) -> Generator[Act, Any, str]:
        """Return the key of an expected message: the value of the formula at `place`, else the instance's id."""

    def handler_of(self, node: str) -> str | None:
        """Return the first node of what takes `node` back."""

    def form_of(self, place: str) -> str | None:
        """Return the form of the record that the formula at `place` gives."""

    def anchor(self, place: str) -> Mapping[str, Any]:
        """Return `{"form", "record_id", "field"}` of the field that the formula at `place` looks at."""

    def start_of(self, day: date) -> datetime:
        """Return the first moment of a day in the branch's zone."""

    def wrote(self) -> None:
        """Tell that records were written: what was read before is read anew."""

    def record(self, name: str) -> tuple[str, str] | None:
        """Return (form, record id) that a name of the flow stands for; None while it is not there."""

    def past(self) -> Generator[Act, Any, tuple[Task, ...]]:
        """Return the ended tasks of the whole instance, oldest first, those of this step included: who did what before."""

    def way_back(self, node: str) -> tuple[tuple[int, ...], int] | None:
        """Return which other tokens a return to `node` takes away and the scope it goes on in; None: the flow could not finish from there."""

    def comes_after(self, node: str, earlier: str) -> bool:
        """Tell whether one may come to `node` after `earlier`: not from a branch beside it."""

    def arrivals(self) -> tuple[Token, ...]:
        """Return the tokens standing at this node in this scope, this one included: for joins."""

    def may_come(self, of: str | None = None, but_turns: bool = False) -> bool:
        """Tell whether another token of this scope can still reach this node (or the node `of`).

        `but_turns`: leaving out tokens that wait at joins themselves.
        """

    def stands_at(self, node: str) -> bool:
        """Tell whether a token stands at `node`, in this scope or one around it."""

    def branches_in(self) -> frozenset[str]:
        """Return the branches that this join brings together."""

    def branch_of(self, token: Token) -> str:
        """Return by which of them a token has come; several edges may belong to one branch, of which it takes one."""

    def branches(self) -> frozenset[str]:
        """Return the nodes between the split that this join belongs to and the join: what it may cancel."""

    def memory(self) -> Mapping[str, Any]:
        """Return what this node remembers in this scope; see `Go.memory`."""

    def everything(self) -> Mapping[str, Any]:
        """Return all names that hold something here: `{"form", "id"}` for records, values for the rest."""

    def locked(self, lock: str) -> bool:
        """Tell whether another open region of the instance has this lock."""

    def completed(self, node: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return what can be taken back here, last first: `{"node", "variables"}` of nodes with `compensate`."""

    @property
    def fired(self) -> Timer | None:
        """The timer that makes this step happen: it may come late, after an outage."""

    @property
    def by(self) -> str | None:
        """Who makes this step happen; None for timers and the like."""

    def bodies(self) -> tuple[Scope, ...]:
        """Return the regions this token runs, ended ones included."""

    def chance(self, key: str) -> float:
        """Return a number from 0 up to 1, steady for `key` and this node: for splits that stay the same for a person."""


@dataclass(frozen=True)
class Node:
    """A kind of node. Subclass and override what differs."""

    kind: str
    zh: str
    en: str
    group: str = "control"
    """control, human, data, wait, outside, route."""
    config_schema: Schema = field(default_factory=closed)
    """Its settings besides `key kind name to on retry on_error compensate`, which all nodes have."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    """What `to` may tell apart: `{"approved": node, "rejected": node}`; one node for all is always allowed."""
    has_to: bool = True
    """Whether it has a `to`; ends and nodes with `ways` have none."""
    splits: str = "one"
    """How it leaves: one, all, some, none; what soundness and the designer go by."""
    joins: str = "each"
    """How it takes arrivals: each, all, started, n."""
    waits: bool = False
    """Whether it stands still for a person, a time or an answer: a loop without such a node would spin."""

    watches_records: bool = False
    """Whether it is woken (`RecordChanged`) when a record it has subscribed to changes."""
    watches_always: bool = False
    """Whether its condition `when` is looked at whenever the instance's record changes, wherever the instance stands."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings with defaults filled in."""
        return with_defaults(self.config_schema, dict(given))

    def ways(self, config: Mapping[str, Any]) -> tuple[Way, ...]:
        """Return the ways out: `to` as one key, or by outcome."""
        to = config.get("to")
        if isinstance(to, str):
            return (Way("to", to),)
        return tuple(Way(key, target) for key, target in (to or {}).items())

    def bodies(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the first nodes of the regions it runs."""
        return ()

    def gives(self, config: Mapping[str, Any]) -> Iterator[Name]:
        """Yield the names that formulas may use once it has been passed."""
        return iter(())

    def enter(self, ctx: NodeContext) -> Answer:
        """Answer an arriving token."""
        raise NotImplementedError

    def resume(self, ctx: NodeContext, happening: Happening) -> Answer:
        """Answer what happened to a waiting token."""
        raise NotImplementedError

    def check(self, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Yield what is wrong with settings that fit the schema."""
        return iter(())


NODES: Registry[Node] = Registry("flow_engine.nodes", "NODE", {"zh": "节点", "en": "node"})
