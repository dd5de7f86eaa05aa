"""History of a record, as its reader may see it."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.levels import Level
from engine.access.query import RecordQuery
from form_engine.desk import Desk
from form_engine.plan import FormPlan


def history(desk: Desk, form: str, record_id: str) -> list[dict[str, Any]]:
    """Return `[{revision, kind, at, by, cause, batch, changes: {field: [old, new]}}]`, newest first.

    What the reader may not see is left out, what is masked for him stays masked; an entry without anything left
    still tells that there was a change.
    """
    plan = desk.form(form)
    visible = desk.gate.select(RecordQuery(form, fields=("id",), ids=(record_id,), limit=1))
    entries = desk.unit.history(visible, desk.app.policy.tables[form], record_id)
    now = desk.system_gate.page(RecordQuery(form, ids=(record_id,), limit=1, python=True)).records[0]
    return [
        {
            "revision": entry.revision,
            "kind": entry.kind,
            "at": entry.at.isoformat().replace("+00:00", "Z"),
            "by": entry.by,
            "cause": entry.cause,
            "batch": entry.batch_id,
            "changes": dict(_changes(desk, plan, entry.changes, now)),
        }
        for entry in entries
    ]


def _changes(
    desk: Desk, plan: FormPlan, changes: Mapping[str, tuple[Any, Any]], now: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for key, (old, new) in changes.items():
        shape = plan.shape.field(key)
        if shape is None or desk.gate.level_of(plan.shape, key, now) is Level.NONE:
            continue
        yield key, [desk.gate.shown(plan.key, key, value, now) for value in (old, new)]
