"""Where a trial halts (断点): before a node is entered, so that one sees what the flow knows there and what would come of it."""

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass
class Stops:
    """Halts before one of `nodes`, or before any (`is_step`), after so many moves that were gone through already.

    A trial is done again for each look: what it did before, it does again, move by move.
    """

    nodes: Collection[str] = ()
    after: int = 0
    is_step: bool = False
    moves: int = 0
    node: str | None = None
    """Before which node it halted."""
    token_id: int | None = None
    instance_id: str = ""
    _seen: set[tuple[str, int]] = field(default_factory=set)

    def halts(self, instance_id: str, token_id: int, node: str) -> bool:
        """Tell whether a token that is about to enter a node has to wait."""
        if (instance_id, token_id) not in self._seen:
            self._seen.add((instance_id, token_id))
            self.moves += 1
            if self.moves > self.after and (self.is_step or node in self.nodes):
                self.node, self.token_id, self.instance_id = node, token_id, instance_id
                return True
        return False

    def go_on(self) -> None:
        """Let the node be entered, and halt before whatever comes next."""
        self.after, self.is_step, self.node = self.moves, True, None


__all__ = ["Stops"]
