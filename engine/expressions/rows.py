"""Formulas worked out for every item of a list: `{row}` is the item, `{row.price}` a field of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.expressions.function import Closure
from engine.expressions.problems import TOO_COSTLY, ErrorValue, Failure
from engine.expressions.typed import Typed

MOST_STEPS = 100_000
"""Parts worked out in one formula, counted where lists multiply the work."""


class Row(dict[str, Any]):
    """A row of a subtable. `beyond`: what its links lead to, by path (`("service_item", "price")`)."""

    __slots__ = ("beyond",)

    def __init__(self, values: Mapping[str, Any], beyond: Mapping[tuple[str, ...], Any]) -> None:
        super().__init__(values)
        self.beyond = beyond


class RowContext:
    """The surrounding context, with one item of a list at hand."""

    __slots__ = ("actor", "data", "now", "outer", "record", "row", "spent", "today", "zone")

    def __init__(self, outer: Any) -> None:
        self.outer = outer
        self.row: Any = None
        self.spent: list[int] = outer.spent if isinstance(outer, RowContext) else [0]
        self.now, self.today, self.zone = outer.now, outer.today, outer.zone
        self.actor, self.record, self.data = outer.actor, outer.record, outer.data

    def value(self, path: tuple[str, ...]) -> Any:
        if path[0] != "row":
            return self.outer.value(path)
        found = self.row
        for part in path[1:]:
            found = found.get(part) if isinstance(found, Mapping) else None
        if found is None and len(path) > 2:
            found = _beyond(self.row, path[1:])
        if isinstance(found, ErrorValue):
            raise Failure.of(found)
        return found


def _beyond(row: Any, path: tuple[str, ...]) -> Any:
    """Return what a link of a row leads to. A row that is being written follows its links itself."""
    if isinstance(row, Row):
        return row.beyond.get(path)
    follow = getattr(row, "value", None)
    return None if follow is None else follow(path)


def each_closure(
    body: Callable[..., Any], params: Sequence[str], args: Sequence[Closure], node: Typed
) -> Closure:
    """Return the closure of a function some of whose arguments are formulas for every item.

    `body` gets a function of one item in their place.
    """
    costs = [_size(one) for one in node.args]

    def run(c: Any) -> Any:
        given = []
        for at, one in enumerate(args):
            given.append(_per_item(c, one, costs[at]) if params[at].startswith("each") else one(c))
        return body(*given)

    return run


def _per_item(c: Any, closure: Closure, cost: int) -> Callable[[Any], Any]:
    inner = RowContext(c)
    spent = inner.spent

    def work_out(item: Any) -> Any:
        spent[0] += cost
        if spent[0] > MOST_STEPS:
            raise Failure(TOO_COSTLY)
        inner.row = item
        return closure(inner)

    return work_out


def _size(node: Typed) -> int:
    count, waiting = 0, [node]
    while waiting:
        part = waiting.pop()
        count += 1
        waiting.extend(part.args)
    return count
