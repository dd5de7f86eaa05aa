"""History of a record, as its reader may see it."""

from typing import Any

from engine.access.levels import Level
from engine.access.masking import mask
from engine.access.query import RecordQuery
from form_engine.plan import FormPlan
from form_engine.service.desk import Desk


def history(desk: Desk, form: str, record_id: str) -> list[dict[str, Any]]:
    """Return `[{revision, kind, at, by, cause, batch, changes: {field: [old, new]}}]`, newest first.

    What the reader may not see is left out, what is masked for him stays masked; an entry without anything left
    still tells that there was a change.
    """
    plan = desk.form(form)
    visible = desk.gate.select(RecordQuery(form, fields=("id",), ids=(record_id,), limit=1))
    entries = desk.unit.history(visible, desk.app.policy.tables[form], record_id)
    return [
        {
            "revision": entry.revision,
            "kind": entry.kind,
            "at": entry.at.isoformat().replace("+00:00", "Z"),
            "by": entry.by,
            "cause": entry.cause,
            "batch": entry.batch_id,
            "changes": dict(_changes(desk, plan, entry.changes)),
        }
        for entry in entries
    ]


def _changes(desk: Desk, plan: FormPlan, changes: Any) -> Any:
    rights = desk.rights
    for key, (old, new) in changes.items():
        shape = plan.shape.field(key)
        # A condition may have held then and not now: only what is always readable is told of the past.
        level = rights.effective(plan.key, key).floor if shape is not None else Level.NONE
        if shape is None or level is Level.NONE:
            continue
        if shape.value_type == "rows" and any(
            rights.effective(plan.key, f"{key}.{inner}").floor < Level.READ for inner in (shape.rows.fields if shape.rows else ())
        ):
            yield key, [None if old is None else len(old), None if new is None else len(new)]
            continue
        told = [None if value is None else _plain(shape, value) for value in (old, new)]
        if level is Level.MASKED:
            told = [None if value is None else mask(value, shape.mask or "med") for value in told]
        yield key, told


def _plain(shape: Any, value: Any) -> Any:
    if shape.value_type == "rows":
        return [
            {k: None if v is None or shape.rows.field(k) is None else _plain(shape.rows.field(k), v) for k, v in row.items() if k != "id"}
            for row in value
        ]
    return shape.type.to_json(value, shape.config)
