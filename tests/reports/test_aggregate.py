"""Aggregates: small cases one can count on one's fingers."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine.problems import Rejected
from report_engine.periods import read_period
from tests.reports.clinic import House, cells


@pytest.fixture
def small(clinic: House) -> House:
    web = clinic.add("channel", name="web", kind="online", id="web")
    clinic.add("channel", name="friend", kind="offline", id="friend")
    ann = clinic.add("customer", name="Ann", channel_id=web, tags=("vip",), id="ann")
    ben = clinic.add("customer", name="Ben", channel_id=None, tags=(), id="ben")
    for day, channel, stage, score in (
        (1, web, "won", 5),
        (1, web, "new", 7),
        (2, "friend", "won", None),
        (3, None, "lost", 1),
    ):
        at = datetime(2026, 3, day, 2, tzinfo=UTC)
        clinic.add(
            "lead",
            channel_id=channel,
            stage=stage,
            score=score,
            is_valid=stage != "lost",
            created_at=at,
            at=at,
            tags=("a", "b") if day == 1 else (),
        )
    for customer, paid, day in ((ann, "120.50", 1), (ann, "79.50", 2), (ben, "33.33", 2)):
        clinic.add(
            "bill",
            customer_id=customer,
            paid=Decimal(paid),
            on=date(2026, 3, day),
            status="ok",
            items=[
                {"kind": "x", "qty": 2, "price": Decimal("10.00")},
                {"kind": "y", "qty": 1, "price": Decimal("0.05")},
            ],
        )
    clinic.add("spend", channel_id=web, amount=Decimal("30.00"), on=date(2026, 3, 1))
    clinic.add("spend", channel_id="tv", amount=Decimal("99.99"), on=date(2026, 3, 1))
    return clinic


def test_leads_are_counted_by_channel_the_blank_one_last(small: House) -> None:
    table = small.ask({"measures": ["lead.count"], "by": ["channel"]})
    assert [row[:2] for row in table.rows] == [("web", 2), ("friend", 1), (None, 1)]
    assert table.labels["channel"] == {"web": "web", "friend": "friend"}


def test_every_aggregate_of_a_number(small: House) -> None:
    names = [f"lead.score.{how}" for how in ("sum", "avg", "min", "max", "median", "p90", "count_distinct")]
    table = small.ask({"measures": names})
    assert table.rows == ((13, Decimal("4.33"), 1, 7, Decimal("5.00"), Decimal("6.60"), 3),)


def test_money_of_several_facts_stands_side_by_side_by_channel(small: House) -> None:
    table = small.ask(
        {"measures": ["lead.count", "bill.net", "spend.amount", "cost_per_lead"], "by": ["channel"]}
    )
    assert cells(table) == {
        "web": (2, Decimal("200.00"), Decimal("30.00"), Decimal("15.00")),
        "friend": (1, None, None, Decimal("0.00")),
        "tv": (0, None, Decimal("99.99"), None),
        None: (1, Decimal("33.33"), None, Decimal("0.00")),
    }


def test_rows_of_a_sub_table_are_a_fact_of_their_own(small: House) -> None:
    table = small.ask(
        {
            "form": "bill.items",
            "measures": ["bill.items.price.sum", "bill.items.count"],
            "by": ["kind", "channel"],
        }
    )
    assert cells(table)[("x", "web")] == (Decimal("20.00"), 2)
    assert cells(table)[("y", None)] == (Decimal("0.05"), 1)


def test_a_rate_tells_how_many_of_all(small: House) -> None:
    table = small.ask({"measures": ["lead.valid_rate"], "by": ["lead.stage"]})
    assert cells(table) == {"new": 1, "won": 1, "lost": 0}
    assert small.ask({"measures": ["lead.valid_rate"]}).rows == ((Decimal("0.75"),),)


def test_days_without_anything_are_rows_too(small: House) -> None:
    table = small.ask(
        {"measures": ["lead.count"], "by": [{"role": "date", "bucket": "day"}], "period": "this month"}
    )
    assert [row[1] for row in table.rows] == [2, 1, 1, 0, 0]


def test_tags_count_in_each_group_but_once_in_the_total(small: House) -> None:
    table = small.ask({"measures": ["lead.count"], "by": ["lead.tags"], "totals": True})
    assert cells(table) == {"a": 2, "b": 2, None: 2}
    assert table.totals[0].rows == ((None, 4),)
    assert not table.columns[1].adds_up


def test_formulas_filters_having_and_order(small: House) -> None:
    table = small.ask({
        "measures": ["bill.count", {"key": "ticket", "formula": "{bill.net} / {bill.count}", "format": "money"}],
        "by": ["bill.customer_id.name"], "filter": "{bill.paid} > 40", "having": "{bill.count} > 1", "sort": ["-ticket"],
    })  # fmt: skip
    assert table.rows == (("Ann", 2, Decimal("100.00")),)


def test_the_top_few_and_all_others(small: House) -> None:
    table = small.ask({"measures": ["lead.count", "lead.score.avg"], "by": [{"role": "channel", "top": 1}]})
    assert table.rows == (("web", 2, Decimal("6.00")), ("(other)", 2, Decimal("1.00")))


def test_last_month_stands_beside_this_one(small: House) -> None:
    small.add("bill", customer_id="ann", paid=Decimal("50.00"), on=date(2026, 2, 2), status="ok")
    small.add("bill", customer_id="ann", paid=Decimal("70.00"), on=date(2026, 2, 20), status="ok")
    table = small.ask({"measures": ["bill.net"], "period": "this month", "compare": ["previous_month"]})
    assert table.rows == ((Decimal("233.33"), Decimal("50.00"), Decimal("3.666600")),)


def test_an_unknown_measure_is_told_with_the_nearest(small: House) -> None:
    with pytest.raises(Rejected) as refused:
        small.ask({"measures": ["lead.cuont"]})
    assert refused.value.problems[0].code == "report.unknown_measure"
    assert "lead.count" in refused.value.problems[0].hint("en")


def test_facts_without_a_shared_dimension_name_the_missing_link(small: House) -> None:
    with pytest.raises(Rejected) as refused:
        small.ask({"measures": ["spend.amount", "lead.count"], "by": ["lead.stage"]})
    assert [problem.code for problem in refused.value.problems] == ["report.no_way"]


def test_parts_add_up_and_filters_split(small: House) -> None:
    report = {"measures": ["lead.count", "bill.net"], "by": ["channel"], "totals": True}
    table = small.ask(report)
    assert sum(row[1] for row in table.rows) == table.totals[0].rows[0][1]
    assert sum(row[2] or 0 for row in table.rows) == table.totals[0].rows[0][2]
    parts = [
        small.ask({"measures": ["lead.count"], "filter": text}).rows[0][0]
        for text in ("{lead.is_valid}", "NOT({lead.is_valid})")
    ]
    assert sum(parts) == table.totals[0].rows[0][1]


def test_the_order_of_dimensions_changes_nothing_but_the_order(small: House) -> None:
    one = cells(small.ask({"measures": ["lead.count"], "by": ["lead.stage", "channel"]}))
    other = cells(small.ask({"measures": ["lead.count"], "by": ["channel", "lead.stage"]}))
    assert {key[::-1]: value for key, value in one.items()} == other


def test_shares_ranks_and_running_totals(small: House) -> None:
    table = small.ask({
        "measures": ["lead.count", {"key": "part", "of": "lead.count", "show": "share"}, {"key": "place", "of": "lead.count", "show": "rank"},
                     {"key": "so_far", "of": "lead.count", "show": "running"}],
        "by": ["channel"],
    })  # fmt: skip
    assert [row[1:] for row in table.rows] == [
        (2, Decimal("0.500000"), 1, 2),
        (1, Decimal("0.250000"), 2, 3),
        (1, Decimal("0.250000"), 2, 4),
    ]


def test_a_dimension_that_is_the_record_itself_of_one_fact_has_its_title(clinic: House) -> None:
    branch = clinic.add("branch", name="总院")
    clinic.add("target", subject=branch, month=date(2026, 3, 1), amount=Decimal(5))
    by = {"key": "branch", "field": "target.subject", "maps": {"branch": "id", "target": "subject"}}
    table = clinic.ask({"kind": "aggregate", "measures": ["branch.count", "target.count"], "by": [by]})
    assert table.columns[0].form == "branch"
    assert table.labels["branch"][branch] == "总院"


def test_quantile_bands_hold_about_as_many_records(clinic: House) -> None:
    for score in [1] * 3 + list(range(2, 40)) + [1000]:
        clinic.add("lead", score=score, created_at=datetime(2026, 3, 1, 2, tzinfo=UTC))
    table = clinic.ask(
        {"measures": ["lead.count"], "by": [{"field": "lead.score", "bins": {"quantiles": 4}}]}
    )
    # Quartiles of 42 numbers, skewed: each band has ten or eleven, wherever the mean lies.
    assert [row[1] for row in table.rows] == [11, 10, 10, 11]


def test_a_filter_on_the_date_narrows_a_report_that_has_a_period(small: House) -> None:
    asked = {"measures": ["lead.count"], "period": "2026-03-01..2026-03-31"}
    assert small.ask(asked).rows[0][0] == 4
    # The clinic's day is 5 March: leads came on the first (two), the second and the third.
    narrowed = {**asked, "filter": '{lead.created_at} IN LAST(4, "day")'}
    assert small.ask(narrowed).rows[0][0] == 2


@pytest.mark.parametrize(
    ("phrase", "today", "first", "last"),
    [
        ("today", "2026-03-05", "2026-03-05", "2026-03-05"),
        ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
        ("this week", "2026-03-05", "2026-03-02", "2026-03-08"),
        ("last week", "2026-03-05", "2026-02-23", "2026-03-01"),
        ("this xun", "2026-03-15", "2026-03-11", "2026-03-20"),
        ("last xun", "2026-03-05", "2026-02-21", "2026-02-28"),
        ("this half", "2026-03-05", "2026-01-01", "2026-06-30"),
        ("last year", "2026-03-05", "2025-01-01", "2025-12-31"),
        ("last 6 months", "2026-03-05", "2025-10-01", "2026-03-31"),
        ("previous 6 months", "2026-03-05", "2025-09-01", "2026-02-28"),
        ("next 2 weeks", "2026-03-05", "2026-03-02", "2026-03-15"),
        ("this year to date", "2026-03-05", "2026-01-01", "2026-03-05"),
        ("last year to date", "2026-03-05", "2025-01-01", "2025-03-05"),
        ("last year to date", "2024-02-29", "2023-01-01", "2023-02-28"),
        ("last month to date", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("last week to date", "2026-03-05", "2026-02-23", "2026-02-26"),
        ("last xun to date", "2026-03-31", "2026-03-11", "2026-03-20"),
    ],
)
def test_periods_are_told_in_words(phrase: str, today: str, first: str, last: str) -> None:
    found = read_period(phrase, date.fromisoformat(today))
    assert found.to_json() == {"from": first, "to": last}


def test_gaps_of_another_date_than_the_periods_are_filled_between_its_own_ends(clinic: House) -> None:
    for month, day in ((1, 5), (1, 8)):
        clinic.add(
            "lead",
            at=datetime(2026, month, day, 2, tzinfo=UTC),
            created_at=datetime(2026, 3, 1, 2, tzinfo=UTC),
        )
    asked = {
        "measures": ["lead.count"],
        "by": [{"field": "lead.at", "bucket": "day"}],
        "period": "this month",
    }
    found = [(row[0], row[1]) for row in clinic.ask(asked).rows]
    assert [day for day, _ in found] == [date(2026, 1, day) for day in (5, 6, 7, 8)]
    assert [count for _, count in found] == [1, 0, 0, 1]


def test_four_links_in_a_row_lead_somewhere_and_five_are_refused(clinic: House) -> None:
    """A bill's lead, its customer, their channel, and the channel above it."""
    clinic.add("channel", name="online", id="top")
    clinic.add("channel", name="web", parent_id="top", id="web")
    clinic.add("customer", name="Ann", channel_id="web", id="ann")
    clinic.add("lead", customer_id="ann", id="l1", created_at=datetime(2026, 3, 1, 2, tzinfo=UTC))
    clinic.add("bill", lead_id="l1", customer_id="ann", paid=Decimal("10.00"), on=date(2026, 3, 1))
    path = "bill.lead_id.customer_id.channel_id.parent_id"
    table = clinic.ask({"measures": ["bill.count"], "by": [f"{path}.name"]})
    assert [row[:2] for row in table.rows] == [("online", 1)]
    with pytest.raises(Rejected) as refused:
        clinic.ask({"measures": ["bill.count"], "by": [f"{path}.parent_id.name"]})
    assert refused.value.problems[0].params["most"] == 4


@pytest.mark.parametrize(
    ("period", "marked"),
    [
        ("2026-01-15..2026-02-28", [True, False]),
        ("2026-01-01..2026-02-15", [False, True]),
        ("2026-01-01..2026-03-31", [False, False, True]),
        ("2026-01-01..2026-02-28", None),
    ],
)
def test_months_that_are_cut_or_not_over_are_marked(
    clinic: House, period: str, marked: list[bool] | None
) -> None:
    for month in (1, 2, 3):
        clinic.add("lead", at=None, created_at=datetime(2026, month, 15, 9, tzinfo=UTC))
    asked = {"measures": ["lead.count"], "by": [{"role": "date", "bucket": "month"}], "period": period}
    table = clinic.ask(asked)
    marks = [at for at, column in enumerate(table.columns) if column.key.endswith("@partial")]
    assert bool(marks) is (marked is not None)
    assert [row[marks[0]] for row in table.rows] == marked if marks else marked is None
