"""Fixtures: a clinic with the tables of the flow engine, on SQLite and on PostgreSQL. Say `from … import *`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import VirtualClock
from engine.store import Installation, Settings
from flow_engine.tables import FLOW_TABLES
from tests.installations import BOTH, clinic, pg_database

__all__ = ["clinic", "installation", "pg_database"]


@pytest.fixture(params=BOTH)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock
) -> Iterator[Installation]:
    """Return an empty installation whose workspaces have flow tables."""
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    settings = Settings(tmp_path / "data", url, pool_size=4, clock=clock, more_tables=(FLOW_TABLES,))
    opened = Installation.open(settings)
    yield opened
    opened.close()
