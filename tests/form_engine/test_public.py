"""Public forms: strangers hand in one record, and learn nothing; the link's author answers for the rest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine.access.account_tables import USERS
from engine.access.actor import Actor
from engine.clock import VirtualClock
from engine.problems import Forbidden, NotFound, Rejected, TooMany
from engine.store import Cause, Workspace
from form_engine.public import MOST_IN_WINDOW, PublicForms
from form_engine.public_links import PublicLinks
from form_engine.service import RecordService
from tests.form_engine.clinic import APPOINTMENT, BRANCH, CHANNEL, COMM_LOG, LEAD, ROLES
from tests.form_engine.conftest import actor_of
from tests.form_engine.making import app, field, words

PUBLIC = {
    "fields": ["name", "phone", "city", "agreed"],
    "title": words("预约"),
    "thanks": words("谢谢"),
    "labels": {"city": words("您在哪里")},
    "options": {"gender": {"o1": words("女士"), "gone": words("?")}},
    "required": ["city", "agreed"],
    "link": ["channel_id"],
    "set": {"stage": '"contacted"', "kept_for": 'ME() & "/" & {name}'},
}
FORM = {
    **LEAD,
    "fields": [*LEAD["fields"], field("agreed", "boolean", default=True), field("kept_for", "text", read_only=True)],
    "public": PUBLIC,
}  # fmt: skip


class House:
    """The clinic with its public forms; people are looked up as the server does."""

    def __init__(self, service: RecordService) -> None:
        self.service, self.workspace = service, service.workspace
        self.people: dict[str, Actor] = {}
        self.links = PublicLinks(service)
        self.forms = PublicForms(service, self.links, self._person)

    def person(self, login: str, role: str, **more: Any) -> Actor:
        made = actor_of(self.workspace, login, role, **more)
        self.people[made.user_id] = made
        return made

    def _person(self, user_id: str) -> Actor:
        with self.workspace.read() as unit:
            active = unit.connection.execute(USERS.select().where(USERS.c.id == user_id)).first()
        if active is None or not active.is_active:
            raise NotFound(())
        return self.people[user_id]

    def token(self, author: Actor, **values: Any) -> str:
        return self.links.token(self.links.open(author, "lead", values))

    def send(self, token: str, sender: str = "1.2.3.4", **values: Any) -> Any:
        given = {"name": "张三", "phone": "13800138000", "city": "杭州", "agreed": True, **values}
        return self.forms.submit(token, {k: v for k, v in given.items() if v is not None}, sender)


@pytest.fixture
def house(clinic: Workspace) -> House:
    made = app(FORM, CHANNEL, COMM_LOG, APPOINTMENT, BRANCH, roles=ROLES)
    clinic.create_tables(made.policy.tables)
    return House(RecordService(clinic, made))


@pytest.fixture
def boss(house: House) -> Actor:
    return house.person("boss", "manager")


@pytest.fixture
def poster(house: House, boss: Actor) -> str:
    return str(house.service.create(boss, "channel", {"name": "海报"})["record"]["id"])


def refused(send: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Rejected) as told:
        send()
    return {one.path: one.code for one in told.value.problems}


def leads(house: House, boss: Actor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.service.query(boss, "lead", {})["records"]
    return found


def test_a_stranger_hands_in_a_record_and_sees_nothing(house: House, boss: Actor, poster: str) -> None:
    token = house.token(boss, channel_id=poster)
    shown = house.forms.plan(token)
    assert (shown["fields"], shown["title"]) == (PUBLIC["fields"], words("预约"))
    assert house.send(token) == {"received": True, "thanks": words("谢谢")}
    (lead,) = leads(house, boss)
    assert (lead["name"], lead["source_ref"], lead["owner_id"]) == ("张三", "public", boss.user_id)


def test_link_and_form_fill_in_with_their_authors_name(house: House, boss: Actor, poster: str) -> None:
    house.send(house.token(boss, channel_id=poster))
    (lead,) = leads(house, boss)
    # a stage and a field that people only read: the author's word, not the visitor's
    assert (lead["stage"], lead["channel_id"], lead["kept_for"]) == (
        "contacted",
        poster,
        f"{boss.user_id}/张三",
    )


def test_consent_is_never_ticked_for_the_visitor(house: House, boss: Actor, poster: str) -> None:
    token = house.token(boss, channel_id=poster)
    assert refused(lambda: house.send(token, agreed=False)) == {"/values/agreed": "public.not_ticked"}
    assert refused(lambda: house.send(token, city=None)) == {"/values/city": "record.required"}
    plan = house.service.app.forms["lead"]
    told = house.forms.worded(
        plan, {"key": "agreed", "label": words("x"), "default": True, "required": False}
    )
    assert told == {"key": "agreed", "label": words("x"), "required": True}
    assert house.forms.worded(plan, {"key": "city", "label": words("x")})["label"] == words("您在哪里")


def test_options_are_said_in_the_visitors_words_and_some_are_not_offered(house: House) -> None:
    told = house.forms.worded(
        house.service.app.forms["lead"],
        {
            "key": "gender",
            "label": words("x"),
            "config": {"options": [{"key": "o0"}, {"key": "o1", "color": "red"}]},
        },
    )
    assert told["config"]["options"] == [{"key": "o1", "color": "red", "label": words("女士")}]


def test_a_known_phone_answers_just_the_same_and_leaves_a_touch(
    house: House, boss: Actor, poster: str
) -> None:
    token = house.token(boss, channel_id=poster)
    assert house.send(token) == house.send(token, name="别人")
    (lead,) = leads(house, boss)
    assert lead["name"] == "张三"
    assert len(house.service.query(boss, "comm_log", {})["records"]) == 1


def test_only_the_fields_offered_are_taken(house: House, boss: Actor, poster: str) -> None:
    token = house.token(boss, channel_id=poster)
    for key, value in (
        ("stage", "won"),
        ("channel_id", poster),
        ("kept_for", "me"),
        ("owner_id", boss.user_id),
    ):
        assert refused(lambda k=key, v=value: house.send(token, **{k: v})) == {  # type: ignore[misc]
            f"/values/{key}": "public.not_offered"
        }


def test_a_link_fills_in_only_what_the_form_lets_it_and_what_exists(
    house: House, boss: Actor, poster: str
) -> None:
    assert refused(lambda: house.links.open(boss, "lead", {"name": "x"})) == {
        "/values/name": "public.not_for_links"
    }
    assert refused(lambda: house.links.open(boss, "lead", {"channel_id": boss.user_id})) == {
        "/values/channel_id": "link.no_target"
    }


def test_a_poster_whose_channel_is_gone_still_brings_its_lead(house: House, boss: Actor, poster: str) -> None:
    token = house.token(boss, channel_id=poster)
    house.service.delete(boss, "channel", poster)
    house.send(token)
    assert [lead["name"] for lead in leads(house, boss)] == ["张三"]


def test_making_and_closing_links_needs_the_right(house: House, boss: Actor) -> None:
    clerk = house.person("clerk", "consultant")
    with pytest.raises(Forbidden):
        house.links.open(clerk, "lead")
    link = house.links.open(boss, "lead", name="  前台立牌 ")
    with pytest.raises(Forbidden):
        house.links.close(clerk, "lead", link.link_id)
    ((kept, author),), _ = house.links.found(boss, "lead")
    assert (kept, author) == (link, "boss")


def test_links_of_other_branches_are_not_seen(house: House, boss: Actor) -> None:
    north = house.person("north", "manager", branch="b1")
    south = house.person("south", "manager", branch="b2")
    link = house.links.open(north, "lead")
    assert house.links.found(south, "lead") == ([], {})
    with pytest.raises(NotFound):
        house.links.close(south, "lead", link.link_id)
    assert len(house.links.found(replace(south, branches=("b2", "b1")), "lead")[0]) == 1


def test_a_wrong_or_closed_link_is_no_link(house: House, boss: Actor) -> None:
    link = house.links.open(boss, "lead")
    token = house.links.token(link)
    assert house.forms.plan(token)["form"] == "lead"
    house.links.close(boss, "lead", link.link_id)
    for wrong in (token, link.link_id, "", "x" * 500, "中文" * 20):
        with pytest.raises(NotFound):
            house.forms.plan(wrong)


def test_a_link_lives_as_long_as_its_author_works_here(house: House, boss: Actor) -> None:
    token = house.token(boss)
    with house.workspace.write(Cause("system")) as unit:
        unit.connection.execute(update(USERS).where(USERS.c.id == boss.user_id).values(is_active=0))
    for ask in (lambda: house.forms.plan(token), lambda: house.send(token)):
        with pytest.raises(NotFound):
            ask()


def test_an_author_who_may_no_longer_write_such_records_has_no_link(house: House, boss: Actor) -> None:
    token = house.token(boss)
    house.people[boss.user_id] = replace(boss, roles=frozenset({"market"}))
    with pytest.raises(NotFound):
        house.forms.plan(token)


def test_too_many_submissions_are_slowed_down(house: House, boss: Actor, clock: VirtualClock) -> None:
    token = house.token(boss)
    for _ in range(MOST_IN_WINDOW):
        with pytest.raises(Rejected):
            house.send(token, name=None)
    with pytest.raises(TooMany):
        house.send(token)
    clock.advance(timedelta(minutes=11))
    assert house.send(token)["received"]
