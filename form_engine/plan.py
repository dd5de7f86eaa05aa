"""Plans: form definitions compiled once, checked and frozen; everything at run time reads these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.access.copies import Way
from engine.definitions.app import App
from engine.definitions.outline import FieldOutline
from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape, Shapes
from engine.expressions import Checked
from engine.schema import Schema
from engine.text import Words
from form_engine.client import ClientRights, client_plan
from form_engine.control import Control, Swift
from form_engine.json_schema import submission_schema

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """A path that a snapshot keeps, and the field at its end."""

    path: tuple[str, ...]
    end: FieldShape
    labels: tuple[Words, ...] = ()
    """What the steps are called."""
    outline: FieldOutline | None = None
    """The control and its settings at the end; None: a system field."""

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, eq=False)
class FieldPlan:
    """One field. `config` has defaults filled in and option lists resolved; `path` points into the definition."""

    key: str
    path: str
    control: Control
    config: Json
    definition: Json
    label: Words
    shape: FieldShape | None
    """None: layout and display kinds, which hold no value."""
    required: bool = False
    required_if: Checked | None = None
    visible_if: Checked | None = None
    read_only: bool = False
    read_only_if: Checked | None = None
    default: Any = None
    """JSON as the author wrote it; `parse` makes the value."""
    default_formula: Checked | None = None
    formula: Checked | None = None
    """Of a computed field."""
    filter: Checked | None = None
    """Of a link: which records of the target may be picked; `{form.x}` is this record."""
    where: Checked | None = None
    """Of a rollup: which records of the other form count; `{form.x}` is this record."""
    conditions: Mapping[str, Checked] = field(default_factory=dict)
    """Further formulas among the control's settings, by their place: `enable_if`, `columns/0/when`."""
    on_hidden: str | None = None
    """keep or clear; None: cleared in a new record, kept in an old one."""
    rows: "FormPlan | None" = None
    unique: Json | None = None
    """`{"within": [keys], "message": words, "on_clash": "refuse"}` where the field is unique."""

    kept: tuple[Kept, ...] = ()
    """Of a snapshot: what the server copies into it."""
    looked: tuple[Way, ...] = ()
    """Of a snapshot: the links it reads through, and the forms they lead to."""

    @property
    def is_written(self) -> bool:
        """Whether a submission may name it."""
        return self.control.role == "field" and self.shape is not None and not self.config.get("fields_kept")

    @property
    def is_computed(self) -> bool:
        """Whether the server works it out: formula, lookup, rollup."""
        return self.control.role in ("computed", "virtual") and self.shape is not None

    @cached_property
    def swift(self) -> Swift | None:
        """Return what reads plain values of the field; None where each must be looked at closely."""
        if self.control.swift is None or self.rows is not None or not self.is_written:
            return None
        return self.control.swift(self.config)

    def parse(self, raw: Any, path: str) -> Any:
        """Return the Python value of JSON `raw`. Raise Rejected."""
        if self.shape is None:
            return None
        return self.shape.type.parse(raw, self.shape.config, path)


@dataclass(frozen=True, eq=False)
class RulePlan:
    """One rule: checks, locks or sets when `when` holds (always, when it has none)."""

    key: str
    path: str
    when: Checked | None = None
    check: Checked | None = None
    message: Words = field(default_factory=dict)
    at: str = ""
    lock: bool = False
    lock_fields: tuple[str, ...] = ()
    """Fields the lock covers; empty: the whole record."""
    unlock_fields: tuple[str, ...] = ()
    """Fields that stay open under the lock."""
    set: Mapping[str, Checked] = field(default_factory=dict)
    no_overlap: Json | None = None
    """`{"by": [keys], "start", "end", "capacity"?}`: live records alike in `by` may not overlap in time, or only so many."""
    within: Json | None = None
    """`{"of", "by": {own: there}, "start", "end", "day", "opens", "closes", "pauses"?}`: on duty as `of` plans it."""
    found: Json | None = None
    """`{"in", "by": {own: there}}`: a record of `in` alike in `by` must be there."""
    where: Checked | None = None
    """Which records `no_overlap` minds, or which of those of `within` or `found` count."""

    def conditions(self) -> Iterator[Checked]:
        """Yield every formula of the rule."""
        yield from (one for one in (self.when, self.check) if one is not None)
        yield from self.set.values()


@dataclass(frozen=True, eq=False)
class SectionPlan:
    """A part of the form's layout."""

    key: str
    section: Words
    items: tuple[str, ...]
    columns: int = 2
    folded: bool = False
    visible_if: Checked | None = None


@dataclass(frozen=True, eq=False)
class ViewPlan:
    """A saved way to look at many records. `fields` are all paths it shows."""

    key: str
    kind: str
    name: Words
    definition: Json
    filter: Checked | None = None
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    group: str | None = None
    totals: Mapping[str, str] = field(default_factory=dict)
    color_if: Mapping[str, Checked] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    """Roles that see it; empty: all."""

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Return the paths the view needs, without repeats, in order."""
        named = [*self.columns, *self.definition.get("card", ())]
        named += [self.definition[part] for part in VIEW_FIELDS if part in self.definition]
        return tuple(dict.fromkeys(named))


VIEW_FIELDS = ("by", "group", "start", "end", "title", "resource", "parent", "image", "color")
"""Properties of a view that name one field."""


@dataclass(frozen=True, eq=False)
class ActionPlan:
    """A button of the record page: asks for fields, sets values, creates a record or starts a flow."""

    key: str
    name: Words
    definition: Json
    visible_if: Checked | None = None
    set: Mapping[str, Checked] = field(default_factory=dict)
    create: Mapping[str, Checked] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class TabPlan:
    """A tab of the record page. `filter` is over the related form, `{form.x}` is the page's record."""

    key: str
    kind: str
    definition: Json
    visible_if: Checked | None = None
    filter: Checked | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    """Of a timeline or related tab: form → its field that points at this record."""


@dataclass(frozen=True, eq=False)
class FormPlan:
    """One form, or the rows of a sub-table (`parent` set)."""

    key: str
    name: Words
    definition: Json
    shape: FormShape
    fields: tuple[FieldPlan, ...]
    order: tuple[str, ...] = ()
    """Computed fields in an order in which each comes after those it reads."""
    rules: tuple[RulePlan, ...] = ()
    layout: tuple[SectionPlan, ...] = ()
    views: Mapping[str, ViewPlan] = field(default_factory=dict)
    tabs: Mapping[str, TabPlan] = field(default_factory=dict)
    actions: Mapping[str, ActionPlan] = field(default_factory=dict)
    public_set: Mapping[str, Checked] = field(default_factory=dict)
    """What the form by link fills in itself."""
    public_about: Mapping[str, Checked] = field(default_factory=dict)
    public_closed: Mapping[str, Checked] = field(default_factory=dict)
    title: Checked | None = None
    parent: str | None = None
    is_off: bool = False
    """Belongs to a module that is switched off: kept, but in no menu."""
    system: Mapping[str, Json] = field(default_factory=dict)
    """System fields as this form says them: label, help, required, read_only."""
    system_defaults: Mapping[str, Checked] = field(default_factory=dict)

    @property
    def icon(self) -> str:
        return str(self.definition.get("icon", ""))

    @property
    def module(self) -> str:
        return str(self.definition.get("module", ""))

    @property
    def number(self) -> Json | None:
        """Return the pattern of `no`: `{"pattern", "reset"?, "gapless"?}`."""
        return self.definition.get("number")

    @property
    def page(self) -> Json:
        page: Json = self.definition.get("page", {})
        return page

    @cached_property
    def by_key(self) -> Mapping[str, FieldPlan]:
        """Return the own fields by key."""
        return {one.key: one for one in self.fields}

    def field(self, key: str) -> FieldPlan | None:
        """Return an own field; system fields have no plan."""
        return self.by_key.get(key)

    def label(self, key: str) -> Words:
        """Return the label of an own or system field."""
        own = self.by_key.get(key)
        if own is not None:
            return own.label
        told = self.system.get(key, {}).get("label")
        return told or (SYSTEM_FIELDS[key][2] if key in SYSTEM_FIELDS else {})

    def json_schema(self) -> Schema:
        """Return the JSON Schema 2020-12 of a submission: what the server checks without looking elsewhere."""
        return submission_schema(self)

    def client(self, rights: ClientRights) -> dict[str, Any]:
        """Return what GET /api/forms/{form} gives a person with `rights`."""
        return client_plan(self, rights)


@dataclass(frozen=True, eq=False)
class PagePlan:
    """A page of the menu."""

    key: str
    definition: Json
    filters: Mapping[str, Checked] = field(default_factory=dict)
    """Formulas of its lists and numbers, by `today/<key>` and `numbers/<key>`."""


@dataclass(frozen=True, eq=False)
class AppPlan:
    """A whole app, compiled."""

    app: App
    forms: Mapping[str, FormPlan]
    shapes: Shapes
    pages: Mapping[str, PagePlan]
    lists: Mapping[str, Json]
    policy: Any = None
    """What roles may do (`engine.access.Policy`)."""
    analysis: Any = None
    """What was found out about the app (`engine.definitions.analysis.Analysis`): flows are compiled with it."""

    @property
    def key(self) -> str:
        return self.app.key

    @property
    def name(self) -> Words:
        return self.app.name

    @property
    def version(self) -> str:
        return self.app.version

    @property
    def roles(self) -> Mapping[str, Json]:
        return self.app.of("roles")

    def form(self, key: str) -> FormPlan | None:
        """Return a form's plan; None when there is no such form."""
        return self.forms.get(key)
