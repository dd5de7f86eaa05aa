"""The dental app as it is installed, with its people, on a clock that the test moves."""

from collections.abc import Callable, Iterator

import pytest

from tests.installations import pg_database
from tests.templates.flows.practice import Practice

__all__ = ["pg_database"]


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    """Return a practice on SQLite, shared by the tests of one file."""
    made = Practice(tmp_path_factory.mktemp("practice"))
    yield made
    made.close()


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def story(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    pg_database: Callable[[], str],
) -> Iterator[Practice]:
    """Return a practice, once on each database: for the flows of the story."""
    url = pg_database() if request.param == "postgresql" else None
    made = Practice(tmp_path_factory.mktemp("story"), url)
    yield made
    made.close()
