"""Runs on both databases, with the tables of the flow engine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.store import Installation, Settings, Workspace
from flow_engine.tables import FLOW_TABLES
from tests.flow_engine.shell.house import CheckedHouse, Maker
from tests.installations import BOTH, pg_database

__all__ = ["pg_database"]


@pytest.fixture(params=BOTH)
def clinic(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Workspace]:
    """Return a workspace without any form, once on each database."""
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    settings = Settings(tmp_path / "data", url, pool_size=12, clock=clock, more_tables=(FLOW_TABLES,))
    opened = Installation.open(settings)
    yield opened.create("clinic", {"zh": "微笑口腔", "en": "Smile Dental"})
    opened.close()


@pytest.fixture
def make_house(clinic: Workspace, clock: VirtualClock) -> Maker:
    """Return what makes a house with some flows."""

    def make(*flows: Any, **more: Any) -> CheckedHouse:
        return CheckedHouse(clinic, clock, *flows, **more)

    return make
