"""Who meets a condition now, page by page, each page read by itself: nobody waits for a long look."""

from collections.abc import Callable, Iterator

from engine.ports import FlowRecords
from engine.store.unit import Unit
from engine.store.workspaces import Workspace

PAGE = 1000


def matching(
    workspace: Workspace, records: Callable[[Unit], FlowRecords], form: str, where: str
) -> Iterator[list[str]]:
    """Yield the ids of the records of a form for which a condition holds, in pages; without a condition all of them."""
    after: str | None = None
    while True:
        with workspace.read() as unit:
            page, after = records(unit).scan(form, where, frozenset(), PAGE, after)
        yield [record_id for record_id, _ in page]
        if after is None:
            return


__all__ = ["PAGE", "matching"]
