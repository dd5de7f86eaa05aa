"""Accounts and sessions: who may sign in, as what, and until when. Functions take an open connection and the time."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection, RowMapping

from engine.access.account_tables import REVEALS, RULE_VERSION, SESSIONS, USERS
from engine.ids import new_id
from engine.problems import Code, Conflict, Rejected, TooMany, Unauthenticated
from engine.text import fold

WRONG_SIGN_IN = Code(
    "account.wrong_sign_in",
    zh="账号或密码不对",
    en="The login or the password is wrong",
    hint_zh="连续输错会暂时锁定；忘记密码请联系管理员重置",
    hint_en="Repeated mistakes lock the account for a while; ask your administrator for a new password",
)
SIGN_IN_FIRST = Code(
    "account.sign_in_first",
    zh="请先登录",
    en="Please sign in",
    hint_zh="登录已过期或被收回，重新登录后继续，未保存的内容仍在本机",
    hint_en="Your session has ended; sign in again, unsaved input is kept on this device",
)
LOGIN_TAKEN = Code("account.login_taken", zh="账号“{login}”已被使用", en="The login “{login}” is taken")
BAD_LOGIN = Code(
    "account.bad_login",
    zh="账号须为 2 到 64 个字符，不含空格",
    en="A login has 2 to 64 characters and no spaces",
)
REVEAL_LIMIT = Code(
    "account.reveal_limit",
    zh="今天查看号码已达上限 {limit} 次",
    en="You have reached today's limit of {limit} reveals",
    hint_zh="明天恢复，或请主管调整上限",
    hint_en="It starts anew tomorrow, or ask your supervisor to raise the limit",
)

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=7)
SEEN_STEP = timedelta(minutes=5)
FREE_FAILURES = 5
LONGEST_LOCK = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in. `roles` are role keys, `branches` ids of branch records."""

    user_id: str
    login: str
    name: str
    roles: tuple[str, ...]
    branches: tuple[str, ...]
    branch_id: str | None = None
    staff_id: str | None = None
    supervisor_id: str | None = None
    dept: str | None = None
    lang: str = "zh"
    theme: str = "system"
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Session:
    """An open session of an account. `branch_id` is the branch chosen in the switcher; None: the home branch."""

    account: Account
    branch_id: str | None
    expires_at: datetime


def create_account(
    connection: Connection, account: Account, password_hash: str | None, now: datetime
) -> None:
    """Add an account. Conflict for a taken login; Rejected for a login of the wrong shape."""
    login = fold(account.login)
    if not 2 <= len(login) <= 64 or any(c.isspace() or not c.isprintable() for c in login):
        raise Rejected(BAD_LOGIN.at("/login"))
    if connection.execute(select(USERS.c.id).where(USERS.c.login == login)).first() is not None:
        raise Conflict(LOGIN_TAKEN.at("/login", login=account.login))
    connection.execute(USERS.insert().values(**_row(account, login, password_hash, now)))
    bump_rules(connection)


def create_accounts(
    connection: Connection, accounts: Sequence[tuple[Account, str | None]], now: datetime
) -> None:
    """Add many new accounts with their password hashes at once, for set-up."""
    rows = [_row(account, fold(account.login), password, now) for account, password in accounts]
    if rows:
        connection.execute(USERS.insert(), rows)
        bump_rules(connection)


def change_account(connection: Connection, account: Account) -> None:
    """Write name, roles, branches, staff link and activity; sessions of a person set inactive end at once."""
    connection.execute(
        update(USERS)
        .where(USERS.c.id == account.user_id)
        .values(
            name=account.name,
            roles=json.dumps(account.roles),
            branches=json.dumps(account.branches),
            branch_id=account.branch_id,
            staff_id=account.staff_id,
            supervisor_id=account.supervisor_id,
            dept=account.dept,
            lang=account.lang,
            theme=account.theme,
            is_active=int(account.is_active),
        )
    )
    if not account.is_active:
        end_sessions(connection, account.user_id)
    bump_rules(connection)


def change_look(connection: Connection, user_id: str, looks: Mapping[str, str]) -> None:
    """Write a person's own `lang` and `theme`; no rule depends on them."""
    known = {key: value for key, value in looks.items() if key in ("lang", "theme")}
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(**known))


def set_password(connection: Connection, user_id: str, password_hash: str, now: datetime) -> None:
    """Write a new password hash, unlock the account and end all its sessions."""
    connection.execute(
        update(USERS)
        .where(USERS.c.id == user_id)
        .values(password=password_hash, password_at=_text(now), failures=0, locked_until=None)
    )
    end_sessions(connection, user_id)


def account_of(connection: Connection, user_id: str) -> Account | None:
    """Return an account by id."""
    row = connection.execute(select(USERS).where(USERS.c.id == user_id)).mappings().first()
    return _account(row) if row else None


def account_by_login(connection: Connection, login: str) -> Account | None:
    """Return an account by login, in any case and width."""
    row = connection.execute(select(USERS).where(USERS.c.login == fold(login))).mappings().first()
    return _account(row) if row else None


def all_accounts(connection: Connection) -> list[Account]:
    """Return every account, by login."""
    return [_account(row) for row in connection.execute(select(USERS).order_by(USERS.c.login)).mappings()]


def team_of(connection: Connection, user_id: str) -> list[Account]:
    """Return the direct reports of a person."""
    query = select(USERS).where(USERS.c.supervisor_id == user_id)
    return [_account(row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What sign-in checks a password against, outside any transaction. `user_id` is None for nobody."""

    user_id: str | None
    password: str | None


def candidate(connection: Connection, login: str, now: datetime) -> Candidate:
    """Return whom a login may mean. Unknown, locked and inactive people look alike."""
    row = connection.execute(select(USERS).where(USERS.c.login == fold(login))).mappings().first()
    if row is None or not row["is_active"] or (row["locked_until"] or "") > _text(now):
        return Candidate(None, None)
    return Candidate(row["id"], row["password"])


def note_failure(connection: Connection, login: str, now: datetime) -> None:
    """Count a failed sign-in; from the fifth on lock for 1, 2, 4 … minutes."""
    row = connection.execute(select(USERS.c.id, USERS.c.failures).where(USERS.c.login == fold(login))).first()
    if row is None:
        return
    failures = row.failures + 1
    over = failures - FREE_FAILURES
    lock = min(timedelta(minutes=2 ** min(over, 10)), LONGEST_LOCK) if over >= 0 else None
    connection.execute(
        update(USERS)
        .where(USERS.c.id == row.id)
        .values(failures=failures, locked_until=_text(now + lock) if lock else None)
    )


def open_session(connection: Connection, user_id: str, now: datetime, agent: str = "") -> str:
    """Open a session and return its token, which is never stored. Clears failures and expired sessions."""
    token = secrets.token_urlsafe(32)
    connection.execute(update(USERS).where(USERS.c.id == user_id).values(failures=0, locked_until=None))
    connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at < _text(now)))
    connection.execute(
        SESSIONS.insert().values(
            token_hash=_hash(token),
            user_id=user_id,
            created_at=_text(now),
            seen_at=_text(now),
            expires_at=_text(now + IDLE),
            agent=agent[:200],
        )
    )
    return token


def session_of(connection: Connection, token: str, now: datetime) -> tuple[Session, bool]:
    """Return the session of a token, and whether `touch` is due. Unauthenticated when there is none any more."""
    query = (
        select(USERS, SESSIONS.c.branch_id.label("chosen"), SESSIONS.c.seen_at, SESSIONS.c.expires_at)
        .join_from(SESSIONS, USERS, SESSIONS.c.user_id == USERS.c.id)
        .where(SESSIONS.c.token_hash == _hash(token))
    )
    row = connection.execute(query).mappings().first()
    if row is None or not row["is_active"] or row["expires_at"] < _text(now):
        raise Unauthenticated(SIGN_IN_FIRST.at(""))
    is_due = row["seen_at"] < _text(now - SEEN_STEP)
    return Session(_account(row), row["chosen"], _instant(row["expires_at"])), is_due


def touch(connection: Connection, token: str, now: datetime) -> None:
    """Move the idle end of a session forward, never past its absolute end."""
    row = connection.execute(
        select(SESSIONS.c.created_at).where(SESSIONS.c.token_hash == _hash(token))
    ).first()
    if row is not None:
        end = min(now + IDLE, _instant(row.created_at) + ABSOLUTE)
        connection.execute(
            update(SESSIONS)
            .where(SESSIONS.c.token_hash == _hash(token))
            .values(seen_at=_text(now), expires_at=_text(end))
        )


def renew_all(connection: Connection, now: datetime, ahead: datetime) -> None:
    """Begin every session open at `now` anew at `ahead`: the clock of a practice clinic is put forward under them."""
    connection.execute(
        update(SESSIONS)
        .where(SESSIONS.c.expires_at >= _text(now))
        .values(created_at=_text(ahead), seen_at=_text(ahead), expires_at=_text(ahead + IDLE))
    )


def choose_branch(connection: Connection, token: str, branch_id: str | None) -> None:
    """Remember the branch chosen in the switcher for this session."""
    connection.execute(
        update(SESSIONS).where(SESSIONS.c.token_hash == _hash(token)).values(branch_id=branch_id)
    )


def end_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.token_hash == _hash(token)))


def end_sessions(connection: Connection, user_id: str) -> None:
    """Sign a person out everywhere."""
    connection.execute(SESSIONS.delete().where(SESSIONS.c.user_id == user_id))


def rule_version(connection: Connection) -> int:
    """Return the version of people and rules; what was decided under another one must be decided again."""
    found = connection.execute(select(RULE_VERSION.c.version)).scalar()
    return int(found or 0)


def bump_rules(connection: Connection) -> None:
    """Say that people or rules have changed."""
    done = connection.execute(update(RULE_VERSION).values(version=RULE_VERSION.c.version + 1))
    if done.rowcount == 0:
        connection.execute(RULE_VERSION.insert().values(id=1, version=1))


def note_reveal(
    connection: Connection, user_id: str, place: tuple[str, str, str], day: date, limit: int, now: datetime
) -> int:
    """Note that (form, record id, field) was shown; return how many are left today. TooMany at the limit.

    Showing the same value again on the same day is free.
    """
    form, record_id, field = place
    today = (REVEALS.c.user_id == user_id) & (REVEALS.c.day == day.isoformat())
    same = (REVEALS.c.form == form) & (REVEALS.c.record_id == record_id) & (REVEALS.c.field == field)
    used = connection.execute(select(func.count()).select_from(REVEALS).where(today)).scalar_one()
    if connection.execute(select(REVEALS.c.id).where(today & same)).first() is None:
        if used >= limit:
            raise TooMany(REVEAL_LIMIT.at("", limit=limit))
        used += 1
        connection.execute(
            REVEALS.insert().values(
                id=new_id(),
                user_id=user_id,
                day=day.isoformat(),
                at=_text(now),
                form=form,
                record_id=record_id,
                field=field,
            )
        )
    return int(limit - used)


def _row(account: Account, login: str, password: str | None, now: datetime) -> dict[str, Any]:
    return {
        "id": account.user_id,
        "login": login,
        "name": account.name,
        "password": password,
        "roles": json.dumps(account.roles),
        "branches": json.dumps(account.branches),
        "branch_id": account.branch_id,
        "staff_id": account.staff_id,
        "supervisor_id": account.supervisor_id,
        "dept": account.dept,
        "lang": account.lang,
        "theme": account.theme,
        "is_active": int(account.is_active),
        "failures": 0,
        "password_at": _text(now),
        "created_at": _text(now),
    }


def _account(row: RowMapping | Mapping[str, Any]) -> Account:
    return Account(
        row["id"],
        row["login"],
        row["name"],
        tuple(json.loads(row["roles"])),
        tuple(json.loads(row["branches"])),
        row["branch_id"],
        row["staff_id"],
        row["supervisor_id"],
        row["dept"],
        row["lang"],
        row["theme"],
        bool(row["is_active"]),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
