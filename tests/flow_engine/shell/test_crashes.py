"""Nothing is lost and nothing is done twice when the process is killed in the middle. The whole of it: `make chaos`."""

from pathlib import Path

import pytest

from tests.flow_engine.shell.crashing import Yard, some
from tests.installations import BOTH


@pytest.fixture(params=BOTH)
def yard(request: pytest.FixtureRequest, tmp_path: Path) -> Yard:
    return Yard(tmp_path, request.getfixturevalue("pg_url") if request.param == "postgresql" else None)


def test_a_story_told_without_interruption_is_told_whole(yard: Yard):
    found = yard.run([])
    assert found["wrong"] == []
    assert found["statements"] > 150


def test_a_kill_before_any_statement_loses_nothing(yard: Yard):
    statements = int(yard.run([])["statements"])
    for at in some(statements, 9, 1):
        found = yard.run([at])
        assert (at, found["wrong"]) == (at, [])


def test_several_kills_in_one_story_lose_nothing(yard: Yard):
    for seed in range(2):
        kills = some(260, 3, seed)
        found = yard.run(kills)
        assert (kills, found["wrong"]) == (kills, [])
