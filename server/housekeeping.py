"""Clearing away what has served its time: uploaded sheets and finished exports of a workspace."""

from datetime import datetime, timedelta
from pathlib import Path

from engine.store.workspaces import Workspace

KEPT = {"imports": timedelta(days=8), "exports": timedelta(days=2)}
"""How long the files of a folder are kept: a sheet while its import can be undone and looked at, an export to be fetched."""
EVERY = timedelta(hours=1)


class Housekeeping:
    """A step of the dispatcher: once an hour for each workspace."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def __call__(self, workspace: Workspace) -> int:
        now = workspace.clock.now()
        last = self._last.get(workspace.workspace_id)
        if last is not None and now - last < EVERY:
            return 0
        self._last[workspace.workspace_id] = now
        return sum(clear(workspace.folder / name, now - age) for name, age in KEPT.items())


def clear(folder: Path, before: datetime) -> int:
    """Delete the files of `folder` last written before an instant; return how many."""
    if not folder.is_dir():
        return 0
    old = [file for file in folder.iterdir() if file.is_file() and file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
