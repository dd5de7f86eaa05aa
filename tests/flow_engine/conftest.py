"""Every flow test runs twice: straight through, and saved and loaded again after each step."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.definitions.analysis import Analysis
from tests.flow_engine.worlds import EMPTY, Play, World, plan_of

Begin = Callable[..., Play]


@pytest.fixture(params=["straight", "saved"])
def begin(request: pytest.FixtureRequest) -> Begin:
    """Return what starts an instance of a definition."""

    def make(
        definition: dict[str, Any],
        analysis: Analysis = EMPTY,
        world: World | None = None,
        about: tuple[str, str] | None = None,
        **values: Any,
    ) -> Play:
        play = Play(plan_of(definition, analysis), world or World(), request.param == "saved", about=about)
        return play.start(**values)

    return make
