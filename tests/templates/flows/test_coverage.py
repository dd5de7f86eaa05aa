"""Every flow that ships is played somewhere beside this file, by its name."""

from pathlib import Path

import pytest

from tests.templates.flows.practice import REPOSITORY

SCENARIOS = "\n".join(one.read_text(encoding="utf-8") for one in Path(__file__).parent.glob("test_*.py"))
FLOWS = sorted(one.stem for one in (REPOSITORY / "templates").glob("**/flows/*.json"))


@pytest.mark.parametrize("flow", FLOWS)
def test_each_flow_has_a_scenario(flow):
    assert f'"{flow}"' in SCENARIOS
