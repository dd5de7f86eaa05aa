"""Rows of a sub-table, one after another: what is in them, and what their links lead to."""

from typing import Any

import pytest

from engine.problems import Rejected
from tests.flow_engine.shell.house import END, Maker, flow


def each_row(what: str, **more: Any) -> dict[str, Any]:
    return flow(
        "rows",
        {"key": "each", "kind": "each", "of": "{plan.items}", "as": "line", "body": "note", "to": "end", **more},
        {"key": "note", "kind": "create", "form": "call", "set": {"what": what, "lead_id": "{line.lead_id}"}, "to": "mark"},
        {"key": "mark", "kind": "update", "record": "{line.lead_id}", "set": {"score": "COALESCE({line.lead_id.score}, 0) + {line.times}"}, "to": "done"},
        {"key": "done", "kind": "end_body"},
        END,
        trigger={"kind": "record_created", "form": "plan"},
    )  # fmt: skip


def test_a_flow_goes_through_rows_and_to_what_they_lead_to(make_house: Maker):
    house = make_house(each_row('CONCAT({line.lead_id.name}, " ", {line.times}, " of ", {plan.name})'))
    leads = [house.create("lead", name=name, score=10) for name in ("ann", "ben")]
    given = [
        {"lead_id": lead, "times": times} for lead, times in zip((*leads, leads[0]), (3, 4, 5), strict=True)
    ]
    house.create("plan", name="p", items=given)
    house.settle()
    assert sorted(house.calls()) == ["ann 3 of p", "ann 5 of p", "ben 4 of p"]
    scores = {one["name"]: one["score"] for one in house.rows("SELECT name, score FROM f_lead")}
    assert scores == {"ann": 18, "ben": 14}
    assert house.incidents() == []


def test_a_row_may_lead_nowhere(make_house: Maker):
    definition = each_row('CONCAT(COALESCE({line.lead_id.name}, "nobody"), " ", {line.times})')
    nodes = [one for one in definition["nodes"] if one["key"] != "mark"]
    nodes[1] = {**nodes[1], "to": "done"}
    house = make_house({**definition, "nodes": nodes})
    house.create("plan", name="p", items=[{"times": 3}])
    house.settle()
    assert house.calls() == ["nobody 3"]


def test_a_field_that_rows_do_not_have_is_told_when_published(make_house: Maker):
    with pytest.raises(Rejected) as refused:
        make_house(each_row('CONCAT({line.tims}, "")'))
    assert "line.times" in str([one.to_json() for one in refused.value.problems])
