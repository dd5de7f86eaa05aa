"""The answer to a new record is what reading it back gives, whether or not the database was asked."""

import contextlib
from typing import Any
from unittest.mock import patch

import pytest

from engine.access.actor import Actor
from engine.access.written import Written
from engine.problems import Rejected
from engine.store import Workspace
from form_engine.control import CONTROLS
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, form, words

NAMING = {"to", "of", "copies", "fields", "fields_kept", "parent"}
"""Settings of samples that name forms and fields which are not here."""
PLAIN = [
    one
    for one in CONTROLS
    if one.role == "field" and not NAMING & set(one.settings(one.sample.get("config", {})))
]
MASKED = {"name": "masked", "phone": "masked", "id": "masked", "cost": "masked", "med": "none"}
EVERY = {"view": "all", "create": "all", "edit": "all", "delete": "all"}
ROLES = {
    "admin": {"key": "admin", "name": words("admin"), "grants": {"*": EVERY}, "masks": dict.fromkeys(MASKED, "read")},
    "member": {"key": "member", "name": words("member"), "masks": {},
               "grants": {"thing": {"view": "own", "create": "all", "edit": "own", "fields": {"cost": "masked", "*": "write"}},
                          "place": {"view": "all"}, "branch": {"view": "all"}}},
    "picky": {"key": "picky", "name": words("picky"), "masks": {"cost": "read"},
              "grants": {"thing": {"view": '{note} <> "hide"', "create": "all", "edit": 'OWN()'}, "place": {"view": "none"}}},
}  # fmt: skip
KINDS = {f"c_{one.kind}": one for one in PLAIN}
THING = form(
    "thing",
    field("title"),
    field("note"),
    field("place_id", "link", to="place"),
    field("doctor_id", "user"),
    field("cost", "money", mask="cost", default="7.5"),
    field("secret", "mobile", sensitive=True, mask="phone", default="13812345678"),
    field("twice", "formula", formula="{cost} * 2", format="money"),
    field("lines", "subtable", fields=[field("item")]),
    *(field(key, one.kind, **one.sample.get("config", {})) for key, one in KINDS.items()),
    title="{title}",
    number={"pattern": "T{SEQ:4}", "reset": "never"},
)


@pytest.fixture
def shop(clinic: Workspace) -> tuple[RecordService, dict[str, Actor], str]:
    """Return service, people by role, and a place."""
    plan = app(
        THING,
        form("place", field("name", required=True), title="{name}"),
        form("branch", field("name", required=True), title="{name}"),
        roles=ROLES,
    )
    clinic.create_tables(plan.policy.tables)
    service = RecordService(clinic, plan)
    boss = actor_of(clinic, "boss", "admin")
    place = service.create(boss, "place", {"name": "总院"})["record"]["id"]
    branch = service.create(boss, "branch", {"name": "一部"})["record"]["id"]
    people = {role: actor_of(clinic, role, role, branch=branch) for role in ROLES}
    return service, people, place


def both(service: RecordService, actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    made = service.create(actor, "thing", values)
    if len(made["record"]) > 1:
        assert made == service.get(actor, "thing", made["record"]["id"])
    return made


@pytest.mark.parametrize("role", ROLES)
def test_a_new_record_is_told_as_it_is_read(
    shop: tuple[RecordService, dict[str, Actor], str], role: str
) -> None:
    service, people, place = shop
    actor = people[role]
    given: dict[str, Any] = {"title": "一", "note": "x", "doctor_id": actor.user_id}
    if role != "picky":
        given["place_id"] = place
    if role == "admin":
        given |= {"cost": "12.5", "secret": "13912345678"}
    made = both(service, actor, given)
    assert made["title"] == "一"
    assert made["labels"]["user"] == {actor.user_id: role}
    both(service, actor, {})
    both(service, actor, {"owner_id": people["admin"].user_id, "note": "hide"})


def test_every_kind_of_value_is_told_as_it_is_read(
    shop: tuple[RecordService, dict[str, Actor], str],
) -> None:
    service, people, _place = shop
    tried = 0
    for key, control in KINDS.items():
        for value in control.sample["valid"]:
            with contextlib.suppress(Rejected):
                both(service, people["admin"], {"title": control.kind, key: value})
                tried += 1
    assert tried > len(KINDS)


def test_rows_are_told_as_they_are_read(shop: tuple[RecordService, dict[str, Actor], str]) -> None:
    service, people, _place = shop
    made = both(service, people["admin"], {"title": "rows", "lines": [{"item": "a"}, {"item": "b"}]})
    assert [row["item"] for row in made["record"]["lines"]] == ["a", "b"]


def test_a_plain_new_record_is_not_read_back(shop: tuple[RecordService, dict[str, Actor], str]) -> None:
    service, people, place = shop
    with patch("form_engine.service.records.read", side_effect=AssertionError("read back")):
        service.create(people["admin"], "thing", {"title": "x", "place_id": place})
        service.create(people["member"], "thing", {"title": "x", "place_id": place})


def test_what_only_the_database_can_say_is_read_back(
    shop: tuple[RecordService, dict[str, Actor], str],
) -> None:
    service, people, _place = shop
    told = []
    with patch.object(Written, "written", autospec=True, side_effect=Written.written) as asked:
        service.create(people["picky"], "thing", {"title": "x", "note": "y"})
        told.append(asked.call_count)
    assert told == [1]
    hidden = service.create(people["picky"], "thing", {"title": "x", "note": "hide"})
    assert set(hidden["record"]) == {"id"}
