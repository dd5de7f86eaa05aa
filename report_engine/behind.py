"""The records behind a number: the very conditions it was counted with, as a list of records takes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from engine.access.sources import Wanted
from engine.access.type_scope import PLACES
from engine.expressions import parse
from engine.expressions.nodes import Node
from engine.problems import Code, Rejected
from engine.text import Words
from report_engine.binding import Bound, Dimension, Filter, chosen_of, renamed
from report_engine.buckets import ONE, next_bucket
from report_engine.credited import credited
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.draft import Draft
from report_engine.measures import Measure
from report_engine.moments import days_of_measure, is_over, moment_of, placed_at
from report_engine.passes.bands import find_bands
from report_engine.passes.top import choose_top
from report_engine.people import Per, each_of, meant
from report_engine.periods import Period, compared
from report_engine.picks import OTHER, Pick, condition, within_days
from report_engine.query import own_path
from report_engine.tabled import rows_of
from report_engine.wording import all_of, any_of, written

MOST_IDS = 1000
NOTHING_BEHIND = Code(
    "report.nothing_behind",
    zh="这个数字背后没有可以打开的记录",
    en="There are no records to open behind this number",
    hint_zh="它由其他数字计算而来，或您无权打开这些记录",
    hint_en="It is worked out of other numbers, or you may not open those records",
)


@dataclass(frozen=True)
class Behind:
    """Records of one form: those that a formula is true of, or those with these ids (the first of them).

    `rows`: how many of their lines are counted, where lines of a sub-table are. `also`: what the other parts of a number that is
    worked out of several stand for; `name`: what such a part is called.
    """

    form: str
    count: int
    formula: Node | None = None
    ids: tuple[str, ...] | None = None
    rows: int | None = None
    name: Words = field(default_factory=dict)
    also: "tuple[Behind, ...]" = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as `POST /api/forms/{form}/query` takes it."""
        made: dict[str, Any] = {"form": self.form, "count": self.count}
        if self.formula is not None:
            made["formula"] = written(self.formula)
        if self.ids is not None:
            # No record is without an id: the filter of a number that nothing stands behind finds nothing.
            one = {"op": "in", "value": list(self.ids)} if self.ids else {"op": "empty"}
            items = [{"field": "id", **one}]
            made["filter"] = {"op": "and", "items": items}
        if self.rows is not None:
            made["rows"] = self.rows
        if self.also:
            made["also"] = [{**one.to_json(), "words": one.name} for one in self.also]
        return made

    def is_as(self, other: "Behind") -> bool:
        """Tell whether another part stands for the very same records."""
        return (self.form, self.count, self.ids) == (other.form, other.count, other.ids) and (
            self.formula is other.formula
            or (
                self.formula is not None
                and other.formula is not None
                and written(self.formula) == written(other.formula)
            )
        )


def counted(bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
    """Return the records behind a group of an aggregate: those of its first part, and with them those of the others."""
    one = measure_of(bound, measure)
    bases = {base.identity: base for base in one.base() if base.fact is not None}
    if not bases:
        raise Rejected(NOTHING_BEHIND.at("/measure"))
    inside = then_of(bound, narrowed(bound, desk, dims), measure)
    first, *rest = (_part(bound, desk, dims, base, inside) for base in bases.values())
    return _together([first, *rest]) if rest else first


def _part(bound: Bound, desk: Desk, dims: Mapping[str, Any], base: Measure, inside: Bound) -> Behind:
    if base.only_now and is_over(inside.period, inside.today):
        found = _of_past(bound, desk, dims, base, inside)
    else:
        found = counted_for(inside, desk, bound.data.facts[str(base.fact)], base)
    return replace(found, name=base.name)


def _together(parts: Sequence[Behind]) -> Behind:
    """Return the parts of a number as one: the first that has records, and the others that have more or other ones."""
    first = next((one for one in parts if one.count), parts[0])
    others: list[Behind] = []
    for one in parts:
        if one.count and not any(one.is_as(other) for other in (first, *others)):
            others += [replace(one, also=()), *one.also]
    return replace(first, also=(*first.also, *others))


def _of_past(bound: Bound, desk: Desk, dims: Mapping[str, Any], base: Measure, inside: Bound) -> Behind:
    """Return the records that the past of a measure goes by; there are none where nothing is known of it."""
    past = bound.pasts.get(base.identity)
    if past is None:
        raise Rejected(NOTHING_BEHIND.at("/measure"))
    return counted(replace(past, period=inside.period), desk, dims, None)


def counted_for(bound: Bound, desk: Desk, fact: Fact, base: Measure) -> Behind:
    """Return the records that a base measure counts in a narrowed question."""
    if base.per is not None:
        return _people(bound, desk, fact, base, base.per)
    if base.credit is not None and base.credit.model != "first":
        return _credited(bound, desk, fact, base)
    return selected(desk, fact, nodes_of(bound, fact, base))


def _people(bound: Bound, desk: Desk, fact: Fact, base: Measure, per: Per) -> Behind:
    """Return the people that a measure looks at."""
    field = bound.data.field(fact, per.of)
    if field is None or field.value_type != "reference":
        raise Rejected(NOTHING_BEHIND.at("/measure"))
    tests = [*(one.node for one in bound.filters.get(fact.key, ())), *_own_nodes(bound, fact, base)]
    tests += [
        of_fact(bound, fact, text, f"{base.path}/filter") for text in base.filters if base.aggregate == "rate"
    ]
    where = [Wanted(formula=node, condition=True) for node in tests]
    fields = {"who": Wanted(per.of), "day": Wanted(bound.data.day(fact, base.date or fact.date))}
    source = desk.gate.source(fact.key, fields, where, name="p")
    each = each_of(source.table, (), (), "each")
    among, _ = meant(per, each, moment_of(bound.period, bound.today))
    found = rows_of(desk, select(each.c.who).where(among).order_by(each.c.who.desc()), [source], fact.key)
    return with_ids(str(field.config.get("to")), [str(row[0]) for row in found])


def _credited(bound: Bound, desk: Desk, fact: Fact, base: Measure) -> Behind:
    """Return the records of which a touch counts for a group."""
    assert base.credit is not None
    tests = _own_nodes(bound, fact, base)
    fields = {f"f{at}": Wanted(formula=node, condition=True) for at, node in enumerate(tests)}
    filters = bound.filters.get(fact.key, ())
    rows, *sources = credited(desk.gate, bound.data, fact, base.credit, fields, filters, (), "b")
    chosen = select(rows.c["@rid"]).where(*(rows.c[label] for label in fields)).distinct()
    found = rows_of(desk, chosen.order_by(rows.c["@rid"].desc()), sources, fact.key)
    return with_ids(fact.key, [str(row[0]) for row in found])


def nodes_of(bound: Bound, fact: Fact, base: Measure) -> list[Node]:
    """Return everything that must be true of a record for a base measure to count it."""
    return [*(one.node for one in bound.filters.get(fact.key, ())), *_own_nodes(bound, fact, base)]


def _own_nodes(bound: Bound, fact: Fact, base: Measure) -> list[Node]:
    """Return what the period and the measure itself ask of a record."""
    nodes: list[Node] = []
    if bound.period is not None and base.spread:
        nodes += _touching(base.date or fact.date, bound.period)
    elif bound.period is not None:
        day = bound.data.day(fact, base.date or fact.date)
        nodes += within_days(day, *days_of_measure(base, bound.period, bound.today))
    # A rate stands for all the cases it is a part of.
    own = base.filters if base.aggregate != "rate" else ()
    nodes += [of_fact(bound, fact, text, f"{base.path}/filter") for text in own]
    if base.among is not None:
        nodes.append(of_fact(bound, fact, base.among, f"{base.path}/among"))
    return [placed_at(node, base, bound.period, bound.today) for node in nodes]


def _touching(path: str, period: Period) -> list[Node]:
    """Return the conditions that a stretch of days and a period have a day in common."""
    first, last = f"{path}__from", f"{path}__to"
    nodes = within_days(first, None, period.end)
    if period.start is not None:
        (later,), (alone,) = (within_days(one, period.start, None) for one in (last, first))
        nodes.append(any_of((later, alone)))
    return nodes


def narrowed(bound: Bound, desk: Desk, dims: Mapping[str, Any]) -> Bound:
    """Return a question narrowed to one of its groups: a bucket of its own time is a shorter period, the rest are filters."""
    period = bound.period
    filters = {key: list(found) for key, found in bound.filters.items()}
    for one in bound.dimensions:
        if one.key not in dims:
            continue
        pick = pick_of(bound, desk, one, dims[one.key])
        inside = _bucket(bound, one, dims[one.key], period)
        if inside is not None:
            period = inside
            continue
        for fact in bound.facts or tuple(filters):
            if fact in one.paths:
                filters.setdefault(fact, []).append(Filter(_group(one, pick, fact), one.at))
    return replace(bound, period=period, filters={key: tuple(found) for key, found in filters.items()})


def _bucket(bound: Bound, one: Dimension, value: Any, period: Period | None) -> Period | None:
    """Return the part of the period in a bucket, where the dimension is the very day that the period is about."""
    days = {key: bound.data.day(bound.data.facts[key], bound.data.facts[key].date) for key in bound.facts}
    own = any(base.date for each in bound.measures for base in each.base())
    if (
        not one.is_time
        or one.grain == "hour"
        or own
        or not days
        or days != {k: one.paths.get(k) for k in days}
    ):
        return None
    try:
        start = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    end = next_bucket(start, str(one.grain))
    if period is not None:
        start = max(start, period.start or start)
        end = min(end, period.end or end)
    return Period(start, max(start, end))


def _group(one: Dimension, pick: Pick, fact: str) -> Node:
    return condition(pick, chosen_of(one, fact, "/dims"))


def then_of(bound: Bound, inside: Bound, measure: str | None) -> Bound:
    """Return a narrowed question about the days that a comparison is with; itself for a measure's own column."""
    name = (measure or "").partition("@")[2].partition(".")[0]
    if name not in bound.compare or bound.period is None:
        return inside
    return compared_with(bound, inside, name)


def compared_with(bound: Bound, inside: Bound, name: str) -> Bound:
    """Return a narrowed question about the days it is compared with by `name`."""
    assert bound.period is not None
    assert inside.period is not None
    # A total is compared as a whole, whatever buckets its rows are of.
    is_whole = inside.period == bound.period
    grain = None if is_whole else next((one.grain for one in bound.dimensions if one.is_time), None)
    found = compared(name, bound.period, bound.today, grain, bound.baseline)
    start, end = inside.period.start, inside.period.end
    if not found:
        return inside
    part = next((one for one in found if start is not None and _holds(one.of, start)), found[0])
    whole, shift = part.then, part.shift
    if is_whole or start is None or end is None or whole.start is None or whole.end is None:
        return replace(inside, period=whole)
    until = shift.back(end) if shift.months and end.day == 1 else shift.back(end - ONE) + ONE
    return replace(inside, period=Period(max(shift.back(start), whole.start), min(until, whole.end)))


def _holds(period: Period, day: date) -> bool:
    return (period.start is None or period.start <= day) and (period.end is None or day < period.end)


def measure_of(bound: Bound, key: str | None) -> Measure:
    name = (key or "").partition("@")[0]
    found = next((one for one in bound.measures if one.key == name), None)
    if found is None and name:
        raise Rejected(NOTHING_BEHIND.at("/measure"))
    if found is None:
        found = next(iter(bound.measures), None)
    if found is None:
        raise Rejected(NOTHING_BEHIND.at("/measure"))
    return found


def pick_of(bound: Bound, desk: Desk, one: Dimension, value: Any) -> Pick:
    """Return the pick of one value of a dimension of this question."""
    if value == OTHER and one.top is None:
        raise Rejected(NOTHING_BEHIND.at("/dims"))
    if value != OTHER and (one.bins is None or not one.bins.quantiles):
        return Pick({}, (value,))
    draft = choose_top(find_bands(Draft(bound, desk)))
    return Pick({}, (value,), draft.kept.get(one.key, ()), draft.edges.get(one.key, ()))


def of_fact(bound: Bound, fact: Fact, text: str, at: str) -> Node:
    node = parse(text, at)
    names = {".".join(one.value) for one in node.walk() if one.kind == "field"}
    return replace(renamed(node, {name: own_path(bound, fact, name) for name in names}), source=text)


def selected(desk: Desk, fact: Fact, nodes: Sequence[Node]) -> Behind:
    """Return the records of a fact of which all conditions hold."""
    formula = all_of(nodes)
    if fact.rows is not None:
        return replace(
            with_ids(fact.form.key, ids_of(desk, fact, nodes, "form.id")), rows=number_of(desk, fact, nodes)
        )
    if any(name.endswith(("__from", "__to", *PLACES)) for node in nodes for name in _names(node)):
        return with_ids(fact.key, ids_of(desk, fact, nodes, "id"))
    return Behind(fact.key, number_of(desk, fact, nodes), formula)


def number_of(desk: Desk, fact: Fact, nodes: Sequence[Node]) -> int:
    """Return of how many records, or lines of a sub-table, all conditions hold."""
    where = [Wanted(formula=node, condition=True) for node in nodes]
    source = desk.gate.source(fact.key, {}, where)
    return int(rows_of(desk, select(func.count()).select_from(source.table), [source], fact.key)[0][0])


def _names(node: Node) -> Iterable[str]:
    return (str(one.value[-1]) for one in node.walk() if one.kind == "field")


def ids_of(desk: Desk, fact: Fact, nodes: Sequence[Node], path: str) -> list[str]:
    """Return the ids found at a path, of the records or rows of which all conditions hold."""
    where = [Wanted(formula=node, condition=True) for node in nodes]
    source = desk.gate.source(fact.key, {"rid": Wanted(path)}, where)
    chosen = select(source.c.rid).where(source.c.rid.is_not(None)).distinct().order_by(source.c.rid.desc())
    return [str(row[0]) for row in rows_of(desk, chosen, [source], fact.key)]


def with_ids(form: str, ids: Sequence[str]) -> Behind:
    """Return records by their ids; a list shows the first thousand."""
    return Behind(form, len(ids), None, tuple(ids[:MOST_IDS]))


__all__ = [
    "NOTHING_BEHIND",
    "Behind",
    "compared_with",
    "counted",
    "ids_of",
    "measure_of",
    "narrowed",
    "nodes_of",
    "number_of",
    "of_fact",
    "pick_of",
    "selected",
    "then_of",
    "with_ids",
]
