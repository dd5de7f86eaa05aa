"""Both databases, ready to run formulas."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

from engine.expressions.sqlite_calls import register


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        register(connection.connection.driver_connection)
        yield connection
    engine.dispose()


@pytest.fixture(scope="session")
def postgres(pg_url: str) -> Iterator[Connection]:
    engine = create_engine(pg_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> tuple[str, Connection]:
    return request.param, request.getfixturevalue(request.param)
