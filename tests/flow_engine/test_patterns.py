"""The control-flow patterns of van der Aalst, ter Hofstede, Russell et al., each as a definition with scenarios.

An event is the key of a node that is done (`a`, `a#1` for the second token there), `!a` (nothing waits at `a`), `=a,b`
(exactly these wait), `+2h` (time passes), `~name` (a message), or an action as an object.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.problems import Rejected
from tests.flow_engine.worlds import Play, plan_of

FILES = sorted((Path(__file__).parent / "patterns").glob("*.json"))
PATTERNS = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
SCENARIOS = [
    pytest.param(
        pattern, scenario, is_saved, id=f"{name}-{scenario['name']}-{'saved' if is_saved else 'straight'}"
    )
    for name, pattern in PATTERNS.items()
    for scenario in pattern["scenarios"]
    for is_saved in (False, True)
]
MUST = {
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    19,
    20,
    21,
    24,
    26,
    27,
    29,
    30,
    32,
    34,
    35,
    36,
    37,
    43,
}
SHOULD = {8, 18, 22, 23, 25, 33, 38, 39, 40}


@pytest.mark.parametrize(("pattern", "scenario", "is_saved"), SCENARIOS)
def test_the_pattern_goes_as_its_scenario_says(pattern: Any, scenario: Any, is_saved: bool):
    play = Play(plan_of(pattern["flow"]), is_saved=is_saved)
    play.start(**scenario.get("given", {}))
    for event in scenario["events"]:
        happen(play, event)
    done = [node for node in play.passed() if node is not None]
    for before, after in scenario.get("order", ()):
        assert done.index(before) < done.index(after)
    for node, times in scenario.get("times", {}).items():
        assert done.count(node) == times, f"{node} was done {done.count(node)} times"
    assert not set(scenario.get("never", ())) & set(done)
    assert set(scenario.get("withdrawn", ())) <= {one.node for one in play.history if one.kind == "withdrawn"}
    assert play.status == scenario["status"]
    if "calls" in scenario:
        assert len(play.calls) == scenario["calls"]
    if "outcome" in scenario:
        assert play.state.instance.outcome == scenario["outcome"]


def happen(play: Play, event: Any) -> None:
    if isinstance(event, dict):
        act(play, event)
    elif event.startswith("!"):
        assert event[1:] not in play.waiting()
    elif event.startswith("="):
        assert play.waiting() == sorted(filter(None, event[1:].split(",")))
    elif event.startswith("+"):
        play.later(event[1:])
    elif event.startswith("~"):
        play.message(event[1:])
    else:
        key, _, which = event.partition("#")
        play.do(key, int(which or 0))


def act(play: Play, event: dict[str, Any]) -> None:
    if "child" in event:
        play.child_ends(event["child"], event.get("outcome", "done"))
        return
    if "refused" in event:
        with pytest.raises(Rejected) as refused:
            play.act(event["do"], event.get("at"), **event.get("values", {}))
        assert refused.value.problems[0].code == event["refused"]
        return
    play.act(event["do"], event.get("at"), **event.get("values", {}))


def test_every_pattern_that_must_or_should_work_has_a_definition_with_a_negative_scenario():
    by_rank = {
        rank: {one["pattern"] for one in PATTERNS.values() if one["rank"] == rank}
        for rank in ("must", "should")
    }
    assert by_rank == {"must": MUST, "should": SHOULD}
    assert all(len(one["scenarios"]) >= 2 for one in PATTERNS.values())
