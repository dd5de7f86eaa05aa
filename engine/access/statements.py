"""Builds the statements of a gate: every list, group, total, label and count is one of these, scoped and prepared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.sql import Select, operators
from sqlalchemy.sql.elements import BooleanClauseList, Grouping

from engine.access.amounts import AGGREGATES
from engine.access.binds import Prepared, bound, is_one_of, prepare
from engine.access.columns import Output, Reading, shown_label
from engine.access.field_guard import FieldGuard, Seen
from engine.access.filter_sql import FilterSql, Inner
from engine.access.filters import Group
from engine.access.levels import Condition
from engine.access.policy import Rights
from engine.access.query import Keys, Record, Row
from engine.access.search_sql import SearchSql, Words
from engine.access.sql_fields import Moment, SqlFields
from engine.access.titles import TitledLink, TitledPage
from engine.access.totals import Total, read_groups, total
from engine.definitions.shape import FieldShape, FormShape
from engine.expressions import Checked
from engine.expressions.sql import to_condition
from engine.problems import Code, Rejected

NOT_SORTABLE = Code(
    "query.not_sortable",
    zh="不能按“{label}”排序或分组",
    en="Lists cannot be sorted or grouped by “{label}”",
    hint_zh="请改用文本、数字、日期或单选字段",
    hint_en="Use a text, number, date or single choice instead",
)
BAD_AGGREGATE = Code(
    "query.bad_aggregate",
    zh="“{label}”不能做“{function}”统计",
    en="“{function}” cannot be worked out for “{label}”",
    hint_zh="可用：{choices}",
    hint_en="Possible: {choices}",
)
MOST_GROUPS = 1000
MOST_SIDES = 4
"""A row rule with more alternatives than this is left to the database."""
COUNT_CAP = 10_000
Reader = Callable[[Sequence[Row], Keys | None], list[Record]]
ValueReader = Callable[[Any], Any] | None


@dataclass(frozen=True)
class Plan:
    """A query read and checked: what decides the statement's text. Equal plans share one statement."""

    form: str
    fields: tuple[str, ...]
    where: Group | None
    formulas: tuple[str, ...]
    words: tuple[str, ...] | None
    sort: tuple[str, ...]
    after: tuple[bool, ...] | None
    """For each sort value of the cursor whether it is blank; None on the first page."""
    deleted: bool | None
    """Live records, those in the recycle bin, or (None) both."""
    group: tuple[str, ...]
    aggregates: tuple[tuple[str, str, str], ...]
    with_ids: bool
    verb: str
    can: tuple[str, ...]
    python: bool
    kind: str = "rows"
    """rows, groups or count."""
    titled: bool = False
    """Whether the titles of linked records come along."""
    most: int | None = None
    """How many rows, where that stands in the text: PostgreSQL plans for a tenth of all where it does not."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Asked for several times a statement, and made of everything in the plan.
        return hash(
            (self.form, self.fields, self.where, self.formulas, self.words, self.sort, self.after, self.kind)
        )


@dataclass(frozen=True, slots=True)
class Statement:
    """A prepared statement and how its rows are read. `sort` has the places of what a cursor is made of, the id last."""

    prepared: Prepared
    read: Reader
    sort: tuple[tuple[int, ValueReader], ...] = ()
    links: tuple[TitledLink, ...] = ()
    """Links whose titles stand in the rows."""


@dataclass
class Builder:
    """Builds the statement of one plan."""

    moment: Moment
    rights: Rights
    plan: Plan
    formulas: tuple[Checked, ...] = ()
    guard: FieldGuard = field(init=False)

    def __post_init__(self) -> None:
        self.guard = FieldGuard(self.rights)
        policy = self.moment.policy
        self.shape: FormShape = policy.shapes[self.plan.form]
        self.tables = policy.tables[self.plan.form]
        self.asker = SqlFields(self.moment, self.tables, None, self.rights)
        self.trusted = SqlFields(self.moment, self.tables, None, None, joins=self.asker.joins)
        self.marks: dict[tuple[str, Condition], str] = {}
        self.shown: list[ColumnElement[Any]] = []
        self._rule_at: int | None = None
        """Where the row rule stands among the conditions."""

    def build(self) -> Statement:
        """Return the statement."""
        kinds = {"rows": self._rows, "groups": self._groups, "count": self._count}
        return kinds[self.plan.kind]()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return everything that decides which records are meant; the row rule first."""
        plan, table = self.plan, self.asker.table
        found: list[ColumnElement[bool]] = []
        if plan.deleted is not None:
            found.append(table.c.deleted_at.is_not(None) if plan.deleted else table.c.deleted_at.is_(None))
        row = self.trusted.reached(self.rights.row(plan.form, plan.verb), joins=True)
        if row is not None:
            self._rule_at = len(found)
            found.append(row)
        if plan.with_ids:
            found.append(is_one_of(table.c.id, "ids", self.moment.dialect))
        if plan.where is not None:
            inner = Inner(self.asker, self._finder)
            found.append(FilterSql(self.asker, self._shape_at, inner).group(plan.where))
        found += [to_condition(one, self.asker) for one in self.formulas]
        if plan.words is not None:
            words = Words(plan.words, plan.words)
            found.append(SearchSql(self.asker, self.trusted, self.rights).predicate(words))
        return found

    def _shape_at(self, path: str) -> FieldShape:
        return self.guard.use(self.shape, path).shape

    def _finder(self, kind: str, name: str) -> Callable[[str], FieldShape]:
        """Return what finds the fields behind a link, a sub-table or a structured field."""
        if kind == "form":
            form = self.moment.policy.shapes[name]
            return lambda path: self.guard.use(form, path).shape
        if kind == "rows":
            return lambda path: self.guard.use(self.shape, f"{name}.{path}").shape
        return partial(item_shape, self.shape, name)

    def _rows(self) -> Statement:
        sort = self._sort_outputs()
        wanted, order = self.conditions(), self._order()
        if self.plan.after is not None:
            wanted.append(self._beyond())
        wanted = self._by_sides(wanted, order)
        outputs = tuple(self._output(path) for path in self.plan.fields)
        can = tuple((verb, self._can(verb)) for verb in self.plan.can)
        shown = self._in_order(outputs)
        # Joins are known only now that every part has been made.
        statement = select(*shown).select_from(self.asker.source()).where(*wanted)
        statement = statement.order_by(*order).limit(self._limit())
        names = tuple(str(column.name) for column in shown)
        page = TitledPage(self.moment, self.asker, self.guard)
        if self.plan.titled:
            statement = page.around(statement, names, outputs, self.plan.sort)
        dialect = self.moment.dialect
        reading = Reading(names, outputs, dict(self.marks), dialect, self.plan.python, can)
        places = tuple((names.index(label), reader) for label, reader in sort)
        return Statement(prepare(statement, dialect), reading.compiled(), places, tuple(page.links))

    def _by_sides(
        self, wanted: list[ColumnElement[bool]], order: Sequence[ColumnElement[Any]]
    ) -> list[ColumnElement[bool]]:
        """Return the same condition, each side of a row rule's “or” looked for by itself.

        “Mine or made by me” under one sort order leaves a database nothing but reading everybody's records until it
        has a page; each side alone has an index that gives its first records at once. The first of all are among the
        first of each side, so no side need give more than a page.
        """
        at, key = self._rule_at, self.asker.table.c.id
        sides = _sides(wanted[at]) if at is not None and not self.plan.with_ids else ()
        if at is None or not 2 <= len(sides) <= MOST_SIDES:
            return wanted
        # The sort keys come along, so that no more records than a page are looked up by their ids.
        keys = [one.label(f"s{at}") for at, one in enumerate(self._sort_columns())]
        found = []
        for side in sides:
            first = (
                select(key, *keys)
                .select_from(self.asker.source())
                .where(*wanted[:at], side, *wanted[at + 1 :])
            )
            one = first.order_by(*order).limit(self._limit()).subquery()
            found.append(select(*one.c))
        # What both sides find is one record.
        both = union(*found).subquery()
        downs = [path.startswith("-") for path in self.plan.sort]
        columns = [both.c[f"s{at}"] for at in range(len(keys))]
        chosen = select(both.c[key.name]).order_by(*_ordered([*columns, both.c[key.name]], downs))
        return [key.in_(chosen.limit(self._limit()))]

    def _limit(self) -> ColumnElement[int]:
        if self.plan.most is None:
            return bound("limit", Integer())
        return bindparam("most", self.plan.most, Integer(), unique=True, literal_execute=True)

    def _in_order(self, outputs: Sequence[Output]) -> list[ColumnElement[Any]]:
        """Return the columns: what makes a record first, then what only helps to read it."""
        columns = {str(column.name): column for column in self.shown}
        own = [columns.pop(output.label) for output in outputs]
        return [*own, *columns.values()]

    def _output(self, path: str) -> Output:
        seen = self.guard.see(self.shape, path)
        keys = tuple(path.split("."))
        way = ".".join(keys[:-1])
        id_label = "id"
        sealed = None
        if seen.shape.sensitive:
            holder = self.asker.holder(keys)
            column: ColumnElement[Any] = holder.c[keys[-1]]
            tables = self.moment.policy.tables[seen.form.key]
            sealed = (tables.table.name, seen.shape.key)
            if way:
                id_label = f"_id_{way}"
                self._show(holder.c.id, id_label)
        else:
            column = self.asker.column(keys)
        for one in sorted(seen.level.conditions(), key=lambda c: c.text):
            self._mark(way, keys, seen, one)
        self._show(column, path)
        return Output(path, seen.shape, seen.level, seen.way, way, sealed, id_label)

    def _mark(self, way: str, keys: tuple[str, ...], seen: Seen, one: Condition) -> None:
        if (way, one) in self.marks:
            return
        label = f"_m{len(self.marks)}"
        self.marks[way, one] = label
        if not way:
            self._show(self.trusted.condition(one), label)
            return
        # A condition about a linked record is asked of the very alias its field comes from.
        tables = self.moment.policy.tables[seen.form.key]
        there = SqlFields(self.moment, tables, self.asker.holder(keys), None, joined=False)
        self._show(there.condition(one), label)

    def _show(self, column: ColumnElement[Any], label: str) -> None:
        if all(str(one.name) != label for one in self.shown):
            self.shown.append(column.label(label))

    def _can(self, verb: str) -> str | bool:
        rule = self.rights.row(self.plan.form, verb)
        here = self.rights.row(self.plan.form, self.plan.verb)
        if rule.is_none or rule.is_all:
            return not rule.is_none
        if not rule.within and rule.alternatives() == here.alternatives():
            return True
        predicate = self.trusted.reached(replace(rule, within=()), joins=True)
        if predicate is None:
            return True
        self._show(predicate, f"_can_{verb}")
        return f"_can_{verb}"

    def _sort_outputs(self) -> tuple[tuple[str, ValueReader], ...]:
        found = []
        for at, key in enumerate(self.plan.sort):
            path = key.removeprefix("-")
            shape = self._sort_shape(path, "/sort")
            column = self.asker.column(tuple(path.split(".")))
            self._show(column, f"_k{at}")
            found.append((f"_k{at}", shape.type.json_reader(self.moment.dialect, shape.config)))
        return (*found, ("id", None))

    def _sort_shape(self, path: str, here: str) -> FieldShape:
        shape = self.guard.use(self.shape, path, here).shape
        if not shape.type.is_sortable or shape.sensitive or shape.value_type in UNSORTED:
            raise Rejected(NOT_SORTABLE.at(here, label=shown_label(shape, path)))
        return shape

    def _sort_columns(self) -> list[ColumnElement[Any]]:
        return [self.asker.column(tuple(key.removeprefix("-").split("."))) for key in self.plan.sort]

    def _order(self) -> list[ColumnElement[Any]]:
        downs = [key.startswith("-") for key in self.plan.sort]
        return _ordered([*self._sort_columns(), self.asker.table.c.id], downs)

    def _beyond(self) -> ColumnElement[bool]:
        """Return what comes after the cursor: blanks come first upwards and last downwards."""
        columns = self._sort_columns()
        downs = [k.startswith("-") for k in self.plan.sort]
        blanks = list(self.plan.after or ())
        columns.append(self.asker.table.c.id)
        downs.append(downs[-1] if downs else False)
        blanks.append(False)
        values = [bound(f"k{at}", column.type) for at, column in enumerate(columns)]
        if len(columns) == 2 and not blanks[0] and downs[0] == downs[1]:
            return self._after_pair(columns, values, downs[0])
        parts: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for column, value, down, blank in zip(columns, values, downs, blanks, strict=True):
            further = _further(column, value, down, blank)
            if further is not None:
                parts.append(and_(*same, further))
            same.append(column.is_(None) if blank else column == value)
        return or_(*parts)

    def _after_pair(
        self, columns: list[ColumnElement[Any]], values: list[Any], down: bool
    ) -> ColumnElement[bool]:
        # A row comparison is what an index on both columns can jump to.
        pair, mark = tuple_(*columns), tuple_(*values)
        if not down:
            return pair > mark
        never_blank = self.plan.sort[0].removeprefix("-") in NEVER_BLANK
        return pair < mark if never_blank else or_(pair < mark, columns[0].is_(None))

    def _groups(self) -> Statement:
        keys, readers = [], []
        for path in self.plan.group:
            shape = self._sort_shape(path, "/by")
            keys.append(self.asker.column(tuple(path.split("."))))
            readers.append(self._value_reader(shape))
        totals = [self._total(at, one) for at, one in enumerate(self.plan.aggregates)]
        wanted = self.conditions()
        count = func.count(self.asker.table.c.id).label("count")
        columns: list[ColumnElement[Any]] = [key.label(f"g{at}") for at, key in enumerate(keys)]
        columns += [count, *(column for total in totals for column in total.columns)]
        statement = select(*columns).select_from(self.asker.source()).where(*wanted)
        if keys:
            statement = statement.group_by(*keys).order_by(count.desc(), *keys).limit(MOST_GROUPS)
        return Statement(prepare(statement, self.moment.dialect), partial(read_groups, readers, totals))

    def _value_reader(self, shape: FieldShape) -> ValueReader:
        made = shape.type.reader if self.plan.python else shape.type.json_reader
        return made(self.moment.dialect, shape.config)

    def _total(self, at: int, given: tuple[str, str, str]) -> Total:
        name, function, path = given
        if path in ("", "*") and function == "count":
            return Total(name, "rows", (), None)
        here = f"/totals/{name}"
        shape = self.guard.use(self.shape, path, here).shape
        choices = (
            () if shape.sensitive or shape.value_type == "rows" else shape.type.aggregates & set(AGGREGATES)
        )
        if function not in choices:
            words = {"function": function, "choices": ", ".join(sorted(choices)) or "–"}
            raise Rejected(BAD_AGGREGATE.at(here, label=shown_label(shape, path), **words))
        column = self.asker.column(tuple(path.split(".")))
        return total(f"t{at}", name, function, column, self._value_reader(shape), self.moment.dialect)

    def _count(self) -> Statement:
        wanted = self.conditions()
        inner: Select[Any] = select(literal_column("1")).select_from(self.asker.source()).where(*wanted)
        capped = inner.limit(bound("limit", Integer())).subquery()
        statement = select(func.count().label("count")).select_from(capped)
        return Statement(prepare(statement, self.moment.dialect), read_count)


def _ordered(columns: Sequence[ColumnElement[Any]], downs: Sequence[bool]) -> list[ColumnElement[Any]]:
    """Return what to order by: blanks first upwards and last downwards, the last column as the one before it."""
    ways = (*downs, downs[-1] if downs else False)
    return [
        column.desc().nulls_last() if down else column.asc().nulls_first()
        for column, down in zip(columns, ways, strict=True)
    ]


def _sides(rule: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    """Return the parts of a predicate of which one must hold; nothing for other predicates."""
    inner = rule.element if isinstance(rule, Grouping) else rule
    if isinstance(inner, BooleanClauseList) and inner.operator is operators.or_:
        return [part for clause in inner.clauses for part in (_sides(clause) or (clause,))]
    return ()


def read_count(rows: Sequence[Row], _keys: Keys | None) -> list[Record]:
    """Return `[{"count": n}]`."""
    return [{"count": int(rows[0][0])}]


def item_shape(form: FormShape, key: str, name: str) -> FieldShape:
    """Return a column of a structured field's item table as a field. Rejected where there is none."""
    outer = form.field(key)
    for one in outer.item_columns if outer is not None else ():
        if one.key == name:
            return FieldShape(name, one.value_type, {}, {"zh": name, "en": name})
    raise Rejected(NOT_SORTABLE.at("", label={"zh": name, "en": name}))


def _further(column: ColumnElement[Any], value: Any, down: bool, blank: bool) -> ColumnElement[bool] | None:
    if down:
        return None if blank else or_(column < value, column.is_(None))
    return column.is_not(None) if blank else column > value


UNSORTED = frozenset(
    {"rows", "files", "structured", "geo", "choices", "references", "persons", "date_range", "time_range"}
)
NEVER_BLANK = frozenset({"id", "created_at", "updated_at", "revision"})
