"""Reports on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from tests.access.clinic import opened
from tests.reports.clinic import House, house


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    with opened(url) as found:
        yield found


@pytest.fixture
def clinic(connection: Connection) -> House:
    return house(connection)
