"""From the driver's raw rows to records as the asker may see them, with as little work a row as possible."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.access.levels import Condition, FieldLevel, Level
from engine.access.masking import mask
from engine.access.query import Keys, Record, Row
from engine.definitions.shape import FieldShape
from engine.text import Words
from engine.value_type import Reader

Marks = Mapping[tuple[str, Condition], str]
"""Where the truth of a condition about the record behind a path stands: (path of the record, condition) → label."""


@dataclass(frozen=True, slots=True)
class Output:
    """One value of the result: where it stands and how it is read.

    `sealed` is (table, field) of an encrypted value, whose record id stands at `id_label`.
    """

    label: str
    shape: FieldShape
    level: FieldLevel
    way: Level = Level.WRITE
    at: str = ""
    sealed: tuple[str, str] | None = None
    id_label: str = "id"

    def reader(self, dialect: str, python: bool) -> Reader | None:
        """Return what turns the raw value into a Python or JSON one."""
        if self.sealed is not None:
            return None
        type_, config = self.shape.type, self.shape.config
        return type_.reader(dialect, config) if python else type_.json_reader(dialect, config)

    @property
    def is_plain(self) -> bool:
        """Readable in every record, and not encrypted."""
        return self.sealed is None and min(self.level.floor, self.way) >= Level.READ


@dataclass(frozen=True)
class Reading:
    """How all rows of one statement are read. `names`: labels in the order of the select, those of the outputs first."""

    names: tuple[str, ...]
    outputs: tuple[Output, ...]
    marks: Marks
    dialect: str
    python: bool = False
    can: tuple[tuple[str, str | bool], ...] = ()
    """Verb → its label, or a constant answer."""

    def compiled(self) -> Callable[[Sequence[Row], Keys | None], list[Record]]:
        """Return the function that reads rows."""
        plain = [(o.label, r) for o in self.outputs if (r := o.reader(self.dialect, self.python)) is not None]
        guarded = [self._guard(o) for o in self.outputs if not o.is_plain]
        can = self.can
        is_known = all(isinstance(label, bool) for _, label in can)
        fixed = dict(can)
        needs_help = bool(guarded) or not is_known
        own = tuple(output.label for output in self.outputs)
        names = self.names if needs_help else own
        extra = tuple(dict.fromkeys(name for name in self.names if name not in own)) if needs_help else ()

        def read(rows: Sequence[Row], keys: Keys | None) -> list[Record]:
            # What stands in a row beyond the names is not part of the record.
            records: list[Record] = [dict(zip(names, row, strict=False)) for row in rows]
            for label, reader in plain:
                for record in records:
                    value = record[label]
                    if value is not None:
                        record[label] = reader(value)
            if can and is_known:
                for record in records:
                    record["_can"] = fixed.copy()
            for record in records if needs_help else ():
                for guard in guarded:
                    guard(record, keys)
                if not is_known:
                    record["_can"] = _answers(can, record)
                for label in extra:
                    del record[label]
            return records

        return read

    def _guard(self, output: Output) -> Callable[[Record, Keys | None], None]:
        """Return what opens, masks or removes one value of a record."""
        label, shape, level, way = output.label, output.shape, output.level, output.way
        steps = [
            (step, [self.marks[output.at, c] for c in when])
            for step, when in level.steps
            if step > level.floor
        ]
        sealed, id_label, python = output.sealed, output.id_label, self.python
        if not steps and sealed is None and level.floor is Level.MASKED:
            return lambda record, _keys: _mask_in(record, label, shape.mask)

        def guard(record: Record, keys: Keys | None) -> None:
            have = level.floor
            for step, labels in steps:
                if step > have and all(record[one] for one in labels):
                    have = step
            have = min(have, way)
            if have is Level.NONE:
                del record[label]
                return
            value = record[label]
            if value is None:
                return
            if sealed is not None:
                value = opened(shape, value, sealed, record[id_label], keys, python)
            record[label] = value if have >= Level.READ else mask(value, shape.mask)

        return guard


def _mask_in(record: Record, label: str, mask_class: str | None) -> None:
    value = record[label]
    if value is not None:
        record[label] = mask(value, mask_class)


def opened(
    shape: FieldShape, value: str, sealed: tuple[str, str], record_id: str, keys: Keys | None, python: bool
) -> Any:
    """Return the value behind a ciphertext."""
    if keys is None:
        return None
    given = json.loads(keys.open(value, sealed[0], record_id, sealed[1]))
    return shape.type.parse(given, shape.config, "") if python else given


def _answers(can: Sequence[tuple[str, str | bool]], record: Record) -> dict[str, bool]:
    return {verb: label if isinstance(label, bool) else bool(record[label]) for verb, label in can}


def shown_label(shape: FieldShape, key: str) -> Words:
    """Return the label of a field, or its key where it has none."""
    return shape.label or {"zh": key, "en": key}
