"""The typed tree: what a formula means, with functions resolved and conversions written out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from engine.expressions.function import Function
from engine.expressions.types import ExprType

R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Typed:
    """One part of a checked formula.

    `kind`: lit, field, call, op, neg, pct, not, list, each (the formula for every item), to (a conversion of its
    one argument to `type`). `value`: literal, path, operator.
    """

    kind: str
    type: ExprType
    position: int
    value: Any = None
    args: tuple["Typed", ...] = ()
    function: Function | None = None


@dataclass(frozen=True, eq=False)
class Checked:
    """A formula that makes sense. Frozen; compiled once, at first use."""

    node: Any
    root: Typed
    type: ExprType
    fields: frozenset[tuple[str, ...]]
    is_deterministic: bool
    is_sql: bool
    text: str = ""
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def run(self) -> Callable[[Any], Any]:
        """The compiled formula: context in, value out; raises Failure for an error value."""
        from engine.expressions.evaluator import compile_typed

        return compile_typed(self.root)


def fold(root: Typed, combine: Callable[[Typed, Sequence[R]], R]) -> R:
    """Return the result of working the tree out from the leaves up, without recursion."""
    order: list[Typed] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(node.args)
    # parents come before their arguments, and last arguments first: reversed, that is bottom-up and left to right
    done: list[R] = []
    for node in reversed(order):
        count = len(node.args)
        given = done[len(done) - count :] if count else []
        del done[len(done) - count :]
        done.append(combine(node, given))
    return done[0]
