"""A record while it is being written: values given so far, and everything else worked out on demand.

It is the `Context` that formulas evaluate in. A computed field is evaluated when somebody asks for it, then
kept until a field that it reads changes; that gives topological order without sorting, and no work twice.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from engine.expressions import Checked, ErrorValue, evaluate
from engine.ids import new_id
from form_engine.coercion import as_field_value
from form_engine.prepared import Prepared

NOTHING: Mapping[str, Any] = {}
ZERO = Decimal(0)


class Related(Protocol):
    """Reads other records for formulas (`{customer_id.name}`), whatever the actor may see of them."""

    def value(self, form: str, record_id: str, path: tuple[str, ...]) -> Any:
        """Return what `path` leads to from a record of `form`; None when there is no such record."""


class NoRelated:
    """Knows no other record; for checks without a database."""

    def value(self, form: str, record_id: str, path: tuple[str, ...]) -> Any:
        return None


@dataclass(frozen=True, slots=True)
class SubmitContext:
    """What a write may know besides the form and the record.

    `cause`: user, api, public, import, flow or system. People (user, api, public, import) are held to
    read-only fields and stage buttons; flows are not; locks hold everybody but the system.
    `may_write(key)` says whether the actor's rights let the field be written at all.
    """

    now: datetime
    today: date
    zone: str = "Asia/Shanghai"
    actor: Mapping[str, Any] = field(default_factory=dict)
    cause: str = "user"
    may_write: Callable[[str], bool] = lambda _key: True
    related: Related = field(default_factory=NoRelated)
    data: Any = None
    new_id: Callable[[], str] = new_id
    is_past: bool = False
    """A record of earlier is loaded as it was: its stamps come with it."""

    @property
    def is_person(self) -> bool:
        return self.cause in ("user", "api", "public", "import")


class RecordFacts(Mapping[str, Any]):
    """The stored record behind a write: its old values by key, and `id`, `is_new`, `changed`, `old`."""

    __slots__ = ("_state",)

    def __init__(self, state: "RecordState") -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        state = self._state
        if key == "is_new":
            return state.is_new
        if key == "changed":
            return state.changed()
        if key == "old":
            return state.before
        if key == "id":
            return state.record_id or None
        return state.before[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.before)

    def __len__(self) -> int:
        return len(self._state.before)


class RecordState:
    """One record or sub-table row during a write. `before` is the stored record, None on create."""

    __slots__ = (
        "before", "child_states", "context", "data", "form", "given", "is_checked", "is_new", "memo", "now", "parent",
        "parent_field", "passed", "place", "record_id", "shown", "sticky", "today", "touched", "values", "zone",
    )  # fmt: skip

    def __init__(
        self,
        form: Prepared,
        before: Mapping[str, Any] | None,
        context: SubmitContext,
        parent: "RecordState | None" = None,
        parent_field: str = "",
    ) -> None:
        self.form = form
        self.before: Mapping[str, Any] = before if before is not None else NOTHING
        self.is_new = before is None
        self.context = context
        self.now, self.today, self.zone, self.data = context.now, context.today, context.zone, context.data
        self.parent = parent
        self.parent_field = parent_field
        self.values: dict[str, Any] = dict(self.before)
        self.memo: dict[str, Any] = {}
        self.shown: dict[str, bool] = {}
        self.passed: set[str] = set()
        """Fields whose values went through their controls already."""
        self.touched: set[str] = set()
        """Fields written in this submission, by whatever: given, defaulted, set by a rule, cleared."""
        self.sticky: set[str] = set()
        self.child_states: dict[str, list[RecordState]] = {}
        self.record_id = self.values.get("id") or ""
        self.given: frozenset[str] = frozenset()
        self.is_checked = False
        """Whether the values given went through their controls already."""
        self.place = ""
        """Where a row stands in what was submitted, e.g. `/values/items/2`."""

    # What formulas ask.

    @property
    def actor(self) -> Mapping[str, Any]:
        return self.context.actor

    @property
    def record(self) -> "RecordFacts":
        """Return what CHANGED, OLDVALUE, ISNEW and RECORDID ask."""
        return RecordFacts(self)

    def value(self, path: tuple[str, ...]) -> Any:
        head = path[0]
        if len(path) == 1:
            return self.values.get(head) if head in self.form.plain else self.get(head)
        if head == "form" and self.parent is not None:
            return self.parent.value(path[1:])
        if head in self.form.rows:
            return [child.value(path[1:]) for child in self.children(head)]
        return self._through(head, path[1:])

    def _through(self, head: str, rest: tuple[str, ...]) -> Any:
        value = self.get(head)
        if value is None:
            return None
        target = self.form.targets.get(head)
        if target is None:
            return None
        follow = self.context.related.value
        if isinstance(value, tuple | list):
            return [follow(target, one, rest) for one in value]
        return follow(target, value, rest)

    def get(self, key: str) -> Any:
        """Return the field's value now; a computed field is evaluated at most once for each state of its inputs."""
        form = self.form
        formula = form.formulas.get(key)
        if formula is None:
            if key in self.sticky:
                formula = form.sticky[key]
            elif key in form.rows:
                return self.children(key)
            elif key in form.lookups:
                return self.value(form.lookups[key])
            elif key in form.rollups:
                return self._rolled_up(key)
            else:
                return self.values.get(key)
        memo = self.memo
        if key in memo:
            return memo[key]
        value = evaluate(formula, self)
        if value is not None and value.__class__ is not ErrorValue:
            value = self.fit(key, value)
        memo[key] = value
        return value

    def _rolled_up(self, key: str) -> Any:
        """Return a rollup as it stands in the database; nothing points at a new record yet."""
        if self.is_new:
            return ZERO if self.form.rollups[key] in ("count", "count_distinct", "sum") else None
        return self.context.related.value(self.form.plan.key, self.record_id, (key,))

    def fit(self, key: str, value: Any) -> Any:
        """Return what a formula gave as the value of field `key`."""
        kept = self.form.kept_as.get(key)
        return None if kept is None else as_field_value(value, kept[0], kept[1], self.zone)

    def holds(self, condition: Checked) -> bool:
        """Tell whether a condition is true; blank and errors are not."""
        return evaluate(condition, self) is True

    # What a write does.

    def set(self, key: str, value: Any) -> None:
        """Give a field its value; what was worked out from it is forgotten."""
        self.sticky.discard(key)
        self.passed.discard(key)
        self.values[key] = value
        self.touched.add(key)
        self.forget(key)

    def forget(self, key: str) -> None:
        """Forget what was worked out from `key`, here, in the rows that read it, and in the parent."""
        self.shown.clear()
        memo = self.memo
        memo.pop(key, None)
        for reader in self.form.readers.get(key, ()):
            memo.pop(reader, None)
        for field_key, children in self.child_states.items():
            if key in self.form.rows[field_key].from_parent:
                for child in children:
                    child.memo.clear()
                    child.shown.clear()
        if self.parent is not None:
            self.parent.forget(self.parent_field)

    def children(self, key: str) -> list["RecordState"]:
        """Return the rows of a sub-table as states; stored rows until somebody gives others."""
        known = self.child_states.get(key)
        if known is None:
            form = self.form.rows[key]
            stored = self.before.get(key) or ()
            known = [RecordState(form, row, self.context, self, key) for row in stored]
            self.child_states[key] = known
        return known

    def changed(self) -> frozenset[str]:
        """Return the fields whose value differs from the stored one, as far as known now."""
        before = self.before
        return frozenset(
            key
            for key in self.touched
            if (self._rows_changed(key) if key in self.form.rows else self.values.get(key) != before.get(key))
        )

    def _rows_changed(self, key: str) -> bool:
        """Tell whether rows came, went, or have other values than before."""
        rows = self.children(key)
        return len(rows) != len(self.before.get(key) or ()) or any(
            one.is_new or bool(one.changed()) for one in rows
        )

    def is_visible(self, key: str) -> bool:
        """Tell whether no rule hides the field. An error in a condition shows the field."""
        conditions = self.form.visible.get(key)
        if conditions is None:
            return True
        known = self.shown.get(key)
        if known is None:
            known = all(
                isinstance(answer, ErrorValue) or answer is True
                for answer in (evaluate(c, self) for c in conditions)
            )
            self.shown[key] = known
        return known


# Formulas over rows (`FILTER({items}, …)`) take each row for a mapping of its fields.
Mapping.register(RecordState)
