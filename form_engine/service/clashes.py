"""Clashes of unique values: told with the existing record where the asker may see it, and only then."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import Code, Conflict, Forbidden, Problem, Rejected
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.titles import titles_of

TAKEN = Code("record.taken", zh="“{field}”与已有记录“{title}”重复", en="“{field}” is already used by “{title}”",
             hint_zh="打开那条记录继续，或改用其他值", hint_en="Open that record and go on there, or use another value")  # fmt: skip
TAKEN_UNSEEN = Code("record.taken_unseen", zh="“{field}”已被另一条记录使用", en="“{field}” is already used by another record",
                    hint_zh="那条记录不在您的数据范围内，请联系主管", hint_en="That record is outside your scope; ask your supervisor")  # fmt: skip
_DUPLICATE = "store.duplicate"


def unique_sets(plan: FormPlan) -> Iterator[tuple[tuple[str, ...], str, Mapping[str, str], str]]:
    """Yield (fields, field to point at, own message, on_clash) of every unique rule."""
    for one in plan.fields:
        if one.unique is not None and one.shape is not None and one.rows is None:
            within = tuple(one.unique.get("within", ()))
            yield (
                (*within, one.key),
                one.key,
                one.unique.get("message", {}),
                one.unique.get("on_clash", "refuse"),
            )
    for group in plan.definition.get("unique", ()):
        fields = tuple(group["fields"])
        yield fields, fields[-1], group.get("message", {}), "refuse"


def foreseen(
    desk: Desk, plan: FormPlan, values: Mapping[str, Any], record_id: str | None = None
) -> list[Problem]:
    """Return the clashes that saving `values` would meet, one for each unique rule."""
    found: list[Problem] = []
    for fields, at, message, _ in unique_sets(plan):
        if any(values.get(key) is None for key in fields):
            continue
        other = find(desk, plan, {key: values[key] for key in fields}, record_id)
        if other is not None:
            found.append(_told(desk, plan, at, message, other))
    return found


def find(desk: Desk, plan: FormPlan, values: Mapping[str, Any], but: str | None = None) -> str | None:
    """Return the id of the live record holding these values, whoever may see it."""
    items = [{"field": key, "op": "eq", "value": _plain(plan, key, value)} for key, value in values.items()]
    query = RecordQuery(plan.key, fields=("id",), where={"op": "and", "items": items}, limit=2)
    for record in desk.system_gate.page(query).records:
        if record["id"] != but:
            return str(record["id"])
    return None


def _plain(plan: FormPlan, key: str, value: Any) -> Any:
    shape = plan.shape.field(key)
    return value if shape is None else shape.type.to_json(value, shape.config)


def _told(desk: Desk, plan: FormPlan, at: str, message: Mapping[str, str], other: str) -> Problem:
    label = plan.label(at)
    path = f"/values/{at}"
    if desk.rights.verb(plan.key, "view"):
        page = desk.gate.page(RecordQuery(plan.key, fields=("no",), ids=(other,), limit=1))
        if page.records:
            title = titles_of(desk, plan.key, page.records).get(other, "")
            existing = {"form": plan.key, "id": other, "title": title}
            return TAKEN.at(path, field=label, title=title, existing=existing, message=message)
    return TAKEN_UNSEEN.at(path, field=label)


def explain(
    desk: Desk, plan: FormPlan, error: Rejected, values: Mapping[str, Any], but: str | None = None
) -> Rejected:
    """Return the store's refusal of a duplicate in the asker's words; other refusals as they are."""
    told: list[Problem] = []
    for problem in error.problems:
        fields = problem.params.get("fields") if problem.code == _DUPLICATE else None
        if not fields:
            told.append(problem)
            continue
        rule = next((one for one in unique_sets(plan) if set(one[0]) == set(fields)), None)
        at, message = (rule[1], rule[2]) if rule else (fields[-1], {})
        other = find(desk, plan, {key: values.get(key) for key in fields}, but) if rule else None
        told.append(
            _told(desk, plan, at, message, other)
            if other
            else TAKEN_UNSEEN.at(f"/values/{at}", field=plan.label(at))
        )
    return Conflict(told) if is_duplicate(error) else type(error)(told)


def is_duplicate(error: Rejected) -> bool:
    """Tell whether the store refused because a value is taken."""
    return not isinstance(error, Forbidden) and any(p.code == _DUPLICATE for p in error.problems)
