"""What records are called, for those who may read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.access.account_tables import USERS
from form_engine.service.desk import Desk


def titles_of(desk: Desk, form: str, records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return titles by record id; masked and hidden parts stay so."""
    return labels_of(desk, form, tuple(str(record["id"]) for record in records))


def labels_of(desk: Desk, form: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Return the titles of records, or the names of people, by id."""
    if not ids:
        return {}
    if form == "user":
        query = select(USERS.c.id, USERS.c.name).where(USERS.c.id.in_(ids))
        return {user_id: name for user_id, name in desk.unit.connection.execute(query)}
    return dict(desk.gate.titles(form, ids))
