"""A record just written, as reading it back would show it: without asking the database where that must say the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.access.levels import Level
from engine.access.masking import mask
from engine.access.query import Record
from engine.access.rules import RowRule
from engine.access.writing import Writing
from engine.definitions.shape import FieldShape

Show = Callable[[Any], Any] | None
AS_THEY_ARE = frozenset({"text", "integer", "boolean", "choice", "reference", "person"})
"""Value types whose Python values are their JSON values."""


@dataclass(frozen=True, slots=True)
class _Showing:
    """How the fields of a record are shown: (key, what makes the JSON value), and sub-tables."""

    fields: tuple[tuple[str, Show], ...]
    rows: tuple[str, ...]


class Written(Writing):
    """What the gate says of a record that this very transaction has written."""

    def written(
        self, form: str, fields: tuple[str, ...], record: Mapping[str, Any], can: tuple[str, ...]
    ) -> Record | None:
        """Return a record written in this transaction as `Gate.page` would read it, with `_can`.

        None where only the database can say: rules and levels with formulas, values worked out when read, rows.
        """
        place = ("written", form, fields, self.rights.signature)
        showing: _Showing | bool | None = self.policy.settled.get(place)
        if showing is None:
            showing = self._showing(form, fields) or False
            self.policy.settled.put(place, showing)
        rules = [self.rights.row(form, verb) for verb in ("view", *can)]
        if isinstance(showing, bool) or any(any(rule.all_conditions()) for rule in rules):
            return None
        if any(record.get(key) for key in showing.rows) or not self._reached(rules[0], form, record):
            return None
        found: Record = {}
        for key, show in showing.fields:
            value = record.get(key)
            found[key] = value if value is None or show is None else show(value)
        found.update((key, []) for key in showing.rows)
        found["_can"] = {
            verb: self._reached(rule, form, record) for verb, rule in zip(can, rules[1:], strict=True)
        }
        return found

    def _reached(self, rule: RowRule, form: str, record: Mapping[str, Any]) -> bool:
        return self.holds(rule, self.policy.shapes[form], record)

    def _showing(self, form: str, fields: tuple[str, ...]) -> _Showing | None:
        shape = self.policy.shapes[form]
        kept: list[tuple[str, Show]] = []
        rows: list[str] = []
        for key in dict.fromkeys(("id", "revision", *fields)):
            field, level = shape.field(key), self.rights.effective(form, key)
            if field is None or not level.is_fixed or level.floor is Level.NONE:
                return None
            if field.rows is not None:
                rows.append(key)
            elif not field.stored or self.rights.looks_through(shape, field):
                return None
            else:
                kept.append((key, _show(field, level.floor)))
        return _Showing(tuple(kept), tuple(rows))


def _show(field: FieldShape, level: Level) -> Show:
    type_, config = field.type, field.config
    plain = None if field.value_type in AS_THEY_ARE else partial(_to_json, type_.to_json, config)
    if level >= Level.READ:
        return plain
    return lambda value: mask(value if plain is None else plain(value), field.mask)


def _to_json(write: Callable[[Any, Any], Any], config: Any, value: Any) -> Any:
    return write(value, config)
