"""What a reader chooses to compare with takes the place of what each report is compared with by itself."""

from datetime import date
from typing import Any

import pytest

from engine.problems import Rejected
from report_engine.boards import Question, effective
from report_engine.comparing import CHOICES, compared_by

TODAY = date(2026, 3, 5)
DAY = {"key": "day", "role": "date", "default": "this month"}
CARD: dict[str, Any] = {"measures": ["bill.net"], "compare": ["previous_period", "previous_year", "goal"]}
TREND: dict[str, Any] = {
    "measures": ["bill.net"], "by": [{"role": "date", "bucket": "month"}], "period": "last 6 months",
    "compare": ["previous_year"], "sort": ["-net@previous_year.change"],
    "chart": {"kind": "combination", "values": ["net", "net@previous_year"], "lines": ["ticket"]},
    "pivot": {"values": ["net", "net@previous_year.change"]},
}  # fmt: skip


def asked(report: dict[str, Any], chosen: Any, *, day: str = "this month", is_alone: bool = False) -> Any:
    question = Question("c", filters={"day": day, "compare": chosen})
    return effective(report, question, [DAY], {}, TODAY, is_alone=is_alone)


def test_the_chosen_comparison_takes_the_place_of_all_others_but_the_goal() -> None:
    assert asked(CARD, "spring_festival").report["compare"] == ["spring_festival", "goal"]
    assert asked(CARD, "none").report["compare"] == ["goal"]


def test_nothing_chosen_leaves_each_chart_as_it_is() -> None:
    for blank in (None, "", []):
        assert asked(CARD, blank).report is CARD


def test_what_is_drawn_and_sorted_by_a_comparison_goes_by_the_chosen_one() -> None:
    made = asked(TREND, "same_weekdays").report
    assert made["chart"]["values"] == ["net", "net@same_weekdays"]
    assert made["sort"] == ["-net@same_weekdays.change"]
    assert made["pivot"]["values"] == ["net", "net@same_weekdays.change"]


def test_what_is_drawn_and_sorted_by_a_comparison_goes_with_it() -> None:
    made = asked(TREND, "none").report
    assert made["chart"] == {"kind": "combination", "values": ["net"], "lines": ["ticket"]}
    assert made["sort"] == []
    assert made["pivot"]["values"] == ["net"]


def test_two_comparisons_become_one_column() -> None:
    both = {"compare": ["previous_year", "previous_month"], "chart": {"values": ["net@previous_year", "net@previous_month"]}}  # fmt: skip
    assert compared_by(both, "previous_period")["chart"]["values"] == ["net@previous_period"]


def test_days_of_ones_own_are_a_baseline() -> None:
    made = asked(CARD, "2025-11-01..2025-11-30")
    assert made.report["compare"] == ["baseline", "goal"]
    assert made.given["baseline"] == {"from": "2025-11-01", "to": "2025-11-30"}


def test_a_chart_of_other_days_than_the_filter_has_the_baseline_as_far_away() -> None:
    # November is four months before March: October to March stand beside June to November.
    made = asked(TREND, "2025-11-01..2025-11-30")
    assert made.given["baseline"] == {"from": "2025-06-01", "to": "2025-11-30"}
    week = {**CARD, "period": "last 7 days"}
    assert asked(week, "2026-02-19..2026-03-01").given["baseline"] == {
        "from": "2026-02-17",
        "to": "2026-02-23",
    }


def test_days_beyond_the_calendar_are_taken_as_they_are() -> None:
    week = {**CARD, "period": "last 7 days"}
    assert asked(week, "0001-01-01..0001-01-02").given["baseline"]["from"] == "0001-01-01"


@pytest.mark.parametrize(
    "chosen", ["last yaer", "2025-02-30..2025-03-01", "'; drop", "2025-03-02..2025-03-01"]
)
def test_what_is_no_comparison_and_no_days_is_told(chosen: str) -> None:
    with pytest.raises(Rejected) as refused:
        asked(CARD, chosen)
    assert refused.value.problems[0].path == "/filters/compare"


def test_a_chart_that_stands_beside_nothing_stays_alone_on_a_board_and_is_compared_by_itself() -> None:
    plain = {"measures": ["bill.net"]}
    assert asked(plain, "previous_year").report is plain
    assert asked(plain, "previous_year", is_alone=True).report["compare"] == ["previous_year"]


@pytest.mark.parametrize(
    "report",
    [
        {"kind": "funnel"}, {"kind": "benchmark", "compare": ["previous_year"]}, {"measures": ["x"], "sees": "totals"},
        {**CARD, "having": "{net@previous_period} > 0"},
    ],
)  # fmt: skip
def test_what_another_comparison_would_make_another_report_keeps_its_own(report: dict[str, Any]) -> None:
    assert asked(report, "same_weekdays", is_alone=True).report == report


def test_rows_chosen_by_a_number_itself_follow_the_reader() -> None:
    ranked = {**CARD, "having": "{net} > 0"}
    assert asked(ranked, "same_weekdays").report["compare"] == ["same_weekdays", "goal"]


def test_what_does_not_follow_the_reader_says_what_it_stands_beside() -> None:
    own = {**CARD, "having": "{net@previous_period} > 0"}
    assert asked(CARD, "previous_year").beside == ""
    assert asked(CARD, None).beside == ""
    assert asked(own, "previous_year").beside == "own"
    assert asked({"measures": ["bill.net"]}, "previous_year").beside == "nothing"
    assert asked({"kind": "funnel"}, "2025-11-01..2025-11-30").beside == "nothing"


def test_nobody_misses_a_comparison_in_a_list_or_where_none_was_asked_for() -> None:
    assert asked({"kind": "list", "form": "lead"}, "previous_year").beside == ""
    assert asked({"measures": ["bill.net"]}, "none").beside == ""
    assert asked({**CARD, "having": "{net@previous_period} > 0"}, "none").beside == "own"


def test_a_split_of_a_change_needs_something_to_compare_with() -> None:
    split = {"kind": "change", "measures": ["a", "b", "c"], "compare": ["previous_period"]}
    assert asked(split, "none").report == split
    assert asked(split, "previous_year").report["compare"] == ["previous_year"]


def test_a_board_with_a_filter_of_that_name_keeps_it() -> None:
    own = {"key": "compare", "role": "branch"}
    made = effective(CARD, Question("c", filters={"compare": "b1"}), [own], {}, TODAY)
    assert made.report is CARD
    assert made.picks[0].values == ("b1",)


def test_every_choice_is_told_in_both_languages() -> None:
    assert all(set(name) == {"zh", "en"} for _, name in CHOICES)
