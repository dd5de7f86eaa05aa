"""Records of a form that is a tree: what stands above each, and which have nothing below them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from engine.access.query import RecordQuery
from engine.problems import Code, Problem
from form_engine.desk import Desk
from form_engine.plan import FieldPlan, FormPlan
from form_engine.state import RecordState

NOT_LAST = Code(
    "link.not_last_level",
    zh="“{field}”只能选最末一级",
    en="“{field}” takes records of the last level only",
    hint_zh="请选它下面的一项",
    hint_en="Choose one of those below it",
)


def above(desk: Desk, target: str, config: Mapping[str, Any]) -> str | None:
    """Return the field by which records of `target` stand below one another, if the asker may read it."""
    parent = config.get("parent")
    if parent is None or parent not in desk.readable_fields(desk.app.forms[target], rows=False):
        return None
    return str(parent)


def with_children(desk: Desk, target: str, parent: str, ids: Sequence[str]) -> frozenset[str]:
    """Return those of the records below which others stand, whoever may see those."""
    if not ids:
        return frozenset()
    where = {"op": "and", "items": [{"field": parent, "op": "in", "value": list(ids)}]}
    groups = desk.system_gate.groups(RecordQuery(target, where=where, group=(parent,)))
    return frozenset(group["values"][0] for group in groups)


def problems(desk: Desk, plan: FormPlan, state: RecordState, given: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each field that takes the last level only and was given another."""
    for one in plan.fields:
        if one.key in given and one.config.get("leaf_only") and "parent" in one.config:
            yield from _of(desk, one, state)


def _of(desk: Desk, one: FieldPlan, state: RecordState) -> Iterator[Problem]:
    value = state.values.get(one.key)
    if value is None or value == state.before.get(one.key):
        return
    ids = value if isinstance(value, tuple) else (value,)
    target = state.form.targets[one.key]
    if with_children(desk, target, str(one.config["parent"]), ids):
        yield NOT_LAST.at(f"/values/{one.key}", field=one.label)
