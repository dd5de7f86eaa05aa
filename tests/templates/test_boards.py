"""The shipped dashboards as each role sees them: every chart that is shown answers, and whatever is not for a role is not there."""

from typing import Any

import pytest

from engine.access.actor import Actor
from engine.problems import Rejected
from report_engine.service import ReportService
from tests.templates.conftest import Practice
from tests.templates.test_roles import ROLES

GRID = 24


@pytest.fixture(scope="module")
def reports(practice: Practice) -> ReportService:
    return ReportService(practice.service.workspace, practice.plan.app, practice.plan.policy)


def refusals(reports: ReportService, actor: Actor, board: str) -> list[Any]:
    """Return what of a board is refused to somebody who opens it as it comes."""
    shown = reports.dashboard(actor, board)
    usual = {one["key"]: one["default"] for one in shown["filters"] if "default" in one}
    questions = [{"cell": one["key"], "filters": usual} for one in shown["cells"] if "report" in one]
    answers = reports.ask(actor, board, questions)
    return [(board, one["cell"], one["problem"]) for one in answers if "problem" in one]


@pytest.mark.parametrize("role", ROLES)
def test_no_chart_that_a_role_is_shown_is_refused(
    practice: Practice, reports: ReportService, role: str
) -> None:
    actor = practice.actor(role)
    boards = [one["key"] for one in reports.dashboards(actor)]
    assert [wrong for board in boards for wrong in refusals(reports, actor, board)] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_chart_of_the_practice_clinic_shows_something(
    practice: Practice, reports: ReportService, role: str
) -> None:
    actor = practice.actor(role)
    empty = []
    for board in (one["key"] for one in reports.dashboards(actor)):
        shown = reports.dashboard(actor, board)
        usual = {one["key"]: one["default"] for one in shown["filters"] if "default" in one}
        questions = [{"cell": one["key"], "filters": usual} for one in shown["cells"] if "report" in one]
        for one in reports.ask(actor, board, questions):
            is_empty = "figure" in one and (one["figure"]["empty"] or not one["row_count"])
            if is_empty and one["cell"] not in OF_FLOWS and (role, one["cell"]) not in NOTHING_THERE:
                empty.append((board, one["cell"]))
    assert empty == []


OF_FLOWS = {"first_contact_in_time", "lead_deadlines"}
"""What flows have asked people: no flow has run in this clinic, `tests/server/test_demo_deadlines.py` looks at one where they have."""
NOTHING_THERE = {
    ("consultant_lead", "my_rank_card"),
    ("consultant_lead", "my_appointments"),
    ("consultant_lead", "my_birthdays"),
    ("online_consultant", "my_appointments"),
    ("online_consultant", "my_timely_card"),
    ("service", "my_timely_card"),
    *(
        (role, cell)
        for role in ("consultant_lead", "consultant", "doctor", "service")
        for cell in ("postop_card", "postop_abnormal_list")
    ),
}
"""Who has no customers and appointments of his own: leads of consultants see their team's, others hand theirs on. And what is
too rare for so small a clinic: it has 28 calls after surgery in two years (`test_demo_volumes` looks for them in a larger one)."""


@pytest.mark.parametrize("role", ROLES)
def test_a_board_has_no_holes_where_charts_are_left_out(
    practice: Practice, reports: ReportService, role: str
) -> None:
    actor = practice.actor(role)
    for board in reports.dashboards(actor):
        cells = reports.dashboard(actor, board["key"])["cells"]
        deep = max(one["y"] + one["h"] for one in cells)
        assert sum(one["w"] * one["h"] for one in cells) == GRID * deep, board["key"]


def test_the_front_desk_sees_its_branch_without_costs_and_rankings(
    practice: Practice, reports: ReportService
) -> None:
    cells = {one["key"] for one in reports.dashboard(practice.actor("front_desk"), "branch")["cells"]}
    assert {"today_due_card", "today_board", "paid_card", "debt_card", "noshow_heat"} <= cells
    assert not {"cost_per_visit_card", "consultant_ranking", "expiring", "doctor_ranking"} & cells


def test_costs_and_profit_are_for_those_who_answer_for_them(
    practice: Practice, reports: ReportService
) -> None:
    cells = {role: reports.dashboard(practice.actor(role), "group")["cells"] for role in ("ops", "finance")}
    has_profit = {
        role: any(one["key"] == "gross_profit_card" for one in shown) for role, shown in cells.items()
    }
    assert has_profit == {"ops": False, "finance": True}


@pytest.mark.parametrize(
    ("role", "board", "groups"),
    [
        ("ops", "marketing", "branch_id"),
        ("director", "branch", "owner_id"),
        ("consultant", "personal", "owner_id"),
    ],
)
def test_one_report_shows_branches_to_the_group_and_people_to_a_branch(
    practice: Practice, reports: ReportService, role: str, board: str, groups: str
) -> None:
    cells = reports.cells(practice.actor(role), board)
    found = next(asked for cell, _, asked in cells if cell["key"] == "results_by_level")
    assert not isinstance(found, Rejected)
    assert found.bound.dimensions[0].paths["lead"] == groups


def test_what_is_off_stands_on_the_boards_of_those_who_answer_for_it(
    practice: Practice, reports: ReportService
) -> None:
    for role, board in (("group_admin", "group"), ("director", "branch")):
        cells = reports.dashboard(practice.actor(role), board)["cells"]
        assert [one["key"] for one in cells if one.get("panel") == "alerts"] == ["alerts"]
