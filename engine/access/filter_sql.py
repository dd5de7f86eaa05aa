"""Structured filters as SQL predicates, by value type; every value a parameter that each run fills."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    FromClause,
    Integer,
    Text,
    and_,
    cast,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import Select

from engine.access.account_tables import USERS
from engine.access.binds import bound, is_one_of
from engine.access.filters import Group, Leaf
from engine.access.sql_fields import SqlFields
from engine.definitions.shape import FieldShape
from engine.definitions.tables import MANY, RANGES

Find = Callable[[str], "Found"]
MOST_TESTS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: or_(a.is_(None), a != b),
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
}
"""A blank is unlike everything, and neither more nor less than anything."""


class Found:
    """A field in SQL for filters: its column, and what else the table keeps beside it."""

    def __init__(self, shape: FieldShape, fields: SqlFields, path: tuple[str, ...]) -> None:
        self.shape, self.fields, self.path = shape, fields, path

    @property
    def column(self) -> ColumnElement[Any]:
        return self.fields.column(self.path)

    @property
    def owner(self) -> FromClause:
        """The table that holds the field's column: the form's own or a linked one's."""
        return self.fields.holder(self.path)

    def beside(self, suffix: str) -> ColumnElement[Any] | None:
        """Return a shadow column of the field, where the table keeps it."""
        found: ColumnElement[Any] | None = self.owner.c.get(f"{self.path[-1]}__{suffix}")
        return found


class FilterSql:
    """Turns a filter's shape into a predicate over `fields`; `find` gives the shape of a path."""

    def __init__(self, fields: SqlFields, find: Callable[[str], FieldShape], within: "Inner") -> None:
        self._fields, self._find, self._within = fields, find, within
        self._dialect = fields.dialect

    def group(self, group: Group) -> ColumnElement[bool]:
        """Return the predicate of a group; an empty one holds for every record."""
        parts = [self.group(item) if isinstance(item, Group) else self.leaf(item) for item in group.items]
        if not parts:
            return true()
        return and_(*parts) if group.op == "and" else or_(*parts)

    def leaf(self, leaf: Leaf) -> ColumnElement[bool]:
        """Return the predicate of one comparison."""
        path = tuple(leaf.path.split("."))
        found = Found(self._find(leaf.path), self._fields, path)
        kind = found.shape.value_type
        if leaf.inner is not None:
            return self._within.predicate(found, leaf.inner)
        if found.shape.sensitive:
            return self._sealed(found, leaf)
        if leaf.op in ("empty", "not_empty"):
            return self._empty(found, leaf.op == "empty")
        if leaf.op.startswith("count_"):
            return MOST_TESTS[leaf.op[6:]](self._count(found), bound(leaf.values[0], Integer()))
        if leaf.op in ("me", "my_team", "my_branch"):
            return self._person(found, leaf.op)
        if leaf.op == "subtree":
            return self._below(found, leaf)
        if leaf.op == "first":
            return self._in(self._first(found), leaf)
        if kind in ("choices", "references", "persons"):
            return self._many(found, leaf)
        if kind in RANGES:
            return self._range(found, leaf)
        if kind == "geo":
            return self._near(found, leaf)
        if leaf.op == "name_contains":
            return self._file_named(found, leaf)
        plain = self._plain(found, leaf)
        index = found.beside("u") if leaf.folded else None
        # What is the same is the same when folded: the index of unique values narrows the search to a few.
        return plain if index is None else and_(is_one_of(index, leaf.folded, self._dialect), plain)

    def _plain(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        if leaf.op in ("contains", "not_contains"):
            return self._contains(found, leaf)
        if leaf.op == "anniversary":
            return self._anniversary(found, leaf)
        column = found.column
        if leaf.op in ("true", "false"):
            return column.is_(true()) if leaf.op == "true" else column.is_(false())
        if leaf.op in ("in", "not_in"):
            chosen = self._in(column, leaf)
            return chosen if leaf.op == "in" else or_(column.is_(None), not_(chosen))
        values = [bound(name, column.type) for name in leaf.values]
        if leaf.op in ("between", "span", "not_span"):
            inside = self._between(column, values, leaf.size, leaf.op == "between")
            return or_(column.is_(None), not_(inside)) if leaf.op == "not_span" else inside
        return MOST_TESTS[leaf.op](column, values[0])

    def _in(self, column: ColumnElement[Any], leaf: Leaf) -> ColumnElement[bool]:
        if leaf.size == -1:
            return is_one_of(column, leaf.values[0], self._dialect)
        return or_(*(column == bound(name, column.type) for name in leaf.values))

    @staticmethod
    def _between(column: Any, values: list[Any], size: int, closed: bool) -> ColumnElement[bool]:
        both = size == 3 or len(values) == 2
        parts = []
        if both or size == 1:
            parts.append(column >= values[0])
        if both or size == 2:
            parts.append(column <= values[-1] if closed else column < values[-1])
        return and_(*parts)

    def _contains(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        # The search key of a name holds pinyin too, which is for searching, not for "contains".
        folded = found.beside("s") if found.shape.search in ("text", "code") else None
        column = func.lower(found.column) if folded is None else folded
        if folded is not None and found.shape.search == "text" and leaf.size == 1:
            column = folded
        matches = column.like(bound(leaf.values[0], Text()), escape="\\")
        if leaf.op == "contains":
            return matches
        return or_(found.column.is_(None), not_(matches))

    def _anniversary(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        column = found.column
        if found.shape.value_type == "datetime":
            day = found.beside("d")
            column = column if day is None else day
        if self._dialect == "postgresql":
            month_day: ColumnElement[Any] = func.to_char(cast(column, Date()), "MMDD", type_=Text())
        else:
            month_day = func.substr(column, 6, 2, type_=Text()).concat(
                func.substr(column, 9, 2, type_=Text())
            )
        return is_one_of(month_day, leaf.values[0], self._dialect)

    def _empty(self, found: Found, wanted: bool) -> ColumnElement[bool]:
        if found.shape.value_type == "rows":
            there = self._within.any_row(found)
            return not_(there) if wanted else there
        column = found.column
        is_text = found.shape.value_type == "text" and not found.shape.stored
        blank = or_(column.is_(None), column == "") if is_text else column.is_(None)
        return blank if wanted else not_(blank)

    def _sealed(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        mark = found.beside("b")
        assert mark is not None, found.shape.key
        if leaf.op in ("empty", "not_empty"):
            return mark.is_(None) if leaf.op == "empty" else mark.is_not(None)
        return or_(*(mark == bound(name, Text()) for name in leaf.values))

    def _person(self, found: Found, op: str) -> ColumnElement[bool]:
        values = self._fields.moment.values

        def test(column: ColumnElement[Any]) -> ColumnElement[bool]:
            if op == "me":
                return column == bound("me", Text(), values["me"])
            if op == "my_team":
                return is_one_of(column, "team", self._dialect, values["team"])
            here = is_one_of(USERS.c.branch_id, "branches", self._dialect, values["branches"])
            return column.in_(select(USERS.c.id).where(here))

        return self._any_of(found, test) if found.shape.value_type == "persons" else test(found.column)

    def _many(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        if leaf.op in ("has_any", "has_none"):
            has = self._any_of(found, lambda column: self._in(column, leaf))
            return has if leaf.op == "has_any" else not_(has)
        each = [self._any_of(found, partial(_equals, name)) for name in leaf.values]
        if leaf.op == "exactly":
            return and_(self._count(found) == literal_column(str(leaf.size)), *each)
        return and_(*each)

    def _any_of(
        self, found: Found, test: Callable[[ColumnElement[Any]], ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Return whether any item of a list field passes `test`."""
        if (
            len(found.path) == 1
            and found.shape.value_type in MANY
            and found.path[0] in self._fields.tables.items
        ):
            items = self._fields.tables.items[found.path[0]].alias()
            return self._fields.table.c.id.in_(select(items.c.record_id).where(test(items.c.value)))
        column = cast(found.column, JSONB()) if self._dialect == "postgresql" else cast(found.column, Text())
        name = "jsonb_array_elements_text" if self._dialect == "postgresql" else "json_each"
        each = getattr(func, name)(column).table_valued("value")
        return select(literal_column("1")).select_from(each).where(test(each.c.value)).exists()

    def _count(self, found: Found) -> ColumnElement[Any]:
        if found.shape.value_type == "rows":
            return self._within.count(found)
        if found.shape.value_type == "structured" and found.path[0] in self._fields.tables.items:
            items = self._fields.tables.items[found.path[0]].alias()
            counted = select(func.count()).where(items.c.record_id == self._fields.table.c.id)
            return counted.correlate_except(items).scalar_subquery()
        length = func.jsonb_array_length if self._dialect == "postgresql" else func.json_array_length
        return func.coalesce(length(found.column, type_=Integer()), literal_column("0"))

    def _range(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        start, end = found.beside("from"), found.beside("to")
        assert start is not None, found.shape.key
        assert end is not None, found.shape.key
        values = [bound(name, start.type) for name in leaf.values]
        if leaf.op == "lt":
            return end < values[0]
        if leaf.op == "ge":
            return start >= values[0]
        parts = [or_(start.is_not(None), end.is_not(None))]
        if leaf.op == "covers":
            return and_(
                *parts, or_(start.is_(None), start <= values[0]), or_(end.is_(None), end >= values[1])
            )
        if leaf.size in (1, 3):
            parts.append(or_(end.is_(None), end >= values[0]))
        if leaf.size in (2, 3):
            parts.append(or_(start.is_(None), start < values[-1]))
        return and_(*parts)

    def _first(self, found: Found) -> ColumnElement[Any]:
        """Return the first item of a list field."""
        if self._dialect == "postgresql":
            return func.jsonb_extract_path_text(cast(found.column, JSONB()), "0", type_=Text())
        return func.json_extract(cast(found.column, Text()), "$[0]", type_=Text())

    def _below(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        """Return whether the value is one of those given or stands below one of them."""
        if found.shape.value_type == "structured":
            return self._placed(found, leaf)
        table = self._fields.moment.policy.tables[str(found.shape.config.get("to"))].table
        top, lower = table.alias(), table.alias()
        # UNION, not UNION ALL: a record that stands below itself ends the search.
        below = (
            select(top.c.id).where(self._in(top.c.id, leaf)).cte(f"below_{leaf.values[0]}", recursive=True)
        )
        below = below.union(select(lower.c.id).join(below, lower.c[found.shape.tree or ""] == below.c.id))
        inside = select(below.c.id)
        if found.shape.value_type == "references":
            return self._any_of(found, lambda column: column.in_(inside))
        return found.column.in_(inside)

    def _placed(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        """Return whether an item has a code that begins with one of those given."""
        if len(found.path) > 1:
            # Behind a link only the value itself is at hand.
            if self._dialect == "postgresql":
                code = func.jsonb_extract_path_text(cast(found.column, JSONB()), "code", type_=Text())
            else:
                code = func.json_extract(cast(found.column, Text()), "$.code", type_=Text())
            return or_(*(code.like(bound(name, Text())) for name in leaf.values))
        items = self._fields.tables.items[found.path[0]].alias()
        matches = or_(*(items.c.code.like(bound(name, Text())) for name in leaf.values))
        return self._fields.table.c.id.in_(select(items.c.record_id).where(matches))

    def _near(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        column = found.column
        lng, lat, squeeze, most = (bound(name, Float()) for name in leaf.values)

        def part(key: str) -> ColumnElement[Any]:
            if self._dialect == "postgresql":
                return cast(func.jsonb_extract_path_text(cast(column, JSONB()), key), Float())
            return cast(func.json_extract(cast(column, Text()), f"$.{key}"), Float())

        east, north = part("lng") - lng, part("lat") - lat
        return east * east * squeeze + north * north <= most

    def _file_named(self, found: Found, leaf: Leaf) -> ColumnElement[bool]:
        pattern = bound(leaf.values[0], Text())
        if self._dialect == "postgresql":
            each = func.jsonb_array_elements(cast(found.column, JSONB())).table_valued("value")
            name: ColumnElement[Any] = func.jsonb_extract_path_text(cast(each.c.value, JSONB()), "name")
        else:
            each = func.json_each(cast(found.column, Text())).table_valued("value")
            name = func.json_extract(each.c.value, "$.name")
        matches = func.lower(name, type_=Text()).like(pattern, escape="\\")
        return select(literal_column("1")).select_from(each).where(matches).exists()


def _equals(name: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column == bound(name, Text())


class Inner:
    """What lies behind a field: linked records, sub-table rows, items of a structured value."""

    def __init__(self, fields: SqlFields, finder: Callable[[str, str], Callable[[str], FieldShape]]) -> None:
        self._fields, self._finder = fields, finder

    def predicate(self, found: Found, group: Group) -> ColumnElement[bool]:
        """Return whether anything behind the field, that the asker may see, meets the group."""
        if found.shape.value_type in ("reference", "references"):
            return self._linked(found, group)
        if found.shape.value_type == "rows":
            rows = self._rows(found)
            test = FilterSql(rows, self._finder("rows", found.path[0]), Inner(rows, self._finder))
            return self.any_row(found, rows, test.group(group))
        items = self._fields.tables.items[found.path[0]].alias()
        scope = ItemFields(self._fields, items)
        test = FilterSql(scope, self._finder("items", found.path[0]), self)
        return self._fields.table.c.id.in_(select(items.c.record_id).where(test.group(group)))

    def _linked(self, found: Found, group: Group) -> ColumnElement[bool]:
        target = str(found.shape.config.get("to"))
        tables = self._fields.moment.policy.tables[target]
        there = SqlFields(self._fields.moment, tables, tables.table.alias(), self._fields.rights)
        test = FilterSql(there, self._finder("form", target), Inner(there, self._finder)).group(group)
        seen = there.seen("view")
        wanted = [test] if seen is None else [test, seen]
        chosen = select(there.table.c.id).select_from(there.source()).where(*wanted)
        if found.shape.value_type == "reference":
            return found.column.in_(chosen)
        items = self._fields.tables.items[found.path[0]].alias()
        return self._fields.table.c.id.in_(select(items.c.record_id).where(items.c.value.in_(chosen)))

    def _rows(self, found: Found) -> SqlFields:
        tables = self._fields.tables.rows[found.path[0]]
        return SqlFields(
            self._fields.moment, tables, tables.table.alias(), self._fields.rights, parent=self._fields
        )

    def any_row(
        self, found: Found, rows: SqlFields | None = None, test: ColumnElement[bool] | None = None
    ) -> ColumnElement[bool]:
        """Return whether the sub-table has a row, one that passes `test` where given."""
        rows = rows or self._rows(found)
        wanted = [rows.table.c.record_id == self._fields.table.c.id] + ([] if test is None else [test])
        found_row: Select[Any] = select(literal_column("1")).select_from(rows.source()).where(*wanted)
        return found_row.correlate_except(rows.table, *(table for table, _ in rows.joins)).exists()

    def count(self, found: Found) -> ColumnElement[Any]:
        """Return how many rows the sub-table has."""
        rows = self._rows(found)
        counted = select(func.count()).where(rows.table.c.record_id == self._fields.table.c.id)
        return counted.correlate_except(rows.table).scalar_subquery()


class ItemFields(SqlFields):
    """The columns of an item table, as fields."""

    def __init__(self, outer: SqlFields, items: FromClause) -> None:
        super().__init__(outer.moment, outer.tables, items, outer.rights)

    def column(self, path: tuple[str, ...]) -> ColumnElement[Any]:
        """Return an item column."""
        found: ColumnElement[Any] = self.table.c[path[0]]
        return found

    def holder(self, path: tuple[str, ...]) -> FromClause:
        """Return the item table."""
        return self.table
