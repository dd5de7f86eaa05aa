"""Snapshots (快照): what a field copies of its record, when, and what stands against it.

The copy is the server's word: nobody submits it, and whoever may not read all that is in it does not see it
(`engine.access.computed`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.access.copies import READ_OF, Way, ids_of
from engine.access.type_scope import ShapeTypes
from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.shape import FieldShape, FormShape, Shapes
from engine.expressions import ErrorValue
from engine.problems import Code, Problem
from form_engine.plan import FieldPlan, FormPlan, Kept
from form_engine.state import RecordState

NOT_KEPT = Code(
    "snapshot.not_kept",
    zh="快照不能保留“{field}”",
    en="A snapshot cannot keep “{field}”",
    hint_zh="子表只能保留本表单的；也不能保留另一个快照。改为要保留的那一项，例如 customer_id.name",
    hint_en="Tables are kept of this form only, and no other snapshot. Name what to keep, e.g. customer_id.name",
)
NO_STAGES = Code(
    "snapshot.no_stages",
    zh="快照在到达状态时拍下，但“{form}”没有状态字段",
    en="The snapshot is taken at a stage, but “{form}” has no stage field",
    hint_zh="加一个“状态”字段，或改为新建时拍下",
    hint_en="Add a stage field, or take it on creation",
)
NO_SUCH_STAGE = Code(
    "snapshot.no_such_stage",
    zh="没有状态“{stage}”",
    en="There is no stage “{stage}”",
    hint_zh="可用的状态：{known}",
    hint_en="Stages there are: {known}",
)
SECRET = Code(
    "snapshot.secret",
    zh="“{field}”是加密保存的，保留它的快照也要加密",
    en="“{field}” is encrypted, so a snapshot that keeps it must be, too",
    hint_zh='给快照字段加上 "sensitive": true，或不保留这一项',
    hint_en='Add "sensitive": true to the snapshot, or do not keep it',
)


STAGE_ONLY = "stage"


def kept_of(
    shapes: Shapes,
    form: FormShape,
    paths: Sequence[str],
    forms: Mapping[str, FormOutline],
    outline: FormOutline,
) -> tuple[Kept, ...]:
    """Return those of `paths` from a record of `form` that lead somewhere, with the field at their end."""
    found = []
    for name in paths:
        path = tuple(name.split("."))
        steps = ShapeTypes(shapes, form, form.parent).steps(path)
        if steps:
            found.append(
                Kept(
                    path,
                    steps[-1][1],
                    tuple(field.label or {"zh": field.key} for _, field in steps),
                    _outline_at(forms, outline, path),
                )
            )
    return tuple(found)


def _outline_at(
    forms: Mapping[str, FormOutline], form: FormOutline, path: tuple[str, ...]
) -> FieldOutline | None:
    here: FormOutline | None = form
    found: FieldOutline | None = None
    for key in path:
        if here is not None and key == "form" and here.parent is not None:
            here = here.parent
            continue
        found = here.fields.get(key) if here is not None else None
        if found is None:
            return None
        here = found.rows or forms.get(str(found.config.get("to")))
    return found


def keep(state: RecordState) -> None:
    """Take the snapshots that are due: of a new record, or of one that has come to a stage."""
    for plan in state.form.keeping:
        if _is_due(state, plan.config) and (state.before.get(plan.key) is None or plan.config["again"]):
            values = {one.name: _value(state, one) for one in plan.kept}
            told = {name: value for name, value in values.items() if value is not None}
            of = {READ_OF: _read_of(state, plan.looked)} if plan.looked else {}
            state.set(plan.key, {"taken_at": _told(state.now), "values": told, **of})


def taken_then(
    form: FormPlan, values: Mapping[str, Any], made: datetime, past: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the snapshots of a record that is loaded with its past, dated to the moment they were due.

    `past`: `[{"at": datetime, "set": {field: value}}]`, from the making on.
    """
    found: dict[str, Any] = {}
    stages = {one.key for one in form.fields if one.is_written and "stages" in one.config}
    for plan in form.fields:
        snapshot = values.get(plan.key) if plan.kept else None
        if snapshot is None:
            continue
        named, is_at_once = plan.config.get("stages", ()), plan.config["taken"] != STAGE_ONLY
        came = (
            one["at"]
            for one in past
            for key, value in one["set"].items()
            if key in stages and value is not None and (not named or value in named)
        )
        at = made if is_at_once else next(came, made)
        found[plan.key] = {**snapshot, "taken_at": _told(at)}
    return found


def _told(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_of(state: RecordState, ways: Sequence[Way]) -> dict[str, list[str]]:
    """Return the records that a snapshot is read through, by form."""
    found: dict[str, dict[str, None]] = {}
    for path, target in ways:
        found.setdefault(target, {}).update(dict.fromkeys(ids_of(state.value(path))))
    return {target: list(ids) for target, ids in found.items() if ids}


def _is_due(state: RecordState, config: Mapping[str, Any]) -> bool:
    if config["taken"] != STAGE_ONLY:
        return state.is_new
    named = config.get("stages", ())
    for stage in state.form.stages:
        now = state.values.get(stage.key)
        if now is not None and now != state.before.get(stage.key) and (not named or now in named):
            return True
    return False


def _value(state: RecordState, one: Kept) -> Any:
    if one.end.rows is not None:
        columns = one.end.rows.fields.items()
        return [
            {key: value for key, shape in columns if (value := _as_json(child.get(key), shape)) is not None}
            for child in state.children(one.path[0])
        ]
    value = state.value(one.path)
    if isinstance(value, list):
        return [_as_json(each, one.end) for each in value]
    return _as_json(value, one.end)


def _as_json(value: Any, shape: FieldShape) -> Any:
    if value is None or isinstance(value, ErrorValue) or shape.rows is not None:
        return None
    return shape.type.to_json(value, shape.config)


def wrong_snapshots(form: FormPlan) -> Iterator[Problem]:
    """Yield what stands against the snapshots of a form."""
    for plan in form.fields:
        if plan.rows is not None:
            yield from wrong_snapshots(plan.rows)
        elif plan.config.get("fields_kept"):
            yield from _wrong(plan, form)


def _wrong(plan: FieldPlan, form: FormPlan) -> Iterator[Problem]:
    is_sealed = plan.shape is not None and plan.shape.sensitive
    at = {name: f"{plan.path}/fields_kept/{index}" for index, name in enumerate(plan.config["fields_kept"])}
    for one in plan.kept:
        if one.end.kept or (one.end.rows is not None and len(one.path) > 1):
            yield NOT_KEPT.at(at[one.name], field=one.name)
        inner = one.end.rows.fields.values() if one.end.rows is not None else (one.end,)
        if not is_sealed and any(shape.sensitive for shape in inner):
            yield SECRET.at(at[one.name], field=one.name)
    if plan.config["taken"] != STAGE_ONLY:
        return
    stages = [one for one in form.fields if one.is_written and "stages" in one.config]
    if not stages:
        yield NO_STAGES.at(f"{plan.path}/taken", form=form.name)
        return
    known = [stage["key"] for one in stages for stage in one.config["stages"]]
    for index, name in enumerate(plan.config.get("stages", ())):
        if name not in known:
            yield NO_SUCH_STAGE.at(f"{plan.path}/stages/{index}", stage=name, known=", ".join(known))
