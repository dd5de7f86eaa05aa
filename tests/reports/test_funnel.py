"""Funnels from the history of stages, against a plain walk through the same history."""

import itertools
import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import pytest

from engine.problems import Rejected
from engine.store.platform import HISTORY
from report_engine.query import rounded
from tests.reports.clinic import NOW, House
from tests.reports.oracle import aggregate

STEPS = ("new", "invited", "won")


def moves(clinic: House, chance: random.Random, count: int = 40) -> dict[str, list[tuple[int, str]]]:
    """Put leads with random careers into a clinic; return for each its stages with the second it came to them."""
    HISTORY.create(clinic.clinic.connection, checkfirst=True)
    found: dict[str, list[tuple[int, str]]] = {}
    for _ in range(count):
        at = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 20 * 86_400))
        way = [(at, chance.choice(["new", "new", "new", "invited"]))]
        for _ in range(chance.randint(0, 4)):
            at += timedelta(seconds=chance.randint(1, 5 * 86_400))
            way.append((at, chance.choice([s for s in (*STEPS, "lost") if s != way[-1][1]])))
        record = clinic.add(
            "lead", stage=way[-1][1], channel_id=chance.choice(["a", "b", None]), created_at=way[0][0],
            worth=Decimal(chance.randint(1, 99_999)) / 100,
        )  # fmt: skip
        for number, (when, stage) in enumerate(way):
            changes = {"stage": stage, "x": 1} if number == 0 else {"stage": [way[number - 1][1], stage]}
            clinic.clinic.connection.execute(HISTORY.insert().values(
                id=f"{record}{number}", form="lead", record_id=record, revision=number + 1, kind="update" if number else "create",
                at=when.strftime("%Y-%m-%d %H:%M:%S.%f"), by=f"u{number % 3}", cause="user", changes=json.dumps(changes, separators=(",", ":")),
            ))  # fmt: skip
        found[record] = [(int(when.timestamp()), stage) for when, stage in way]
    return found


def report(**settings: Any) -> dict[str, Any]:
    return {
        "kind": "funnel",
        "form": "lead",
        "steps": [{"stage": stage} for stage in STEPS],
        "settings": settings,
    }


def reached(way: list[tuple[int, str]], skip: bool, window: int | None) -> int:
    """Return how many steps a career has made, in order."""
    begin, last, made = None, None, 0
    for at, stage in enumerate(STEPS):
        meant = STEPS[at:] if skip else (stage,)
        times = [when for when, one in way if one in meant]
        if not times or (last is not None and min(times) < last):
            break
        last = min(times)
        begin = last if begin is None else begin
        if window is not None and last > begin + window * 86_400:
            break
        made += 1
    return made


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("window", [None, 4])
def test_steps_are_reached_in_order(clinic: House, seed: int, skip: bool, window: int | None) -> None:
    ways = moves(clinic, random.Random(seed))
    settings = {"skip": skip, "lost": ["lost"]} | ({"window": window} if window else {})
    table = clinic.ask(report(**settings))
    made = {record: reached(way, skip, window) for record, way in ways.items()}
    counts = [sum(number > at for number in made.values()) for at in range(3)]
    lost = [
        sum(made[record] == at + 1 and way[-1][1] == "lost" for record, way in ways.items())
        for at in range(3)
    ]
    assert [(row[0], row[1], row[4]) for row in table.rows] == list(zip(STEPS, counts, lost, strict=True))


def test_time_in_stage_and_who_is_stuck(clinic: House) -> None:
    ways = moves(clinic, random.Random(7))
    table = clinic.ask(report(sla=240))
    for row in table.rows:
        stays = []
        for way in ways.values():
            ends = [(then - when) for (when, stage), (then, _) in itertools.pairwise(way) if stage == row[0]]
            stays += [sum(ends)] if ends else []
        here = [way[-1][0] for way in ways.values() if way[-1][1] == row[0]]
        late = NOW.timestamp() - 240 * 3600
        assert row[5] == int(median(stays) + (0.5 if median(stays) % 1 else 0)) if stays else row[5] is None
        assert row[7:9] == (len(here), sum(when < late for when in here))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("by", [None, "channel_id"])
def test_rates_are_of_the_step_before_and_of_the_first_and_long_stays_are_told(
    clinic: House, seed: int, by: str | None
) -> None:
    ways = moves(clinic, random.Random(seed), 60)
    groups = {row["id"]: row["channel_id"] if by else None for row in clinic.records["lead"]}
    table = clinic.ask(report() if by is None else {**report(), "by": [by]})
    width = 0 if by is None else 1
    assert len(table.rows) == len(set(groups.values())) * len(STEPS)
    for row in table.rows:
        group = row[0] if by else None
        own = {record: way for record, way in ways.items() if groups[record] == group}
        made = [reached(way, True, None) for way in own.values()]
        counts = [sum(number > at for number in made) for at in range(len(STEPS))]
        at = STEPS.index(row[width])
        before = counts[at - 1] if at else counts[at]
        for name, whole in (("step_rate", before), ("overall_rate", counts[0])):
            share = rounded(Fraction(counts[at], whole), 6) if whole else None
            assert row[table.at(name)] == share, (row, name)
        stays = sorted(
            sum(then - when for (when, stage), (then, _) in itertools.pairwise(way) if stage == row[width])
            for way in own.values()
            if any(stage == row[width] for _, stage in way[:-1])
        )
        for name, part in (("median", "median"), ("p90", "p90")):
            assert row[table.at(name)] == aggregate(part, stays, 0), (row, name, stays)


def test_a_breakdown_adds_up(clinic: House) -> None:
    moves(clinic, random.Random(3))
    whole = clinic.ask(report())
    parts = clinic.ask({**report(), "by": ["channel"]})
    for step in whole.rows:
        assert sum(row[2] for row in parts.rows if row[1] == step[0]) == step[1]


def test_an_unknown_stage_is_told(clinic: House) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**report(), "steps": [{"stage": "new"}, {"stage": "gone"}]})
    assert refused.value.problems[0].path == "/steps/1/stage"


@pytest.mark.parametrize("skip", [True, False])
def test_the_records_behind_every_number_of_a_step_are_as_many_as_it_says(clinic: House, skip: bool) -> None:
    moves(clinic, random.Random(5))
    asked = {**report(skip=skip, lost=["lost"], sla=48), "by": ["channel_id"]}
    table = clinic.ask(asked)
    for row in table.rows:
        dims = {"channel_id": row[0], "step": row[1]}
        for measure in ("count", "lost", "open", "stuck"):
            behind = clinic.behind(asked, dims, measure)
            assert (behind.form, behind.count) == ("lead", row[table.at(measure)]), (dims, measure)


def test_a_rate_of_a_step_opens_the_cases_it_is_a_part_of_and_its_time_those_who_left_it(
    clinic: House,
) -> None:
    ways = moves(clinic, random.Random(5), 30)
    table = clinic.ask(report())
    counts = {row[0]: row[table.at("count")] for row in table.rows}
    for at, step in enumerate(STEPS[:3]):
        opened = {
            one: clinic.behind(report(), {"step": step}, one).count
            for one in ("step_rate", "overall_rate", "median", "p90")
        }
        stayed = sum(
            any(here == step and at + 1 < len(way) for at, (_, here) in enumerate(way))
            for way in ways.values()
        )
        assert opened == {
            "step_rate": counts[STEPS[max(at - 1, 0)]], "overall_rate": counts[STEPS[0]], "median": stayed, "p90": stayed,
        }  # fmt: skip
    with pytest.raises(Rejected) as refused:
        clinic.behind(report(), {"step": "won"}, "nothing")
    assert [one.code for one in refused.value.problems] == ["report.nothing_behind"]


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_a_step_counts_whenever_it_was_made(clinic: House, seed: int) -> None:
    ways = moves(clinic, random.Random(seed))
    for skip in (True, False):
        table = clinic.ask(report(mode="any", skip=skip))
        counts = [
            sum(all(any(one in (STEPS[at:] if skip else (STEPS[at],)) for _, one in way) for at in range(last + 1)) for way in ways.values())
            for last in range(3)
        ]  # fmt: skip
        assert [row[1] for row in table.rows] == counts


@pytest.mark.parametrize("seed", range(3))
def test_a_snapshot_counts_where_records_stand_now(clinic: House, seed: int) -> None:
    ways = moves(clinic, random.Random(seed))
    table = clinic.ask(report(mode="current", skip=False))
    now = [way[-1][1] for way in ways.values()]
    # Who stands in a later step has passed those before it; who stands in this very one is open there.
    assert [row[1] for row in table.rows] == [sum(one in STEPS[at:] for one in now) for at in range(3)]
    assert [row[table.at("open")] for row in table.rows] == [now.count(stage) for stage in STEPS]


def test_the_top_groups_are_those_with_most_records_at_the_first_step(clinic: House) -> None:
    moves(clinic, random.Random(11), 60)
    every = clinic.ask({**report(), "by": ["lead.channel_id"]})
    first = sorted(((row[2], row[0]) for row in every.rows if row[1] == "new"), reverse=True)
    for top in (1, 2):
        kept = {channel for _, channel in first[:top]}
        some = clinic.ask({**report(), "by": [{"field": "lead.channel_id", "top": top}]})
        assert some.rows == tuple(row for row in every.rows if row[0] in kept)


@pytest.mark.parametrize(
    "more", [{"bucket": "month"}, {"bins": {"width": 10}}, {"top": 2, "top_by": "count"}]
)
def test_a_breakdown_says_what_it_cannot_do(clinic: House, more: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**report(), "by": [{"field": "lead.created_at", **more}]})
    assert "report.not_for_kind" in [one.code for one in refused.value.problems]


def test_a_step_may_have_a_limit_of_its_own(clinic: House) -> None:
    ways = moves(clinic, random.Random(11))
    limits = {"new": 240, "invited": 24, "won": 240}
    steps = [{"stage": "new"}, {"stage": "invited", "sla": 24}, {"stage": "won"}]
    asked = {**report(sla=240), "steps": steps}
    for row in clinic.ask(asked).rows:
        here = [way[-1][0] for way in ways.values() if way[-1][1] == row[0]]
        late = sum(when < NOW.timestamp() - limits[row[0]] * 3600 for when in here)
        assert row[8] == late
        assert clinic.behind(asked, {"step": row[0]}, "stuck").count == late


@pytest.mark.parametrize("hours", [0, -1, "24", True, 1.5])
def test_a_limit_that_is_no_number_of_hours_is_told(clinic: House, hours: Any) -> None:
    with pytest.raises(Rejected) as refused:
        clinic.ask({**report(), "steps": [{"stage": "new"}, {"stage": "won", "sla": hours}]})
    assert refused.value.problems[0].path == "/steps/1/sla"
