"""What one write needs of a form's plan, sorted out once: what is computed, defaulted, conditional, and by what.

`prepared(plan)` keeps its answer beside the plan, so a write never walks the definition.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from engine.expressions import Checked
from engine.problems import Rejected
from form_engine.plan import FieldPlan, FormPlan, RulePlan

Key = str
_NOTHING: frozenset[Key] = frozenset()


@dataclass(slots=True)
class Prepared:
    """The ordered parts of one form, or of the rows of one sub-table."""

    plan: FormPlan
    fields: Mapping[Key, FieldPlan]
    writable: Mapping[Key, FieldPlan]
    """Fields a submission may name; computed, virtual and layout ones are not among them."""
    formulas: Mapping[Key, Checked]
    """Computed fields, stored or live, by key."""
    stored_formulas: tuple[Key, ...]
    defaults: tuple[tuple[Key, Any], ...]
    sticky: Mapping[Key, Checked]
    """Formula defaults: they follow their formula until somebody writes the field."""
    rows: Mapping[Key, "Prepared"]
    visible: Mapping[Key, tuple[Checked, ...]]
    """Conditions that must all hold for the field to be shown: its own, and its section's."""
    visible_order: tuple[Key, ...]
    required: tuple[FieldPlan, ...]
    read_only: Mapping[Key, tuple[bool, Checked | None]]
    locks: tuple[RulePlan, ...]
    checks: tuple[RulePlan, ...]
    sets: tuple[RulePlan, ...]
    stages: tuple[FieldPlan, ...]
    filtered_links: tuple[FieldPlan, ...]
    copies: tuple[FieldPlan, ...]
    readers: Mapping[Key, frozenset[Key]]
    """For each field, the computed and sticky fields that read it, directly or through others."""
    from_parent: frozenset[Key] = _NOTHING
    """For rows: keys of the parent that some formula of the row reads."""
    reads: dict[int, frozenset[Key]] = field(default_factory=dict)

    def read_by(self, condition: Checked) -> frozenset[Key]:
        """Return every field of this form that the outcome of `condition` may depend on."""
        known = self.reads.get(id(condition))
        if known is None:
            known = self.reads[id(condition)] = _closure(_heads(condition), self)
        return known


_KEPT: "WeakKeyDictionary[FormPlan, Prepared]" = WeakKeyDictionary()


def prepared(plan: FormPlan) -> Prepared:
    """Return the prepared parts of `plan`, made at first use."""
    found = _KEPT.get(plan)
    if found is None:
        found = _KEPT[plan] = _prepare(plan)
    return found


def _prepare(plan: FormPlan) -> Prepared:
    fields = {one.key: one for one in plan.fields if one.control.role != "layout"}
    rows = {key: prepared(one.rows) for key, one in fields.items() if one.rows is not None}
    formulas = {key: one.formula for key, one in fields.items() if one.formula is not None}
    sticky = {
        key: one.default_formula
        for key, one in fields.items()
        if one.default_formula is not None and key not in formulas
    }
    visible = _visible(plan, fields)
    rules = plan.rules
    made = Prepared(
        plan=plan,
        fields=fields,
        writable={key: one for key, one in fields.items() if one.is_written},
        formulas=formulas,
        stored_formulas=tuple(key for key in formulas if fields[key].shape is not None and fields[key].shape.stored),
        defaults=tuple(_defaults(fields.values())),
        sticky=sticky,
        rows=rows,
        visible=visible,
        visible_order=_order(visible),
        required=tuple(one for one in fields.values() if one.required or one.required_if is not None),
        read_only={
            key: (one.read_only, one.read_only_if)
            for key, one in fields.items()
            if one.read_only or one.read_only_if is not None
        },
        locks=tuple(rule for rule in rules if rule.lock),
        checks=tuple(rule for rule in rules if rule.check is not None),
        sets=tuple(rule for rule in rules if rule.set),
        stages=tuple(one for one in fields.values() if "stages" in one.config),
        filtered_links=tuple(one for one in fields.values() if one.filter is not None),
        copies=tuple(one for one in fields.values() if one.config.get("copy")),
        readers={},
    )
    made.from_parent = frozenset(_parent_keys(made))
    made.readers = _readers(made)
    return made


def _visible(plan: FormPlan, fields: Mapping[Key, FieldPlan]) -> dict[Key, tuple[Checked, ...]]:
    conditions: dict[Key, list[Checked]] = {}
    for one in fields.values():
        if one.visible_if is not None:
            conditions.setdefault(one.key, []).append(one.visible_if)
    for section in plan.layout:
        if section.visible_if is not None:
            for key in section.items:
                if key in fields:
                    conditions.setdefault(key, []).append(section.visible_if)
    return {key: tuple(given) for key, given in conditions.items()}


def _defaults(fields: Iterable[FieldPlan]) -> Iterable[tuple[Key, Any]]:
    for one in fields:
        if one.default is not None and one.is_written and one.rows is None:
            try:
                yield one.key, one.control.normalise(one.parse(one.default, ""), one.config)
            except Rejected:
                # The compiler reports a default that does not fit; a write must not fail over it.
                continue


def _heads(condition: Checked) -> frozenset[Key]:
    return frozenset(path[0] for path in condition.fields if path and path[0] != "form")


def _parent_keys(made: Prepared) -> Iterable[Key]:
    for checked in _conditions(made):
        for path in checked.fields:
            if len(path) > 1 and path[0] == "form":
                yield path[1]


def _conditions(made: Prepared) -> Iterable[Checked]:
    yield from made.formulas.values()
    yield from made.sticky.values()
    for one in made.visible.values():
        yield from one
    for plan in made.required:
        if plan.required_if is not None:
            yield plan.required_if
    for rule in (*made.locks, *made.checks, *made.sets):
        yield from rule.conditions()
    for plan in made.filtered_links:
        if plan.filter is not None:
            yield plan.filter


def _readers(made: Prepared) -> dict[Key, frozenset[Key]]:
    """Turn "reads" around. A sub-table counts as reading what its rows read of the parent."""
    direct: dict[Key, set[Key]] = {}
    for key, checked in (*made.formulas.items(), *made.sticky.items()):
        for head in _heads(checked):
            direct.setdefault(head, set()).add(key)
    for key, rows in made.rows.items():
        for head in rows.from_parent:
            direct.setdefault(head, set()).add(key)
    return {key: frozenset(_reach(key, direct)) for key in direct}


def _reach(start: Key, direct: Mapping[Key, set[Key]]) -> set[Key]:
    seen: set[Key] = set()
    waiting = [start]
    while waiting:
        for reader in direct.get(waiting.pop(), ()):
            if reader not in seen:
                seen.add(reader)
                waiting.append(reader)
    return seen


def _closure(heads: frozenset[Key], made: Prepared) -> frozenset[Key]:
    seen: set[Key] = set()
    waiting = list(heads)
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        checked = made.formulas.get(key) or made.sticky.get(key)
        if checked is not None:
            waiting.extend(_heads(checked))
        if key in made.rows:
            waiting.extend(made.rows[key].from_parent)
    return frozenset(seen)


def _order(visible: Mapping[Key, tuple[Checked, ...]]) -> tuple[Key, ...]:
    """Order conditional fields so that one whose visibility reads another comes after it."""
    done: dict[Key, None] = {}
    open_: set[Key] = set()

    def visit(key: Key) -> None:
        if key in done or key in open_ or key not in visible:
            return
        open_.add(key)
        for condition in visible[key]:
            for head in sorted(_heads(condition)):
                visit(head)
        open_.discard(key)
        done[key] = None

    for key in visible:
        visit(key)
    return tuple(done)


Condition = Callable[[], bool]
