"""One record: create, read, change, remove, bring back. Every way in comes through here."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.access.levels import Level
from engine.access.query import RecordQuery, ScopedWrite
from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions import ErrorValue, evaluate
from engine.ids import is_id, new_id
from engine.problems import Code, Conflict, NotFound, Problem, Rejected
from form_engine.coercion import as_field_value
from form_engine.desk import NO_RECORD, Desk
from form_engine.plan import FieldPlan, FormPlan
from form_engine.prepared import prepared
from form_engine.service import (
    attachments,
    clashes,
    duty,
    numbering,
    overlap,
    presence,
    relations,
    rules_given,
    trees,
)
from form_engine.state import RecordState
from form_engine.submit import Submission, submit
from form_engine.titles import titles_of

Json = Mapping[str, Any]

NO_TARGET = Code("link.no_target", zh="“{field}”所选的记录不存在，或您无权使用", en="The record chosen for “{field}” does not exist, or is not yours to use",
                 hint_zh="请重新选择", hint_en="Choose again")  # fmt: skip
NO_PERSON = Code("person.no_such", zh="“{field}”所选的人不存在或已停用", en="The person chosen for “{field}” does not exist or is switched off",
                 hint_zh="请重新选择", hint_en="Choose again")  # fmt: skip
NOT_MEANT = Code("person.not_among", zh="“{field}”不能选这个人", en="“{field}” does not take this person",
                 hint_zh="请从列表里选择：这里只接受指定角色或范围内的成员", hint_en="Choose from the list: only members of certain roles, or near you, are taken")  # fmt: skip
NO_ACTION = Code("record.no_action", zh="“{form}”没有按钮“{action}”", en="“{form}” has no button “{action}”",
                 hint_zh="刷新页面后重试", hint_en="Reload the page and try again")  # fmt: skip
NOT_ASKED = Code("record.not_asked", zh="按钮“{action}”不询问“{field}”", en="The button “{action}” does not ask for “{field}”",
                 hint_zh="请在记录里修改该字段", hint_en="Change the field in the record")  # fmt: skip
NOT_NOW = Code("record.not_now", zh="现在不能执行“{action}”", en="“{action}” is not possible now",
               hint_zh="记录的状态已变，请刷新后查看", hint_en="The record has moved on; reload it")  # fmt: skip

SHOWN_VERBS = ("edit", "delete")
"""What a record says of itself that one may do with it."""


def create(
    desk: Desk,
    form: str,
    values: Any,
    *,
    source_ref: str | None = None,
    record_id: str | None = None,
    system: Json | None = None,
) -> str:
    """Write a new record and return its id. Rejected with every problem found.

    `system`: branch and owner where the writer is nobody to have them (public forms).
    """
    return str(insert(desk, form, values, source_ref=source_ref, record_id=record_id, system=system)["id"])


def insert(
    desk: Desk,
    form: str,
    values: Any,
    *,
    source_ref: str | None = None,
    record_id: str | None = None,
    system: Json | None = None,
) -> dict[str, Any]:
    """Write a new record and return it, as `create` does with its id."""
    plan = desk.form(form)
    write = desk.gate.write(form, "insert")
    values, strange = attachments.as_stored(desk, plan, values, None)
    submission = submit(plan, values, None, desk.context(form))
    ready = {**accepted(desk, plan, submission, values, strange), **(system or {})}
    fill_system(desk, ready, source_ref)
    desk.gate.check(write, frozenset(values), None, ready)
    numbering.assign(desk, plan, ready)
    record = desk.unit.insert(write, ready, record_id or new_id())
    duty.guard(desk, plan, record)
    presence.guard(desk, plan, record)
    overlap.guard(desk, plan, record)
    return record


def create_unchecked(desk: Desk, form: str, values: Json) -> str:
    """Write a record that follows from another one, whatever the actor may create himself. Rules still hold."""
    plan = desk.app.forms[form]
    gate = desk.system_gate
    submission = submit(
        plan, values, None, replace(desk.context(form), cause="flow", may_write=lambda _key: True)
    )
    if submission.problems:
        raise Rejected(submission.problems)
    ready = dict(submission.values)
    fill_system(desk, ready)
    numbering.assign(desk, plan, ready)
    return str(desk.unit.insert(gate.write(form, "insert"), ready)["id"])


def update(
    desk: Desk,
    form: str,
    record_id: str,
    values: Any,
    revision: int | None,
    made_of: Callable[[Json], Json] | None = None,
) -> bool:
    """Change the fields given; return whether anything changed. Fields others changed meanwhile merge or clash.

    `made_of`: further values, made of the record as it stands.
    """
    plan = desk.form(form)
    write = desk.gate.write(form, "update")
    stored = desk.unit.load(write, _known_id(record_id))
    if made_of is not None:
        values = {**values, **made_of(stored)}
    values, strange = attachments.as_stored(desk, plan, values, stored)
    submission = submit(plan, values, stored, desk.context(form))
    accepted(desk, plan, submission, values, strange)
    changes = {key: submission.values[key] for key in submission.changed}
    given = {key: changes[key] for key in values if key in changes}
    desk.gate.check(write, frozenset(given), stored, {**stored, **changes})
    if revision is not None and given:
        _merge(desk, write, stored, revision, given)
    if not changes:
        return False
    record = desk.unit.update(write, stored, changes)
    duty.guard(desk, plan, record, frozenset(changes))
    presence.guard(desk, plan, record, frozenset(changes))
    overlap.guard(desk, plan, record)
    desk.related.forget(form, record_id)
    return True


def _merge(desk: Desk, write: ScopedWrite, stored: Json, revision: int, given: Json) -> None:
    """Raise Conflict where others changed the same fields; their values are shown as this actor may see them."""
    try:
        desk.unit.merge(write, dict(stored), revision, given)
    except Conflict as conflict:
        raise Conflict(_as_seen(desk, write.form, stored, one) for one in conflict.problems) from None


def _as_seen(desk: Desk, form: str, stored: Json, problem: Problem) -> Problem:
    params = {**problem.params, "revision": stored["revision"]}
    key = params.get("field")
    if isinstance(key, str):
        params["theirs"] = desk.gate.shown(form, key, stored.get(key), stored)
    return Problem(problem.code, problem.path, params)


def delete(desk: Desk, form: str, record_id: str) -> None:
    """Move a record to the bin, with what the relations' policies say about records that point at it."""
    desk.form(form)
    write = desk.gate.write(form, "delete")
    stored = desk.unit.load(write, _known_id(record_id))
    relations.before_delete(desk, form, record_id)
    desk.unit.delete(write, stored)


def restore(desk: Desk, form: str, record_id: str) -> None:
    """Bring a record back from the bin; what went with it comes back too."""
    plan = desk.form(form)
    write = desk.gate.write(form, "restore")
    stored = desk.unit.load(write, _known_id(record_id))
    record = desk.unit.restore(write, stored)
    overlap.guard(desk, plan, record)
    relations.after_restore(desk, form, record_id, stored)


def read(desk: Desk, form: str, record_id: str, *, deleted: bool = False) -> dict[str, Any]:
    """Return `{record, labels, can, masked, title}` as this actor may see it."""
    plan = desk.form(form)
    fields = desk.readable_fields(plan)
    query = RecordQuery(
        form, fields=fields, ids=(_known_id(record_id),), limit=1, deleted=deleted, can=SHOWN_VERBS
    )
    page = desk.gate.page(query)
    if not page.records:
        raise NotFound(NO_RECORD.at(""))
    return _answer(desk, plan, page.records[0], page.labels)


def _answer(
    desk: Desk, plan: FormPlan, record: dict[str, Any], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    can = record.pop("_can", {})
    return {
        "record": record,
        "labels": labels,
        "can": can,
        "masked": masked_keys(desk, plan, record),
        "title": title_of(desk, plan, record),
    }


def after_insert(desk: Desk, form: str, record: Json) -> dict[str, Any]:
    """Return a record just written by `insert` as its writer may see it, read back only where that may say more."""
    plan = desk.form(form)
    fields = desk.readable_fields(plan)
    # What follows a write may change the record again.
    seen = None if desk.unit.after_write else desk.gate.written(form, fields, record, SHOWN_VERBS)
    if seen is None:
        return after_save(desk, form, str(record["id"]))
    labels = desk.gate.page_labels(RecordQuery(form, fields=fields), [seen], desk.known_titles(), frozenset())
    return _answer(desk, plan, seen, labels)


def after_save(desk: Desk, form: str, record_id: str) -> dict[str, Any]:
    """Return the record just written as its writer may see it; only its id where that is nothing."""
    if not desk.rights.verb(form, "view"):
        return {"record": {"id": record_id}, "labels": {}, "can": {}, "masked": [], "title": ""}
    try:
        return read(desk, form, record_id)
    except NotFound:
        # Handed over to another branch or person: written, and out of the writer's sight.
        return {"record": {"id": record_id}, "labels": {}, "can": {}, "masked": [], "title": ""}


def act(desk: Desk, form: str, record_id: str, action: str, values: Json) -> dict[str, Any]:
    """Press a button: the fields it asks for, what it sets, the record it creates. Return the record."""
    plan = desk.form(form)
    button = plan.actions.get(action)
    if button is None or (button.roles and not button.roles & desk.actor.roles and not desk.actor.is_system):
        raise NotFound(NO_ACTION.at("/action", form=plan.name, action=action))
    asked = button.definition.get("ask", ())
    strangers = [key for key in values if key not in asked]
    if strangers:
        raise Rejected(
            NOT_ASKED.at(f"/values/{key}", field=plan.label(key), action=button.name) for key in strangers
        )
    write = desk.gate.write(form, "update")
    stored = desk.unit.load(write, _known_id(record_id))
    state = RecordState(prepared(plan), stored, desk.context(form))
    if button.visible_if is not None and not state.holds(button.visible_if):
        raise Conflict(NOT_NOW.at("/action", action=button.name))
    # What a button sets is its author's word, like a flow's: it may move stages and fill read-only fields.
    set_values = {key: worked_out(plan, state, key, formula) for key, formula in button.set.items()}
    pressed = replace(desk, cause="flow")
    update(pressed, form, record_id, {**values, **set_values}, None)
    made = button.definition.get("create")
    if made is not None:
        target = desk.form(made["form"])
        create(
            desk,
            target.key,
            {key: worked_out(target, state, key, formula) for key, formula in button.create.items()},
        )
    return after_save(desk, form, record_id)


def worked_out(plan: FormPlan, state: RecordState, key: str, formula: Any) -> Any:
    """Return what a formula gives, as JSON for field `key` of `plan`."""
    value = evaluate(formula, state)
    shape = plan.shape.field(key)
    if shape is None or value is None or isinstance(value, ErrorValue):
        return None
    fitting = as_field_value(value, shape.type, shape.config, state.zone)
    return None if fitting is None else shape.type.to_json(fitting, shape.config)


def explain(desk: Desk, form: str, record_id: str, verb: str) -> list[Any]:
    """Return which role and rule lets the actor reach the record, or stops it."""
    query = RecordQuery(form, ids=(_known_id(record_id),), limit=1, python=True)
    found = desk.system_gate.page(query).records
    if not found:
        raise NotFound(NO_RECORD.at(""))
    return desk.gate.explain(form, found[0], verb)


def check(desk: Desk, form: str, values: Any, record_id: str | None = None) -> dict[str, Any]:
    """Return what saving `values` would say: problems, computed values, what is hidden, required and read-only."""
    plan = desk.form(form)
    stored = None
    if record_id is not None:
        stored = desk.unit.load(desk.gate.write(form, "update"), _known_id(record_id))
    else:
        desk.gate.write(form, "insert")
    submission = submit(plan, values, stored, desk.context(form))
    problems = [
        *submission.problems,
        *_dangling(desk, plan, submission, values if isinstance(values, Mapping) else {}),
    ]
    if stored is None and not problems:
        problems += clashes.foreseen(desk, plan, _own_to_give(desk, plan, submission.values, values))
    return {"problems": [p.to_json() for p in problems], **_outlook(desk, plan, submission)}


def _own_to_give(desk: Desk, plan: FormPlan, values: Json, given: Json) -> Json:
    """Return the values without those given that are not the actor's to write: else asking would tell what is taken."""
    return {
        key: value
        for key, value in values.items()
        if key not in given or desk.gate.level_of(plan.shape, key, values) is Level.WRITE
    }


def _outlook(desk: Desk, plan: FormPlan, submission: Submission) -> dict[str, Any]:
    """Return computed values that this actor may see, and the state of each field."""
    state = submission.state
    rights = desk.rights
    computed: dict[str, Any] = {}
    hidden: list[str] = []
    for one in plan.fields:
        shape = one.shape
        if shape is None:
            continue
        if not state.is_visible(one.key):
            hidden.append(one.key)
        follows = one.is_computed or one.key in state.sticky
        if follows and shape.value_type != "rows" and rights.effective(plan.key, one.key).floor >= Level.READ:
            computed[one.key] = json_value(one, submission.values.get(one.key, state.get(one.key)))
    return {"computed": computed, "hidden": hidden}


def json_value(plan: FieldPlan, value: Any) -> Any:
    """Return what the API carries for a Python value of the field."""
    shape = plan.shape
    if shape is None or value is None:
        return None
    try:
        return shape.type.to_json(value, shape.config)
    except (TypeError, ValueError, AttributeError):
        # A formula that ended in an error has no value to show.
        return None


def accepted(
    desk: Desk, plan: FormPlan, submission: Submission, values: Any, strange: Iterable[Problem]
) -> dict[str, Any]:
    """Return what is to be stored, or raise Rejected with all that stands against it."""
    problems: list[Problem] = [*submission.problems, *strange]
    if isinstance(values, Mapping):
        problems.extend(_dangling(desk, plan, submission, values))
        problems.extend(_not_meant(desk, submission.state, values, {p.path for p in problems}))
        told = {p.path for p in problems}
        problems.extend(trees.problems(desk, plan, submission.state, values.keys()))
        problems.extend(p for p in rules_given.problems(desk, plan, submission.state) if p.path not in told)
    if problems:
        raise Rejected(problems)
    return dict(submission.values)


def refuse_dangling(desk: Desk, plan: FormPlan, submission: Submission, given: Json) -> None:
    """Raise Rejected where a record chosen does not exist or may not be used by this actor."""
    problems = list(_dangling(desk, plan, submission, given))
    if problems:
        raise Rejected(problems)


def fill_system(desk: Desk, values: dict[str, Any], source_ref: str | None = None) -> None:
    """Fill branch, owner and origin where nobody gave them."""
    actor = desk.actor
    if values.get("branch_id") is None:
        values["branch_id"] = actor.branch_id
    if "owner_id" not in values and actor.kind == "user":
        values["owner_id"] = actor.user_id
    values["source_ref"] = (
        source_ref or values.get("source_ref") or {"user": "manual"}.get(desk.cause, desk.cause)
    )


def _dangling(desk: Desk, plan: FormPlan, submission: Submission, given: Json) -> Iterable[Problem]:
    """Yield a problem for each record chosen that does not exist or may not be used by this actor.

    Only what was given is looked at, all of one form in one statement.
    """
    wanted: dict[str, dict[str, list[tuple[str, Any]]]] = {}
    for label, path, target, record_id in _chosen(plan, submission.state, given):
        wanted.setdefault(target, {}).setdefault(record_id, []).append((path, label))
    known = desk.look_up(wanted) if wanted else {}
    for target, ids in wanted.items():
        linked = known.get(target)
        found = (
            existing(desk, target, tuple(ids))
            if linked is None
            else {one for one, link in linked.items() if link.is_live}
        )
        code = NO_PERSON if target == "user" else NO_TARGET
        for record_id, places in ids.items():
            if record_id not in found:
                yield from (code.at(path, field=label) for path, label in places)


def _not_meant(
    desk: Desk, state: RecordState, given: Iterable[str], told: Collection[str], place: str = "/values"
) -> Iterator[Problem]:
    """Yield a problem for each person chosen whom the field's settings leave out; flows choose whom they like."""
    if not state.context.is_person:
        return
    for key in given:
        for child in state.child_states.get(key, ()):
            yield from _not_meant(desk, child, child.given, told, child.place)
        one = state.form.fields.get(key)
        value = state.values.get(key)
        if one is None or state.form.targets.get(key) != "user" or not relations.chooses(one.config):
            continue
        path = f"{place}/{key}"
        if value is None or value == state.before.get(key) or path in told:
            continue
        if relations.not_meant(desk, one.config, value if isinstance(value, tuple) else (value,)):
            yield NOT_MEANT.at(path, field=one.label)


def existing(desk: Desk, target: str, ids: tuple[str, ...]) -> frozenset[str]:
    """Return those of `ids` that exist and that this actor may point at."""
    real = tuple(one for one in ids if is_id(one))
    if not real:
        return frozenset()
    if target == "user":
        return relations.known_people(desk, real)
    if target not in desk.app.forms:
        return frozenset()
    gate = desk.gate if desk.rights.verb(target, "view") else desk.system_gate
    page = gate.page(RecordQuery(target, fields=("id",), ids=real, limit=len(real)))
    return frozenset(record["id"] for record in page.records)


def _chosen(plan: FormPlan, state: RecordState, given: Json) -> Iterable[tuple[Any, str, str, str]]:
    """Yield (label, path, target form, record id) of every reference given and changed, rows included."""
    for key in given:
        one = plan.field(key)
        if one is not None and one.rows is not None:
            for child in state.child_states.get(key, ()):
                for inner in child.given:
                    yield from _ids(
                        child,
                        inner,
                        child.form.fields[inner].label if inner in child.form.fields else {},
                        child.place,
                    )
            continue
        label = plan.label(key) if key in SYSTEM_FIELDS else (one.label if one is not None else {})
        yield from _ids(state, key, label, "/values")


def _ids(state: RecordState, key: str, label: Any, path: str) -> Iterable[tuple[Any, str, str, str]]:
    target = state.form.targets.get(key)
    if target is None or (key not in state.form.writable and key not in ("branch_id", "owner_id")):
        return
    value = state.values.get(key)
    if value is None or value == state.before.get(key):
        return
    for one in value if isinstance(value, tuple) else (value,):
        yield label, f"{path}/{key}", target, one


def _known_id(record_id: str) -> str:
    if not is_id(record_id):
        raise NotFound(NO_RECORD.at(""))
    return record_id


def masked_keys(desk: Desk, plan: FormPlan, record: Json) -> list[str]:
    """Return the fields of the record that this actor sees only behind a mask."""
    told = record.get("_masked") if isinstance(record, Mapping) else None
    if told is not None:
        return sorted(told)
    rights = desk.rights
    place = ("masked", plan.key, rights.signature)
    masked: frozenset[str] | None = desk.app.policy.settled.get(place)
    if masked is None:
        named = (*SYSTEM_FIELDS, *plan.shape.fields)
        masked = frozenset(k for k in named if rights.effective(plan.key, k).ceiling is Level.MASKED)
        desk.app.policy.settled.put(place, masked)
    return sorted(key for key in record if key in masked)


def title_of(desk: Desk, plan: FormPlan, record: Json) -> str:
    """Return the record's title as this actor may read it."""
    told = desk.gate.title_within(plan.key, record)
    if told is not None:
        return told
    titles = titles_of(desk, plan.key, [record])
    return titles.get(str(record["id"]), str(record.get("no") or ""))
