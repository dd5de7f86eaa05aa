"""What the lower rooms know of a form: its fields as value types, with what guards and finds them.

`form_engine` compiles form definitions into plans; each plan holds one `FormShape`. Access, store and
expressions know shapes only, never controls.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.text import Words
from engine.value_type import VALUE_TYPES, ValueType

SYSTEM_FIELDS: Mapping[str, tuple[str, Mapping[str, Any], Words]] = {
    "id": ("text", {}, {"zh": "内部编号", "en": "Id"}),
    "no": ("text", {}, {"zh": "编号", "en": "No."}),
    "branch_id": ("reference", {"to": "branch"}, {"zh": "分院", "en": "Branch"}),
    "owner_id": ("person", {}, {"zh": "负责人", "en": "Owner"}),
    "created_at": ("datetime", {}, {"zh": "创建时间", "en": "Created"}),
    "created_by": ("person", {}, {"zh": "创建人", "en": "Created by"}),
    "updated_at": ("datetime", {}, {"zh": "更新时间", "en": "Updated"}),
    "updated_by": ("person", {}, {"zh": "更新人", "en": "Updated by"}),
    "deleted_at": ("datetime", {}, {"zh": "删除时间", "en": "Deleted"}),
    "deleted_by": ("person", {}, {"zh": "删除人", "en": "Deleted by"}),
    "revision": ("integer", {}, {"zh": "版次", "en": "Revision"}),
    "def_version": ("integer", {}, {"zh": "定义版本", "en": "Definition version"}),
    "source_ref": ("text", {}, {"zh": "来源", "en": "Source"}),
}
"""Columns of every form's table: value type, config, label. A form definition may not use these keys,
but may relabel `no`, `branch_id` and `owner_id` under `"system"`."""


@dataclass(frozen=True, slots=True)
class ItemShape:
    """One column of a structured field's item table."""

    key: str
    value_type: str


@dataclass(frozen=True, slots=True)
class Structure:
    """How the JSON of a structured value is written as text, read back and judged."""

    to_text: Callable[[Any], str]
    from_text: Callable[[str], Any]
    """Raises Rejected."""
    takes: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A field as storage, access and formulas see it."""

    key: str
    value_type: str
    config: Mapping[str, Any] = field(default_factory=dict)
    label: Words = field(default_factory=dict)
    stored: bool = True
    """False: no column; the value is worked out when read (live formula, lookup, rollup)."""
    formula: str | None = None
    """Text of a computed field's formula. Computed fields are never written by people."""
    rollup: Mapping[str, Any] | None = None
    """`{"of": form, "by": link field in it, "aggregate": name, "field": key, "where": formula}`.

    `mine`: the field of this record that `by` is equal to, where it is not the record itself: others of my customer."""
    kept: tuple[str, ...] = ()
    """Paths whose values are copied into a snapshot. Nobody writes one, and it is as secret as what is in it."""
    tree: str | None = None
    """Of a reference: the field of the other form by which its records stand below one another."""
    mask: str | None = None
    """Mask class: phone, id, med, cost, photo, name. Roles say what each class means for them."""
    sensitive: bool = False
    """Encrypted at rest, found by blind index only (equality, and last four digits for phones)."""
    unique: tuple[str, ...] | None = None
    """Other keys that together with this one must be unique among live records; `()` alone."""
    indexed: bool = False
    search: str | None = None
    """How quick search finds it: "text", "name" (pinyin too), "phone" (tail too), "code"."""
    history: bool = True
    item_columns: tuple[ItemShape, ...] = ()
    items: Callable[[Any], Iterable[tuple[Any, ...]]] | None = None
    structure: str | None = None
    """Of a structured value: the control whose JSON it is; that of another control means nothing to it."""
    structured: Structure | None = None
    rows: "FormShape | None" = None
    """The child table's shape where `value_type` is "rows"."""

    @property
    def type(self) -> ValueType:
        return VALUE_TYPES.get(self.value_type)


@dataclass(frozen=True, slots=True)
class FormShape:
    """A form as storage, access and formulas see it. `fields` has the own fields, not the system ones."""

    key: str
    name: Words
    fields: Mapping[str, FieldShape]
    parent: str | None = None
    """Set on a sub-table: the key of the form it belongs to; its table is `<parent>__<field>`."""
    title: str | None = None
    """Formula of the record's title, e.g. `{name} & " " & {phone}`; falls back to `no`."""
    own_by: tuple[str, ...] = ("owner_id", "created_by")
    """Fields that make a record mine when they hold me (a person) or my staff record (a reference)."""
    unique_together: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    """Column lists that views, filters and reports want indexed; "-key" sorts downwards."""
    append_only: bool = False
    class_: str = "general"
    """general, personal, medical: what retention and purge may do."""
    deadlines: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """What flows ask people about its records by a time: the options of `flow`, `step` and `roles`. Empty: nothing."""

    @property
    def table(self) -> str:
        return f"{self.parent}__{self.key}" if self.parent else self.key

    def field(self, key: str) -> FieldShape | None:
        """Return an own or system field."""
        own = self.fields.get(key)
        if own is not None:
            return own
        system = SYSTEM_FIELDS.get(key)
        return FieldShape(key, system[0], system[1], system[2]) if system else None


Shapes = Mapping[str, FormShape]
"""All forms of an app by key; sub-tables are found inside their field."""
