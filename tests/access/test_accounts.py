"""Accounts and sessions, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from engine.access import accounts
from engine.access.account_tables import ACCOUNTS
from engine.access.accounts import Account
from engine.access.passwords import Passwords, check_quality
from engine.clock import VirtualClock
from engine.ids import new_id
from engine.problems import Conflict, TooMany, Unauthenticated

ZHANG = Account("u1", "Zhang.San", "张三", ("consultant",), ("b1",))


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("pg_url")
    engine = create_engine(url)
    with engine.connect() as connection:
        if request.param == "postgresql":
            schema = "t" + new_id().replace("-", "")
            connection.execute(text(f"CREATE SCHEMA {schema}"))
            connection.execute(text(f"SET search_path TO {schema}"))
        ACCOUNTS.create_all(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def zhang(connection: Connection, clock: VirtualClock) -> Account:
    accounts.create_account(connection, ZHANG, "hash", clock.now())
    return ZHANG


def test_a_login_is_found_in_any_case_and_width(connection: Connection, zhang: Account) -> None:
    found = accounts.account_by_login(connection, " ｚhang.SAN ")
    assert found is not None
    assert found.user_id == zhang.user_id


def test_a_login_is_taken_in_any_case(connection: Connection, zhang: Account, clock: VirtualClock) -> None:
    with pytest.raises(Conflict, match=r"account\.login_taken"):
        accounts.create_account(connection, Account("u2", "ZHANG.san", "张山", (), ()), None, clock.now())


def test_a_session_lasts_while_it_is_used_and_ends_when_idle(
    connection: Connection, zhang: Account, clock: VirtualClock
) -> None:
    token = accounts.open_session(connection, zhang.user_id, clock.now())
    clock.advance(timedelta(hours=11))
    session, is_due = accounts.session_of(connection, token, clock.now())
    assert session.account.login == "zhang.san"
    assert is_due
    accounts.touch(connection, token, clock.now())
    clock.advance(timedelta(hours=11))
    accounts.session_of(connection, token, clock.now())
    clock.advance(timedelta(hours=2))
    with pytest.raises(Unauthenticated):
        accounts.session_of(connection, token, clock.now())


def test_a_session_ends_for_good_after_a_week(
    connection: Connection, zhang: Account, clock: VirtualClock
) -> None:
    token = accounts.open_session(connection, zhang.user_id, clock.now())
    for _ in range(7 * 24 - 1):
        clock.advance(timedelta(hours=1))
        accounts.session_of(connection, token, clock.now())
        accounts.touch(connection, token, clock.now())
    clock.advance(timedelta(hours=2))
    with pytest.raises(Unauthenticated):
        accounts.session_of(connection, token, clock.now())


def test_the_database_holds_no_token(connection: Connection, zhang: Account, clock: VirtualClock) -> None:
    token = accounts.open_session(connection, zhang.user_id, clock.now())
    assert token not in str(connection.execute(text("SELECT * FROM cc_sessions")).all())


def test_setting_a_person_inactive_ends_the_sessions_and_moves_the_rules(
    connection: Connection, zhang: Account, clock: VirtualClock
) -> None:
    token = accounts.open_session(connection, zhang.user_id, clock.now())
    before = accounts.rule_version(connection)
    accounts.change_account(connection, Account("u1", "zhang.san", "张三", (), (), is_active=False))
    assert accounts.rule_version(connection) > before
    with pytest.raises(Unauthenticated):
        accounts.session_of(connection, token, clock.now())
    assert accounts.candidate(connection, "zhang.san", clock.now()).user_id is None


def test_repeated_failures_lock_for_a_growing_while_and_nobody_can_tell(
    connection: Connection, zhang: Account, clock: VirtualClock
) -> None:
    for _ in range(5):
        accounts.note_failure(connection, "zhang.san", clock.now())
    locked = accounts.candidate(connection, "zhang.san", clock.now())
    assert locked == accounts.candidate(connection, "nobody", clock.now())
    clock.advance(timedelta(minutes=1, seconds=1))
    assert accounts.candidate(connection, "zhang.san", clock.now()).user_id == zhang.user_id


def test_reveals_stop_at_the_days_limit_and_the_same_value_is_free_again(
    connection: Connection, zhang: Account, clock: VirtualClock
) -> None:
    today = date(2026, 3, 5)

    def reveal(record: str, day: date = today) -> int:
        place = ("lead", record, "phone")
        return accounts.note_reveal(connection, zhang.user_id, place, day, 2, clock.now())

    assert [reveal("a"), reveal("a"), reveal("b")] == [1, 1, 0]
    with pytest.raises(TooMany, match=r"account\.reveal_limit"):
        reveal("c")
    assert reveal("a") == 0
    assert reveal("c", date(2026, 3, 6)) == 1


def test_a_password_matches_only_itself_and_nobody_never_matches() -> None:
    passwords = Passwords()
    known = passwords.hash("牙齿健康2026")
    assert passwords.matches(known, "牙齿健康2026")
    assert not passwords.matches(known, "牙齿健康2027")
    assert not passwords.matches(None, "a login that does not exist")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password.too_short"),
        ("12345678", "password.too_common"),
        ("aaaaaaaaaa", "password.too_common"),
        ("x" * 200, "password.too_long"),
    ],
)
def test_poor_passwords_are_refused_with_the_reason(password: str, code: str) -> None:
    assert [p.code for p in check_quality(password, "zhang", "张三", "/password")] == [code]
    assert not list(check_quality("一句好记的话 2026", "zhang", "张三", "/password"))
