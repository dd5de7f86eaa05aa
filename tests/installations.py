"""Fixtures for tests that need a database: an installation on SQLite and on PostgreSQL, and a clinic in it.

A test module says `from tests.installations import *` to have them.
"""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from engine.clock import VirtualClock
from engine.store import Installation, Settings, Workspace

BOTH = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def pg_database(pg_url: str) -> Iterator[Callable[[], str]]:
    """Return what makes a fresh, empty database on the test server and gives its URL."""
    base = make_url(pg_url)
    plain = base.set(drivername="postgresql").render_as_string(hide_password=False)
    made: list[str] = []

    def make() -> str:
        name = f"cc_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        made.append(name)
        return base.set(database=name).render_as_string(hide_password=False)

    yield make
    with psycopg.connect(plain, autocommit=True) as server:
        for name in made:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=BOTH)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock
) -> Iterator[Installation]:
    """Return an empty installation, once on each database."""
    url = request.getfixturevalue("pg_database")() if request.param == "postgresql" else None
    opened = Installation.open(Settings(tmp_path / "data", url, pool_size=4, clock=clock))
    yield opened
    opened.close()


@pytest.fixture
def clinic(installation: Installation) -> Workspace:
    """Return a workspace without any form."""
    return installation.create("clinic", {"zh": "微笑口腔", "en": "Smile Dental"})
