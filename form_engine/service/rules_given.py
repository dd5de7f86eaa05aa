"""Conditions that people write as a value (control `filter`): looked at over the form they are about."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.access.type_scope import ShapeTypes
from engine.expressions import check, parse
from engine.expressions.types import BOOL
from engine.problems import Code, Problem, Rejected
from form_engine.desk import Desk
from form_engine.plan import FieldPlan, FormPlan
from form_engine.state import RecordState

NO_FORM = Code(
    "filter.no_form",
    zh="“{field}”说的表单“{form}”不存在",
    en="There is no form “{form}”, which “{field}” names",
    hint_zh="填写已有表单的 key",
    hint_en="Give the key of a form there is",
)


def problems(desk: Desk, plan: FormPlan, state: RecordState) -> Iterator[Problem]:
    """Yield what is wrong with conditions just given, by the fields of the form that each is about."""
    for one in plan.fields:
        if not one.is_written or not {"of", "of_field"} & one.config.keys():
            continue
        named_in = one.config.get("of_field")
        text = state.values.get(one.key)
        if not text or not {one.key, named_in} & state.touched:
            continue
        form = state.get(named_in) if named_in else one.config["of"]
        if form is not None and (text, form) != _before(state, one):
            yield from _over(desk, plan, one, str(text), str(form))


def _before(state: RecordState, one: FieldPlan) -> tuple[Any, Any]:
    before: Mapping[str, Any] = state.before
    return before.get(one.key), before.get(one.config.get("of_field") or "", one.config.get("of"))


def _over(desk: Desk, plan: FormPlan, one: FieldPlan, text: str, form: str) -> Iterator[Problem]:
    path = f"/values/{one.key}"
    shape, is_open = desk.app.shapes.get(form), bool(one.config.get("open"))
    if shape is None or not (is_open or desk.may_know(form)):
        yield NO_FORM.at(path, form=form, field=plan.label(one.config.get("of_field") or one.key))
        return
    try:
        checked = check(parse(text), ShapeTypes(desk.app.shapes, shape, parent=plan.key), BOOL, path)
        if not is_open:
            desk.gate.guard.use_all(shape, checked, path, desk.app.shapes[plan.key])
    except Rejected as wrong:
        yield from (Problem(problem.code, path, problem.params) for problem in wrong.problems)
