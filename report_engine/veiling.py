"""What a wall may show: names of people down to their first letter, phones and papers masked whatever the reader's rights.

A screen in the waiting room is read by everybody who sits there, not by the one who opened it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from engine.access.type_scope import shadow_of
from engine.expressions import parse
from engine.masks import mask
from engine.problems import Rejected
from report_engine.binding import Bound, Dimension
from report_engine.picks import OTHER
from report_engine.table import Cell, Column, Table

Json = Mapping[str, Any]
NAMED = "person_name"
PRIVATE = ("phone", "id", "name")
MOST_LINKS = 4
KEPT = frozenset({"", OTHER, "(new)"})
"""Values that stand for nobody."""


class Veil:
    """Knows which forms of an app are called by a person's name. `forms`: their definitions."""

    def __init__(self, forms: Mapping[str, Json]) -> None:
        self._fields = {
            form: {str(one.get("key")): one for one in made.get("fields", ())} for form, made in forms.items()
        }
        self._titles = {form: str(made.get("title") or "") for form, made in forms.items()}

    @cached_property
    def people(self) -> frozenset[str]:
        """Return the forms whose records are titled by somebody's name; accounts are."""
        return frozenset({"user", *(form for form in self._titles if self._is_of_person(form, 0))})

    def over(self, table: Table, bound: Bound) -> Table:
        """Return a table that tells nobody's name."""
        masks = [self._mask(one, bound) for one in table.columns]
        rows = tuple(
            tuple(_hidden(cell, how) for cell, how in zip(row, masks, strict=True)) for row in table.rows
        )
        totals = tuple(
            replace(
                total,
                rows=tuple(
                    tuple(_hidden(cell, how) for cell, how in zip(row, masks, strict=True))
                    for row in total.rows
                ),
            )
            for total in table.totals
        )
        labels = {
            form: {key: str(_hidden(title, "name")) for key, title in titles.items()}
            if form in self.people
            else titles
            for form, titles in table.labels.items()
        }
        return replace(table, rows=rows, totals=totals, labels=labels)

    def _mask(self, one: Column, bound: Bound) -> str | None:
        """Return how a column's own text is to be masked; None for what may be shown, and for links, whose titles are."""
        if one.role != "dimension" or one.form is not None:
            return None
        if any(each.key == one.key and self._tells_names(each, bound) for each in bound.dimensions):
            return "name"
        for form, key in self._places(one, bound):
            field = self._fields.get(form, {}).get(key, {})
            if field.get("control") == NAMED:
                return "name"
            if field.get("mask") in PRIVATE:
                return str(field["mask"])
        return None

    def _tells_names(self, one: Dimension, bound: Bound) -> bool:
        """Tell whether a calculated dimension gives text that is made of somebody's name or number."""
        if one.value_type != "text":
            return False
        for fact, node in one.formulas.items():
            for each in node.walk():
                path = shadow_of(".".join(each.value))[0] if each.kind == "field" else ""
                steps = bound.data.walk(bound.data.facts[fact], path) if path else None
                field = self._fields.get(steps[-1][0].key, {}).get(steps[-1][1].key, {}) if steps else {}
                if field.get("control") == NAMED or field.get("mask") in PRIVATE:
                    return True
        return False

    def _places(self, one: Column, bound: Bound) -> Iterator[tuple[str, str]]:
        """Yield the form and field that a column shows."""
        paths = {str(bound.form): one.key} if bound.form else {}
        for each in bound.dimensions:
            if each.key == one.key:
                paths = dict(each.paths)
        for fact, path in paths.items():
            known = bound.data.facts.get(fact)
            steps = bound.data.walk(known, shadow_of(path)[0]) if known is not None else None
            if steps:
                yield steps[-1][0].key, steps[-1][1].key

    def _is_of_person(self, form: str, depth: int) -> bool:
        return depth <= MOST_LINKS and any(
            self._is_name(form, path, depth) for path in self._paths(self._titles.get(form, ""))
        )

    def _is_name(self, form: str, path: tuple[str, ...], depth: int) -> bool:
        field = self._fields.get(form, {}).get(path[0], {})
        target = str(field.get("to") or "")
        if field.get("control") == "user":
            return True
        if len(path) == 1:
            return field.get("control") == NAMED or bool(target and self._is_of_person(target, depth + 1))
        return bool(target) and self._is_name(target, path[1:], depth)

    def _paths(self, title: str) -> Iterator[tuple[str, ...]]:
        try:
            nodes = list(parse(title, "").walk())
        except Rejected:
            # A title of words with fields between them.
            nodes = [node for part in title.split("{")[1:] for node in _field(part.partition("}")[0])]
        for node in nodes:
            if node.kind == "field":
                yield tuple(node.value)


def _field(path: str) -> Iterator[Any]:
    try:
        yield from parse(f"{{{path}}}", "").walk()
    except Rejected:
        return


def _hidden(cell: Cell, how: str | None) -> Cell:
    return cell if how is None or cell is None or str(cell) in KEPT else mask(str(cell), how)


__all__ = ["Veil"]
