"""Where on the way records were lost, and why, against a plain walk through their careers."""

import random
from collections import Counter
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.chart import CHARTS
from report_engine.table import Table
from tests.reports.clinic import House
from tests.reports.test_funnel import STEPS, moves, reached, report

REASONS = ("price", "far", "other")


def lost(clinic: House, seed: int, skip: bool = True) -> Counter[tuple[str, str | None]]:
    """Put careers into a clinic; return how many were lost at each step for each reason."""
    chance = random.Random(seed)
    ways = moves(clinic, chance, 120)
    table = clinic.clinic.tables["lead"].table
    found: Counter[tuple[str, str | None]] = Counter()
    for record, way in ways.items():
        why = chance.choice([*REASONS, None])
        clinic.clinic.connection.execute(table.update().where(table.c.id == record).values(name=why))
        made = reached(way, skip, None)
        if way[-1][1] == "lost" and made:
            found[STEPS[made - 1], why] += 1
    return found


def asked(**settings: Any) -> dict[str, Any]:
    return {**report(lost=["lost"], reason="name", **settings), "kind": "losses"}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("skip", [True, False])
def test_records_are_lost_at_the_last_step_they_came_to(clinic: House, seed: int, skip: bool) -> None:
    found = lost(clinic, seed, skip)
    table = clinic.ask(asked(skip=skip))
    assert {(row[0], row[1]): row[2] for row in table.rows} == dict(found)
    assert found


def test_the_records_behind_a_reason_at_a_step_are_as_many(clinic: House) -> None:
    lost(clinic, 4)
    for step, why, count in clinic.ask(asked()).rows:
        assert clinic.behind(asked(), {"step": step, "reason": why}, "lost").count == count


def told(table: Table, at: int) -> str:
    column = next(one for one in table.columns if one.key == "lost@reasons")
    cell = table.rows[at][table.at(column.key)]
    return "" if cell is None else column.labels[str(cell)]["zh"]


def test_a_funnel_tells_for_each_step_why_records_were_lost(clinic: House) -> None:
    found = lost(clinic, 5)
    table = clinic.ask(report(lost=["lost"], reason="name"))
    for at, step in enumerate(STEPS):
        some = Counter({why: count for (where, why), count in found.items() if where == step})
        assert sum(some.values()) == table.rows[at][table.at("lost")]
        said = told(table, at)
        for why, count in some.most_common(1):
            assert said.startswith(f"{why or '未填写'} {count}") or list(some.values()).count(count) > 1
        assert said.count("、") == max(0, min(len(some), 4) - 1)


def test_the_reasons_stand_in_the_table_and_below_the_pointer(clinic: House) -> None:
    lost(clinic, 6)
    table = clinic.ask(report(lost=["lost"], reason="name"))
    figure = CHARTS.get("table").figure({}, table, "zh")
    assert [one["name"] for one in figure["columns"]][-1] == "流失原因"
    assert figure["rows"][0]["cells"][-1]["text"] == told(table, 0)
    chart = CHARTS.get("funnel")
    hover = chart.figure(chart.settings({}, table), table, "zh")["data"][0]["hovertext"][0]
    assert f"流失原因： {told(table, 0)}" in hover


def test_a_breakdown_tells_the_reasons_of_each_group(clinic: House) -> None:
    lost(clinic, 7)
    table = clinic.ask({**report(lost=["lost"], reason="name"), "by": ["channel_id"]})
    place, count = table.at("lost@reasons"), table.at("lost")
    for row in table.rows:
        parts = [int(one.rpartition(":")[2]) for one in str(row[place] or ":0").split(" ")]
        assert sum(parts) == row[count]


@pytest.mark.parametrize(
    ("settings", "path"),
    [({"reason": "gone"}, "/settings/reason"), ({"reason": "worth"}, "/settings/reason")],
)
def test_a_reason_that_is_not_there_is_told(clinic: House, settings: dict[str, Any], path: str) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask(report(lost=["lost"], **settings))
    assert refused.value.problems[0].path == path


def test_losses_must_say_what_lost_means(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**report(lost=["lost"]), "kind": "losses"})
    assert refused.value.problems[0].path == "/settings"


def test_who_went_to_another_stage_without_a_reason_is_told_by_that_stage(clinic: House) -> None:
    moves(clinic, random.Random(8), 120)
    table = clinic.ask({**report(lost=["lost", "new"], reason="name"), "kind": "losses"})
    assert {row[1] for row in table.rows} == {None, "@new"}
    words = next(one for one in table.columns if one.key == "reason").labels
    assert words["@new"] == {"zh": "new", "en": "new"}
    for step, why, count in table.rows:
        asked_again = {**report(lost=["lost", "new"], reason="name"), "kind": "losses"}
        assert clinic.behind(asked_again, {"step": step, "reason": why}, "lost").count == count
