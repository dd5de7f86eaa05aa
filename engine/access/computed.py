"""What computed fields and snapshots are made of, so that they are no less secret than their inputs."""

from collections.abc import Iterator
from functools import lru_cache

from engine.access.type_scope import ShapeTypes, walk
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.expressions import check, parse
from engine.problems import Rejected

Input = tuple[str, str, bool]
"""Form, field (`rows_field.column` in a sub-table), and whether it is of the same record."""
UNREADABLE: tuple[Input, ...] = (("", "", False),)
"""Stands for a formula nobody can read: a field of no form, which nobody may see."""


class Inputs:
    """Finds the inputs of formulas and rollups; each is worked out once."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self.of = lru_cache(maxsize=None)(self._of)

    def _of(self, form: str, field: str) -> tuple[Input, ...]:
        shape = self._shapes[form]
        head, _, tail = field.partition(".")
        found = shape.field(head)
        if found is not None and tail and found.rows is not None:
            inner = found.rows.field(tail)
            return (
                tuple(self._row_inputs(shape, head, found.rows, inner)) if inner is not None else UNREADABLE
            )
        if found is None:
            return UNREADABLE
        try:
            return tuple(dict.fromkeys(self._inputs(shape, found)))
        except Rejected:
            return UNREADABLE

    def _inputs(self, shape: FormShape, field: FieldShape) -> Iterator[Input]:
        if field.formula is not None:
            for path in check(parse(field.formula), ShapeTypes(self._shapes, shape)).fields:
                yield from self.along(shape, path)
        if field.rollup is not None:
            yield from self._rollup(shape, field)
        for kept in field.kept:
            yield from self._copied(shape, tuple(kept.split(".")))

    def _copied(self, shape: FormShape, path: tuple[str, ...]) -> Iterator[Input]:
        yield from self.along(shape, path)
        end = shape.field(path[0])
        if len(path) == 1 and end is not None and end.rows is not None:
            # A table that is kept is kept with all of its columns.
            yield from ((shape.key, f"{end.key}.{column}", True) for column in end.rows.fields)

    def _rollup(self, shape: FormShape, field: FieldShape) -> Iterator[Input]:
        rollup = field.rollup or {}
        of = self._shapes.get(str(rollup.get("of")))
        if of is None:
            yield from UNREADABLE
            return
        if rollup.get("by"):
            yield (of.key, str(rollup["by"]), False)
        if rollup.get("mine"):
            yield from self.along(shape, (str(rollup["mine"]),))
        if rollup.get("field"):
            yield (of.key, str(rollup["field"]), False)
        if rollup.get("where"):
            types = ShapeTypes(self._shapes, of, parent=shape.key)
            for path in check(parse(str(rollup["where"])), types).fields:
                if path[0] == "form" and len(path) > 1:
                    yield from self.along(shape, path[1:])
                else:
                    yield from ((form, key, False) for form, key, _ in self.along(of, path))

    def _row_inputs(
        self, shape: FormShape, rows: str, child: FormShape, field: FieldShape
    ) -> Iterator[Input]:
        for kept in field.kept:
            yield from self._row_input(shape, rows, child, tuple(kept.split(".")))
        if field.formula is None:
            return
        try:
            checked = check(parse(field.formula), ShapeTypes(self._shapes, child, parent=shape.key))
        except Rejected:
            yield from UNREADABLE
            return
        for path in checked.fields:
            yield from self._row_input(shape, rows, child, path)

    def _row_input(
        self, shape: FormShape, rows: str, child: FormShape, path: tuple[str, ...]
    ) -> Iterator[Input]:
        if path[0] == "form" and len(path) > 1:
            yield from self.along(shape, path[1:])
            return
        yield (shape.key, f"{rows}.{path[0]}", True)
        if len(path) > 1:
            yield from self._beyond(child, path)

    def along(self, shape: FormShape, path: tuple[str, ...]) -> Iterator[Input]:
        """Yield the input of each step of a path from a record of `shape`."""
        steps = walk(self._shapes, shape, path)
        if steps is None:
            yield from UNREADABLE
            return
        for place, (form, field) in enumerate(steps):
            if form.parent is None:
                yield (form.key, field.key, place == 0)
            else:
                before, rows = steps[place - 1]
                yield (before.key, f"{rows.key}.{field.key}", place == 1)

    def _beyond(self, child: FormShape, path: tuple[str, ...]) -> Iterator[Input]:
        steps = walk(self._shapes, child, path)
        if steps is None:
            yield from UNREADABLE
            return
        for form, field in steps[1:]:
            yield (form.key, field.key, False)
