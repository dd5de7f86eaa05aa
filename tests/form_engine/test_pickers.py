"""What pickers offer, and that a save takes nothing that they would not; on both databases."""

from typing import Any

import pytest

from engine.access.actor import Actor
from engine.problems import Rejected
from engine.store import Workspace
from form_engine.service import RecordService
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, form, words

BRANCHES = ("0198c0de-0000-7000-8000-00000000000a", "0198c0de-0000-7000-8000-00000000000b")
PATIENT = form(
    "patient",
    field("name", "person_name", search="name"),
    field("phone", "mobile", search="phone", mask="phone"),
    field("level", "select", options=[{"key": "vip", "label": words("贵宾")}]),
    title="{name}",
)
VISIT = form(
    "visit",
    field("patient_id", "link", to="patient"),
    field("known_by", "link", to="patient", detail=["level"]),
    field("doctor", "user", roles=["doctor"]),
    field("near", "user", within="branch"),
    field("mine", "user", within="team", multiple=True),
    field("lines", "subtable", fields=[field("who", "user", roles=["doctor"])]),
)


def role(**masks: str) -> dict[str, Any]:
    grants = {"*": {"view": "all", "create": "all", "edit": "all", "fields": {"*": "write"}}}
    return {"key": "", "name": words("role"), "grants": grants, "masks": masks}


@pytest.fixture
def service(clinic: Workspace) -> RecordService:
    roles = {
        key: {**role(**({"phone": "read"} if key == "desk" else {})), "key": key}
        for key in ("desk", "doctor")
    }
    plan = app(PATIENT, VISIT, roles=roles)
    clinic.create_tables(plan.policy.tables)
    return RecordService(clinic, plan)


@pytest.fixture
def people(service: RecordService) -> dict[str, Actor]:
    here, there = BRANCHES
    made = {
        "anna": actor_of(service.workspace, "anna", "desk", branch=here),
        "dora": actor_of(service.workspace, "dora", "doctor", branch=here),
        "emil": actor_of(service.workspace, "emil", "doctor", branch=there),
    }
    return {**made, "boss": actor_of(service.workspace, "boss", "desk", branch=here, team=frozenset({made["emil"].user_id}))}  # fmt: skip


def offered(service: RecordService, actor: Actor, name: str, text: str = "") -> dict[str, str]:
    return {one["label"]: one["detail"] for one in service.options(actor, "visit", name, text)}


def test_people_of_one_name_are_told_apart(service: RecordService, people: dict[str, Actor]) -> None:
    for phone in ("13800138000", "13900139000"):
        service.create(people["anna"], "patient", {"name": "张三", "phone": phone, "level": "vip"})
    shown = [one["detail"] for one in service.options(people["anna"], "visit", "patient_id", "张三")]
    assert {detail.split(" · ")[0] for detail in shown} == {"13800138000", "13900139000"}
    masked = [one["detail"] for one in service.options(people["dora"], "visit", "patient_id", "张三")]
    assert {detail.split(" · ")[0] for detail in masked} == {"138****8000", "139****9000"}
    own = [one["detail"] for one in service.options(people["anna"], "visit", "known_by", "张三")]
    assert {detail.split(" · ")[0] for detail in own} == {"贵宾"}


def test_only_the_people_meant_are_offered(service: RecordService, people: dict[str, Actor]) -> None:
    assert set(offered(service, people["anna"], "doctor")) == {"dora", "emil"}
    assert set(offered(service, people["anna"], "lines.who")) == {"dora", "emil"}
    assert set(offered(service, people["anna"], "near")) == {"anna", "boss", "dora"}
    assert set(offered(service, people["boss"], "mine")) == {"boss", "emil"}


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"doctor": "dora"}, None),
        ({"doctor": "anna"}, "/values/doctor"),
        ({"near": "dora"}, None),
        ({"near": "emil"}, "/values/near"),
        ({"mine": ["emil", "boss"]}, None),
        ({"mine": ["emil", "dora"]}, "/values/mine"),
        ({"lines": [{"who": "emil"}]}, None),
        ({"lines": [{"who": "emil"}, {"who": "anna"}]}, "/values/lines/1/who"),
    ],
)
def test_others_are_refused_when_somebody_saves(
    service: RecordService, people: dict[str, Actor], values: dict[str, Any], refused: str | None
) -> None:
    def known(value: Any) -> Any:
        if isinstance(value, str):
            return people[value].user_id
        return [
            {key: known(one) for key, one in v.items()} if isinstance(v, dict) else known(v) for v in value
        ]

    given = {key: known(value) for key, value in values.items()}
    if refused is None:
        service.create(people["boss"], "visit", given)
        return
    with pytest.raises(Rejected) as told:
        service.create(people["boss"], "visit", given)
    assert {p.path: p.code for p in told.value.problems} == {refused: "person.not_among"}
