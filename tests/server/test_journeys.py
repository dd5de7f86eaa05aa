"""Journeys over HTTP: their rules, numbers and effect, for those who manage flows."""

from collections.abc import Iterator

import pytest

from tests.installations import BOTH, pg_database
from tests.server.conftest import Town, new_customer, phone, town_with

__all__ = ["pg_database"]


@pytest.fixture(scope="module", params=BOTH)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    def with_journey(files):
        files["roles/admin"]["rights"]["flows"] = True
        files["segments/reds"] = {
            "key": "reds", "name": {"zh": "红色客户", "en": "Reds"}, "form": "customer", "filter": '{color} = "red"', "refresh": "live",
        }  # fmt: skip
        files["flows/warm_up"] = {
            "key": "warm_up", "name": {"zh": "回暖", "en": "Warm up"}, "trigger": {"kind": "api", "form": "customer"}, "start": "wait",
            "journey": {"segment": "reds", "again": "always", "gap": "30d", "control": 50, "control_again": "drawn", "goal": '{stage} = "won"'},
            "nodes": [{"key": "wait", "kind": "wait", "for": "10d", "to": "end"}, {"key": "end", "kind": "end"}],
        }  # fmt: skip

    with town_with(request, tmp_path_factory, with_journey) as made:
        yield made


def test_who_would_come_in_then_who_is_in_and_what_it_changed(town, boss, ann):
    for _ in range(8):
        new_customer(boss, phone=phone(), color="red")
    told = boss.get("/api/journeys/warm_up/estimate")
    assert told.status_code == 200, told.text
    counts = told.json()["counts"]
    assert counts["members"] == 8
    assert counts["would_enter"] + counts.get("control", 0) == 8
    clinic = town.clinic()
    journeys = clinic.flows.journeys
    journeys.refresh(clinic.workspace, journeys.rule("warm_up"))
    [one] = boss.get("/api/journeys").json()["journeys"]
    assert (one["name"]["zh"], one["segment"]["zh"], one["percent"], one["control_again"]) == (
        "回暖",
        "红色客户",
        50,
        "drawn",
    )
    assert one["gap"] == {"zh": "30 天", "en": "30 days"}
    assert sum(one["states"].values()) == 8
    assert one["goal"]["journey"]["people"] == counts["would_enter"]
    assert boss.get("/api/journeys/nope/estimate").status_code == 404


def test_journeys_are_for_those_who_manage_flows(ann):
    assert ann.get("/api/journeys").status_code == 403
    assert ann.get("/api/journeys/warm_up/estimate").status_code == 403
