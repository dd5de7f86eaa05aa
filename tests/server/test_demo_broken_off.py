"""A practice clinic whose making was broken off is made anew; a finished one is opened as it is."""

from datetime import UTC, datetime

import pytest

from engine.clock import VirtualClock
from server.clinics import House
from server.commands import demo
from server.demo import loading
from server.settings import Settings

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def house(tmp_path):
    made = House(Settings(home=tmp_path, practice=True), VirtualClock(NOW))
    yield made
    made.close()


def test_what_was_broken_off_is_made_anew_and_then_stays(house, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(loading, "play_flows", lambda *_: pytest.fail("the power went off"))
        with pytest.raises(pytest.fail.Exception):
            demo._prepare(house, "dental", 0.001, 7, fresh=False)
    assert loading.is_broken_off(house.installation.workspace("dental"))
    house._clinics.clear()
    monkeypatch.setattr(loading, "play_flows", lambda *_: 0)
    demo._prepare(house, "dental", 0.001, 7, fresh=False)
    assert not loading.is_broken_off(house.installation.workspace("dental"))
    first = house.installation.workspace("dental").workspace_id
    demo._prepare(house, "dental", 0.001, 7, fresh=False)
    assert house.installation.workspace("dental").workspace_id == first
