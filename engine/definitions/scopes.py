"""The static types of names in formulas: `{field}`, `{link.field}` over three links, `{rows.field}`, `{form.x}`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definitions.outline import FieldOutline, FormOutline, Forms
from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions import Checked
from engine.expressions.types import (
    ANY,
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    NUMBER,
    OPTION,
    TEXT,
    TIME,
    ExprType,
    list_of,
)
from engine.value_type import VALUE_TYPES

MOST_HOPS = 3
LINKS = ("reference", "references")
OUTER = "form"
"""The name under which a row sees its record, and a filter the record it is for."""

Node = tuple[str, str]
"""A field anywhere in the app: (form or form.subtable, field)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a path leads to. `through` are all fields on the way, the last one included."""

    type: ExprType
    value_type: str | None
    config: Mapping[str, Any]
    through: tuple[Node, ...]
    is_list: bool = False
    hops: int = 0
    field: FieldOutline | None = None


UNKNOWN = Seen(ANY, None, {}, ())


class Types:
    """Answers what each path of each form holds. Computed fields are typed when first asked for."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.formulas: dict[FieldOutline, Checked] = {}
        """Checked formulas of computed fields; the analysis adds them as it checks."""
        self._computed: dict[FieldOutline, tuple[str | None, Mapping[str, Any], ExprType]] = {}
        self._open: set[FieldOutline] = set()
        self._check: Any = None

    def check_with(self, check: Any) -> None:
        """Set the function that checks a computed field's formula: FieldOutline → Checked | None."""
        self._check = check

    def see(self, form: FormOutline, path: tuple[str, ...], outer: FormOutline | None = None) -> Seen | None:
        """Return what `path` leads to from a record of `form`; None when there is no such thing."""
        if path and path[0] == OUTER and OUTER not in form.fields:
            around = outer or form.parent
            # A filter inside a sub-table may name the row's fields and those of the record around it.
            while (
                around is not None and len(path) > 1 and not around.has(path[1]) and around.parent is not None
            ):
                around = around.parent
            return self.see(around, path[1:]) if around is not None and len(path) > 1 else None
        return self._walk(form, path, (), False, 0)

    def _walk(
        self, form: FormOutline, path: tuple[str, ...], through: tuple[Node, ...], is_list: bool, hops: int
    ) -> Seen | None:
        if not path or hops > MOST_HOPS:
            return None
        key, rest = path[0], path[1:]
        through = (*through, (form.name, key))
        own = form.fields.get(key)
        if own is None and key not in SYSTEM_FIELDS:
            # A form whose file is broken may well have the field: say nothing about it.
            return None if form.is_sound and key not in form.broken else UNKNOWN
        value_type, config, type_ = self.type_of(form, key)
        if not rest:
            seen = list_of(_item(type_)) if is_list else type_
            return Seen(seen, value_type, config, through, is_list, hops, own)
        if own is not None and own.rows is not None:
            return self._walk(own.rows, rest, through, True, hops)
        if value_type in LINKS:
            target = self.forms.get(str(config.get("to")))
            if target is None:
                return UNKNOWN
            return self._walk(target, rest, through, is_list or value_type == "references", hops + 1)
        return None

    def type_of(self, form: FormOutline, key: str) -> tuple[str | None, Mapping[str, Any], ExprType]:
        """Return (value type, its config, formula type) of an own or system field."""
        own = form.fields.get(key)
        if own is None:
            if key not in SYSTEM_FIELDS:
                return None, {}, ANY
            value_type, config, _ = SYSTEM_FIELDS[key]
            return value_type, config, VALUE_TYPES.get(value_type).expression_type(config)
        if own.control.role == "computed":
            return self._computed_type(own)
        kind = own.control.value_kind(own.config) if own.control.role == "field" else None
        if kind is None:
            return None, {}, ANY
        config = {"form": own.rows.name} if own.rows else own.control.value_config(own.config)
        return kind, config, VALUE_TYPES.get(kind).expression_type(config)

    def _computed_type(self, own: FieldOutline) -> tuple[str | None, Mapping[str, Any], ExprType]:
        if own in self._computed:
            return self._computed[own]
        if own in self._open:
            # A cycle: reported once over the whole graph, here it only has to end.
            return None, {}, ANY
        self._open.add(own)
        found = self._work_out(own)
        self._open.discard(own)
        self._computed[own] = found
        return found

    def _work_out(self, own: FieldOutline) -> tuple[str | None, Mapping[str, Any], ExprType]:
        config = own.config
        fixed = own.control.value_kind(config)
        fixed_config = own.control.value_config(config) if fixed else {}
        if "formula" in config:
            checked = self._check(own) if self._check else None
            if fixed is not None:
                return fixed, fixed_config, VALUE_TYPES.get(fixed).expression_type(fixed_config)
            return (
                value_of(checked.type, own.control.value_config(config))
                if checked is not None
                else (None, {}, ANY)
            )
        if "path" in config:
            seen = self.see(own.form, tuple(str(config["path"]).split(".")))
            if seen is None or seen.value_type is None:
                return None, {}, ANY
            return (
                ("structured", {}, seen.type) if seen.is_list else (seen.value_type, seen.config, seen.type)
            )
        if fixed is not None:
            return fixed, fixed_config, VALUE_TYPES.get(fixed).expression_type(fixed_config)
        return self._rollup_type(config) if "aggregate" in config else (None, {}, ANY)

    def _rollup_type(self, config: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any], ExprType]:
        target = self.forms.get(str(config.get("of")))
        aggregate, key = config["aggregate"], config.get("field")
        if aggregate in ("count", "count_distinct"):
            return "integer", {}, NUMBER
        if aggregate == "exists":
            return "boolean", {}, BOOL
        if target is None or not isinstance(key, str):
            return "decimal", {"scale": 2}, NUMBER
        seen = self.see(target, tuple(key.split(".")))
        if seen is None or seen.value_type is None:
            return "decimal", {"scale": 2}, NUMBER
        if aggregate == "avg":
            return ("money", {}, NUMBER) if seen.value_type == "money" else ("decimal", {"scale": 4}, NUMBER)
        return seen.value_type, seen.config, seen.type


_VALUE_OF: Mapping[ExprType, tuple[str, Mapping[str, Any]]] = {
    TEXT: ("text", {}),
    OPTION: ("text", {}),
    BOOL: ("boolean", {}),
    DATE: ("date", {}),
    DATETIME: ("datetime", {}),
    TIME: ("time", {}),
    DURATION: ("integer", {}),
}


def value_of(type_: ExprType, config: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], ExprType]:
    """Return the value type that keeps results of `type_`; numbers with the decimals of `config`."""
    if type_ == NUMBER:
        return "decimal", config, NUMBER
    if type_.name == "record" and type_.form:
        return "reference", {"to": type_.form}, type_
    kind, given = _VALUE_OF.get(
        type_, ("structured", {}) if type_.item or type_.name == "json" else ("text", {})
    )
    return kind, given, type_


def _item(type_: ExprType) -> ExprType:
    return type_.item if type_.item is not None else type_


@dataclass(frozen=True, slots=True)
class RecordScope:
    """The names a formula over a record of `form` may use; `outer` is what `{form.x}` means there."""

    types: Types
    form: FormOutline
    outer: FormOutline | None = None

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type of `path`; None when there is no such name."""
        seen = self.types.see(self.form, path, self.outer)
        return seen.type if seen is not None else None

    def names(self) -> Iterable[str]:
        """Return the names to choose from, for "did you mean"."""
        return list(self._names())

    def _names(self) -> Iterator[str]:
        yield from self.form.fields
        yield from SYSTEM_FIELDS
        around = self.outer or self.form.parent
        if around is not None:
            yield from (f"{OUTER}.{key}" for key in around.fields)
        for key, one in self.form.fields.items():
            if one.rows is not None:
                yield from (f"{key}.{inner}" for inner in one.rows.fields)
            elif one.config.get("to") in self.types.forms:
                yield from (f"{key}.{far}" for far in self.types.forms[one.config["to"]].fields)


@dataclass(frozen=True, slots=True)
class SystemScope:
    """Only the system fields: what a formula over records of any form may use."""

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type of a system field."""
        found = SYSTEM_FIELDS.get(path[0]) if len(path) == 1 else None
        return VALUE_TYPES.get(found[0]).expression_type(found[1]) if found else None

    def names(self) -> Iterable[str]:
        """Return the system fields."""
        return SYSTEM_FIELDS


__all__ = ["LINKS", "MOST_HOPS", "OUTER", "UNKNOWN", "Node", "RecordScope", "Seen", "SystemScope", "Types"]
