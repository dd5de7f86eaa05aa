"""The records behind a number: as many as the number says, for every kind of group, by the words a list understands."""

import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from engine.access.query import RecordQuery
from engine.problems import Rejected
from report_engine.behind import Behind
from report_engine.desk import PlainDesk
from report_engine.explaining import explained
from report_engine.kind import KINDS
from report_engine.picks import OTHER
from report_engine.pipeline import bound_report
from report_engine.table import Table
from tests.reports.clinic import NOW, ZONE, House, boss, data_of
from tests.reports.test_oracle import fill

GROUPS: tuple[Any, ...] = (
    "channel", "lead.stage", "lead.tags", "lead.is_valid", "lead.customer_id", "lead.customer_id.channel_id.kind", "lead.name",
    {"field": "lead.score", "bins": {"width": 3}}, {"field": "lead.weight", "bins": {"edges": ["0.5", 2]}},
    {"field": "lead.score", "bins": {"quantiles": 3}}, {"field": "channel", "top": 2},
    *({"role": "date", "bucket": bucket} for bucket in ("day", "week", "xun", "month", "quarter", "half", "year", "weekday")),
    *({"field": "lead.at", "bucket": bucket} for bucket in ("hour", "hour_of_day", "weekday", "day_of_month", "month_of_year")),
    {"field": "lead.done_on", "bucket": "month"},
)  # fmt: skip


def desk_of(clinic: House) -> PlainDesk:
    gate = clinic.clinic.gate(clinic.policy, boss())
    return PlainDesk(gate, gate.unit, ZONE)


def behind(clinic: House, report: Mapping[str, Any], dims: Mapping[str, Any], measure: str | None) -> Behind:
    bound = bound_report({"kind": "aggregate", **report}, data_of(clinic.clinic), NOW, ZONE)
    return KINDS.get(bound.kind).behind(bound, desk_of(clinic), dims, measure)


def listed(clinic: House, found: Behind) -> int:
    """Return how many records a list shows for what is behind a number."""
    asked = found.to_json()
    formulas = (asked["formula"],) if "formula" in asked else ()
    query = RecordQuery(found.form, ("id",), asked.get("filter"), formulas, limit=5000)
    return len(desk_of(clinic).gate.page(query).records)


def bars(table: Table, measure: str) -> list[tuple[dict[str, Any], Any]]:
    keys = [(at, one.key) for at, one in enumerate(table.columns) if one.role == "dimension"]
    return [({key: row[at] for at, key in keys}, row[table.at(measure)]) for row in table.rows]


@pytest.mark.parametrize("by", GROUPS, ids=str)
def test_every_bar_opens_as_many_records_as_it_counts(clinic: House, by: Any) -> None:
    fill(clinic, random.Random(str(by)), leads=40)
    report = {
        "measures": ["lead.count", "lead.won"], "by": [by], "filter": '{lead.score} <> 4', "fill": "none",
    }  # fmt: skip
    table = clinic.ask(report)
    assert len(table.rows) > 1
    for measure in ("lead.count", "lead.won"):
        for dims, value in bars(table, measure):
            found = behind(clinic, report, dims, measure)
            assert (found.count, listed(clinic, found)) == (value, value), dims


def test_what_is_not_among_the_first_few_opens_too(clinic: House) -> None:
    fill(clinic, random.Random(3), leads=40)
    report = {"measures": ["lead.count"], "by": [{"field": "channel", "top": 1}]}
    rest = {dims["channel"]: value for dims, value in bars(clinic.ask(report), "lead.count")}[OTHER]
    assert behind(clinic, report, {"channel": OTHER}, None).count == rest


@pytest.mark.parametrize("compare", ["previous_year", "previous_period"])
def test_the_bar_of_another_period_opens_the_records_of_that_period(clinic: House, compare: str) -> None:
    fill(clinic, random.Random(5), leads=60)
    report = {
        "measures": ["lead.count"], "by": [{"role": "date", "bucket": "month"}], "period": "last 6 months", "compare": [compare], "fill": "none",
    }  # fmt: skip
    table = clinic.ask(report)
    for dims, value in bars(table, f"lead.count@{compare}"):
        found = behind(clinic, report, dims, f"lead.count@{compare}")
        assert (found.count, listed(clinic, found)) == (value or 0, value or 0), dims


def test_rows_of_a_sub_table_open_the_records_that_hold_them(clinic: House) -> None:
    fill(clinic, random.Random(7), leads=10)
    report = {"measures": ["bill.items.count"], "by": ["bill.items.kind"]}
    holders = {
        kind: {bill["id"] for bill in clinic.records["bill"] for item in bill.get("items") or () if item.get("kind") == kind}
        for kind, in [(dims["bill.items.kind"],) for dims, _ in bars(clinic.ask(report), "bill.items.count")]
    }  # fmt: skip
    for kind, ids in holders.items():
        found = behind(clinic, report, {"bill.items.kind": kind}, None)
        assert set(found.ids or ()) == ids
        assert listed(clinic, found) == len(ids)


def test_a_rate_opens_the_cases_it_is_a_part_of(clinic: House) -> None:
    fill(clinic, random.Random(9), leads=20)
    assert behind(clinic, {"measures": ["lead.valid_rate"]}, {}, None).count == len(clinic.records["lead"])


def test_a_state_opens_everything_up_to_its_day(clinic: House) -> None:
    fill(clinic, random.Random(11), leads=40)
    state = {"key": "ever", "form": "lead", "aggregate": "count", "as_of": True}
    report = {"measures": [state], "period": "this month"}
    ((_, value),) = bars(clinic.ask(report), "ever")
    assert behind(clinic, report, {}, "ever").count == value > 1


def test_a_number_that_is_not_there_opens_nothing(clinic: House) -> None:
    report = {"measures": ["lead.count"], "by": ["channel"]}
    for dims, measure in (({}, "bill.net"), ({"channel": OTHER}, None)):
        with pytest.raises(Rejected) as refused:
            behind(clinic, report, dims, measure)
        assert [one.code for one in refused.value.problems] == ["report.nothing_behind"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("measure", ["lead.count", "bill.net", "cost_per_lead"])
def test_the_parts_of_a_change_add_up_to_the_fen(clinic: House, measure: str, seed: int) -> None:
    fill(clinic, random.Random(seed), leads=60)
    report = {
        "kind": "aggregate",
        "measures": [measure],
        "period": "last 6 months",
        "compare": ["previous_period"],
    }
    bound = bound_report(report, data_of(clinic.clinic), NOW, ZONE)
    told = explained(desk_of(clinic), bound, {}, measure)
    table = clinic.ask(report)
    now, then = (
        table.rows[0][table.at(key)] or Decimal(0) for key in (measure, f"{measure}@previous_period")
    )
    split = told["split"]
    if split is None:
        assert measure == "cost_per_lead", "only what cannot be divided has no split"
        return
    parts = {row[0]: row[1] for row in split.rows}
    assert (parts["start"], parts["end"]) == (then, now)
    assert sum(value for key, value in parts.items() if key != "end") == now


def test_an_explanation_says_what_is_counted_of_whom_and_when(clinic: House) -> None:
    clinic.add("lead", stage="won", channel_id=clinic.add("channel", name="抖音"))
    clinic.add("lead", stage="won")
    report = {
        "kind": "aggregate",
        "measures": ["lead.won"],
        "by": ["channel"],
        "period": "this month",
        "filter": "{lead.score} > 3 OR ISBLANK({lead.score})",
    }
    bound = bound_report(report, data_of(clinic.clinic), NOW, ZONE)
    told = explained(desk_of(clinic), bound, {}, None)
    assert told["value"] == "2"
    assert told["rows"] == 2
    assert told["formula"] == {
        "zh": "“lead”的条数，条件：“stage” 为 won",
        "en": "Number of “lead”, where “stage” is won",
    }
    assert told["filters"][0] == {
        "zh": "时间：2026-03-01 至 2026-03-31",
        "en": "From 2026-03-01 to 2026-03-31",
    }
    assert told["filters"][1]["zh"] == "（“score” 大于 3 或 “score” 未填写）"
    assert {
        "zh": "1 条“lead”（50%）没有填写“channel_id”",
        "en": "1 of “lead” (50%) have no “channel_id”",
    } in told["hints"]


def test_the_list_behind_a_number_of_nothing_is_empty_and_not_refused() -> None:
    assert Behind("lead", 0, ids=()).to_json()["filter"] == {
        "op": "and",
        "items": [{"field": "id", "op": "empty"}],
    }
