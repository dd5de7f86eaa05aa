"""What one chart asks once filters, clicks and drills of its dashboard are put into its report."""

from datetime import date
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.boards import Question, dimensions_of, effective, levelled, read_question

TODAY = date(2026, 3, 5)
DAY = {"key": "day", "role": "date", "default": "this month"}
BRANCH = {"key": "branch", "role": "branch"}
TREND: dict[str, Any] = {
    "measures": ["bill.net"], "by": [{"role": "date", "bucket": "month"}], "period": "last 6 months",
}  # fmt: skip
CARD: dict[str, Any] = {"measures": ["bill.net"]}


def asked(report: dict[str, Any], **question: Any) -> Any:
    known = dimensions_of([report, {"by": ["channel", {"field": "lead.tags", "key": "tags"}]}])
    return effective(report, Question("c", **question), [DAY, BRANCH], known, TODAY)


def test_a_report_without_a_period_goes_by_the_one_of_the_board() -> None:
    assert asked(CARD, filters={"day": "this month"}).period == "this month"


def test_a_report_keeps_its_own_period_until_a_reader_chooses_one() -> None:
    assert asked(TREND, filters={"day": "this month"}).period == "last 6 months"
    assert asked({**CARD, "period": "today"}, filters={"day": "last month"}).period == "last month"


def test_a_chart_over_time_keeps_its_length_and_ends_with_the_chosen_period() -> None:
    assert asked(TREND, filters={"day": "last month"}).period == {"from": "2025-09-01", "to": "2026-02-28"}
    assert asked(TREND, filters={"day": "last 24 months"}).period == "last 24 months"


def test_a_filter_narrows_softly_and_a_blank_one_not_at_all() -> None:
    made = asked(CARD, filters={"branch": ["b1", "b2"]})
    assert [(one.by, one.values, one.is_soft) for one in made.picks] == [
        ({"role": "branch"}, ("b1", "b2"), True)
    ]
    assert asked(CARD, filters={"branch": []}).picks == ()


def test_a_month_that_was_clicked_is_a_shorter_period() -> None:
    assert asked(TREND, narrowed={"date": "2026-02-01"}).period == {"from": "2026-02-01", "to": "2026-02-28"}


def test_clicks_on_dimensions_nobody_knows_are_left_out() -> None:
    assert asked(CARD, narrowed={"nothing": "x", "channel": "c1"}).picks[0].by == {"field": "channel"}


def test_a_drill_puts_another_dimension_in_place_of_what_was_clicked() -> None:
    report = {
        "measures": ["lead.count"],
        "by": ["channel", "lead.tags"],
        "sort": ["channel", "-lead.count"],
        "pivot": {},
    }
    made = asked(report, path=({"dims": {"channel": "c1"}, "by": "date:month"},))
    assert made.report["by"] == [{"field": "date", "bucket": "month"}, {"field": "lead.tags"}]
    assert made.report["sort"] == ["-lead.count"]
    assert "pivot" not in made.report
    assert [(one.values, one.is_soft) for one in made.picks] == [(("c1",), False)]


def test_the_same_dashboard_goes_by_branches_for_the_group_and_by_people_below() -> None:
    report = {"measures": ["lead.count"], "by": [{"role": "level"}, "lead.stage"]}
    by = {
        level: levelled(report, level, ("branch", "consultant"))["by"][0]["role"]
        for level in ("group", "branch", "personal")
    }
    assert by == {"group": "branch", "branch": "consultant", "personal": "consultant"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        "x",
        {"filters": [1]},
        {"narrowed": 1},
        {"path": {"x": 1}},
        {"path": [1]},
        {"path": [{}] * 13},
    ],
)
def test_a_question_of_another_shape_is_refused(given: Any) -> None:
    with pytest.raises(Rejected):
        read_question(given)
