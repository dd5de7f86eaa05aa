"""Old sheets and exports are cleared away; what is still needed stays."""

import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine.clock import VirtualClock
from server.housekeeping import Housekeeping


@pytest.fixture
def workspace(tmp_path: Path, clock: VirtualClock) -> Any:
    for name in ("imports", "exports", "files"):
        (tmp_path / name).mkdir()
    return SimpleNamespace(folder=tmp_path, clock=clock, workspace_id="w")


def put(workspace: Any, name: str, age: timedelta) -> Path:
    path: Path = workspace.folder / name
    path.write_text("x")
    written = (workspace.clock.now() - age).timestamp()
    os.utime(path, (written, written))
    return path


def test_files_past_their_time_go_and_records_files_never(workspace: Any) -> None:
    old = put(workspace, "exports/old", timedelta(days=3))
    fresh = put(workspace, "exports/fresh", timedelta(days=1))
    undoable = put(workspace, "imports/undoable", timedelta(days=3))
    held = put(workspace, "files/held", timedelta(days=900))
    assert Housekeeping()(workspace) == 1
    assert [p.exists() for p in (old, fresh, undoable, held)] == [False, True, True, True]


def test_it_looks_once_an_hour(workspace: Any, clock: VirtualClock) -> None:
    step = Housekeeping()
    assert step(workspace) == 0
    put(workspace, "exports/old", timedelta(days=3))
    assert step(workspace) == 0
    clock.advance(timedelta(hours=1))
    assert step(workspace) == 1
