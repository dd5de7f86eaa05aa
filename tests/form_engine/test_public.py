"""Public forms: strangers hand in one record, and learn nothing."""

from datetime import timedelta
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.problems import NotFound, Rejected, TooMany
from engine.store import Workspace
from form_engine.public import PublicForms
from form_engine.service import RecordService
from tests.form_engine.clinic import APPOINTMENT, BRANCH, CHANNEL, COMM_LOG, LEAD, ROLES
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, words

PUBLIC = {"fields": ["name", "phone", "channel_id"], "intro": words("预约"), "thanks": words("谢谢")}


@pytest.fixture
def service(clinic: Workspace) -> RecordService:
    made = app({**LEAD, "public": PUBLIC}, CHANNEL, COMM_LOG, APPOINTMENT, BRANCH, roles=ROLES)
    clinic.create_tables(made.policy.tables)
    return RecordService(clinic, made)


@pytest.fixture
def boss(service: RecordService) -> Any:
    return actor_of(service.workspace, "boss", "manager")


@pytest.fixture
def web(service: RecordService, boss: Any) -> str:
    return str(service.create(boss, "channel", {"name": "官网"})["record"]["id"])


def test_a_stranger_hands_in_a_record_and_sees_nothing(service: RecordService, boss: Any, web: str) -> None:
    forms = PublicForms(service)
    token = forms.open_link(boss, "lead")
    assert forms.plan(token)["fields"] == PUBLIC["fields"]
    answer = forms.submit(token, {"name": "张三", "phone": "13800138000", "channel_id": web}, "1.2.3.4")
    assert answer == {"received": True, "thanks": words("谢谢")}
    (lead,) = service.query(boss, "lead", {})["records"]
    assert (lead["name"], lead["source_ref"], lead["owner_id"]) == ("张三", "public", boss.user_id)


def test_a_known_phone_answers_just_the_same(service: RecordService, boss: Any, web: str) -> None:
    forms = PublicForms(service)
    token = forms.open_link(boss, "lead")
    given = {"name": "张三", "phone": "13800138000", "channel_id": web}
    assert forms.submit(token, given, "1.2.3.4") == forms.submit(token, given, "1.2.3.4")
    assert len(service.query(boss, "lead", {})["records"]) == 1


def test_only_the_fields_offered_are_taken(service: RecordService, boss: Any, web: str) -> None:
    token = PublicForms(service).open_link(boss, "lead")
    with pytest.raises(Rejected) as refused:
        PublicForms(service).submit(
            token, {"name": "x", "phone": "13800138000", "channel_id": web, "stage": "won"}, "1.2.3.4"
        )
    assert [problem.code for problem in refused.value.problems] == ["public.not_offered"]


def test_a_wrong_or_closed_link_is_no_link(service: RecordService, boss: Any) -> None:
    forms = PublicForms(service)
    token = forms.open_link(boss, "lead")
    forms.close_link(boss, token)
    for wrong in (token, "", "x" * 500):
        with pytest.raises(NotFound):
            forms.plan(wrong)


def test_too_many_submissions_are_slowed_down(service: RecordService, boss: Any, clock: VirtualClock) -> None:
    forms = PublicForms(service)
    token = forms.open_link(boss, "lead")
    for _ in range(5):
        with pytest.raises(Rejected):
            forms.submit(token, {}, "1.2.3.4")
    with pytest.raises(TooMany):
        forms.submit(token, {}, "1.2.3.4")
    clock.advance(timedelta(minutes=11))
    with pytest.raises(Rejected) as again:
        forms.submit(token, {}, "1.2.3.4")
    assert not isinstance(again.value, TooMany)
