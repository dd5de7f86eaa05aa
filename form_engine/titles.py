"""What records are called, for those who may read it."""

from collections.abc import Mapping, Sequence
from typing import Any

from form_engine.desk import Desk


def titles_of(desk: Desk, form: str, records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return titles by record id; masked and hidden parts stay so."""
    return desk.gate.labels(form, [str(record["id"]) for record in records])


def labels_of(desk: Desk, form: str, ids: tuple[str, ...]) -> dict[str, str]:
    """Return the titles of records, or the names of people ("user"), by id."""
    return desk.gate.labels(form, ids)
