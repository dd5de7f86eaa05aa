"""Names and types in a flow's formulas: records by name, variables, items of loops, the flow itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.definitions.outline import FormOutline
from engine.definitions.scopes import RecordScope, Types
from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions.types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    JSON,
    NUMBER,
    TEXT,
    TIME,
    ExprType,
    list_of,
    record_of,
)

FLOW = "flow"
INPUT = "input"
TYPES: Mapping[str, ExprType] = {
    "number": NUMBER,
    "text": TEXT,
    "bool": BOOL,
    "date": DATE,
    "datetime": DATETIME,
    "time": TIME,
    "duration": DURATION,
    "person": TEXT,
    "people": list_of(TEXT),
    "list": list_of(ANY),
    "json": JSON,
    "any": ANY,
}
FLOW_NAMES: Mapping[str, ExprType] = {
    "id": TEXT,
    "key": TEXT,
    "title": TEXT,
    "branch_id": TEXT,
    "started_at": DATETIME,
    "started_by": TEXT,
}
"""What `{flow.x}` may be."""


@dataclass(frozen=True, slots=True)
class FlowScope:
    """What the formulas of one flow may name. `local`: names of one place only; `subject`: its bare fields are known too."""

    types: Types
    known: Mapping[str, ExprType]
    subject: FormOutline | None = None
    local: Mapping[str, ExprType] = field(default_factory=dict)

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type of `path`; None when there is no such name."""
        head, rest = path[0], path[1:]
        if head in self.local:
            return self._inside(self.local[head], rest)
        if head in self.known:
            return self._inside(self.known[head], rest)
        if head == FLOW:
            return FLOW_NAMES.get(rest[0]) if len(rest) == 1 else None
        if head == INPUT:
            return JSON if not rest else ANY
        if self.subject is not None:
            seen = self.types.see(self.subject, path)
            return seen.type if seen is not None else None
        return None

    def _inside(self, kind: ExprType, rest: tuple[str, ...]) -> ExprType | None:
        if not rest:
            return kind
        if kind.name in ("any", "json"):
            return ANY
        if kind.name == "list" and kind.item is not None:
            inner = self._inside(kind.item, rest)
            return list_of(inner) if inner is not None else None
        form = outline_of(self.types.forms, kind.form) if kind.name == "record" and kind.form else None
        if form is None:
            return ANY if kind.name == "record" else None
        if form.parent is not None and rest == ("id",):
            return TEXT
        seen = self.types.see(form, rest)
        return seen.type if seen is not None else None

    def names(self) -> Iterable[str]:
        """Return the names to choose from, for "did you mean"."""
        return list(self._names())

    def _names(self) -> Iterator[str]:
        for name, kind in {**self.known, **self.local}.items():
            yield name
            form = outline_of(self.types.forms, kind.form) if kind.form else None
            if form is not None:
                yield from (f"{name}.{key}" for key in (*form.fields, *SYSTEM_FIELDS))
        yield from (f"{FLOW}.{key}" for key in FLOW_NAMES)
        if self.subject is not None:
            yield from self.subject.fields


@dataclass(frozen=True, slots=True)
class FilterScope:
    """What a filter over records of `form` may name: their fields, and the flow's names as `{form.x}`."""

    types: Types
    form: FormOutline
    flow: FlowScope

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type of `path`; None when there is no such name."""
        if path[0] == "form" and len(path) > 1 and "form" not in self.form.fields:
            return self.flow.field(path[1:])
        return RecordScope(self.types, self.form).field(path)

    def names(self) -> Iterable[str]:
        """Return the names to choose from."""
        return [*RecordScope(self.types, self.form).names(), *(f"form.{name}" for name in self.flow.names())]


def outline_of(forms: Mapping[str, FormOutline], name: str) -> FormOutline | None:
    """Return a form's outline, or that of the rows of a sub-table, `plan.items`."""
    form, _, key = name.partition(".")
    outline = forms.get(form)
    if not key or outline is None:
        return outline
    own = outline.fields.get(key)
    return own.rows if own is not None else None


def type_of(name: str, form: str | None = None) -> ExprType:
    """Return the type that a definition calls `name`; `record` needs its form."""
    if name == "record":
        return record_of(form) if form else ANY
    if name == "records":
        return list_of(record_of(form)) if form else list_of(ANY)
    return TYPES.get(name, ANY)
