"""Many new records at once: the same rules as a single save, written together. For sample data and import."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.ids import new_id
from engine.problems import Problem, Rejected, pointer
from engine.store.records import Earlier
from form_engine.desk import Desk
from form_engine.keeping import taken_then
from form_engine.plan import FormPlan
from form_engine.service import numbering, overlap, records
from form_engine.submit import submit

SYSTEM_GIVEN = ("id", "created_at", "created_by", "updated_at", "no", "source_ref", "branch_id", "owner_id")
"""System values that a load may bring as Python values."""
PAST = "past"


def load(desk: Desk, form: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write rows of JSON values and return their ids in order. Rejected with the problems of all rows, none written.

    A row may bring system values (`id`, `created_at` …) as Python values. Records that one row points at must exist.
    A row with an `id` may bring its `past`: `[{"at": datetime, "by", "set": {field: value}}]`, from its making on; its
    history then tells of it.
    """
    plan = desk.form(form)
    write = desk.gate.write(form, "insert")
    context = desk.context(form)
    earlier = replace(context, is_past=True)
    ready: list[dict[str, Any]] = []
    past: dict[str, list[Earlier]] = {}
    problems: list[Problem] = []
    for index, row in enumerate(rows):
        system = {key: row[key] for key in SYSTEM_GIVEN if key in row}
        given = {key: value for key, value in row.items() if key not in system and key != PAST}
        submission = submit(plan, given, None, earlier if "created_at" in row else context)
        if submission.problems:
            problems.extend(problem.under(f"/{index}") for problem in submission.problems)
            if len(problems) > 200:
                break
            continue
        values = {**submission.values, **system}
        records.fill_system(desk, values)
        values.setdefault("id", new_id())
        if PAST in row:
            past[values["id"]] = _earlier(plan, row[PAST])
        if "created_at" in row:
            values.update(taken_then(plan, values, row["created_at"], row.get(PAST, ())))
        ready.append(values)
    if problems:
        raise Rejected(problems)
    numbering.assign_many(desk, plan, ready)
    ids = desk.unit.insert_many(write, ready, past)
    if overlap.rules(plan):
        for values in ready:
            overlap.guard(desk, plan, values)
    return ids


def _earlier(plan: FormPlan, past: Sequence[Mapping[str, Any]]) -> list[Earlier]:
    return [
        Earlier(one["at"], one["by"], {key: _value(plan, key, raw) for key, raw in one["set"].items()})
        for one in past
    ]


def _value(plan: FormPlan, key: str, raw: Any) -> Any:
    field = plan.shape.field(key)
    if raw is None or field is None:
        return raw
    return field.type.parse(raw, field.config, pointer(PAST, key))
