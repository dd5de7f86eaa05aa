"""History of a record, as its reader may see it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.access.levels import Level
from engine.access.query import RecordQuery
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.timeline import SYSTEM
from form_engine.titles import labels_of

_NAMED = frozenset({"reference", "references", "person", "persons"})


def history(desk: Desk, form: str, record_id: str) -> dict[str, Any]:
    """Return `{entries: [{id, revision, kind, at, by, by_name, cause, batch, changes: [{field, old, new}]}], labels}`.

    Newest first. What the reader may not see is left out, what is masked for him stays masked; an entry without
    anything left still tells that there was a change. `labels` names the people and records among the values.
    """
    plan = desk.form(form)
    visible = desk.gate.select(RecordQuery(form, fields=("id",), ids=(record_id,), limit=1))
    found = desk.unit.history(visible, desk.app.policy.tables[form], record_id)
    now = desk.system_gate.page(RecordQuery(form, ids=(record_id,), limit=1, python=True)).records[0]
    changed = [list(_changes(desk, plan, entry.changes, now)) for entry in found]
    named = _named(plan, [change for changes in changed for change in changes])
    named.setdefault("user", set()).update(entry.by for entry in found if entry.by)
    labels = {
        target: labels_of(desk, target, tuple(sorted(ids)))
        for target, ids in named.items()
        if ids and (target == "user" or desk.rights.verb(target, "view"))
    }
    people = labels.get("user", {})
    entries = [
        {
            "id": entry.entry_id,
            "revision": entry.revision,
            "kind": entry.kind,
            "at": entry.at.isoformat().replace("+00:00", "Z"),
            "by": entry.by,
            "by_name": None if entry.by in (None, SYSTEM) else people.get(entry.by or ""),
            "cause": entry.cause,
            "batch": entry.batch_id,
            "changes": changes,
        }
        for entry, changes in zip(found, changed, strict=True)
    ]
    return {"entries": entries, "labels": labels}


def _changes(
    desk: Desk, plan: FormPlan, changes: Mapping[str, tuple[Any, Any]], now: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for key, (old, new) in changes.items():
        shape = plan.shape.field(key)
        if shape is None or desk.gate.level_of(plan.shape, key, now) is Level.NONE:
            continue
        before, after = (desk.gate.shown(plan.key, key, value, now) for value in (old, new))
        yield {"field": key, "old": before, "new": after}


def _named(plan: FormPlan, changes: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the ids among the values, by the form they belong to ("user" for people)."""
    found: dict[str, set[str]] = {}
    for change in changes:
        shape = plan.shape.field(change["field"])
        if shape is None or shape.value_type not in _NAMED:
            continue
        target = "user" if shape.value_type in ("person", "persons") else str(shape.config.get("to"))
        for value in (change["old"], change["new"]):
            ids = value if isinstance(value, list | tuple) else (value,)
            found.setdefault(target, set()).update(
                one for one in ids if isinstance(one, str) and one != SYSTEM
            )
    return found
