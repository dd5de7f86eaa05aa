"""What a snapshot was read through, so that its reader must reach those records, too.

A snapshot notes the records it looked at on the way (`of`, by form). Who reaches not all of them does not see it: a
copy of a customer's name says no more to a doctor than the customer's record does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.selectable import FromClause

from engine.access.computed import UNREADABLE, Inputs
from engine.access.type_scope import LINKS, ShapeTypes
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.expressions import check, parse
from engine.problems import Rejected

READ_OF = "of"
"""Where a snapshot notes the records it was read through: form → ids."""
Way = tuple[tuple[str, ...], str]
"""A path to links, and the form they lead to."""
MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class Looked:
    """What a snapshot looks through."""

    ways: tuple[Way, ...] = ()
    wholes: tuple[str, ...] = ()
    """Forms of which no single records can be noted: what is counted over them says something of each."""

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(target for _, target in self.ways))


NOTHING = Looked()


def looked_through(shapes: Shapes, form: FormShape, kept: Iterable[str]) -> Looked:
    """Return what the paths in `kept`, from a record (or row) of `form`, look through."""
    finder = _Finder(shapes, form)
    for name in kept:
        finder.follow(tuple(name.split(".")), 0)
    return Looked(tuple(dict.fromkeys(finder.ways)), tuple(dict.fromkeys(finder.wholes)))


class Copies:
    """Finds what snapshots look through; each is worked out once."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._known: dict[tuple[str, str], Looked] = {}

    def of(self, form: FormShape, field: FieldShape) -> Looked:
        """Return what a snapshot among the fields of a form (or of a sub-table's rows) looks through."""
        if not field.kept or field.config.get("open") is True:
            return NOTHING
        place = (form.table, field.key)
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = looked_through(self._shapes, form, field.kept)
        return found


class _Finder:
    def __init__(self, shapes: Shapes, form: FormShape) -> None:
        self.shapes, self.start = shapes, form
        self.types = ShapeTypes(shapes, form, form.parent)
        self.ways: list[Way] = []
        self.wholes: list[str] = []

    def follow(self, path: tuple[str, ...], depth: int) -> None:
        steps = self.types.steps(path)
        if steps is None or depth > MOST_STEPS:
            self.wholes.append(UNREADABLE[0][0])
            return
        first = len(path) - len(steps)
        for at, (_, field) in enumerate(steps[:-1]):
            if field.value_type in LINKS:
                self.ways.append((path[: first + at + 1], str(field.config.get("to"))))
        holder, end = steps[-1]
        if end.rows is not None:
            for column in end.rows.fields:
                self.follow((*path, column), depth + 1)
            return
        for inner in self._made_of(holder, end):
            at_home = inner[0] == "form" and holder.parent is not None and len(path) > 1
            self.follow((*path[:-2], *inner[1:]) if at_home else (*path[:-1], *inner), depth + 1)

    def _made_of(self, holder: FormShape, end: FieldShape) -> Iterator[tuple[str, ...]]:
        if end.config.get("open") is True:
            return
        if end.rollup is not None:
            self.wholes += (
                form for form, _, is_here in Inputs(self.shapes).of(holder.key, end.key) if not is_here
            )
        if end.formula is not None:
            try:
                yield from sorted(
                    check(parse(end.formula), ShapeTypes(self.shapes, holder, holder.parent)).fields
                )
            except Rejected:
                self.wholes.append(UNREADABLE[0][0])


def ids_of(value: Any) -> Iterator[str]:
    """Yield the ids in what a path to links leads to."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from ids_of(one)


def noted(snapshot: Any) -> Mapping[str, Any] | None:
    """Return the records that a snapshot was read through; None: it does not say."""
    found = snapshot.get(READ_OF) if isinstance(snapshot, Mapping) else None
    return found if isinstance(found, Mapping) else None


def says_of(column: ColumnElement[Any], dialect: str) -> ColumnElement[bool]:
    """Return whether a snapshot notes what it was read through."""
    if dialect == "postgresql":
        return cast(column, JSONB)[READ_OF].is_not(None)
    return func.json_type(column, f"$.{READ_OF}").is_not(None)


def ids_in(column: ColumnElement[Any], form: str, dialect: str) -> tuple[FromClause, ColumnElement[str]]:
    """Return the ids of one form that a snapshot notes, as rows."""
    each: Any
    if dialect == "postgresql":
        each = func.jsonb_array_elements_text(cast(column, JSONB)[READ_OF][form]).table_valued("value")
    else:
        each = func.json_each(column, f"$.{READ_OF}.{form}").table_valued("value")
    return each, cast(each.c.value, Text())


def none_unseen(
    column: ColumnElement[Any], form: str, dialect: str, table: FromClause, seen: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return whether all records of `form` that a snapshot notes are among those of `table` that are `seen`."""
    each, record_id = ids_in(column, form, dialect)
    there = select(table.c.id).where(table.c.id == record_id, seen).correlate(each).exists()
    unseen = select(record_id).select_from(each).where(~there)
    return ~unseen.correlate_except(each).exists()
