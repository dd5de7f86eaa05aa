"""Versions are kept for ever: published, listed, taken back by publishing an older content anew."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from engine.definitions import versions as v
from engine.definitions.app import App
from engine.problems import Conflict, NotFound
from tests.definitions.making import field, form, words

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def app(*names):
    fields = [field(name) for name in names]
    return App(
        {"key": "dental", "name": words("口腔"), "version": "1.0.0"},
        {"forms": {"lead": form("lead", *fields)}},
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request):
    if request.param == "sqlite":
        engine = create_engine("sqlite://")
    else:
        url = request.getfixturevalue("pg_url").replace("postgresql://", "postgresql+psycopg://", 1)
        engine = create_engine(url)
    with engine.connect() as opened:
        transaction = opened.begin()
        v.VERSIONS.create_all(opened)
        yield opened
        transaction.rollback()
    engine.dispose()


def test_before_the_first_is_published_there_is_no_current_version(connection):
    v.save_draft(connection, app("name"), NOW)
    assert v.current(connection) is None


def test_what_was_published_is_read_back_as_it_was(connection):
    published = v.publish(connection, app("name", "phone"), NOW, author="u1", note="首次发布")
    assert (published.number, published.note, published.at, published.author) == (1, "首次发布", NOW, "u1")
    assert v.load(connection, 1) == app("name", "phone")
    assert v.current(connection) == published


def test_drafts_and_published_versions_are_listed_newest_first(connection):
    v.publish(connection, app("a"), NOW)
    v.save_draft(connection, app("b"), NOW + timedelta(hours=1), base=1)
    v.publish(connection, app("b"), NOW + timedelta(hours=2), base=2)
    assert [(one.number, one.state) for one in v.versions(connection)] == [
        (3, "published"),
        (2, "draft"),
        (1, "published"),
    ]
    assert [one.number for one in v.versions(connection, state="draft")] == [2]


def test_rolling_back_publishes_the_older_content_as_a_new_version(connection):
    v.publish(connection, app("old"), NOW)
    v.publish(connection, app("new"), NOW)
    again = v.roll_back(connection, 1, NOW, note="撤回")
    assert (again.number, again.base) == (3, 1)
    assert v.load(connection, 3) == app("old")
    assert v.load(connection, 2) == app("new")
    assert again.hash == v.version(connection, 1).hash


def test_publishing_over_somebody_elses_version_is_refused(connection):
    v.publish(connection, app("a"), NOW)
    draft = v.save_draft(connection, app("mine"), NOW, base=1)
    v.publish(connection, app("theirs"), NOW, base=1)
    with pytest.raises(Conflict, match=r"version\.moved_on"):
        v.publish(connection, app("mine"), NOW, base=draft.number)


def test_a_version_that_is_not_there_is_said_so(connection):
    with pytest.raises(NotFound, match=r"version\.not_found"):
        v.load(connection, 7)
    with pytest.raises(NotFound):
        v.roll_back(connection, 7, NOW)


def test_the_hash_tells_contents_apart_and_not_the_order_of_writing():
    one = App({"key": "a", "version": "1"}, {"forms": {}})
    other = App({"version": "1", "key": "a"}, {"forms": {}})
    assert v.content_hash(one) == v.content_hash(other)
    assert v.content_hash(app("a", "b")) != v.content_hash(app("b", "a"))
