"""Two processes at work on the same records: movements posted on one batch at the same instant are all counted."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.events import dispatch
from engine.jobs import work
from engine.store import Installation, Settings
from flow_engine.tables import FLOW_TABLES
from tests.flow_engine.shell.house import END, House, flow
from tests.installations import BOTH, pg_database

__all__ = ["pg_database"]

MOVEMENTS, LINES = 12, 2
# As stock is posted: each line holds its batch, takes one of two ways by what it has, and writes what is left.
POSTED = flow(
    "posted",
    {"key": "lines", "kind": "each", "of": "{plan.items}", "as": "line", "body": "hold", "to": "end"},
    {"key": "hold", "kind": "update", "record": "{line.lead_id}", "set": {"score": "{line.lead_id.score}"}, "to": "enough"},
    {"key": "enough", "kind": "switch", "ways": [
        {"key": "short", "when": "{line.lead_id.score} - {line.times} < 0", "to": "empty"}, {"key": "yes", "otherwise": True, "to": "count"},
    ]},
    {"key": "count", "kind": "update", "record": "{line.lead_id}", "set": {"score": "{line.lead_id.score} - {line.times}"}, "to": "done"},
    {"key": "empty", "kind": "update", "record": "{line.lead_id}", "set": {"score": "0"}, "to": "done"},
    {"key": "done", "kind": "end_body"},
    END,
    trigger={"kind": "record_created", "form": "plan"},
)  # fmt: skip


def opened(folder: Path, url: str | None) -> tuple[Installation, House]:
    clock = VirtualClock()
    settings = Settings(folder / "data", url, pool_size=4, clock=clock, more_tables=(FLOW_TABLES,))
    installation = Installation.open(settings)
    if not installation.registry():
        installation.create("clinic", {"zh": "x"})
    return installation, House(installation.workspace("clinic"), clock, POSTED)


def work_here(folder: Path, url: str | None, name: str, together: Any) -> None:
    """Do what is to do, as one of two processes that begin together, until there is nothing left."""
    installation, house = opened(folder, url)
    together.wait(300)
    idle = 0
    while idle < 3:
        done = dispatch(house.workspace, (house.service.listen,))
        done += work(house.workspace, house.service.handlers(), name)
        idle = 0 if done else idle + 1
    installation.close()


@pytest.mark.parametrize("there", [100, 15])
@pytest.mark.parametrize("database", BOTH)
def test_two_processes_lose_no_quantity_and_give_out_no_more_than_there_is(
    database: str, there: int, tmp_path: Path, pg_database: Callable[[], str]
) -> None:
    url = pg_database() if database == "postgresql" else None
    installation, house = opened(tmp_path, url)
    batch = house.create("lead", name="batch", score=there)
    rows = [{"lead_id": batch, "times": 1}] * LINES
    for number in range(MOVEMENTS):
        house.create("plan", name=f"movement {number}", items=rows)
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    both = [
        spawn.Process(target=work_here, args=(tmp_path, url, name, together)) for name in ("one", "other")
    ]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    house.settle()
    [left] = house.rows("SELECT score FROM f_lead")
    assert int(left["score"]) == max(0, there - MOVEMENTS * LINES)
    assert {one["status"] for one in house.instances()} == {"done"}
    assert len(house.instances()) == MOVEMENTS
    house.no_orphans()
    installation.close()
