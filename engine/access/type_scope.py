"""What type a field has in a formula over a form's records, through links and into sub-tables."""

from collections.abc import Iterable, Mapping

from engine.definitions.shape import SYSTEM_FIELDS, FieldShape, FormShape, Shapes
from engine.expressions.types import DATE, DATETIME, RANGE, TEXT, ExprType, list_of

MOST_HOPS = 4
PLACES = ("__province", "__city", "__district")
"""Steps of an address, as its item table has them."""
SHADOWS = ("__d", "__from", "__to", *PLACES)
LINKS = frozenset({"reference", "references"})


class ShapeTypes:
    """The fields of one form as formulas see them. `parent` is set inside a sub-table: `{form.x}`."""

    def __init__(self, shapes: Shapes, form: str | FormShape, parent: str | None = None) -> None:
        self._shapes = shapes
        self._form = shapes[form] if isinstance(form, str) else form
        self._parent = parent

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type at `path`; None where there is no such field or the way is too long."""
        steps = self.steps(path)
        if steps is None:
            return None
        found = steps[-1][1].type.expression_type(steps[-1][1].config)
        many = any(field.value_type in ("rows", "references") for _, field in steps[:-1])
        return list_of(found) if many else found

    def steps(self, path: tuple[str, ...]) -> list[tuple[FormShape, FieldShape]] | None:
        """Return the field of each step of a path, with the form that holds it."""
        if self._parent is not None and len(path) > 1 and path[0] == "form":
            return ShapeTypes(self._shapes, self._parent).steps(path[1:])
        return walk(self._shapes, self._form, path)

    def names(self) -> Iterable[str]:
        """Return the fields of the form itself."""
        return (*self._form.fields, *SYSTEM_FIELDS)


class SourceTypes:
    """Types of fields for formulas of reports: those of the form, business dates and, with `ends`, ends of ranges."""

    def __init__(
        self,
        shapes: Mapping[str, FormShape],
        form: FormShape,
        parent: str | None = None,
        *,
        ends: bool = True,
    ) -> None:
        self._inner = ShapeTypes(shapes, form, parent)
        self._shadows = SHADOWS if ends else SHADOWS[:1]

    def field(self, path: tuple[str, ...]) -> ExprType | None:
        """Return the type at `path`."""
        base, shadow = shadow_of(path[-1])
        if shadow not in self._shadows:
            return self._inner.field(path)
        found = self._inner.field((*path[:-1], base)) if base != "created_at" else DATETIME
        if found is None:
            return None
        if shadow == "__d":
            return DATE if found == DATETIME else None
        if shadow in PLACES:
            steps = self._inner.steps((*path[:-1], base)) or []
            return TEXT if steps and has_places(steps[-1][1]) else None
        if found != RANGE:
            return found
        steps = self._inner.steps((*path[:-1], base)) or []
        return DATE if steps and steps[-1][1].value_type == "date_range" else DATETIME

    def names(self) -> Iterable[str]:
        """Return the fields of the form itself."""
        return self._inner.names()


def has_places(field: FieldShape) -> bool:
    """Tell whether a field is an address, whose province, city and district stand in its item table."""
    return {f"__{one.key}" for one in field.item_columns} >= set(PLACES) and not field.sensitive


def shadow_of(key: str) -> tuple[str, str]:
    """Return a path without the ending of a shadow column, and that ending."""
    for suffix in SHADOWS:
        if key.endswith(suffix):
            return key.removesuffix(suffix), suffix
    return key, ""


def walk(shapes: Shapes, form: FormShape, path: tuple[str, ...]) -> list[tuple[FormShape, FieldShape]] | None:
    """Return the field of each step with the form that holds it; None where the way breaks off."""
    steps: list[tuple[FormShape, FieldShape]] = []
    here: FormShape | None = form
    for place, key in enumerate(path):
        found = here.field(key) if here is not None else None
        if here is None or found is None or place > MOST_HOPS:
            return None
        steps.append((here, found))
        here = found.rows if found.value_type == "rows" else _target(shapes, found)
    return steps or None


def _target(shapes: Shapes, field: FieldShape) -> FormShape | None:
    return shapes.get(str(field.config.get("to"))) if field.value_type in LINKS else None
