"""The history of stages as a dataset, against a plain walk through the same history."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.problems import Rejected
from tests.access.clinic import someone
from tests.reports.clinic import NOW, House, house
from tests.reports.oracle import aggregate, bucket, local_day
from tests.reports.test_funnel import moves

FACT = "lead.stage_history"


class Stay:
    """One stay of a lead in a stage, as the career says."""

    def __init__(self, record: str, way: list[tuple[int, str]], at: int) -> None:
        self.record, (self.entered, self.stage) = record, way[at]
        self.before = way[at - 1][1] if at else None
        self.left, self.after = way[at + 1] if at + 1 < len(way) else (None, None)
        self.by = f"u{at % 3}"

    @property
    def duration(self) -> int | None:
        return None if self.left is None else self.left - self.entered


def stays(clinic: House, seed: int) -> list[Stay]:
    ways = moves(clinic, random.Random(seed))
    return [Stay(record, way, at) for record, way in ways.items() for at in range(len(way))]


def grouped(found: list[Stay], key: Callable[[Stay], Any]) -> dict[Any, list[Stay]]:
    made: dict[Any, list[Stay]] = {}
    for one in found:
        made.setdefault(key(one), []).append(one)
    return made


def rows(clinic: House, **report: Any) -> dict[Any, Any]:
    table = clinic.ask({"fill": "none", **report})
    return {row[0] if len(report["by"]) == 1 else row[:2]: row[len(report["by"]) :] for row in table.rows}


@pytest.mark.parametrize("how", ["avg", "median", "p90", "min", "max", "sum"])
def test_time_in_stage_is_that_of_the_stays_that_are_over(clinic: House, how: str) -> None:
    found = stays(clinic, 1)
    made = rows(clinic, measures=[f"{FACT}.count", f"{FACT}.duration.{how}"], by=["stage"])
    for stage, some in grouped(found, lambda one: one.stage).items():
        spans = [one.duration for one in some if one.duration is not None]
        assert made[stage] == (len(some), aggregate(how, spans, 2)), stage
    assert len(made) == len({one.stage for one in found})


def test_stays_go_by_where_they_came_from_and_went_to_and_who_moved_them(clinic: House) -> None:
    found = stays(clinic, 2)
    for path, key in (("before", "before"), ("after", "after"), ("mover", "by")):
        made = rows(clinic, measures=[f"{FACT}.count"], by=[path])
        assert {one: cells[0] for one, cells in made.items()} == {
            one: len(some) for one, some in grouped(found, lambda stay, key=key: getattr(stay, key)).items()
        }


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_a_period_counts_the_stays_that_began_in_it(clinic: House, grain: str) -> None:
    found = [one for one in stays(clinic, 3) if "2026-02-05" <= _day(one.entered) <= "2026-02-20"]
    made = rows(
        clinic,
        measures=[f"{FACT}.count"],
        by=[{"role": "date", "bucket": grain}],
        period="2026-02-05..2026-02-20",
    )
    expected = grouped(found, lambda one: bucket(local_day(_instant(one.entered)), grain))
    assert {day: cells[0] for day, cells in made.items()} == {
        day: len(some) for day, some in expected.items()
    }


def test_filters_look_at_the_stay_and_at_its_record(clinic: House) -> None:
    found = stays(clinic, 4)
    channels = {one["id"]: one["channel_id"] for one in clinic.records["lead"]}
    made = clinic.ask(
        {
            "measures": [f"{FACT}.time_in_stage", f"{FACT}.still_there"],
            "filter": 'AND({stage} = "invited", {channel} = "a")',
        }
    ).rows[0]
    some = [one for one in found if one.stage == "invited" and channels[one.record] == "a"]
    spans = [one.duration for one in some if one.duration is not None]
    assert made == (aggregate("median", spans, 2), sum(one.left is None for one in some))


def test_the_records_behind_a_number_are_those_that_stayed_there(clinic: House) -> None:
    found = stays(clinic, 5)
    report = {"measures": [f"{FACT}.count"], "by": ["stage"]}
    behind = clinic.behind(report, {"stage": "invited"})
    assert set(behind.ids or ()) == {one.record for one in found if one.stage == "invited"}
    assert behind.form == "lead"


def test_who_sees_some_records_sees_their_stays_alone(connection: Any) -> None:
    mine = {"grants": {"lead": {"view": '{name} = "mine"', "fields": {"*": "read"}}}}
    clinic = house(connection, some=mine)
    found = stays(clinic, 6)
    kept = {one["id"] for at, one in enumerate(clinic.records["lead"]) if at % 2}
    table = clinic.clinic.tables["lead"].table
    connection.execute(table.update().where(table.c.id.in_(kept)).values(name="mine"))
    made = clinic.ask({"measures": [f"{FACT}.count", f"{FACT}.duration.sum"]}, someone("some")).rows[0]
    some = [one for one in found if one.record in kept]
    assert made == (len(some), sum(one.duration or 0 for one in some))


def test_a_stage_that_is_hidden_has_no_history(connection: Any) -> None:
    hidden = {"grants": {"lead": {"view": "all", "fields": {"stage": "none", "*": "read"}}}}
    clinic = house(connection, blind=hidden)
    stays(clinic, 7)
    with pytest.raises(Rejected):
        clinic.ask({"measures": [f"{FACT}.count"]}, someone("blind"))


def _instant(seconds: int) -> Any:
    return NOW.fromtimestamp(seconds, NOW.tzinfo)


def _day(seconds: int) -> str:
    return local_day(_instant(seconds)).isoformat()
