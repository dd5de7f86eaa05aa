"""What a person keeps for themselves: preferences and saved views, and the drawer of notifications."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.engine import Connection

from engine.clock import Clock
from engine.ids import new_id
from engine.problems import Code, Rejected
from engine.store.platform import NOTIFICATIONS, PREFS, from_instant, instant
from engine.store.unit import Unit

TOO_MUCH = Code("prefs.too_large", zh="设置内容太大", en="This setting is too large",
                hint_zh="最多 {most} KB；请删除一些保存的视图", hint_en="At most {most} KB; delete some saved views")  # fmt: skip
BAD_KEY = Code("prefs.bad_key", zh="“{key}”不能作为设置的名称", en="“{key}” cannot name a setting",
               hint_zh="以小写字母开头，只含小写字母、数字、点、下划线，最多 100 位", hint_en="A lower-case letter, then letters, digits, dots and underscores, up to 100")  # fmt: skip

MOST_BYTES = 64 * 1024
_KEY = re.compile(r"[a-z][a-z0-9_.:-]{0,99}")
_PAGE = 50


def preference(unit: Unit, user_id: str, key: str) -> Any:
    """Return what the person set under `key`; None when nothing."""
    query = select(PREFS.c.value).where(PREFS.c.user_id == user_id, PREFS.c.key == key)
    found = unit.connection.execute(query).scalar()
    return None if found is None else msgspec.json.decode(found)


def preferences(unit: Unit, user_id: str, prefix: str) -> dict[str, Any]:
    """Return everything set under keys that begin with `prefix`."""
    query = select(PREFS.c.key, PREFS.c.value).where(
        PREFS.c.user_id == user_id, PREFS.c.key.startswith(prefix, autoescape=True)
    )
    return {key: msgspec.json.decode(value) for key, value in unit.connection.execute(query)}


def keep(unit: Unit, user_id: str, key: str, value: Any) -> None:
    """Set `key` for the person; null removes it. Rejected when it is too large or wrongly named."""
    if _KEY.fullmatch(key) is None:
        raise Rejected(BAD_KEY.at("/key", key=key))
    text = msgspec.json.encode(value).decode()
    if len(text) > MOST_BYTES:
        raise Rejected(TOO_MUCH.at("/value", most=MOST_BYTES // 1024))
    own = (PREFS.c.user_id == user_id) & (PREFS.c.key == key)
    if value is None:
        unit.connection.execute(PREFS.delete().where(own))
        return
    done = unit.connection.execute(update(PREFS).where(own).values(value=text, updated_at=instant(unit.now)))
    if done.rowcount == 0:
        unit.connection.execute(
            PREFS.insert().values(user_id=user_id, key=key, value=text, updated_at=instant(unit.now))
        )


def notify(
    unit: Unit,
    user_ids: Iterable[str],
    kind: str,
    body: Mapping[str, Any],
    form: str | None = None,
    record_id: str | None = None,
) -> None:
    """Put a line into the drawers of these people. `body`: `{"title": words, "text"?: words}` and what the browser needs."""
    text, at = msgspec.json.encode(body).decode(), instant(unit.now)
    rows = [
        {
            "id": new_id(),
            "user_id": one,
            "at": at,
            "kind": kind,
            "form": form,
            "record_id": record_id,
            "body": text,
        }
        for one in dict.fromkeys(user_ids)
    ]
    if rows:
        unit.connection.execute(NOTIFICATIONS.insert(), rows)


def notifications(unit: Unit, user_id: str, before: str | None = None) -> dict[str, Any]:
    """Return `{items: [{id, at, kind, form, record_id, body, read}], unread, cursor}`, newest first."""
    own = NOTIFICATIONS.c.user_id == user_id
    query = select(NOTIFICATIONS).where(own).order_by(NOTIFICATIONS.c.id.desc()).limit(_PAGE + 1)
    if before:
        query = query.where(NOTIFICATIONS.c.id < before)
    rows = unit.connection.execute(query).mappings().all()
    unread = select(func.count()).select_from(NOTIFICATIONS).where(own, NOTIFICATIONS.c.read_at.is_(None))
    return {
        "items": [_item(dict(row)) for row in rows[:_PAGE]],
        "unread": unit.connection.execute(unread).scalar_one(),
        "cursor": rows[_PAGE - 1]["id"] if len(rows) > _PAGE else None,
    }


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": from_instant(row["at"]).isoformat().replace("+00:00", "Z"),
        "kind": row["kind"],
        "form": row["form"],
        "record_id": row["record_id"],
        "body": msgspec.json.decode(row["body"]),
        "read": row["read_at"] is not None,
    }


def mark_read(unit: Unit, user_id: str, ids: Sequence[str] | None = None) -> None:
    """Mark notifications as read; all of them when no ids are given."""
    own = (NOTIFICATIONS.c.user_id == user_id) & NOTIFICATIONS.c.read_at.is_(None)
    if ids is not None:
        own &= NOTIFICATIONS.c.id.in_(list(ids)[:500])
    unit.connection.execute(update(NOTIFICATIONS).where(own).values(read_at=instant(unit.now)))


__all__ = ["Clock", "Connection", "keep", "mark_read", "notifications", "notify", "preference", "preferences"]
