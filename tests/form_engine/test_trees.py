"""A tree's picker shows the tree; a form without fields to search by is found by its titles; on both databases."""

from typing import Any

import pytest

from engine.store import Workspace
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, form, words

SEES = {"view": "all", "create": "all", "edit": "all"}
APP = app(
    form("kind", field("name"), field("over", "link", to="kind"), title="{name}"),
    form(
        "visit",
        field("any", "treeselect", to="kind", parent="over"),
        field("last", "treeselect", to="kind", parent="over", leaf_only=True),
        field("flat", "link", to="kind"),
    ),
    roles={"all": {"key": "all", "name": words("all"), "grants": {"*": SEES}}},
)


class Desk:
    def __init__(self, workspace: Workspace) -> None:
        workspace.create_tables(APP.policy.tables)
        self.service = RecordService(workspace, APP)
        self.actor = actor_of(workspace, "anna", "all")
        self.ids: dict[str, str] = {}

    def add(self, name: str, over: str = "") -> str:
        given = {"name": name, "over": self.ids.get(over)}
        self.ids[name] = str(self.service.create(self.actor, "kind", given)["record"]["id"])
        return self.ids[name]

    def offered(self, field_key: str, text: str = "") -> list[dict[str, Any]]:
        return list(self.service.options(self.actor, "visit", field_key, text))


@pytest.fixture
def desk(clinic: Workspace) -> Desk:
    made = Desk(clinic)
    for name, over in (("治疗", ""), ("修复", ""), ("根管", "治疗"), ("补牙", "治疗"), ("后牙根管", "根管")):
        made.add(name, over)
    return made


def test_untyped_it_is_the_tree_each_below_what_it_belongs_to(desk: Desk) -> None:
    assert [(one["label"], one["depth"]) for one in desk.offered("any")] == [
        ("治疗", 0),
        ("根管", 1),
        ("后牙根管", 2),
        ("补牙", 1),
        ("修复", 0),
    ]
    assert not any(one.get("disabled") for one in desk.offered("any"))


def test_where_only_the_last_level_counts_the_others_lead_there(desk: Desk) -> None:
    closed = [one["label"] for one in desk.offered("last") if one.get("disabled")]
    assert closed == ["治疗", "根管"]


def test_what_stands_below_itself_is_offered_once(desk: Desk) -> None:
    desk.service.update(desk.actor, "kind", desk.ids["治疗"], {"over": desk.ids["后牙根管"]}, None)
    assert sorted(one["label"] for one in desk.offered("any")) == sorted(desk.ids)


def test_typed_it_is_found_by_its_title_and_told_what_it_belongs_to(desk: Desk) -> None:
    found = [(one["label"], one["detail"]) for one in desk.offered("any", "根管")]
    assert sorted(found) == [("后牙根管", "根管"), ("根管", "治疗")]
    assert [one["label"] for one in desk.offered("last", "根管")] == ["后牙根管"]


@pytest.mark.parametrize(("text", "labels"), [("后牙", ["后牙根管"]), ("by", ["补牙"]), ("无此", [])])
def test_a_form_without_fields_to_search_by_is_found_by_its_titles(
    desk: Desk, text: str, labels: list[str]
) -> None:
    assert [one["label"] for one in desk.offered("flat", text)] == labels
