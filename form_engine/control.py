"""What a control is: how a field is shown, filled, checked and written as text.

A control is one file in `form_engine/controls/` holding `CONTROL`, with a twin of the same name in
`designer_ui/src/controls/`. It stands on one value type; storage, filters, aggregates and formulas
never ask for the control.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed, with_defaults
from engine.value_type import VALUE_TYPES


@dataclass(frozen=True, slots=True)
class ItemColumn:
    """A column of the item table that makes a structured control queryable."""

    key: str
    value_type: str
    label: Mapping[str, str]


OPERATORS: Mapping[str, tuple[str, ...]] = {
    "T": ("eq", "ne", "contains", "not_contains", "starts", "ends", "in", "empty", "not_empty"),
    "N": ("eq", "ne", "gt", "ge", "lt", "le", "between", "empty", "not_empty"),
    "A": ("age", "on", "before", "after", "between", "relative", "anniversary", "empty", "not_empty"),
    "P": ("overlaps", "covers", "on", "before", "after", "relative", "empty", "not_empty"),
    "D": ("on", "before", "after", "between", "relative", "anniversary", "empty", "not_empty"),
    "S": ("eq", "ne", "in", "not_in", "empty", "not_empty"),
    "M": ("has_any", "has_all", "has_none", "exactly", "empty", "not_empty"),
    "K": ("first", "has_any", "has_all", "has_none", "exactly", "empty", "not_empty"),
    "C": ("subtree", "has_any", "has_none", "exactly", "empty", "not_empty"),
    "H": ("subtree", "in", "not_in", "where", "empty", "not_empty"),
    "L": ("subtree", "any_item", "empty", "not_empty"),
    "B": ("true", "false", "empty"),
    "R": ("in", "not_in", "where", "empty", "not_empty"),
    "U": ("in", "not_in", "me", "my_team", "my_branch", "empty", "not_empty"),
    "F": ("has_file", "empty", "count", "name_contains"),
    "G": ("within", "empty", "not_empty"),
    "Q": ("any_item", "count", "empty", "not_empty"),
    "-": (),
}
"""Filter operators by group, as `spec` of a control names them; the words are in the browser."""


class Unsure:
    """What a swift reader says of a value that must be looked at closely."""


UNSURE = Unsure()
Swift = Callable[[Any], Any]
"""Turns JSON that is plainly right (never null) into the value as it is kept, checked; UNSURE for anything else."""


@dataclass(frozen=True)
class Control:
    """A kind of field. Subclass and override what differs; every method has a default.

    `config` always has the schema's defaults filled in. `value` is the Python value of the value type.
    `role`: "field" holds a value that people give; "computed" holds one that the server works out and nobody
    submits (formula, lookup, rollup); "virtual" shows something worked out and holds none; "layout" only
    arranges.
    """

    kind: str
    zh: str
    en: str
    value_type: str | None = None
    group: str = "text"
    config_schema: Schema = field(default_factory=closed)
    operators: str = "T"
    role: str = "field"
    icon: str = ""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """`{"config": {...}, "valid": [json, ...], "invalid": [json, ...]}`, run by the contract tests."""
    about: str = ""
    """The setting that names a form whose fields its value is made of: whoever may see that form is told it."""
    item_columns: tuple[ItemColumn, ...] = ()
    swift: Callable[[Mapping[str, Any]], Swift | None] | None = None
    """Makes the swift reader for some settings (None: not for these): parse, normalise and check in one."""

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings with defaults filled in."""
        return with_defaults(self.config_schema, dict(given))

    def value_kind(self, config: Mapping[str, Any]) -> str | None:
        """Return the value type under these settings; None for computed kinds whose formula decides it."""
        return self.value_type

    def operators_for(self, value_type: str | None) -> str:
        """Return the group of operators that a field with this value type can be filtered by."""
        return self.operators

    def value_config(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the value type needs of the settings; all of them unless a control narrows."""
        return config

    def normalise(self, value: Any, config: Mapping[str, Any]) -> Any:
        """Return the value as it is kept: trimmed, folded, rounded."""
        return value

    def check(self, value: Any, config: Mapping[str, Any], path: str) -> Iterator[Problem]:
        """Yield what is wrong with a value that is not blank."""
        return iter(())

    def check_by(self, value: Any, config: Mapping[str, Any], path: str, today: date) -> Iterator[Problem]:
        """Yield what is wrong with a value as of today, e.g. a birthday still to come."""
        return iter(())

    def stamped(self, value: Any, before: Any, config: Mapping[str, Any], now: datetime) -> Any:
        """Return a value just given with what only the server may say of it, e.g. when it was signed."""
        return value

    def fills(self, value: Any, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the value tells about other fields, by their keys; they take it where they are blank."""
        return {}

    def starts_with(self, config: Mapping[str, Any]) -> str | None:
        """Return the formula that the settings make the field's default."""
        return None

    def covers(self, config: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the fields that nobody may change once this one is filled; `()` is all of the record, None none."""
        return None

    def items(self, value: Any, config: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """Yield one row of `item_columns` for each tooth, site, point … of the value."""
        return ()

    def to_text(self, value: Any, config: Mapping[str, Any]) -> str:
        """Return the text form for export, in a form that `from_text` reads back."""
        return VALUE_TYPES.get(self.value_kind(config) or "").to_text(value, self.value_config(config))

    def from_text(self, text: str, config: Mapping[str, Any], path: str) -> Any:
        """Return the value of a text form, as people type it. Raise Rejected."""
        kind = VALUE_TYPES.get(self.value_kind(config) or "")
        return kind.from_text(text, self.value_config(config), path)

    def json_schema(self, config: Mapping[str, Any]) -> Schema:
        """Return the JSON Schema of a submitted value (never null; blanks are handled outside)."""
        return {}


CONTROLS: Registry[Control] = Registry("form_engine.controls", "CONTROL", {"zh": "控件", "en": "control"})
