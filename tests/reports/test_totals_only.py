"""What one may not look at record by record, one may see the totals of: where role and report both say so, and no other way."""

from typing import Any

import pytest
from sqlalchemy import Connection

from engine.access.actor import Actor
from engine.problems import Rejected
from report_engine.output import to_json
from tests.reports.clinic import House, cells, house

READ = {"fields": {"*": "read"}}
ROLE = {
    "grants": {"lead": {"view": "own", "totals": "branch", **READ}, "*": {"view": "all", **READ}},
    "masks": {"cost": "read", "phone": "read"},
}
NARROW = {**ROLE, "grants": {**ROLE["grants"], "lead": {"view": "own", **READ}}}  # type: ignore[dict-item]
BY_STAGE: dict[str, Any] = {"measures": ["lead.count"], "by": ["lead.stage"], "totals": True}
MY_PLACE: dict[str, Any] = {
    "kind": "ranking", "sees": "totals", "measures": ["lead.worth.sum"], "by": ["lead.owner_id"], "settings": {"mine": True},
}  # fmt: skip


def actor(role: str, user: str = "me") -> Actor:
    return Actor("w", user, user, user, frozenset({role}), branch_id="b1", branches=("b1",))


@pytest.fixture
def crowd(connection: Connection) -> House:
    made = house(connection, wide=ROLE, narrow=NARROW)
    leads = (("me", "won", 2), ("you", "won", 6), ("she", "won", 7), ("you", "lost", 3), ("you", "new", 9))
    for owner, stage, count in leads:
        for _ in range(count):
            made.add("lead", owner_id=owner, created_by=owner, stage=stage, worth=10)
    made.add("lead", owner_id="far", created_by="far", stage="won", worth=10, branch_id="b2")
    return made


def test_totals_reach_the_branch_where_single_records_reach_but_ones_own(crowd: House) -> None:
    assert cells(crowd.ask(BY_STAGE, actor("wide"))) == {"won": 2}
    table = crowd.ask({**BY_STAGE, "sees": "totals", "totals": False}, actor("wide"))
    assert cells(table) == {"won": 15, "new": 9, "lost": None}


def test_a_group_of_few_is_blank_and_so_is_the_total_that_would_tell_it(crowd: House) -> None:
    table = crowd.ask({**BY_STAGE, "sees": "totals"}, actor("wide"))
    assert table.totals[0].rows[0][table.at("lead.count")] is None
    assert [one.code for one in table.warnings] == ["report.few_hidden"]


def test_a_role_that_says_nothing_of_totals_counts_what_it_sees(crowd: House) -> None:
    table = crowd.ask({**BY_STAGE, "sees": "totals"}, actor("narrow"))
    assert cells(table) == {"won": 2}
    assert table.warnings == ()


def test_ones_place_among_all_is_told_and_nobody_elses_numbers(crowd: House) -> None:
    table = crowd.ask(MY_PLACE, actor("wide"))
    assert [column.key for column in table.columns] == ["rank", "among", "lead.worth.sum"]
    assert table.rows == ((3, 3, table.rows[0][2]),)
    assert str(table.rows[0][2]) == "20.00"
    told = str(to_json(table))
    assert "150" not in told
    assert "you" not in told


def test_who_has_no_part_in_a_ranking_is_told_nothing(crowd: House) -> None:
    table = crowd.ask(MY_PLACE, actor("wide", "nobody"))
    assert table.rows == ()
    assert [one.code for one in table.warnings] == ["report.empty"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"by": ["lead.name"]}, "/by/0"),
        ({"measures": ["lead.score.max"]}, "/measures/0"),
        ({"having": "{count} > 1"}, "/having"),
        ({"compare": ["previous_year"], "period": "this month"}, "/compare"),
        ({"kind": "distribution"}, "/kind"),
    ],
)
def test_what_would_tell_single_records_is_refused(crowd: House, more: dict[str, Any], path: str) -> None:
    asked = {**BY_STAGE, "sees": "totals", **more}
    if "having" in more:
        asked["measures"] = [{"key": "count", "form": "lead", "aggregate": "count"}]
    if "kind" in more:
        asked = {"kind": "distribution", "sees": "totals", "form": "lead", "measures": ["lead.score.sum"], "settings": {"of": "score"}}  # fmt: skip
    with pytest.raises(Rejected) as refused:
        crowd.ask(asked, actor("wide"))
    assert any(one.path.startswith(path) and one.code == "report.not_totals" for one in refused.value.problems), [
        (one.path, one.code) for one in refused.value.problems
    ]  # fmt: skip
