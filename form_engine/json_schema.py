"""The JSON Schema of a form's submission: all that the server checks without looking at anything else.

Conditions (required when, visible when, rules) and computed values are left to the server; a submission that the
schema refuses, the server refuses too, and at the same place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.schema import Schema

if TYPE_CHECKING:
    from form_engine.plan import FieldPlan, FormPlan

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BLANK: Schema = {"enum": [None, ""]}
RECORD_ID: Schema = {"type": ["string", "null"], "maxLength": 64}


def submission_schema(plan: FormPlan) -> Schema:
    """Return the schema of `values` of a new record of `plan`'s form."""
    schema = _object(plan)
    for key in ("branch_id", "owner_id"):
        schema["properties"][key] = RECORD_ID
    return {"$schema": DIALECT, "title": dict(plan.name).get("en") or plan.key, **schema}


def _object(plan: FormPlan) -> Schema:
    fields = [one for one in plan.fields if one.is_written]
    schema: Schema = {
        "type": "object",
        "properties": {one.key: _field(one) for one in fields},
        "additionalProperties": False,
    }
    required = [one.key for one in fields if _must_be_given(one, plan)]
    if required:
        schema["required"] = required
    return schema


def _must_be_given(one: FieldPlan, plan: FormPlan) -> bool:
    # A value that comes from elsewhere, or that may be hidden, need not be in the submission.
    if not one.required or one.visible_if is not None or one.read_only or one.read_only_if is not None:
        return False
    if one.default is not None or one.default_formula is not None:
        return False
    return not any(one.key in given for given in _filled_by_others(plan)) and not _in_hidden_section(
        one, plan
    )


def _filled_by_others(plan: FormPlan) -> list[set[str]]:
    copied = [{copy["to"] for copy in field.config.get("copies", ())} for field in plan.fields]
    return [*(set(rule.set) for rule in plan.rules), *copied]


def _in_hidden_section(one: FieldPlan, plan: FormPlan) -> bool:
    if any(one.key in section.items for section in plan.layout if section.visible_if is not None):
        return True
    # Panes of tabs, steps and folds may have conditions of their own.
    return any(field.conditions for field in plan.fields if field.control.role == "layout")


def _field(one: FieldPlan) -> Schema:
    if one.rows is not None:
        return _rows(one, one.rows)
    inner = one.control.json_schema(one.config)
    title: dict[str, Any] = {"title": one.label.get("en") or one.label.get("zh", "")} if one.label else {}
    if not inner:
        return title
    if one.required and one.visible_if is None and _is_plain(one):
        return {**title, **inner}
    return {**title, "anyOf": [BLANK, inner]}


def _is_plain(one: FieldPlan) -> bool:
    # Blank is refused outright only where nothing could make the field not required.
    return (
        one.read_only_if is None and not one.read_only and one.default is None and one.default_formula is None
    )


def _rows(one: FieldPlan, rows: FormPlan) -> Schema:
    row = _object(rows)
    row["properties"] = {
        "id": RECORD_ID,
        "_op": {"enum": ["create", "update", "delete"]},
        **row["properties"],
    }
    # A row that names a stored one may leave out what stays as it is.
    required = row.pop("required", None)
    if required:
        row = {**row, "if": {"not": {"required": ["id"]}}, "then": {"required": required}}
    schema: Schema = {"type": "array", "items": row}
    for name, keyword in (("min_rows", "minItems"), ("max_rows", "maxItems")):
        if isinstance(one.config.get(name), int):
            schema[keyword] = one.config[name]
    if one.required:
        return schema
    schema.pop("minItems", None)
    return {"anyOf": [BLANK, schema]}
