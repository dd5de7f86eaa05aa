"""Crosstabs of n groups down and m across: each cell and each subtotal of both axes, against a plain count."""

import random
from collections import defaultdict
from itertools import product
from typing import Any

import pytest

from report_engine.charts.crosstab import CHART, Pivot, lines
from report_engine.figures import figure
from report_engine.table import Table
from tests.reports.clinic import House
from tests.reports.oracle import aggregate, bucket, grouped, local_day
from tests.reports.test_oracle import fill

DIMENSIONS = {
    "channel": ("channel", lambda row: row["channel_id"]),
    "stage": ("lead.stage", lambda row: row["stage"]),
    "quarter": ({"field": "lead.created_at", "bucket": "quarter", "key": "quarter"}, lambda row: bucket(local_day(row["created_at"]), "quarter")),
    "valid": ("lead.is_valid", lambda row: row["is_valid"]),
}  # fmt: skip
MEASURES = ("lead.count", "lead.worth.sum", "lead.score.avg")
SHAPES = [
    (("channel",), ("stage",)),
    (("channel", "stage"), ("quarter",)),
    (("channel",), ("quarter", "valid")),
    (("channel", "stage"), ("quarter", "valid")),
    (("valid", "stage", "channel"), ("quarter",)),
    (("channel", "stage"), ()),
    ((), ("stage", "valid")),
]
IDS = ["x".join(["+".join(down) or "-", "+".join(across) or "-"]) for down, across in SHAPES]


def asked(down: tuple[str, ...], across: tuple[str, ...]) -> dict[str, Any]:
    keys = {name: DIMENSIONS[name][0] for name in (*down, *across)}
    named = {
        name: {**one, "key": name} if isinstance(one, dict) else {"key": name, **_named(one)}
        for name, one in keys.items()
    }
    return {
        "form": "lead", "measures": list(MEASURES), "by": list(named.values()),
        "pivot": {"rows": list(down), "columns": list(across)}, "limit": 5000,
        "chart": {"kind": "crosstab", "rows": list(down), "columns": list(across)},
    }  # fmt: skip


def _named(name: str) -> dict[str, str]:
    return {"field": name} if "." in name else {"role": name}


def counted(house: House, keys: tuple[str, ...]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return what stands at a grain: count, sum and mean, from the records."""
    found = {}
    for key, rows in grouped(house.records["lead"], [DIMENSIONS[name][1] for name in keys]).items():
        worth = [row["worth"] for row in rows if row["worth"] is not None]
        score = [row["score"] for row in rows if row["score"] is not None]
        found[key] = (len(rows), aggregate("sum", worth, 2), aggregate("avg", score, 2))
    return found


def pivot_of(table: Table, down: tuple[str, ...], across: tuple[str, ...]) -> Pivot:
    return Pivot(table, [_column(table, one) for one in down], [_column(table, one) for one in across], "zh")


def _column(table: Table, key: str) -> Any:
    return table.columns[table.at(key)]


@pytest.mark.parametrize(("down", "across"), SHAPES, ids=IDS)
@pytest.mark.parametrize("seed", range(2))
def test_every_cell_and_every_subtotal_is_worked_out_from_the_records(
    clinic: House, down: tuple[str, ...], across: tuple[str, ...], seed: int
) -> None:
    fill(clinic, random.Random(seed), leads=50)
    table = clinic.ask(asked(down, across))
    pivot = pivot_of(table, down, across)
    rows = lines(pivot.keys(pivot.rows), len(down), totals=True)
    columns = lines(pivot.keys(pivot.columns), len(across), totals=True)
    grains: dict[tuple[int, int], Any] = {
        (i, j): counted(clinic, (*down[:i], *across[:j]))
        for i, j in product(range(len(down) + 1), range(len(across) + 1))
    }
    at = [table.at(name) for name in MEASURES]
    seen: dict[tuple[int, int], set[Any]] = defaultdict(set)
    for row, column in product(rows, columns):
        key = (*row.key, *column.key)
        expected = grains[len(row.key), len(column.key)].get(key)
        found = pivot.at(row, column)
        assert (None if found is None else tuple(found[one] for one in at)) == expected, key
        if expected is not None:
            seen[len(row.key), len(column.key)].add(key)
    # Nothing that the records hold has no cell.
    assert seen == {grain: set(cells) for grain, cells in grains.items()}


@pytest.mark.parametrize(("down", "across"), SHAPES, ids=IDS)
def test_the_page_has_a_cell_for_each_line_and_headings_that_span_them(
    clinic: House, down: tuple[str, ...], across: tuple[str, ...]
) -> None:
    fill(clinic, random.Random(3), leads=50)
    report = asked(down, across)
    table = clinic.ask(report)
    made = figure(report, table, "zh")
    pivot = pivot_of(table, down, across)
    rows = lines(pivot.keys(pivot.rows), len(down), totals=True)
    columns = lines(pivot.keys(pivot.columns), len(across), totals=True)
    assert len(made["body"]) == len(rows)
    assert all(len(line["cells"]) == len(columns) * len(MEASURES) for line in made["body"])
    # Every heading row and what hangs down into it from above is as wide as the body.
    width = len(columns) * len(MEASURES)
    hanging = [0] * len(made["head"])
    for level, heads in enumerate(made["head"]):
        assert sum(one["span"] for one in heads) + hanging[level] == width
        for one in heads:
            for below in range(level + 1, level + one["deep"]):
                hanging[below] += one["span"]
    # A click narrows to exactly the groups of its line and column.
    for line, row in zip(made["body"], rows, strict=True):
        for at, one in enumerate(line["cells"]):
            if "pick" in one:
                assert list(one["pick"]) == [
                    *down[: len(row.key)],
                    *across[: len(columns[at // len(MEASURES)].key)],
                ]


def test_with_the_whole_alone_only_grand_totals_stand_there(clinic: House) -> None:
    fill(clinic, random.Random(3), leads=50)
    report = asked(("channel", "stage"), ("quarter", "valid"))
    table = clinic.ask(report)
    for wanted, totals in (("all", None), ("grand", 1), ("none", 0)):
        made = CHART.figure({**report["chart"], "values": list(MEASURES), "subtotals": wanted}, table, "zh")
        lines_of_totals = sum(line["total"] for line in made["body"])
        channels = len({row[0] for row in table.rows})
        assert lines_of_totals == (channels + 1 if totals is None else totals), wanted


def test_measures_stand_down_the_side_as_well(clinic: House) -> None:
    fill(clinic, random.Random(3), leads=50)
    report = asked(("channel",), ("stage",))
    table = clinic.ask(report)
    across = CHART.figure({**report["chart"], "values": list(MEASURES)}, table, "zh")
    down = CHART.figure({**report["chart"], "values": list(MEASURES), "measures_on": "rows"}, table, "zh")
    count = len(MEASURES)
    turned = {
        (at // count, column, at % count): one["text"]
        for at, line in enumerate(down["body"])
        for column, one in enumerate(line["cells"])
    }
    straight = {
        (row, at // count, at % count): one["text"]
        for row, line in enumerate(across["body"])
        for at, one in enumerate(line["cells"])
    }
    assert turned == straight


def test_options_across_stand_in_the_order_of_their_list(clinic: House) -> None:
    for channel, stage in (
        ("a", "lost"),
        ("a", None),
        ("b", "new"),
        ("c", "won"),
        ("b", "invited"),
        ("c", "lost"),
    ):
        clinic.add("lead", channel_id=channel, stage=stage)
    report = {
        "measures": ["lead.count"], "by": ["channel", "lead.stage"], "sort": ["channel"],
        "pivot": {"rows": ["channel"], "columns": ["lead.stage"]},
    }  # fmt: skip
    table = clinic.ask(report)
    pivot = pivot_of(table, ("channel",), ("lead.stage",))
    assert [key[0] for key in pivot.keys(pivot.columns)] == ["new", "invited", "won", "lost", None]


def test_the_rest_of_the_largest_few_stands_behind_them_across(clinic: House) -> None:
    for channel, count in (("a", 3), ("b", 2), ("c", 1), ("d", 1)):
        for stage in ["new"] * count:
            clinic.add("lead", channel_id=channel, stage=stage)
    across = {"role": "channel", "top": 2}
    report = {
        "measures": ["lead.count"], "by": ["lead.stage", across],
        "pivot": {"rows": ["lead.stage"], "columns": ["channel"]},
    }  # fmt: skip
    pivot = pivot_of(clinic.ask(report), ("lead.stage",), ("channel",))
    assert [key[0] for key in pivot.keys(pivot.columns)] == ["a", "b", "(other)"]
