"""Figures on records, by the night's job and after a save: only what differs is written, and what is refused stops nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.clock import VirtualClock
from engine.store.platform import JOBS
from tests.form_engine.making import field, form, words
from tests.installations import BOTH
from tests.server.conftest import Town, town_with
from tests.server.making import Definitions

LEVELS = [{"key": key, "label": words(key)} for key in ("group", "personal", "talks")]
TARGET = {
    **form(
        "target",
        field("month", "month", required=True),
        field("level", "select", options=LEVELS, required=True),
        field("metric", "select", options=LEVELS, required=True),
        field("who", "user"),
        field("aim", "number", scale=2, required=True),
        field("actual", "number", scale=4, read_only=True),
        title="{metric}",
    ),
    "date": "month",
    "roles": {"owner": "who"},
    "goals": {
        "metric": "metric",
        "amount": "aim",
        "level": "level",
        "levels": {"group": [], "personal": ["owner"]},
        "actual": "actual",
        "measures": {"talks": "talk.count"},
    },
}
TALKS = {
    "key": "talks",
    "name": words("talks"),
    "kind": "aggregate",
    "measures": ["talk.count"],
    "by": ["talk.customer_id"],
    "writes": {"fields": {"age": "{report.talk.count}", "note": 'IF({age} > 0, "talked to", NULL)'}},
}


def with_figures(made: Definitions) -> None:
    made["forms/target"] = TARGET
    made["reports/talks"] = TALKS


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town_with(request, tmp_path_factory, with_figures) as made:
        yield made


def save(town: Town, kind: str, **values: Any) -> str:
    told = town.sign_in("boss").post(f"/api/forms/{kind}/records", json={"values": values})
    assert told.status_code == 201, told.text
    return str(told.json()["record"]["id"])


def read(town: Town, kind: str, record_id: str) -> dict[str, Any]:
    return dict(town.sign_in("boss").get(f"/api/forms/{kind}/records/{record_id}").json()["record"])


def night(town: Town) -> dict[str, Any]:
    """Let a night go by; return what it says it did."""
    clock = town.house.clock
    assert isinstance(clock, VirtualClock)
    for _ in range(2):
        # The first look only notes when the next night is.
        clock.advance(timedelta(days=1))
        for _ in range(4):
            town.house.work_once()
    with town.clinic().workspace.read() as unit:
        c = JOBS.c
        last = select(c.result).where(c.kind == "report.night").order_by(c.created_at.desc(), c.id.desc())
        return dict(json.loads(unit.connection.execute(last.limit(1)).scalar_one()))


def test_a_target_knows_what_it_came_to_soon_after_it_is_saved(town: Town) -> None:
    month = f"{town.house.clock.now():%Y-%m}-01"
    target = save(town, "target", month=month, level="group", metric="talks", aim="10")
    who = save(town, "customer", name="甲")
    save(town, "talk", customer_id=who, content="hello")
    for _ in range(4):
        town.house.work_once()
    assert float(read(town, "target", target)["actual"]) == 1


def test_the_night_writes_what_differs_and_leaves_the_rest_alone(town: Town) -> None:
    who, nobody = (save(town, "customer", name=name) for name in ("乙", "丙"))
    for _ in range(3):
        save(town, "talk", customer_id=who, content="hello")
    assert night(town)["refused"] == 0
    found, other = read(town, "customer", who), read(town, "customer", nobody)
    assert (found["age"], found["revision"], other["age"], other["revision"]) == (3, 3, None, 1)
    assert found["note"] == "talked to"
    assert night(town)["figures"] == 0


def test_a_record_at_odds_with_its_form_is_left_and_stops_no_other(town: Town) -> None:
    crowd, one = (save(town, "customer", name=name) for name in ("众", "丁"))
    save(town, "talk", customer_id=one, content="hello")
    for _ in range(150):
        save(town, "talk", customer_id=crowd, content="hello")
    told = night(town)
    # The form says that nobody is older than 119.
    assert told["refused"] > 0
    assert read(town, "customer", crowd)["age"] is None
    assert read(town, "customer", one)["age"] == 1
