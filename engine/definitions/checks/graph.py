"""Who reads whom: cycles among computed fields, the order to work them out, and which are worked out live."""

from collections.abc import Iterable, Iterator, Mapping

from engine.definitions.outline import FieldOutline, FormOutline
from engine.definitions.scopes import Node, Types
from engine.definitions.shape import SYSTEM_FIELDS
from engine.expressions import Checked
from engine.problems import Code, Problem

CYCLE = Code(
    "formula.goes_round",
    zh="公式循环引用：{cycle}",
    en="These formulas read each other in a circle: {cycle}",
    hint_zh="改写其中一个公式，使它不再引用前面的字段",
    hint_en="Change one of them so that it no longer reads the first",
)
SETTLED_SYSTEM = frozenset({"branch_id", "owner_id", "source_ref"})
"""System fields known before a record is written; the others are given by the store, or change on every write."""

Reads = Mapping[FieldOutline, frozenset[Node]]


def reads_of(
    types: Types, computed: Mapping[FieldOutline, Checked], where: Mapping[FieldOutline, Checked]
) -> Reads:
    """Return for each computed field every field it reads, over links too."""
    found: dict[FieldOutline, frozenset[Node]] = {}
    for form in types.forms.values():
        for one in form.all_fields():
            if one.control.role == "computed":
                found[one] = frozenset(_reads(one, types, computed, where))
    return found


def _reads(
    one: FieldOutline,
    types: Types,
    computed: Mapping[FieldOutline, Checked],
    where: Mapping[FieldOutline, Checked],
) -> Iterator[Node]:
    if one in computed:
        yield from nodes(computed[one], one.form, types)
    if isinstance(one.config.get("path"), str):
        yield from _through(types, one.form, tuple(one.config["path"].split(".")))
    target = types.forms.get(str(one.config.get("of")))
    if target is not None:
        for name in ("by", "field", "sort"):
            if isinstance(one.config.get(name), str):
                yield from _through(types, target, tuple(one.config[name].split(".")))
        if one in where:
            yield from nodes(where[one], target, types, one.form)


def nodes(
    checked: Checked, form: FormOutline, types: Types, outer: FormOutline | None = None
) -> Iterator[Node]:
    """Yield every field that a checked formula reads."""
    for path in checked.fields:
        yield from _through(types, form, path, outer)


def _through(
    types: Types, form: FormOutline, path: tuple[str, ...], outer: FormOutline | None = None
) -> Iterable[Node]:
    seen = types.see(form, path, outer)
    return seen.through if seen is not None else ()


def cycles(reads: Reads) -> Iterator[Problem]:
    """Yield one problem for each circle, at the field that closes it."""
    by_node = {(one.form.name, one.key): one for one in reads}
    done: set[FieldOutline] = set()
    for start in reads:
        yield from _visit(start, [], done, reads, by_node)


def _visit(
    one: FieldOutline,
    trail: list[FieldOutline],
    done: set[FieldOutline],
    reads: Reads,
    by_node: Mapping[Node, FieldOutline],
) -> Iterator[Problem]:
    # Chains are as deep as formulas build on formulas; a few hundred at most, within Python's stack.
    if one in done:
        return
    if one in trail:
        circle = [*trail[trail.index(one) :], one]
        names = " → ".join(f"{each.form.name}.{each.key}" for each in circle)
        yield CYCLE.at(one.path, cycle=names)
        return
    trail.append(one)
    for node in sorted(reads[one]):
        if node in by_node:
            yield from _visit(by_node[node], trail, done, reads, by_node)
    trail.pop()
    done.add(one)


def live_fields(reads: Reads, computed: Mapping[FieldOutline, Checked]) -> frozenset[FieldOutline]:
    """Return the computed fields that are worked out when read.

    A result is kept only when nothing but a write of its own record can change it: the formula gives the same
    answer whenever it is asked, and reads stored fields of the record, its rows, or (in a row) its record.
    """
    live = {one for one in reads if _is_live_itself(one, computed)}
    by_node = {(one.form.name, one.key): one for one in reads}
    for one in reads:
        top = one.form.parent.name if one.form.parent else one.form.name
        for form, key in reads[one]:
            elsewhere = form != top and not form.startswith(top + ".")
            unsettled = key in SYSTEM_FIELDS and key not in SETTLED_SYSTEM
            if elsewhere or (unsettled and form == top):
                live.add(one)
    grown = True
    while grown:
        more = {
            one for one in reads if one not in live and any(by_node.get(node) in live for node in reads[one])
        }
        live |= more
        grown = bool(more)
    return frozenset(live)


def _is_live_itself(one: FieldOutline, computed: Mapping[FieldOutline, Checked]) -> bool:
    if one not in computed or one.config.get("stored") is False:
        return True
    return not computed[one].is_deterministic


def order(form: FormOutline, reads: Reads) -> tuple[str, ...]:
    """Return the computed fields of one form so that each comes after those it reads."""
    own = {one.key: one for one in form.fields.values() if one in reads}
    done: dict[str, None] = {}
    open_: set[str] = set()

    def visit(key: str) -> None:
        if key in done or key in open_:
            return
        open_.add(key)
        for name, read in sorted(reads[own[key]]):
            if name == form.name and read in own:
                visit(read)
        done[key] = None

    for key in own:
        visit(key)
    return tuple(done)
