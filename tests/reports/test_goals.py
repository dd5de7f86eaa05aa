"""Goals beside actuals: whose goal stands beside which number, and how far one should be by now."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.access.actor import Actor
from report_engine.goals import gone, part, workdays
from report_engine.table import Table
from tests.reports.clinic import ALL, DEFINITIONS, House, house

REPORT: dict[str, Any] = {"measures": ["bill.net"], "compare": ["goal"], "period": "this month"}
MARCH = date(2026, 3, 1)


def aim(
    clinic: House, level: str, amount: str, month: date = MARCH, metric: str = "net", **whose: Any
) -> None:
    clinic.add("target", month=month, metric=metric, level=level, amount=Decimal(amount), **whose)


def rows(table: Table, *what: str) -> list[tuple[Any, ...]]:
    width = sum(column.role == "dimension" for column in table.columns)
    places = [*range(width), *(table.at(f"bill.net@{one}" if one else "bill.net") for one in what)]
    return [tuple(row[at] for at in places) for row in table.rows]


def paid(clinic: House, amount: str, on: date = date(2026, 3, 2), **more: Any) -> None:
    clinic.add("bill", paid=Decimal(amount), on=on, status="paid", **more)


def test_the_group_is_measured_by_the_goal_of_the_group(clinic: House) -> None:
    paid(clinic, "2500.00")
    aim(clinic, "group", "10000")
    aim(clinic, "branch", "4000", subject=clinic.add("branch", name="一店"))
    told = rows(clinic.ask(REPORT), "", "goal", "goal.attainment", "goal.pace", "goal.forecast")
    # Four of the 22 working days of March 2026 are over on the 5th.
    pace = gone(MARCH, date(2026, 4, 1), date(2026, 3, 5))
    assert workdays(MARCH, date(2026, 4, 1)) == 22
    assert (pace.numerator, pace.denominator) == (2, 11)
    assert told == [
        (
            Decimal("2500.00"),
            Decimal("10000.00"),
            Decimal("0.250000"),
            Decimal("0.181818"),
            Decimal("1.375000"),
        )
    ]


@pytest.mark.parametrize(
    ("paid_so_far", "goal", "needed"),
    [
        # The 5th is a Thursday: it and 18 more working days of March are left.
        ("2500.00", "10000", "394.74"),
        ("9999.99", "10000", "0.01"),
        ("10000.00", "10000", "0.00"),
        ("12000.00", "10000", "0.00"),
    ],
)
def test_what_each_working_day_left_has_to_bring_is_said_rounded_up(
    clinic: House, paid_so_far: str, goal: str, needed: str
) -> None:
    paid(clinic, paid_so_far)
    aim(clinic, "group", goal)
    assert workdays(date(2026, 3, 5), date(2026, 4, 1)) == 19
    assert rows(clinic.ask(REPORT), "goal.per_day") == [(Decimal(needed),)]


def test_nothing_paid_yet_leaves_the_whole_goal_to_the_days_left(clinic: House) -> None:
    aim(clinic, "branch", "1900", subject=clinic.add("branch", name="一店"))
    assert [row[-1] for row in rows(clinic.ask({**REPORT, "by": ["branch"]}), "goal.per_day")] == [
        Decimal("100.00")
    ]


def test_of_a_period_that_is_over_or_of_a_rate_nothing_is_needed_each_day(clinic: House) -> None:
    aim(clinic, "group", "2200", date(2026, 2, 1))
    paid(clinic, "10.00", date(2026, 2, 3))
    assert not [key for key in goals(clinic.ask({**REPORT, "period": "last month"})) if "per_day" in key]
    aim(clinic, "group", "0.60", metric="valid_rate")
    assert not [
        key for key in goals(clinic.ask({**REPORT, "measures": ["lead.valid_rate"]})) if "per_day" in key
    ]


def test_a_number_of_heads_is_needed_in_whole_heads(clinic: House) -> None:
    clinic.add("lead", name="甲")
    aim(clinic, "group", "40", metric="leads")
    counted = {"key": "leads", "name": {"zh": "线索", "en": "Leads"}, "of": "lead.count"}
    table = clinic.ask({**REPORT, "measures": [counted]})
    # 39 of them in 19 days.
    assert table.rows[0][table.at("leads@goal.per_day")] == Decimal(3)


def test_without_a_goal_of_the_group_those_of_its_branches_add_up(clinic: House) -> None:
    for amount in ("4000", "3500"):
        aim(clinic, "branch", amount, subject=clinic.add("branch", name=amount))
    assert rows(clinic.ask(REPORT), "goal") == [(Decimal("7500.00"),)]


def goals(table: Table) -> list[str]:
    return [one.key for one in table.columns if "@goal" in one.key]


def test_each_branch_and_each_person_has_a_goal_even_where_nothing_was_done_yet(clinic: House) -> None:
    one, two = (clinic.add("branch", name=name) for name in ("一店", "二店"))
    paid(clinic, "1000.00", branch_id=one)
    aim(clinic, "branch", "4000", subject=one)
    aim(clinic, "branch", "5000", subject=two)
    aim(clinic, "personal", "700", person="ann")
    told = rows(clinic.ask({**REPORT, "by": ["branch"]}), "", "goal", "goal.attainment")
    assert sorted(told, key=str) == sorted(
        [
            (one, Decimal("1000.00"), Decimal("4000.00"), Decimal("0.250000")),
            (two, None, Decimal("5000.00"), None),
        ],
        key=str,
    )
    assert ("ann", Decimal("700.00")) in rows(clinic.ask({**REPORT, "by": ["owner"]}), "goal")


def test_goals_of_months_stand_beside_months_and_add_up_over_a_quarter(clinic: House) -> None:
    for month, amount in ((1, "100"), (2, "200"), (3, "400")):
        aim(clinic, "group", amount, date(2026, month, 1))
    by_month = {
        **REPORT,
        "by": [{"role": "date", "bucket": "month"}],
        "period": "this quarter",
        "totals": True,
    }
    table = clinic.ask(by_month)
    assert rows(table, "goal") == [
        (date(2026, month, 1), Decimal(f"{amount}.00")) for month, amount in ((1, 100), (2, 200), (3, 400))
    ]
    assert table.totals[0].rows[0][table.at("bill.net@goal")] == Decimal("700.00")


def test_part_of_a_month_has_the_part_of_its_working_days(clinic: House) -> None:
    aim(clinic, "group", "2200")
    table = clinic.ask({**REPORT, "period": "2026-03-02..2026-03-06"})
    assert rows(table, "goal") == [(Decimal("500.00"),)]
    assert part(MARCH, date(2026, 3, 7), date(2026, 3, 9)) == 0


def test_there_is_no_goal_for_a_channel(clinic: House) -> None:
    aim(clinic, "group", "2200")
    paid(clinic, "10.00")
    assert not goals(clinic.ask({**REPORT, "by": ["channel"]}))


def test_the_goal_of_a_rate_is_no_sum(clinic: House) -> None:
    for branch in ("one", "two"):
        aim(clinic, "branch", "0.60", metric="valid_rate", subject=clinic.add("branch", name=branch))
    table = clinic.ask({**REPORT, "measures": ["lead.valid_rate"]})
    assert table.rows[0][table.at("lead.valid_rate@goal")] == Decimal("0.600000")


def test_one_who_sees_only_his_branch_is_measured_by_its_goal(connection: Any) -> None:
    role = {"grants": {"bill": {"view": "branch"}, "*": {"view": "all", "fields": {"*": "read"}}}}
    clinic = house(connection, user=role)
    own = clinic.add("branch", name="一店")
    aim(clinic, "group", "10000")
    aim(clinic, "branch", "4000", subject=own)
    aim(clinic, "branch", "5000", subject=clinic.add("branch", name="二店"))
    me = Actor("w", "me", "me", "me", frozenset({"user"}), branch_id=own, branches=(own,))
    assert rows(clinic.ask(REPORT, me), "goal") == [(Decimal("4000.00"),)]


def test_one_who_leads_a_team_is_measured_by_the_goals_of_its_people(connection: Any) -> None:
    role = {"grants": {"bill": {"view": "team"}, "*": {"view": "all", "fields": {"*": "read"}}}}
    clinic = house(connection, user=role)
    aim(clinic, "group", "10000")
    for person, amount in (("me", "1000"), ("ann", "3000"), ("ben", "2500"), ("another", "9000")):
        aim(clinic, "personal", amount, person=person)
    me = Actor("w", "me", "me", "me", frozenset({"user"}), team=frozenset({"ann", "ben"}))
    assert rows(clinic.ask(REPORT, me), "goal") == [(Decimal("6500.00"),)]


def test_a_goal_of_the_team_goes_before_those_of_its_people(connection: Any) -> None:
    role = {"grants": {"bill": {"view": "team"}, "*": {"view": "all", "fields": {"*": "read"}}}}
    clinic = house(connection, user=role)
    aim(clinic, "personal", "1000", person="ann")
    aim(clinic, "team", "8000", person="me")
    aim(clinic, "team", "7000", person="another")
    me = Actor("w", "me", "me", "me", frozenset({"user"}), team=frozenset({"ann"}))
    assert rows(clinic.ask(REPORT, me), "goal") == [(Decimal("8000.00"),)]


def test_who_may_not_read_goals_has_none_beside_his_numbers(connection: Any) -> None:
    hidden = {"target": {"view": "all", "fields": {"amount": "none", "*": "read"}}}
    clinic = house(
        connection, user={**ALL, "grants": {**hidden, "*": {"view": "all", "fields": {"*": "read"}}}}
    )
    paid(clinic, "10.00")
    aim(clinic, "group", "10000")
    me = Actor("w", "me", "me", "me", frozenset({"user"}), branch_id="b1", branches=("b1",))
    table = clinic.ask(REPORT, me)
    assert rows(table, "") == [(Decimal("10.00"),)]
    assert not goals(table)


def test_without_any_form_of_targets_there_is_a_word_about_it(
    clinic: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DEFINITIONS["target"], "goals", {})
    table = clinic.ask(REPORT)
    assert [one.code for one in table.warnings if one.code == "report.no_goals"] == ["report.no_goals"]
    assert not goals(table)


def test_a_measure_nobody_set_a_target_for_has_no_empty_columns_beside_one_that_has(clinic: House) -> None:
    aim(clinic, "group", "2200")
    report = {**REPORT, "measures": ["bill.net", "bill.count"], "totals": True}
    assert {key.partition("@")[0] for key in goals(clinic.ask(report))} == {"bill.net"}
    named = {**report, "chart": {"kind": "table", "columns": ["bill.count@goal"]}}
    assert {key.partition("@")[0] for key in goals(clinic.ask(named))} == {"bill.net", "bill.count"}
