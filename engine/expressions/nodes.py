"""The syntax tree: what was written, before anyone asked whether it makes sense."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One part of a formula.

    `kind`: lit (value: Decimal, str, bool or None), field (value: path), call (value: name as written), op (value:
    the operator, two args), neg, pct, not, list. `position` is the 0-based offset of the part's own token.
    """

    kind: str
    position: int
    value: Any = None
    args: tuple["Node", ...] = ()
    source: str = ""
    """On the root only: the text it was read from."""

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below, without recursion."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.args)
