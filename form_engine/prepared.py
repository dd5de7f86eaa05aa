"""What one write needs of a form's plan, sorted out once: what is computed, defaulted, conditional, and by what.

`prepared(plan)` keeps its answer beside the plan, so a write never walks the definition.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions import Checked
from engine.problems import Rejected
from engine.value_type import ValueType
from form_engine.control import Control, Swift
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
    swift: Mapping[Key, Swift]
    """What reads plain values of fields that nothing makes read-only."""
    formulas: Mapping[Key, Checked]
    """Computed fields, stored or live, by key."""
    lookups: Mapping[Key, tuple[Key, ...]]
    """Fields that show a field of a linked record, by the path to it."""
    rollups: Mapping[Key, str]
    """Fields that sum up records linking here, by their aggregate."""
    plain: frozenset[Key]
    """Fields that are what was given: nothing works them out."""
    kept_as: Mapping[Key, tuple[ValueType, Mapping[str, Any]]]
    """The type and settings of what a field keeps."""
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
    dated: tuple[FieldPlan, ...]
    """Fields whose values are right or wrong by the day."""
    stamped: tuple[FieldPlan, ...]
    """Fields to whose values the server adds something."""
    filling: tuple[FieldPlan, ...]
    """Fields whose values tell about other fields."""
    dependent: tuple[FieldPlan, ...]
    """Choices whose options hang on another field."""
    keeping: tuple[FieldPlan, ...]
    """Snapshots: fields into which the server copies others."""
    sealing: tuple[FieldPlan, ...]
    """Signatures: fields that seal others."""
    targets: Mapping[Key, str]
    """The form that a reference leads to; "user" for persons."""
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

    def follows(self) -> dict[str, set[tuple[Key, ...]]]:
        """Return the paths that formulas read of other forms: target form → paths from its record."""
        found: dict[str, set[tuple[Key, ...]]] = {}
        for checked in _conditions(self):
            for path in checked.fields:
                if len(path) > 1 and path[0] in self.targets:
                    found.setdefault(self.targets[path[0]], set()).add(path[1:])
        for path in self.lookups.values():
            if len(path) > 1 and path[0] in self.targets:
                found.setdefault(self.targets[path[0]], set()).add(path[1:])
        for plan in self.keeping:
            for kept in plan.kept:
                if len(kept.path) > 1 and kept.path[0] in self.targets:
                    found.setdefault(self.targets[kept.path[0]], set()).add(kept.path[1:])
        for plan in self.filtered_links:
            if plan.filter is not None:
                own = {path for path in plan.filter.fields if path and path[0] != "form"}
                found.setdefault(self.targets[plan.key], set()).update(own)
        for plan in self.copies:
            pairs = plan.config["copies"]
            found.setdefault(self.targets[plan.key], set()).update(
                tuple(one["from"].split(".")) for one in pairs
            )
        return found


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
        if one.default_formula is not None and key not in formulas and one.is_written
    }
    visible = _visible(plan, fields)
    rules = plan.rules
    made = Prepared(
        plan=plan,
        fields=fields,
        writable={key: one for key, one in fields.items() if one.is_written},
        swift={key: one.swift for key, one in fields.items() if one.swift is not None and not _is_ruled(one)},
        formulas=formulas,
        lookups={key: path for key, one in fields.items() if (path := _lookup(one))},
        rollups={
            key: str(one.shape.rollup["aggregate"])
            for key, one in fields.items()
            if one.shape is not None and one.shape.rollup is not None
        },
        plain=frozenset(
            key for key, one in fields.items() if one.is_written and key not in {*rows, *sticky, *formulas}
        ),
        kept_as={key: (s.type, s.config) for key, one in fields.items() if (s := one.shape) is not None},
        stored_formulas=tuple(key for key in formulas if _is_stored(fields[key])),
        defaults=tuple(_defaults(fields.values())),
        sticky=sticky,
        rows=rows,
        copies=tuple(one for one in fields.values() if one.config.get("copies")),
        dated=_with_own(fields.values(), "check_by"),
        stamped=_with_own(fields.values(), "stamped"),
        filling=_with_own(fields.values(), "fills"),
        dependent=tuple(one for one in fields.values() if one.is_written and one.config.get("depends_on")),
        targets=dict(_targets(plan, fields)),
        visible=visible,
        visible_order=_order(visible),
        required=tuple(
            one for one in fields.values() if (one.required or one.required_if is not None) and not one.kept
        ),
        read_only={
            key: (one.read_only, one.read_only_if)
            for key, one in fields.items()
            if one.read_only or one.read_only_if is not None
        },
        locks=tuple(rule for rule in rules if rule.lock),
        checks=tuple(rule for rule in rules if rule.check is not None),
        sets=tuple(rule for rule in rules if rule.set),
        stages=tuple(one for one in fields.values() if one.is_written and "stages" in one.config),
        sealing=_with_own(fields.values(), "covers"),
        keeping=tuple(one for one in fields.values() if one.kept),
        filtered_links=tuple(one for one in fields.values() if one.filter is not None and one.is_written),
        readers={},
    )
    made.from_parent = frozenset(_parent_keys(made))
    made.readers = _readers(made)
    return made


def _with_own(fields: Iterable[FieldPlan], method: str) -> tuple[FieldPlan, ...]:
    """Return the fields whose control has a `method` of its own."""
    base = getattr(Control, method)
    return tuple(one for one in fields if one.is_written and getattr(type(one.control), method) is not base)


def _is_ruled(one: FieldPlan) -> bool:
    return one.read_only or one.read_only_if is not None


def _lookup(one: FieldPlan) -> tuple[Key, ...]:
    path = one.config.get("path")
    return tuple(path.split(".")) if one.is_computed and isinstance(path, str) else ()


def _is_stored(one: FieldPlan) -> bool:
    return one.shape is not None and one.shape.stored


def _targets(plan: FormPlan, fields: Mapping[Key, FieldPlan]) -> Iterable[tuple[Key, str]]:
    for key in (*SYSTEM_FIELDS, *fields):
        shape = plan.shape.field(key)
        if shape is None:
            continue
        if shape.value_type in ("person", "persons"):
            yield key, "user"
        elif shape.value_type in ("reference", "references"):
            yield key, str(shape.config.get("to", ""))


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
    yield from (rule[1] for rule in made.read_only.values() if rule[1] is not None)


def _readers(made: Prepared) -> dict[Key, frozenset[Key]]:
    """Turn "reads" around. A sub-table counts as reading what its rows read of the parent."""
    direct: dict[Key, set[Key]] = {}
    for key, checked in (*made.formulas.items(), *made.sticky.items()):
        for head in _heads(checked):
            direct.setdefault(head, set()).add(key)
    for key, lookup in made.lookups.items():
        direct.setdefault(lookup[0], set()).add(key)
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
        if key in made.lookups:
            waiting.append(made.lookups[key][0])
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
