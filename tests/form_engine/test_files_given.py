"""Files and conditions given to a record are judged by what they are, on both databases."""

import io
from typing import Any

import pytest
from PIL import Image

from engine.access.actor import Actor
from engine.problems import Rejected
from engine.store import Workspace, files
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, form, words
from tests.installations import clinic, installation, pg_database
from tests.store.test_lengths import wav

__all__ = ["clinic", "installation", "pg_database"]

APP = app(
    form("customer", field("age", "integer"), field("cost", "money")),
    form(
        "thing",
        field("scan", "image", min_px=600),
        field("call", "audio", max_seconds=2),
        field("kind", "select", options=[{"key": one, "label": words(one)} for one in ("customer", "thing", "x")]),
        field("rule", "filter", of="customer"),
        field("any_rule", "filter", of_field="kind"),
        field("open_rule", "filter", of="customer", open=True),
    ),
    roles={
        "all": {"key": "all", "name": words("all"), "grants": {"*": {"view": "all", "create": "all", "edit": "all"}}},
        "some": {
            "key": "some", "name": words("some"),
            "grants": {
                "thing": {"view": "all", "create": "all", "edit": "all"},
                "customer": {"view": "all", "fields": {"cost": "none", "*": "read"}},
            },
        },
        "apart": {
            "key": "apart", "name": words("apart"),
            "grants": {"thing": {"view": "all", "create": "all", "edit": "all"}},
        },
    },
)  # fmt: skip


def picture(width: int, height: int) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(into, "PNG")
    return into.getvalue()


class Desk:
    def __init__(self, workspace: Workspace) -> None:
        workspace.create_tables(APP.policy.tables)
        self.service = RecordService(workspace, APP)
        self.ann, self.bob = actor_of(workspace, "ann", "all"), actor_of(workspace, "bob", "some")
        self.eve = actor_of(workspace, "eve", "apart")

    def upload(self, name: str, body: bytes) -> dict[str, Any]:
        with self.service.writing(self.ann) as desk:
            return files.add(desk.unit, name, body).to_json()

    def refused(self, values: dict[str, Any], actor: Actor | None = None) -> dict[str, str]:
        try:
            self.service.create(actor or self.ann, "thing", values)
        except Rejected as wrong:
            return {problem.path: problem.code for problem in wrong.problems}
        return {}


@pytest.fixture
def desk(clinic: Workspace) -> Desk:
    return Desk(clinic)


class TestMeasured:
    def test_the_server_measures_pictures_whatever_is_said_of_them(self, desk: Desk) -> None:
        small, large = desk.upload("a.png", picture(599, 900)), desk.upload("b.png", picture(600, 900))
        told = {**small, "width": 5000, "height": 5000}
        assert desk.refused({"scan": [told]}) == {"/values/scan/0": "file.too_small"}
        assert desk.refused({"scan": [{**large, "width": 1}]}) == {}

    def test_the_server_measures_recordings(self, desk: Desk) -> None:
        long, short = desk.upload("a.wav", wav(3)), desk.upload("b.wav", wav(2))
        assert desk.refused({"call": [{**long, "seconds": 1}]}) == {"/values/call/0": "file.too_long"}
        assert desk.refused({"call": [short]}) == {}


class TestConditions:
    def test_a_condition_is_looked_at_over_the_form_it_is_about(self, desk: Desk) -> None:
        assert desk.refused({"rule": "{age} > 30"}) == {}
        assert list(desk.refused({"rule": "{agee} > 30"})) == ["/values/rule"]
        assert list(desk.refused({"rule": "TODAY()"})) == ["/values/rule"]
        assert desk.refused({"rule": '{age} > 30 AND {form.kind} = "x"'}) == {}

    def test_the_form_may_be_named_in_a_field(self, desk: Desk) -> None:
        assert desk.refused({"kind": "customer", "any_rule": "{age} > 30"}) == {}
        assert list(desk.refused({"kind": "thing", "any_rule": "{age} > 30"})) == ["/values/any_rule"]
        assert desk.refused({"kind": "x", "any_rule": "{age} > 30"}) == {"/values/any_rule": "filter.no_form"}
        assert desk.refused({"any_rule": "{age} > 30"}) == {}

    def test_another_form_is_looked_at_again(self, desk: Desk) -> None:
        made = desk.service.create(desk.ann, "thing", {"kind": "customer", "any_rule": "{age} > 30"})[
            "record"
        ]
        with pytest.raises(Rejected):
            desk.service.update(desk.ann, "thing", made["id"], {"kind": "thing"}, None)
        desk.service.update(desk.ann, "thing", made["id"], {"rule": "{age} > 1"}, None)

    def test_nobody_asks_by_what_he_may_not_see(self, desk: Desk) -> None:
        hidden = desk.refused({"rule": "{cost} > 30"}, desk.bob)
        assert hidden == {"/values/rule": "access.field_hidden"}
        assert desk.refused({"rule": "{cost} > 30"}) == {}

    def test_who_sets_groups_up_need_not_see_the_people_in_them(self, desk: Desk) -> None:
        for actor in (desk.bob, desk.eve):
            assert desk.refused({"open_rule": "{cost} > 30"}, actor) == {}
            assert list(desk.refused({"open_rule": "{costs} > 30"}, actor)) == ["/values/open_rule"]
        assert desk.refused({"rule": "{age} > 30"}, desk.eve) == {"/values/rule": "filter.no_form"}


TREE = app(
    form(
        "place",
        field("name", search="text"),
        field("parent_id", "link", to="place"),
        title="{name}",
    ),
    form(
        "visit",
        field("place_id", "treeselect", to="place", parent="parent_id", leaf_only=True),
        field("person_id", "link", to="person"),
        field("at", "datetime"),
        field("previous", "timeline", of=["visit", "call"]),
        field("calls", "related_list", form="call", by="visit_id", filter="{minutes} > 3"),
        page={"tabs": [{"key": "long", "kind": "related", "form": "call", "by": "visit_id", "name": words("long"), "filter": "{minutes} > 5"}]},
    ),
    form("person", field("name"), field("allergies"), title="{name}"),
    form("call", field("visit_id", "link", to="visit"), field("minutes", "integer"), field("at", "datetime")),
    form(
        "paper",
        field("person_id", "link", to="person"),
        field("warn", "allergy_banner", **{"from": "person_id.allergies"}),
    ),
    roles={
        "all": {"key": "all", "name": words("all"), "grants": {"*": {"view": "all", "create": "all", "edit": "all"}}},
        "some": {
            "key": "some", "name": words("some"),
            "grants": {
                "paper": {"view": "all"},
                "person": {"view": "all", "fields": {"allergies": "none", "*": "read"}},
            },
        },
    },
)  # fmt: skip


class Woods:
    def __init__(self, workspace: Workspace) -> None:
        workspace.create_tables(TREE.policy.tables)
        self.service = RecordService(workspace, TREE)
        self.ann, self.bob = actor_of(workspace, "ann", "all"), actor_of(workspace, "bob", "some")
        self.eve = actor_of(workspace, "eve", "apart")

    def add(self, form_key: str, **values: Any) -> str:
        return str(self.service.create(self.ann, form_key, values)["record"]["id"])


@pytest.fixture
def woods(clinic: Workspace) -> Woods:
    return Woods(clinic)


class TestTrees:
    def test_only_the_last_level_is_offered_and_taken_with_what_it_stands_below(self, woods: Woods) -> None:
        province = woods.add("place", name="浙江")
        city = woods.add("place", name="杭州", parent_id=province)
        offered = woods.service.options(woods.ann, "visit", "place_id", "", {})
        assert [(one["id"], one["depth"], one.get("disabled", False)) for one in offered] == [
            (province, 0, True),
            (city, 1, False),
        ]
        typed = woods.service.options(woods.ann, "visit", "place_id", "杭", {})
        assert [(one["id"], one["label"], one["detail"]) for one in typed] == [(city, "杭州", "浙江")]
        woods.add("visit", place_id=city)
        with pytest.raises(Rejected) as refused:
            woods.add("visit", place_id=province)
        assert [p.code for p in refused.value.problems] == ["link.not_last_level"]


class TestWhatStandsAround:
    def test_a_timeline_shows_the_forms_it_names_also_those_beside(self, woods: Woods) -> None:
        person, other = woods.add("person", name="张三"), woods.add("person", name="李四")
        first = woods.add("visit", person_id=person, at="2026-03-01T01:00:00Z")
        woods.add("visit", person_id=other, at="2026-03-02T01:00:00Z")
        now = woods.add("visit", person_id=person, at="2026-03-03T01:00:00Z")
        call = woods.add("call", visit_id=now, minutes=1, at="2026-03-04T01:00:00Z")
        told = woods.service.timeline(woods.ann, "visit", now, field="previous")["items"]
        assert [item["id"] for item in told] == [call, first]
        assert [item["id"] for item in woods.service.timeline(woods.ann, "visit", now)["items"]] == [call]

    def test_a_list_of_related_records_keeps_to_its_condition(self, woods: Woods) -> None:
        visit = woods.add("visit")
        calls = [woods.add("call", visit_id=visit, minutes=minutes) for minutes in (1, 4, 6)]
        where = {"op": "and", "items": [{"field": "visit_id", "op": "in", "value": [visit]}]}

        def seen(related: str) -> set[str]:
            asked = {"filter": where, "related": related, "count": True}
            told = woods.service.query(woods.ann, "call", asked)
            assert told["count"]["value"] == len(told["records"])
            return {record["id"] for record in told["records"]}

        assert seen("visit.calls") == set(calls[1:])
        assert seen("visit.long") == {calls[2]}
        for wrong in ("visit.place_id", "visit.nowhere", "person.calls", "visit"):
            with pytest.raises(Rejected):
                seen(wrong)

    def test_a_banner_says_what_is_known_to_those_who_may_read_it(self, woods: Woods) -> None:
        paper = woods.add("paper", person_id=woods.add("person", name="张三", allergies="青霉素"))
        assert woods.service.get(woods.ann, "paper", paper)["record"]["warn"] == "青霉素"
        assert "warn" not in woods.service.get(woods.bob, "paper", paper)["record"]
