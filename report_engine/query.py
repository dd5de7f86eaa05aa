"""From a bound question to one statement: a sub-select for each fact, brought together on the groups they share.

Each measure is aggregated over its own fact and many-to-one links only, so nothing is counted twice. The facts' groups
are then stacked and grouped once more, which joins them by null-safe equality with every group of every fact present.
Sums, counts and ranks come as whole numbers; what is divided is divided in Python, exactly.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Numeric,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
    union_all,
)

from engine.access.query import Record, Row, ScopedQuery
from engine.access.sources import Kind, Put, Source, Sources, Wanted
from engine.expressions import parse
from engine.problems import Problem, Rejected
from engine.value_type import VALUE_TYPES
from report_engine import moments
from report_engine.binding import Bound, Dimension, Filter, renamed
from report_engine.bins import Bins
from report_engine.buckets import MONTHS, all_buckets, plus_months
from report_engine.credited import credited
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.grains import banded, bucket, moved
from report_engine.measures import ENDS, Measure, choices_of
from report_engine.people import each_of, meant
from report_engine.periods import Period, Shift
from report_engine.picks import LISTS, OTHER, within_days
from report_engine.problems import BAD_AGGREGATE, TOO_MANY_GROUPS
from report_engine.spreading import over_days
from report_engine.table import Cell
from report_engine.wording import read_again

MOST_GROUPS = 50_000
Key = tuple[Any, ...]
Raw = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One group: the values of its dimensions, and of its base measures by identity."""

    key: Key
    values: Mapping[Any, Cell]
    cases: Mapping[Any, int] = field(default_factory=dict)
    """Of rates: how many cases they rest on."""


@dataclass(frozen=True)
class Ask:
    """What one statement is to answer: which dimensions are kept, over what days, and what stays apart from “other”."""

    by: tuple[str, ...]
    period: Period | None
    kept: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Dimension → the values shown by themselves; all others are one."""
    edges: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    order: tuple[Any, bool] | None = None
    """Identity of the base measure whose `most` first groups are enough, and whether downwards."""
    most: int | None = None
    shift: Shift | None = None
    """Of a comparison: by how much its days lie before those they stand beside."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the raw results of one base measure stand, and what makes a value of them."""

    identity: Any
    columns: tuple[tuple[str, ColumnElement[Any]], ...]
    read: Callable[[Raw], Cell]
    cases: int | None = None


def lines(bound: Bound, desk: Desk, ask: Ask) -> list[Line]:
    """Return the groups with their base measures, in no order. Rejected when there are too many."""
    bases = _unique(bound.measures)
    special = moments.apart(bound, ask, bases)
    if special:
        # A measure that is made of several is worked out of them later on, wherever they come from.
        plain = tuple(one for one in bases if one not in special)
        whole = replace(ask, order=None, most=None)
        rest = lines(replace(bound, measures=plain), desk, whole) if plain else []
        more = moments.asked_apart(bound, ask, special, lambda b, a: lines(b, desk, a))
        return moments.merged(rest or _nothing(ask), more, special)
    apart = _apart(bound, ask)
    if len(apart) > 1:
        return _repeated(bound, desk, ask, apart)
    months = getattr(desk.unit, "months", None)
    if months is not None and (rolled := months.lines(bound, desk, ask)) is not None:
        return list(rolled)
    scoped = statement(bound, desk, ask)
    found = desk.unit.execute(scoped)
    if ask.most is None and len(found) > MOST_GROUPS:
        raise Rejected(TOO_MANY_GROUPS.at("/by", most=MOST_GROUPS))
    return _running([one["line"] for one in found], bound, ask)


def _nothing(ask: Ask) -> list[Line]:
    """Return the one group of a question without dimensions."""
    return [] if ask.by else [Line((), {})]


def _apart(bound: Bound, ask: Ask) -> dict[tuple[str, ...], list[Measure]]:
    """Return the base measures by the dimensions that their facts lack."""
    found: dict[tuple[str, ...], list[Measure]] = {}
    for base in _unique(bound.measures):
        lacking = tuple(key for key in ask.by if base.fact not in bound.dimension(key).paths)
        found.setdefault(lacking, []).append(base)
    return found


def _repeated(
    bound: Bound, desk: Desk, ask: Ask, apart: Mapping[tuple[str, ...], Sequence[Measure]]
) -> list[Line]:
    """Return the groups of the facts that have all dimensions; the numbers of others are repeated in each of theirs."""
    whole = replace(ask, order=None, most=None)
    found = lines(replace(bound, measures=tuple(apart.get((), ()))), desk, whole) if () in apart else []
    for lacking, measures in apart.items():
        if not lacking:
            continue
        places = [at for at, key in enumerate(ask.by) if key not in lacking]
        rest = replace(whole, by=tuple(ask.by[at] for at in places))
        beside = {line.key: line for line in lines(replace(bound, measures=tuple(measures)), desk, rest)}
        blank = Line((), {})
        found = [
            Line(line.key, {**line.values, **there.values}, {**line.cases, **there.cases})
            for line in found
            for there in (beside.get(tuple(line.key[at] for at in places), blank),)
        ]
    return found


def _running(found: list[Line], bound: Bound, ask: Ask) -> list[Line]:
    """Return the groups with states (measures `as_of`) as they stood at the end of each bucket of time."""
    states = [one.identity for one in _unique(bound.measures) if one.as_of]
    at = next((place for place, key in enumerate(ask.by) if bound.dimension(key).is_time), None)
    if not states or at is None:
        return found
    buckets = sorted({line.key[at] for line in found if line.key[at] is not None} | _buckets(bound, ask, at))
    known = {line.key: line for line in found}
    made = [line for line in found if line.key[at] is None]
    for other in dict.fromkeys((*line.key[:at], *line.key[at + 1 :]) for line in found):
        sums: dict[Any, Cell] = dict.fromkeys(states)
        for here in buckets:
            key = (*other[:at], here, *other[at:])
            line = known.get(key, Line(key, {}))
            for one in states:
                value = line.values.get(one)
                if isinstance(value, int | Decimal):
                    before = sums[one]
                    sums[one] = value + before if isinstance(before, int | Decimal) else value
            made.append(Line(key, {**line.values, **sums}, line.cases))
    return made


def _buckets(bound: Bound, ask: Ask, at: int) -> set[Any]:
    grain = bound.dimension(ask.by[at]).grain
    period = ask.period
    if grain is None or period is None or period.start is None or period.end is None or ask.shift is not None:
        return set()
    return set(all_buckets(grain, period.start, min(period.end, bound.today + timedelta(days=1))))


def statement(bound: Bound, desk: Desk, ask: Ask) -> ScopedQuery:
    """Return the sealed statement that answers `ask`; put together once for all who see the same."""
    dialect, zone = desk.unit.dialect, desk.zone
    key = (_plan_of(bound, ask), dialect, zone)
    return desk.gate.sealed(key, lambda gate: _Statement(bound, gate, ask, dialect, zone).put())


def _plan_of(bound: Bound, ask: Ask) -> tuple[Any, ...]:
    """Return everything that a statement is put together of, besides who asks."""
    dimensions = (bound.dimension(key) for key in ask.by)
    return (
        tuple((one.identity, one.path) for one in _unique(bound.measures)),
        tuple(
            (one.key, tuple(sorted(one.paths.items())), one.grain, _bins_of(one.bins), one.level, one.at) for one in dimensions
        ),
        tuple((fact, tuple((one.text, one.at) for one in found)) for fact, found in sorted(bound.filters.items())),
        ask.by, ask.period, tuple(sorted(ask.kept.items())), tuple(sorted(ask.edges.items())),
        ask.order, ask.most, ask.shift, bound.form, bound.verb, _moment(bound, ask),
    )  # fmt: skip


def _moment(bound: Bound, ask: Ask) -> date | None:
    """Return the day that states are of, where the statement says it."""
    said = [
        one
        for one in _unique(bound.measures)
        if one.trailing or one.per is not None or moments.tells_the_day(one)
    ]
    return moments.moment_of(ask.period, bound.today) if said else None


def _bins_of(bins: Bins | None) -> Any:
    return None if bins is None else (bins.width, bins.start, bins.edges, bins.quantiles)


class _Statement:
    def __init__(self, bound: Bound, gate: Sources, ask: Ask, dialect: str, zone: str) -> None:
        self.bound, self.gate, self.ask, self.zone = bound, gate, ask, zone
        self.dialect = dialect
        self.dimensions = [bound.dimension(key) for key in ask.by]
        self.sources: list[Source] = []
        self.kinds: dict[str, Kind] = {}

    def put(self) -> Put:
        """Return the statement with its sources and what reads its rows."""
        parts = self._parts()
        slots = [slot for part in parts for slot in part.slots]
        chosen = parts[0].chosen if len(parts) == 1 else self._stacked(parts, slots)
        read = self._reader(slots)
        limit = MOST_GROUPS + 1
        if self.ask.most is not None and len(parts) == 1 and self.ask.order is not None:
            chosen, limit = self._ordered(chosen, slots), self.ask.most
        chosen = chosen.limit(bindless(limit))
        form = self.bound.facts[0].partition(".")[0] if self.bound.facts else str(self.bound.form)
        return chosen, self.sources, form, read

    def _ordered(self, chosen: Select[Any], slots: Sequence[Slot]) -> Select[Any]:
        assert self.ask.order is not None
        identity, down = self.ask.order
        slot = next(one for one in slots if one.identity == identity)
        column = slot.columns[0][1]
        keys: list[ColumnElement[Any]] = [literal_column(str(at + 1)) for at in range(len(self.dimensions))]
        first = column.desc().nulls_last() if down else column.asc().nulls_last()
        return chosen.order_by(first, *(key.asc().nulls_last() for key in keys))

    # parts

    def _parts(self) -> list["_Part"]:
        groups: dict[tuple[Any, ...], list[Measure]] = {}
        made: list[_Part] = []
        problems: list[Problem] = []
        for base in _unique(self.bound.measures):
            assert base.fact is not None
            apart = (base.fact, base.date, base.as_of, base.trailing, base.credit, base.spread)
            groups.setdefault(apart, []).append(base)
        for (fact, day, *_), measures in groups.items():
            plain = [one for one in measures if not is_apart(one)]
            wanted = [plain] if plain else []
            wanted += [[one] for one in measures if is_apart(one)]
            for some in wanted:
                try:
                    made.append(_Part(self, self.bound.data.facts[fact], day, some, len(made)))
                except Rejected as refused:
                    problems += refused.problems
        if problems:
            raise Rejected(_distinct(problems))
        return made

    def _stacked(self, parts: Sequence["_Part"], slots: Sequence[Slot]) -> Select[Any]:
        """Return the groups of all facts as one: each row holds one fact's results, and equal groups are put together."""
        columns = [column for slot in slots for column in slot.columns]
        stacked = []
        for part in parts:
            table = part.chosen.subquery(f"p{part.number}")
            own = {name for slot in part.slots for name, _ in slot.columns}
            row: list[ColumnElement[Any]] = [table.c[f"d{at}"] for at in range(len(self.dimensions))]
            for name, column in columns:
                value = table.c[name] if name in own else cast(null(), column.type)
                row.append(value.label(name))
            stacked.append(select(*row))
        everything = union_all(*stacked).subquery("groups")
        keys = [everything.c[f"d{at}"] for at in range(len(self.dimensions))]
        merged = [func.max(everything.c[name]).label(name) for name, _ in columns]
        return select(*keys, *merged).group_by(*keys)

    # reading

    def _reader(self, slots: Sequence[Slot]) -> Callable[[Sequence[Row], Any], list[Record]]:
        width = len(self.dimensions)
        readers = [self._key_reader(one) for one in self.dimensions]
        told = [(slot.identity, len(slot.columns), slot.read, slot.cases) for slot in slots]

        def read(rows: Sequence[Row], _keys: Any) -> list[Record]:
            found: list[Record] = []
            for row in rows:
                key = tuple(
                    None if value is None else reader(value)
                    for value, reader in zip(row[:width], readers, strict=True)
                )
                values: dict[Any, Cell] = {}
                cases: dict[Any, int] = {}
                at = width
                for identity, size, value_of, counted in told:
                    raw = row[at : at + size]
                    values[identity] = value_of(raw)
                    if counted is not None:
                        cases[identity] = int(raw[counted] or 0)
                    at += size
                found.append({"line": Line(key, values, cases)})
            return found

        return read

    def _key_reader(self, dimension: Dimension) -> Callable[[Any], Any]:
        if dimension.bins is not None or dimension.grain in NUMBERED:
            return int
        if dimension.grain == "hour":
            return _local
        if dimension.grain is not None and _moves_whole(dimension.grain, self.ask.shift):
            assert self.ask.shift is not None
            months_on = self.ask.shift.months
            return lambda raw: plus_months(_day(raw), months_on)
        if dimension.grain is not None:
            return _day
        kind = self.kinds.get(dimension.key) or Kind("text")
        if kind.value_type in TEXTS:
            return str
        reader = VALUE_TYPES.get(kind.value_type).reader(self.dialect, kind.config) or _same
        if dimension.formulas and kind.value_type == "decimal":
            return lambda raw: _plain(reader(raw))
        return reader

    def edges(self, dimension: Dimension) -> Any:
        """Return the bands of a dimension, those of quantiles found before."""
        bins = dimension.bins
        if bins is not None and dimension.key in self.ask.edges:
            return type(bins)(edges=self.ask.edges[dimension.key])
        return bins


class _Part:
    """One fact's groups: its source and the select over it."""

    def __init__(
        self, whole: _Statement, fact: Fact, day: str | None, measures: Sequence[Measure], number: int
    ) -> None:
        self.whole, self.fact, self.number = whole, fact, number
        self.is_state = any(one.as_of or one.trailing for one in measures)
        self.rows: FromClause
        self.fields: dict[str, Wanted] = {}
        bound = whole.bound
        for at, dimension in enumerate(whole.dimensions):
            path = dimension.paths[fact.key]
            is_list = (found := bound.data.field(fact, path)) is not None and found.value_type in LISTS
            is_each = is_list and dimension.level is None
            self.fields[f"k{at}"] = dimension.wanted(fact.key, each=is_each)
        period = whole.ask.period
        if period is not None or measures[0].trailing or is_apart(measures[0]):
            self.fields["day"] = Wanted(bound.data.day(fact, day or fact.date), at="/period")
        for at, one in enumerate(measures):
            self._wanted(one, at)
        self._take(measures[0], day, len(measures))
        self._must_fit(measures)
        self.keys = [self._key(at, one).label(f"d{at}") for at, one in enumerate(whole.dimensions)]
        self.conditions = self._days(measures[0])
        if len(measures) == 1 and is_apart(measures[0]):
            self.slots: list[Slot] = []
            one = measures[0]
            apart = (
                self._people if one.per is not None else self._end if one.aggregate in ENDS else self._ranked
            )
            self.chosen = apart(one)
        else:
            self.slots = [self._slot(at, one) for at, one in enumerate(measures)]
            self.chosen = self._grouped()

    def _take(self, one: Measure, day: str | None, measures: int) -> None:
        """Make the rows that are counted: the fact's records, or what becomes of them by touches or by days."""
        whole, fact, bound = self.whole, self.fact, self.whole.bound
        filters, data, name = bound.filters.get(fact.key, ()), bound.data, f"s{self.number}"
        amounts = [f"m{at}" for at in range(measures) if f"m{at}" in self.fields]
        if one.credit is not None and one.credit.model != "first":
            # Inside, where it spares working out the touches of every record there ever was.
            period = whole.ask.period
            days = (
                within_days(self.fields["day"].path, period.start, period.end) if period is not None else []
            )
            inside = [*filters, *(Filter(node, "/period") for node in days)]
            rows, self.source, touches = credited(
                whole.gate, data, fact, one.credit, self.fields, inside, amounts, name
            )
            whole.sources += [self.source, touches]
            self.rows = rows
            return
        has_span = any(wanted.between is not None for wanted in self.fields.values())
        if has_span and "day" in self.fields and not one.trailing:
            # Inside, where it spares looking up the ends of every record there ever was.
            period = whole.ask.period
            start = period.start if period is not None and not self.is_state else None
            days = within_days(self.fields["day"].path, start, period.end if period is not None else None)
            filters = (*filters, *(Filter(read_again(node, "/period"), "/period") for node in days))
        where = [Wanted(formula=f.node, condition=True, at=f.at) for f in filters]
        fields = dict(self.fields)
        stretch = day or fact.date
        if one.spread:
            fields |= {"@from": Wanted(f"{stretch}__from"), "@to": Wanted(f"{stretch}__to")}
        self.source = whole.gate.source(fact.key, fields, where, bound.verb, name)
        whole.sources.append(self.source)
        self.rows = self.source.table
        if one.spread:
            stretch_days = [
                label for label, wanted in self.fields.items() if wanted.path == f"{stretch}__from"
            ]
            self.rows = over_days(self.source, [*self.fields], amounts, stretch_days, whole.dialect, name)

    def _wanted(self, one: Measure, at: int) -> None:
        if one.aggregate in ENDS:
            self.fields["@at"] = Wanted(self._moment(one.date or self.fact.date), at=one.path)
            self.fields["@id"] = Wanted("id")
        if one.per is not None:
            self.fields["who"] = Wanted(one.per.of, at=f"{one.path}/per")
        if one.between is not None:
            self.fields[f"m{at}"] = Wanted(between=one.between, at=f"{one.path}/between")
        elif one.expression is not None:
            node = self._renamed(one.expression, f"{one.path}/value", one)
            self.fields[f"m{at}"] = Wanted(formula=node, at=f"{one.path}/value")
        elif one.of:
            self.fields[f"m{at}"] = Wanted(one.of, at=one.path)
        for place, text in enumerate(one.filters):
            where = f"{one.path}/filter"
            self.fields[f"f{at}_{place}"] = Wanted(
                formula=self._renamed(text, where, one), condition=True, at=where
            )
        if one.among is not None:
            where = f"{one.path}/among"
            node = self._renamed(one.among, where, one)
            self.fields[f"a{at}"] = Wanted(formula=node, condition=True, at=where)

    def _must_fit(self, measures: Sequence[Measure]) -> None:
        """Refuse what has no meaning for what a formula gives: the sum of words."""
        problems = []
        for at, one in enumerate(measures):
            kind = self.source.kinds.get(f"m{at}")
            choices = (*choices_of(kind.value_type), "count", "rate") if kind is not None else ()
            if one.expression is not None and kind is not None and not _fits(one.aggregate, choices):
                shown = ", ".join(choices)
                problems.append(
                    BAD_AGGREGATE.at(one.path, label=one.name, aggregate=one.aggregate, choices=shown)
                )
        if problems:
            raise Rejected(problems)

    def _moment(self, path: str) -> str:
        found = self.whole.bound.data.field(self.fact, path)
        return f"{path}__from" if found is not None and found.value_type == "date_range" else path

    def _renamed(self, text: str, at: str, one: Measure) -> Any:
        """Return a measure's formula with roles and the fact's own name taken off its fields, as of its moment."""
        node = moments.placed_at(parse(text, at), one, self.whole.ask.period, self.whole.bound.today)
        names = {".".join(one.value) for one in node.walk() if one.kind == "field"}
        paths = {name: own_path(self.whole.bound, self.fact, name) for name in names}
        return renamed(node, paths)

    def _key(self, at: int, dimension: Dimension) -> ColumnElement[Any]:
        whole = self.whole
        kind = self.source.kinds[f"k{at}"]
        column: ColumnElement[Any] = self.rows.c[f"k{at}"]
        whole.kinds.setdefault(dimension.key, kind)
        if dimension.grain is not None:
            start = whole.ask.period.start if whole.ask.period is not None else None
            if self.is_state and dimension.is_time and start is not None:
                # What there was before is in the first bucket.
                column = type_coerce(case((self.rows.c.day < start, start), else_=self.rows.c.day), Date())
            if whole.ask.shift is not None and not _moves_whole(dimension.grain, whole.ask.shift):
                column = moved(column, dimension.grain, whole.ask.shift, whole.dialect)
            return bucket(column, dimension.grain, whole.dialect, whole.zone)
        if dimension.bins is not None:
            return banded(column, whole.edges(dimension), kind, whole.dialect)
        kept = whole.ask.kept.get(dimension.key)
        if kept is None:
            own: ColumnElement[Any] = column
            return own
        named = [one for one in kept if one is not None]
        alone = column.is_(None) if None in kept else None
        shown = column.in_(named) if named else None
        tests = [one for one in (alone, shown) if one is not None]
        if not tests:
            return type_coerce(literal(OTHER), column.type)
        return type_coerce(case(*((one, column) for one in tests), else_=literal(OTHER)), column.type)

    def _days(self, one: Measure) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        start, end = moments.days_of_measure(one, self.whole.ask.period, self.whole.bound.today)
        if start is not None:
            found.append(self.rows.c["day"] >= start)
        if end is not None:
            found.append(self.rows.c["day"] < end)
        return found

    def _grouped(self) -> Select[Any]:
        columns = [column.label(name) for slot in self.slots for name, column in slot.columns]
        chosen = select(*self.keys, *columns).select_from(self.rows).where(*self.conditions)
        if not columns or not self.keys:
            return chosen
        return chosen.group_by(*(literal_column(str(at + 1)) for at in range(len(self.keys))))

    def _where(self, at: int, one: Measure) -> ColumnElement[bool] | None:
        tests = [self.rows.c[f"f{at}_{place}"] for place in range(len(one.filters))]
        return and_(*tests) if tests else None

    def _slot(self, at: int, one: Measure) -> Slot:
        name, where = f"v{self.number}_{at}", self._where(at, one)
        if one.aggregate == "count":
            return Slot(one.identity, ((name, _filtered(func.count(), where)),), _count)
        if one.aggregate == "rate":
            among = self.rows.c[f"a{at}"] if one.among is not None else None
            if one.between is not None:
                # Of those that came to an end: how many in time.
                return self._in_time(at, one, name, where)
            top = [test for test in (where, among) if test is not None]
            number = _filtered(func.count(), and_(*top) if top else None)
            whole = _filtered(func.count(), among)
            return Slot(one.identity, ((name, number), (f"{name}n", whole)), _rate, 1)
        column, kind = self.rows.c[f"m{at}"], self.source.kinds[f"m{at}"]
        if one.format == "money" and kind.value_type == "decimal":
            kind = replace(kind, scale=2)
        if one.aggregate == "count_distinct":
            return Slot(one.identity, ((name, _filtered(func.count(column.distinct()), where)),), _count)
        if one.aggregate in ("min", "max"):
            made = type_coerce(_filtered(getattr(func, one.aggregate)(column), where), column.type)
            return Slot(one.identity, ((name, made),), _value_reader(kind, self.whole.dialect))
        total = type_coerce(_filtered(func.sum(type_coerce(column, Integer())), where), Numeric())
        if one.aggregate == "sum":
            return Slot(one.identity, ((name, total),), _sum_reader(kind))
        number = _filtered(func.count(column), where)
        return Slot(one.identity, ((name, total), (f"{name}n", number)), _mean_reader(kind))

    def _in_time(self, at: int, one: Measure, name: str, where: ColumnElement[bool] | None) -> Slot:
        took = self.rows.c[f"m{at}"]
        ended = [took.is_not(None), *([where] if where is not None else [])]
        number = _filtered(func.count(), and_(took <= bindless(one.within_s or 0), *ended))
        return Slot(
            one.identity, ((name, number), (f"{name}n", _filtered(func.count(), and_(*ended)))), _rate, 1
        )

    def _people(self, one: Measure) -> Select[Any]:
        """Return how many people are looked at, and of how many it is true, by what each of them did."""
        assert one.per is not None
        where = self._where(0, one)
        tests = [*self.conditions, *([where] if where is not None else [])]
        each = each_of(self.rows, self.keys, tests, f"r{self.number}")
        among, true = meant(one.per, each, moments.moment_of(self.whole.ask.period, self.whole.bound.today))
        name = f"v{self.number}_0"
        number, whole = _filtered(func.count(), and_(among, true)), _filtered(func.count(), among)
        if one.aggregate == "count":
            self.slots = [Slot(one.identity, ((name, whole),), _count)]
        else:
            self.slots = [Slot(one.identity, ((name, number), (f"{name}n", whole)), _rate, 1)]
        grouped = [each.c[f"d{at}"] for at in range(len(self.keys))]
        columns = [column.label(label) for slot in self.slots for label, column in slot.columns]
        chosen = select(*grouped, *columns).select_from(each)
        return chosen.group_by(*grouped) if grouped else chosen

    def _end(self, one: Measure) -> Select[Any]:
        """Return the value of the first or the last record by its date that has one; of several at once by the order they were written in."""
        column, kind = self.rows.c["m0"], self.source.kinds["m0"]
        at, rid, where = self.rows.c["@at"], self.rows.c["@id"], self._where(0, one)
        tests = [
            column.is_not(None),
            at.is_not(None),
            *self.conditions,
            *([where] if where is not None else []),
        ]
        order = (at, rid) if one.aggregate == "first" else (at.desc(), rid.desc())
        keys = list(self.keys)
        over: dict[str, Any] = {"partition_by": [key.element for key in keys]} if keys else {}
        place = func.row_number().over(order_by=order, **over).label("place")
        inner = select(*keys, column.label("value"), place).where(*tests).subquery(f"r{self.number}")
        value = type_coerce(inner.c.value, column.type).label(f"v{self.number}_0")
        if one.format == "money" and kind.value_type == "decimal":
            kind = replace(kind, scale=2)
        self.slots = [
            Slot(one.identity, ((f"v{self.number}_0", value),), _value_reader(kind, self.whole.dialect))
        ]
        grouped = [inner.c[f"d{number}"] for number in range(len(keys))]
        return select(*grouped, value).where(inner.c.place == 1)

    def _ranked(self, one: Measure) -> Select[Any]:
        """Return the values on both sides of a percentile, and how many there are, by exact ranks on both databases."""
        column, kind = self.rows.c["m0"], self.source.kinds["m0"]
        tests = [column.is_not(None), *self.conditions]
        where = self._where(0, one)
        if where is not None:
            tests.append(where)
        percent = percent_of(one.aggregate)
        assert percent is not None, one.aggregate
        keys = list(self.keys)
        over: dict[str, Any] = {"partition_by": [key.element for key in keys]} if keys else {}
        place = func.row_number().over(order_by=column, **over).label("place")
        number = func.count().over(**over).label("number")
        inner = select(*keys, column.label("value"), place, number).where(*tests).subquery(f"r{self.number}")
        below = (inner.c.number - 1) * percent
        low = below.op("/", precedence=8)(literal_column("100")) + 1
        high = (below + 99).op("/", precedence=8)(literal_column("100")) + 1
        name = f"v{self.number}_0"
        value = type_coerce(inner.c.value, column.type)
        columns = (
            (name, type_coerce(func.max(case((inner.c.place == low, value))), column.type)),
            (f"{name}h", type_coerce(func.max(case((inner.c.place == high, value))), column.type)),
            (f"{name}n", func.max(inner.c.number)),
        )
        self.slots = [Slot(one.identity, columns, _percentile_reader(kind, percent))]
        grouped = [inner.c[f"d{at}"] for at in range(len(keys))]
        chosen = select(*grouped, *(made.label(label) for label, made in columns))
        return chosen.group_by(*grouped) if grouped else chosen


def is_apart(one: Measure) -> bool:
    """Tell whether a measure has a select of its own: percentiles, and what is counted by person."""
    return percent_of(one.aggregate) is not None or one.aggregate in ENDS or one.per is not None


def _fits(aggregate: str, choices: Sequence[str]) -> bool:
    """Tell whether an aggregate is one of these; any percentile where the median is."""
    return aggregate in choices or (percent_of(aggregate) is not None and "median" in choices)


def _moves_whole(grain: str | None, shift: Shift | None) -> bool:
    """Tell whether a comparison moves whole buckets, so that what was read can be moved instead of every record."""
    size = MONTHS.get(str(grain))
    return size is not None and shift is not None and not shift.days and shift.months % size == 0


def own_path(bound: Bound, fact: Fact, name: str) -> str:
    path = name.removeprefix(f"{fact.key}.")
    if bound.data.walk(fact, path) is not None:
        return path
    if name == "date":
        return bound.data.day(fact, fact.date)
    head, _, rest = name.partition(".")
    if head in fact.roles:
        return f"{fact.roles[head]}.{rest}" if rest else fact.roles[head]
    return path


def _unique(measures: Iterable[Measure]) -> list[Measure]:
    """Return the base measures, those that count the same once."""
    found: dict[Any, Measure] = {}
    for one in measures:
        for base in one.base():
            found.setdefault(base.identity, base)
    return list(found.values())


def _distinct(problems: Sequence[Problem]) -> list[Problem]:
    kept: dict[tuple[str, str, str], Problem] = {}
    for one in problems:
        kept.setdefault((one.code, one.path, str(one.params)), one)
    return list(kept.values())


def _filtered(made: Any, where: ColumnElement[bool] | None) -> ColumnElement[Any]:
    found: ColumnElement[Any] = made if where is None else made.filter(where)
    return found


def bindless(number: int) -> ColumnElement[int]:
    """Return a number that stands in the text, where the database plans by it."""
    return literal_column(str(number), Integer())


# What makes values of raw results.


def exact(raw: Any, units: int) -> Decimal:
    """Return a number of the database's raw form."""
    return Decimal(raw).scaleb(-units) if units else Decimal(raw)


def places(kind: Kind) -> int:
    """Return the decimals that means and percentiles of such values have."""
    return max(2, kind.scale)


def rounded(value: Fraction, decimals: int) -> Decimal:
    """Return a fraction to so many decimals, half away from zero."""
    shifted = value * 10**decimals
    whole, rest = divmod(abs(shifted.numerator), shifted.denominator)
    if 2 * rest >= shifted.denominator:
        whole += 1
    return Decimal(whole if shifted >= 0 else -whole).scaleb(-decimals)


def _count(raw: Raw) -> Cell:
    return int(raw[0] or 0)


def _rate(raw: Raw) -> Cell:
    if not raw[1]:
        return None
    return rounded(Fraction(int(raw[0] or 0), int(raw[1])), RATE_PLACES)


def _sum_reader(kind: Kind) -> Callable[[Raw], Cell]:
    def read(raw: Raw) -> Cell:
        if raw[0] is None:
            return None
        if kind.value_type == "integer":
            return int(raw[0])
        return shown(exact(raw[0], kind.units), kind.scale)

    return read


def _mean_reader(kind: Kind) -> Callable[[Raw], Cell]:
    def read(raw: Raw) -> Cell:
        if not raw[1]:
            return None
        return rounded(Fraction(exact(raw[0], kind.units)) / int(raw[1]), places(kind))

    return read


def percent_of(aggregate: str) -> int | None:
    """Return which percentile an aggregate is: 50 of the median, 90 of p90; None of others."""
    if aggregate == "median":
        return 50
    found = _PERCENTILE.fullmatch(aggregate)
    return int(found[1]) if found else None


def _percentile_reader(kind: Kind, percent: int) -> Callable[[Raw], Cell]:
    def read(raw: Raw) -> Cell:
        if raw[0] is None:
            return None
        low, high = (Fraction(exact(one, kind.units)) for one in raw[:2])
        part = Fraction((int(raw[2]) - 1) * percent % 100, 100)
        return rounded(low + (high - low) * part, places(kind))

    return read


def _value_reader(kind: Kind, dialect: str) -> Callable[[Raw], Cell]:
    if kind.value_type == "integer":
        return lambda raw: None if raw[0] is None else int(raw[0])
    if kind.value_type in ("decimal", "money"):
        return lambda raw: None if raw[0] is None else shown(exact(raw[0], kind.units), kind.scale)
    reader = VALUE_TYPES.get(kind.value_type).reader(dialect, kind.config) or _same
    return lambda raw: None if raw[0] is None else reader(raw[0])


def shown(value: Decimal, scale: int) -> Decimal:
    """Return a number with the decimals its field has."""
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)


def _same(value: Any) -> Any:
    return value


def _plain(value: Decimal) -> int | Decimal:
    """Return a number worked out by a formula without the noughts at its end."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def _day(value: Any) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def _local(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=None)


RATE_PLACES = 6
_PERCENTILE = re.compile(r"p([1-9][0-9]?)")
NUMBERED = frozenset({"weekday", "hour_of_day", "month_of_year", "day_of_month"})
TEXTS = frozenset({"text", "choice", "choices", "reference", "references", "person", "persons"})

__all__ = ["LISTS", "MOST_GROUPS", "OTHER", "Ask", "Key", "Line", "lines", "statement"]
