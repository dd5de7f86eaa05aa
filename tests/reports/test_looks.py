"""Ways of looking at a measure beside others: shares of a parent, running totals, ranks, small samples, the largest few."""

import random
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.query import rounded
from report_engine.table import Table
from tests.reports.clinic import House
from tests.reports.oracle import aggregate

COUNT = "lead.count"


def leads(clinic: House, seed: int, count: int = 60, **more: Any) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    return [
        clinic.records["lead"][-1]
        for _ in range(count)
        if clinic.add(
            "lead", channel_id=chance.choice(["a", "b", "c", "d", None]), stage=chance.choice(["new", "won", "lost", None]),
            score=chance.choice([None, *range(-9, 30)]), is_valid=chance.choice([True, True, False]), **more,
        )
    ]  # fmt: skip


def column(table: Table, key: str) -> list[Any]:
    return [row[table.at(key)] for row in table.rows]


def by_key(table: Table, key: str, width: int = 1) -> dict[Any, Any]:
    """Return a column by the dimensions of its rows."""
    return {row[0] if width == 1 else row[:width]: row[table.at(key)] for row in table.rows}


def shown(way: str, of: str = COUNT) -> dict[str, Any]:
    return {"key": way, "of": of, "show": way}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("of", [COUNT, "lead.score.sum", "lead.score.avg"])
def test_a_share_of_the_parent_is_of_the_group_above_worked_out_at_its_own_grain(
    clinic: House, seed: int, of: str
) -> None:
    rows = leads(clinic, seed)
    way = of.rpartition(".")[2]
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        for key in ((row["channel_id"], row["stage"]), row["channel_id"], ()):
            groups[key].append(row["score"])

    def value(key: Any) -> Any:
        known = [one for one in groups[key] if one is not None]
        return len(groups[key]) if way == "count" else aggregate(way, known, 2)

    def part(of_key: Any, key: Any) -> Any:
        above, below = value(of_key), value(key)
        return rounded(Fraction(below) / Fraction(above), 6) if above and below is not None else None

    measures = [of, shown("share_of_parent", of), shown("share", of)]
    table = clinic.ask({"measures": measures, "by": ["channel", "lead.stage"]})
    pairs = [key for key in groups if isinstance(key, tuple) and key]
    assert by_key(table, "share_of_parent", 2) == {key: part(key[0], key) for key in pairs}
    assert by_key(table, "share", 2) == {key: part((), key) for key in pairs}
    alone = clinic.ask({"measures": measures, "by": ["channel"]})
    # With one dimension the whole is the parent.
    assert column(alone, "share_of_parent") == column(alone, "share")


def test_shares_of_the_parent_add_up_to_one_in_each_group(clinic: House) -> None:
    leads(clinic, 5)
    table = clinic.ask({"measures": [COUNT, shown("share_of_parent")], "by": ["channel", "lead.stage"]})
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for row in table.rows:
        sums[row[0]] += row[table.at("share_of_parent")]
    assert all(abs(whole - 1) <= Decimal("0.00001") for whole in sums.values())


def test_running_totals_go_on_in_time_and_begin_anew_for_each_group(clinic: House) -> None:
    chance = random.Random(1)
    sold: dict[tuple[date, str], int] = Counter()
    for _ in range(50):
        day = date(2026, chance.randint(1, 2), chance.randint(1, 28))
        status = chance.choice(["ok", "void"])
        clinic.add("bill", on=day, status=status, paid=Decimal(1))
        sold[day.replace(day=1), status] += 1
    by = [{"field": "bill.on", "bucket": "month"}, "bill.status"]
    table = clinic.ask({"measures": ["bill.count", shown("running", "bill.count")], "by": by, "form": "bill"})
    expected = {
        (month, status): sum(
            count for (then, other), count in sold.items() if other == status and then <= month
        )
        for month, status in sold
    }
    assert by_key(table, "running", 2) == expected


def test_ranks_are_shared_by_equals_and_blank_where_there_is_nothing(clinic: House) -> None:
    for channel, score in (("a", 5), ("b", 9), ("c", 5), ("d", None), ("e", -3)):
        clinic.add("lead", channel_id=channel, score=score)
    table = clinic.ask({"measures": ["lead.score.sum", shown("rank", "lead.score.sum")], "by": ["channel"]})
    assert by_key(table, "rank") == {"a": 2, "b": 1, "c": 2, "d": None, "e": 4}


@pytest.mark.parametrize("least", [1, 5, 13, 100])
def test_rates_of_few_cases_are_marked_and_said(clinic: House, least: int) -> None:
    rows = leads(clinic, 4)
    sizes = Counter(row["channel_id"] for row in rows)
    measure = {"key": "rate", "of": "lead.valid_rate", "min_n": least}
    table = clinic.ask({"measures": [measure], "by": ["channel"]})
    small = {channel: count < least for channel, count in sizes.items()}
    assert by_key(table, "rate@small") == small
    said = [one.params["count"] for one in table.warnings if one.code == "report.small_sample"]
    assert said == ([sum(small.values())] if any(small.values()) else [])


def test_places_are_compared_with_those_of_the_period_before(clinic: House) -> None:
    def sell(month: int, **counts: int) -> None:
        for channel, count in counts.items():
            for at in range(count):
                clinic.add("lead", channel_id=channel, created_at=datetime(2026, month, 2, at, tzinfo=UTC))

    sell(1, a=5, b=3, c=3, gone=9)
    sell(2, a=2, b=6, c=1, new=4)
    report = {"kind": "ranking", "measures": [COUNT], "by": ["channel"], "period": "last month"}
    table = clinic.ask({**report, "compare": ["previous_period"]})
    then = f"{COUNT}@rank.previous_period"
    found = {row[0]: (row[table.at(f"{COUNT}@rank")], row[table.at(then)], row[table.at(f"{then}.change")]) for row in table.rows}  # fmt: skip
    assert found["b"] == (1, 3, 2)
    assert found["a"] == (3, 2, -1)
    assert found["c"] == (4, 3, -1)
    # Who had none then was last, beside all others of none.
    assert found["new"] == (2, 5, 3)
    assert found["gone"] == (5, 1, -4)


@pytest.mark.parametrize("seed", range(3))
def test_the_largest_few_are_so_by_the_measure_named_and_the_rest_is_one(clinic: House, seed: int) -> None:
    rows = leads(clinic, seed, 80)
    sums = {
        channel: sum(row["score"] or 0 for row in rows if row["channel_id"] == channel)
        for channel in {row["channel_id"] for row in rows}
    }
    best = sorted(sums, key=lambda one: (-sums[one], one is None, str(one)))[:2]
    sizes = Counter(row["channel_id"] if row["channel_id"] in best else "(other)" for row in rows)
    table = clinic.ask({
        "measures": [COUNT, "lead.score.sum"], "sort": [f"-{COUNT}"],
        "by": [{"role": "channel", "top": 2, "top_by": "lead.score.sum"}],
    })  # fmt: skip
    assert by_key(table, COUNT) == sizes
    plain = clinic.ask({"measures": [COUNT], "by": [{"role": "channel", "top": 2}]})
    largest = [channel for channel, _ in Counter(row["channel_id"] for row in rows).most_common(2)]
    counts = Counter(row["channel_id"] for row in rows)
    assert sorted(by_key(plain, COUNT)[one] for one in by_key(plain, COUNT) if one != "(other)") == sorted(
        counts[one] for one in largest
    )


def test_top_by_a_measure_that_is_not_there_is_told(clinic: House) -> None:
    leads(clinic, 1, 5)
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": [COUNT], "by": [{"role": "channel", "top": 2, "top_by": "lead.score.sum"}]})
    assert refused.value.problems[0].path == "/by/0/top_by"


def test_top_by_a_way_of_looking_is_told(clinic: House) -> None:
    leads(clinic, 1, 5)
    with pytest.raises(Rejected) as refused:
        clinic.ask(
            {"measures": [COUNT, shown("share")], "by": [{"role": "channel", "top": 2, "top_by": "share"}]}
        )
    assert refused.value.problems[0].path == "/by/0/top_by"


def test_a_rank_beside_a_year_ago_is_that_of_a_year_ago(clinic: House) -> None:
    for at in range(3):
        day = datetime(2026, 2, 3, at, tzinfo=UTC)
        clinic.add("lead", channel_id="a", created_at=day)
        clinic.add("lead", channel_id="b", created_at=day - timedelta(days=365))
    clinic.add("lead", channel_id="b", created_at=datetime(2026, 2, 3, tzinfo=UTC))
    clinic.add("lead", channel_id="a", created_at=datetime(2025, 2, 3, tzinfo=UTC))
    report = {"kind": "ranking", "measures": [COUNT], "by": ["channel"], "period": "last month"}
    table = clinic.ask({**report, "compare": ["previous_year"]})
    assert by_key(table, f"{COUNT}@rank") == {"a": 1, "b": 2}
    assert by_key(table, f"{COUNT}@rank.previous_year") == {"a": 2, "b": 1}
    assert by_key(table, f"{COUNT}@rank.previous_year.change") == {"a": 1, "b": -1}
