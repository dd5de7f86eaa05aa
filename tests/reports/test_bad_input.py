"""What can go wrong with a question: each is told in words at its place, or has an honest answer; nothing is made up."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.problems import Problem, Rejected
from report_engine import query
from report_engine.figures import figure
from tests.reports.clinic import House, cells
from tests.reports.test_goals import aim


def refused(clinic: House, report: dict[str, Any]) -> list[Problem]:
    with pytest.raises(Rejected) as found:
        clinic.ask(report)
    for problem in found.value.problems:
        assert problem.message("zh")
        assert problem.message("en")
        assert problem.hint("zh")
    return list(found.value.problems)


@pytest.mark.parametrize(
    ("report", "path", "near"),
    [
        ({"measures": ["lead.cuont"]}, "/measures/0", "lead.count"),
        ({"measures": ["lead.count"], "by": ["lead.stge"]}, "/by/0", "stage"),
        ({"measures": ["lead.count"], "filter": '{lead.stge} = "won"'}, "/filter", "stage"),
        ({"measures": ["lead.count"], "by": [{"role": "chanel"}]}, "/by/0", "channel"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(
    clinic: House, report: dict[str, Any], path: str, near: str
) -> None:
    (problem,) = refused(clinic, report)
    assert problem.path == path
    assert near in problem.params["nearest"]


def test_an_unknown_column_to_sort_by_is_told_with_those_there_are(clinic: House) -> None:
    (problem,) = refused(clinic, {"measures": ["lead.count"], "by": ["lead.stage"], "sort": ["-worth"]})
    assert (problem.code, problem.path) == ("report.bad_sort", "/sort/0")
    assert "lead.count" in problem.params["choices"]


def test_facts_that_nothing_links_name_what_is_missing(clinic: House) -> None:
    (problem,) = refused(
        clinic, {"measures": ["lead.count", "spend.amount"], "by": ["lead.customer_id.born"]}
    )
    assert problem.code == "report.no_way"
    assert problem.params["fact"]["en"] == "spend"


def test_more_groups_than_anybody_reads_are_refused(clinic: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "MOST_GROUPS", 3)
    for n in range(4):
        clinic.add("lead", score=n)
    (problem,) = refused(clinic, {"measures": ["lead.count"], "by": ["lead.score"]})
    assert (problem.code, problem.params["most"]) == ("report.too_many_groups", 3)
    assert (
        len(
            clinic.ask(
                {"measures": ["lead.count"], "by": ["lead.score"], "sort": ["-lead.count"], "limit": 2}
            ).rows
        )
        == 2
    )


@pytest.mark.parametrize("more", [{"by": ["channel"]}, {"measures": ["bill.paid.sum"]}])
def test_cohorts_say_what_they_cannot_do(clinic: House, more: dict[str, Any]) -> None:
    asked = {"kind": "retention", "form": "bill", "settings": {"subject": "customer_id"}, **more}
    (problem,) = refused(clinic, asked)
    assert (problem.code, problem.path) == ("report.not_for_kind", f"/{next(iter(more))}")


@pytest.mark.parametrize(
    "report",
    [
        {"measures": ["lead.count", "lead.worth.sum"], "by": ["lead.stage"]},
        {"kind": "ranking", "measures": ["lead.count"], "by": ["channel"]},
        {"kind": "retention", "form": "bill", "settings": {"subject": "customer_id"}},
        {"kind": "rfm", "form": "bill", "settings": {"amount": "paid"}},
        {"kind": "rfm_moves", "form": "bill", "settings": {"amount": "paid"}},
        {"kind": "list", "form": "lead", "settings": {"columns": ["name"]}},
    ],
)
def test_an_empty_set_is_a_table_that_says_so(clinic: House, report: dict[str, Any]) -> None:
    assert "report.empty" in [one.code for one in clinic.ask(report).warnings]


def test_a_number_of_nothing_is_nought_where_counted_and_blank_where_measured(clinic: House) -> None:
    hows = ("sum", "avg", "min", "max", "median", "p90")
    table = clinic.ask({"measures": ["lead.count", *(f"lead.worth.{how}" for how in hows)]})
    assert table.rows == ((0, None, None, None, None, None, None),)


def test_a_single_row_is_its_own_everything(clinic: House) -> None:
    clinic.add("lead", worth=Decimal("12.34"), stage="won", channel_id=clinic.add("channel", name="c"))
    hows = ("sum", "avg", "min", "max", "median", "p90")
    table = clinic.ask(
        {"measures": [f"lead.worth.{how}" for how in hows], "by": ["lead.stage"], "totals": True}
    )
    assert set(table.rows[0][1:]) == set(table.totals[0].rows[0][1:]) == {Decimal("12.34")}
    ranked = clinic.ask({"kind": "ranking", "measures": ["lead.count"], "by": ["channel"]})
    assert ranked.rows[0][ranked.at("lead.count@rank")] == 1
    spread = clinic.ask({"kind": "distribution", "form": "lead", "settings": {"of": "worth"}})
    assert sum(row[1] for row in spread.rows) == 1


def test_what_is_divided_by_nought_is_blank(clinic: House) -> None:
    spent, quiet = (clinic.add("channel", name=name) for name in "ab")
    clinic.add("spend", channel_id=spent, amount=Decimal(5), on=date(2026, 3, 1))
    clinic.add("lead", channel_id=quiet)
    found = cells(clinic.ask({"measures": ["cost_per_lead", "lead.valid_rate"], "by": ["channel"]}))
    assert found[spent] == (None, None)
    assert found[quiet] == (Decimal("0.00"), Decimal("0.000000"))
    zero = {"key": "none", "form": "lead", "aggregate": "count", "filter": '{stage} = "won"'}
    by_zero = {"key": "ratio", "formula": "{lead.count} / {none}"}
    assert clinic.ask({"measures": ["lead.count", zero, by_zero]}).rows == ((1, 0, None),)


def test_a_change_from_nought_is_no_percentage(clinic: House) -> None:
    clinic.add("bill", paid=Decimal(7), on=date(2026, 3, 1), status="ok")
    table = clinic.ask({"measures": ["bill.net"], "period": "this month", "compare": ["previous_month"]})
    assert table.rows[0][:3] == (Decimal(7), None, None)


def test_a_goal_nobody_has_come_near_stands_there_all_the_same(clinic: House) -> None:
    aim(clinic, "group", "2200")
    table = clinic.ask({"measures": ["bill.net"], "compare": ["goal"], "period": "this month"})
    row = table.rows[0]
    assert (row[table.at("bill.net")], row[table.at("bill.net@goal")]) == (None, Decimal("2200.00"))
    assert row[table.at("bill.net@goal.attainment")] is None


@pytest.mark.parametrize(
    "period", ["soon", "last 0 days", "2026-03-31..2026-03-01", {"from": "2026-02-30", "to": "2026-03-01"}]
)
def test_a_period_that_is_none_is_told(clinic: House, period: Any) -> None:
    assert refused(clinic, {"measures": ["lead.count"], "period": period})


def test_everything_wrong_is_told_at_once(clinic: House) -> None:
    report = {
        "measures": ["lead.count"],
        "by": ["lead.stge", "lead.tgas"],
        "sort": ["nothing"],
        "period": "soon",
    }
    assert {one.path.split("/")[1] for one in refused(clinic, report)} == {"by", "sort", "period"}


def test_days_far_from_ours_do_no_harm(clinic: House) -> None:
    for day in (date(1, 1, 1), date(9999, 12, 31), date(2026, 3, 6)):
        clinic.add("bill", paid=Decimal(1), on=day, status="ok")
    table = clinic.ask({"measures": ["bill.net"], "by": [{"role": "date", "bucket": "year"}], "fill": "none"})
    assert sum(row[1] for row in table.rows) == 3


def test_a_period_of_all_time_by_the_day_is_not_written_out(clinic: House) -> None:
    clinic.add("lead", score=1)
    days = {"role": "date", "bucket": "day"}
    table = clinic.ask(
        {"measures": ["lead.count"], "by": [days], "period": {"from": "1900-01-01", "to": "2099-12-31"}}
    )
    assert [row[1] for row in table.rows] == [1]


@pytest.mark.parametrize(
    ("measure", "shown"),
    [
        ("bill.net", "¥0"),
        ("bill.count", "0"),
        (
            {
                "key": "left",
                "name": {"zh": "余", "en": "Left"},
                "formula": "{bill.net} - {spend.amount}",
                "format": "money",
            },
            "¥0",
        ),
        (
            {
                "key": "state",
                "name": {"zh": "今", "en": "Now"},
                "form": "bill",
                "aggregate": "sum",
                "of": "paid",
                "as_of": "now",
            },
            "¥0",
        ),
        ("bill.paid.avg", None),
        ("lead.valid_rate", None),
        (
            {
                "key": "each",
                "name": {"zh": "均", "en": "Each"},
                "formula": "{bill.net} / {bill.count}",
                "format": "money",
            },
            None,
        ),
    ],
)
@pytest.mark.parametrize("by", [[], [{"role": "date", "bucket": "month"}]])
def test_a_card_over_nothing_is_nought_where_it_adds_up_and_blank_where_it_divides(
    clinic: House, measure: Any, shown: str | None, by: list[Any]
) -> None:
    report = {
        "measures": [measure],
        "by": by,
        "period": "this month",
        "totals": True,
        "chart": {"kind": "kpi"},
    }
    card = figure(report, clinic.ask(report), "zh")
    assert (card["empty"], card.get("value")) == ((False, shown) if shown else (True, card.get("value")))


def test_what_is_only_not_known_of_a_month_that_is_over_is_no_nought(clinic: House) -> None:
    state = {
        "key": "state",
        "name": {"zh": "今", "en": "Now"},
        "form": "bill",
        "aggregate": "sum",
        "of": "paid",
        "as_of": "now",
    }
    report = {"measures": [state], "period": "last month", "chart": {"kind": "kpi"}}
    assert figure(report, clinic.ask(report), "zh")["empty"] is True
