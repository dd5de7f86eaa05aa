"""Fields in SQL: columns of a form's table, joins along links, sub-selects for what is worked out when read.

Two readings of the same field: the trusted one (`rights` is None) for row rules, which an author wrote for everybody;
and the asker's own, where a link leads only to records that the asker may see and a rollup counts only those.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, Text, and_, case, false, null, or_, select
from sqlalchemy.sql import Select
from sqlalchemy.types import TypeEngine

from engine.access.actor import Actor
from engine.access.amounts import aggregated, in_units, settled
from engine.access.binds import actor_values, bound, clock_values
from engine.access.copies import none_unseen, says_of
from engine.access.levels import Condition
from engine.access.policy import Policy, Rights
from engine.access.row_sql import RowSql
from engine.access.rules import RowRule
from engine.access.type_scope import MOST_HOPS, PLACES, ShapeTypes, has_places, shadow_of, walk
from engine.definitions.shape import FieldShape, FormShape
from engine.definitions.tables import RANGES, FormTables, column_type
from engine.expressions import check, parse
from engine.expressions.sql import Rows, to_condition, to_sql
from engine.expressions.types import DATE, DATETIME, ExprType
from engine.problems import Code, Rejected

NOT_IN_SQL = Code(
    "access.not_in_sql",
    zh="字段“{field}”不能用于列表的筛选、排序或计算",
    en="The field “{field}” cannot be used to filter, sort or compute in lists",
    hint_zh="加密字段和子表整体只能查看；请改用其他字段",
    hint_en="Encrypted fields and whole sub-tables can only be looked at; use another field",
)


MINE = "_mine"


class Moment:
    """What one statement is built for: database, asker, instant."""

    def __init__(self, policy: Policy, actor: Actor, now: datetime, dialect: str) -> None:
        self.policy, self.actor, self.now, self.dialect = policy, actor, now, dialect
        self.asked: set[str] = set()
        """What formulas asked while a statement was built: "today", "actor". Its text holds the answers."""

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What the scopes and clocks of statements are filled with."""
        return {**actor_values(self.actor, self.dialect), **clock_values(self.now, self.today, self.dialect)}

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.actor.zone)).date()

    def answers(self, asked: Iterable[str]) -> tuple[Any, ...]:
        """Return what was answered, for telling statements apart."""
        facts = {"today": self.today, "actor": self.actor}
        return tuple(facts[name] for name in sorted(asked))


class SqlFields:
    """The fields of one alias of a form's table; a `SqlScope` for formulas.

    `joins` collects what the paths asked for so far need, in order; with `joined=False` links become sub-selects,
    for places that cannot join. `rights`: whose reading; None for the trusted one.
    """

    def __init__(
        self,
        moment: Moment,
        tables: FormTables,
        table: FromClause | None = None,
        rights: Rights | None = None,
        *,
        joins: list[tuple[FromClause, ColumnElement[bool]]] | None = None,
        joined: bool = True,
        parent: "SqlFields | None" = None,
        depth: int = 0,
    ) -> None:
        self.moment, self.tables, self.rights = moment, tables, rights
        self.table: FromClause = tables.table if table is None else table
        self.joins = [] if joins is None else joins
        self._linked: dict[str, SqlFields] = {}
        self._joined, self._parent, self._depth = joined, parent, depth

    @property
    def shape(self) -> FormShape:
        return self.tables.shape

    @property
    def dialect(self) -> str:
        return self.moment.dialect

    @property
    def today(self) -> date:
        self.moment.asked.add("today")
        return self.moment.today

    @property
    def zone(self) -> str:
        return self.moment.actor.zone

    @property
    def actor(self) -> Mapping[str, Any]:
        self.moment.asked.add("actor")
        return self.moment.actor.facts

    def clock(self, name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """Return "now" or "today" as what every run of the statement fills in."""
        return bound(name, type_, self.moment.values[name])

    @property
    def own_by(self) -> tuple[str, ...]:
        """Return the fields that `OWN()` compares: those that hold one id, and one that stands for all lists."""
        held = [self.shape.field(key) for key in self.shape.own_by]
        kept = [field for field in held if field is not None and field.stored and not field.sensitive]
        one = [field.key for field in kept if field.value_type in ("person", "reference")]
        many = any(field.key in self.tables.items for field in kept)
        return (*one, MINE) if many else tuple(one)

    def _mine(self) -> ColumnElement[Any]:
        """Return the asker's id where a list field that makes a record someone's own holds him."""
        builder = RowSql(self.tables, self.table, self.dialect, self.moment.values)
        mine = or_(false(), *builder.owned(by_team=False))
        return case((mine, bound("me", Text(), self.moment.values["me"])), else_=null())

    def source(self) -> FromClause:
        """Return the table with every join that was needed so far."""
        found = self.table
        for table, on in self.joins:
            found = found.outerjoin(table, on)
        return found

    def column(self, path: tuple[str, ...]) -> ColumnElement[Any]:
        """Return the value at `path`, for one record; many values (through sub-tables) come only from aggregates."""
        key, rest = path[0], path[1:]
        if path == (MINE,):
            return self._mine()
        if rest and key == "form" and self._parent is not None:
            return self._parent.column(rest)
        if not rest and self._is_end(key):
            return self.table.c[key]
        if not rest and key.endswith(PLACES):
            return self._place(key)
        field = self.shape.field(key)
        if field is None:
            raise Rejected(NOT_IN_SQL.at("", field=".".join(path)))
        if not rest:
            return self._own(field)
        if field.value_type != "reference":
            raise Rejected(NOT_IN_SQL.at("", field=".".join(path)))
        return self._through(field, rest)

    def _is_end(self, key: str) -> bool:
        """Return whether `key` is the shadow column of one end of a range, or a business date; no field is called so."""
        if key == "created_at__d":
            return self.shape.parent is None
        shadow = key.endswith(("__from", "__to", "__d"))
        field = self.shape.field(key.rpartition("__")[0]) if shadow else None
        return field is not None and field.stored and f"{key}" in self.table.c

    def _place(self, key: str) -> ColumnElement[Any]:
        """Return the province, city or district of an address."""
        base, step = shadow_of(key)
        field = self.shape.field(base)
        if field is None or not has_places(field) or base not in self.tables.items:
            raise Rejected(NOT_IN_SQL.at("", field=key))
        items = self.tables.items[base].alias()
        mine = items.c.record_id == self.table.c.id
        return select(items.c[step.removeprefix("__")]).where(mine).limit(1).scalar_subquery()

    def ends(self, path: tuple[str, ...]) -> tuple[ExprType, ColumnElement[Any], ColumnElement[Any]] | None:
        """Return the kind and the columns of both ends of the range at `path`, read as that field itself is."""
        if len(path) > 1 and path[0] == "form" and self._parent is not None:
            return self._parent.ends(path[1:])
        steps = walk(self.moment.policy.shapes, self.shape, path)
        if steps is None or steps[-1][1].value_type not in RANGES:
            return None
        shape, field = steps[-1]
        if field.formula is not None and not field.stored:
            types = ShapeTypes(self.moment.policy.shapes, shape)
            root = check(parse(field.formula), types).root
            return self.ends((*path[:-1], *root.value)) if root.kind == "field" else None
        if not field.stored or field.sensitive:
            return None
        kind = DATE if RANGES[field.value_type] == "date" else DATETIME
        start, end = (self.column((*path[:-1], f"{field.key}__{name}")) for name in ("from", "to"))
        return kind, start, end

    def holder(self, path: tuple[str, ...]) -> FromClause:
        """Return the table that holds the field at `path`; links on the way are joined."""
        here = self
        for key in path[:-1]:
            if key not in here._linked:
                here.column((key, "id"))
            here = here._linked[key]
        return here.table

    def _own(self, field: FieldShape) -> ColumnElement[Any]:
        if field.rollup is not None and not field.stored:
            return self._rollup(field)
        if field.formula is not None and not field.stored:
            return self._formula(field)
        if column_type(field) is None or field.sensitive:
            raise Rejected(NOT_IN_SQL.at("", field=field.key))
        found: ColumnElement[Any] = self.table.c[field.key]
        forms = self.rights.looks_through(self.shape, field) if field.kept and self.rights else ()
        return found if not forms else case((self._reached_all(found, forms), found))

    def _reached_all(self, snapshot: ColumnElement[Any], forms: Iterable[str]) -> ColumnElement[bool]:
        """Return whether the asker reaches every record that a snapshot was read through."""
        found = [says_of(snapshot, self.dialect)]
        for form in forms:
            tables = self.moment.policy.tables.get(form)
            there = self.beyond(tables) if tables is not None else None
            seen = there.seen("view") if there is not None else false()
            if there is not None and seen is not None:
                found.append(none_unseen(snapshot, form, self.dialect, there.table, seen))
        return and_(*found)

    def rows(self, paths: tuple[tuple[str, ...], ...]) -> Rows | None:
        """Return the child rows or linked records that all `paths` lead through; None where they do not."""
        heads = {path[0] for path in paths}
        field = self.shape.field(next(iter(heads))) if len(heads) == 1 else None
        if field is None or any(len(path) < 2 for path in paths):
            return None
        if field.rows is not None:
            tables = self.tables.rows[field.key]
            there = SqlFields(
                self.moment, tables, tables.table.alias(), self.rights, parent=self, depth=self._depth + 1
            )
            columns = tuple(there.column(path[1:]) for path in paths)
            mine = there.table.c.record_id == self.table.c.id
            return Rows(there.source(), columns, mine, there.table.c.position)
        if field.value_type == "references" and field.key in self.tables.items:
            return self._linked_rows(field, paths)
        return None

    def _linked_rows(self, field: FieldShape, paths: tuple[tuple[str, ...], ...]) -> Rows | None:
        tables = self.moment.policy.tables.get(str(field.config.get("to")))
        if tables is None:
            return None
        items = self.tables.items[field.key].alias()
        there = self.beyond(tables)
        there._joined = True
        columns = tuple(there.column(path[1:]) for path in paths)
        on = all_of(there.table.c.id == items.c.value, there.seen("view"))
        source: FromClause = items.join(there.table, on)
        for table, condition in there.joins:
            source = source.outerjoin(table, condition)
        return Rows(source, columns, items.c.record_id == self.table.c.id, items.c.position)

    def _formula(self, field: FieldShape) -> ColumnElement[Any]:
        if self._depth > 2 * MOST_HOPS:
            raise Rejected(NOT_IN_SQL.at("", field=field.key))
        types = ShapeTypes(self.moment.policy.shapes, self.shape, parent=self._parent_key())
        scope = self._reading(field)
        made = to_sql(check(parse(field.formula or ""), types), scope)
        return settled(made, field.type.column(field.config), self.dialect, self.zone)

    def _reading(self, field: FieldShape) -> "SqlFields":
        """Return the scope a computed field is worked out in: an open one reads with the author's eyes."""
        rights = None if field.config.get("open") is True else self.rights
        scope = SqlFields(
            self.moment, self.tables, self.table, rights,
            joined=False, parent=self._parent, depth=self._depth + 1,
        )  # fmt: skip
        if rights is self.rights and self._joined:
            scope.joins, scope._linked, scope._joined = self.joins, self._linked, True
        return scope

    def _parent_key(self) -> str | None:
        return self._parent.shape.key if self._parent is not None else None

    def _through(self, field: FieldShape, rest: tuple[str, ...]) -> ColumnElement[Any]:
        target = str(field.config.get("to"))
        tables = self.moment.policy.tables.get(target)
        if tables is None or self._depth > 2 * MOST_HOPS:
            raise Rejected(NOT_IN_SQL.at("", field=".".join((field.key, *rest))))
        link = self._own(field)
        if not self._joined:
            there = self.beyond(tables)
            value = there.column(rest)
            wanted = all_of(there.table.c.id == link, there.seen("view"))
            chosen = select(value).select_from(there.source()).where(wanted)
            return chosen.correlate_except(*_tables(there)).scalar_subquery()
        known = self._linked.get(field.key)
        if known is None:
            known = self._linked[field.key] = self.beyond(tables)
            # One list of joins for the whole statement, in the order they depend on one another.
            self.joins.append((known.table, all_of(known.table.c.id == link, known.seen("view"))))
            known.joins, known._joined = self.joins, True
        return known.column(rest)

    def beyond(self, tables: FormTables) -> "SqlFields":
        """Return the fields of another form, under an alias of their own, for whoever reads these."""
        alias = tables.table.alias()
        return SqlFields(self.moment, tables, alias, self.rights, joined=False, depth=self._depth + 1)

    def seen(self, verb: str) -> ColumnElement[bool] | None:
        """Return which records the asker reaches; None: all, or a trusted reading."""
        if self.rights is None:
            return None
        return self.reached(self.rights.row(self.shape.key, verb))

    def reached(self, rule: RowRule, joins: bool = False) -> ColumnElement[bool] | None:
        """Return a row rule as a predicate. Its formulas are read with trust; links in them may join."""
        scope = SqlFields(self.moment, self.tables, self.table, None, joined=False, depth=self._depth)
        if joins and self.rights is None:
            scope = self
        builder = RowSql(self.tables, self.table, self.dialect, self.moment.values)
        return builder.predicate(rule, scope.condition)

    def condition(self, one: Condition) -> ColumnElement[bool]:
        """Return a condition as a predicate."""
        return to_condition(one.checked, self)

    def _rollup(self, field: FieldShape) -> ColumnElement[Any]:
        rollup = field.rollup or {}
        of = self.moment.policy.tables.get(str(rollup.get("of")))
        if of is None or self._depth > 2 * MOST_HOPS:
            raise Rejected(NOT_IN_SQL.at("", field=field.key))
        rights = None if field.config.get("open") is True else self.rights
        there = SqlFields(
            self.moment, of, of.table.alias(), rights,
            joined=False, parent=self, depth=self._depth + 1,
        )  # fmt: skip
        wanted: list[ColumnElement[bool]] = [there.table.c.deleted_at.is_(None)]
        if rollup.get("by"):
            mine = self.column((str(rollup["mine"]),)) if rollup.get("mine") else self.table.c.id
            wanted.append(there.column((str(rollup["by"]),)) == mine)
        seen = there.seen("view")
        if seen is not None:
            wanted.append(seen)
        if rollup.get("where"):
            types = ShapeTypes(self.moment.policy.shapes, of.shape, parent=self.shape.key)
            wanted.append(to_condition(check(parse(str(rollup["where"])), types), there))
        value = there.column((str(rollup["field"]),)) if rollup.get("field") else there.table.c.id
        chosen = rolled_up(str(rollup["aggregate"]), value, there.table, and_(*wanted), self.dialect, field)
        return chosen.correlate_except(there.table).scalar_subquery()


def rolled_up(
    name: str,
    value: ColumnElement[Any],
    table: FromClause,
    where: ColumnElement[bool],
    dialect: str,
    field: FieldShape,
) -> Select[Any]:
    """Return the select of one aggregate, in the raw form that the rollup field's own type reads."""
    if name in ("first", "last"):
        order = table.c.created_at.asc() if name == "first" else table.c.created_at.desc()
        shown = in_units(value, value.type, field.type.column(field.config), dialect)
        return select(shown).where(where, value.is_not(None)).order_by(order, table.c.id).limit(1)
    return select(aggregated(name, value, field.type.column(field.config), dialect)).where(where)


def all_of(*parts: ColumnElement[bool] | None) -> ColumnElement[bool]:
    """Return the conditions that there are as one."""
    return and_(*(part for part in parts if part is not None))


def _tables(fields: SqlFields) -> list[FromClause]:
    return [fields.table, *(table for table, _ in fields.joins)]
