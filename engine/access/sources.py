"""Sealed sources: what reports count over.

A source is a sub-select of one form (or of the rows of one of its sub-tables): the asker's row rule stands inside it,
and it shows nothing but the columns asked for, each of which the asker may read in full. A report is put together from
sources alone; `Gate.seal` refuses a statement that reads any other table.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    String,
    Subquery,
    and_,
    case,
    func,
    literal,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableClause, Values

from engine.access.amounts import is_number, settled, units
from engine.access.binds import Prepared, prepare
from engine.access.core import Core
from engine.access.deadlines import DEADLINES, deadlines
from engine.access.field_guard import Seen
from engine.access.policy import Rights
from engine.access.query import Keys, Record, Row, ScopedQuery, seal_query
from engine.access.spans import (
    ALWAYS_OPEN,
    OPEN_HOURS,
    Between,
    End,
    arrival,
    open_time,
    seconds_at,
    wall,
)
from engine.access.sql_fields import Moment, SqlFields, all_of
from engine.access.stays import KEPT, LOG, SUFFIX, mentions, seconds_of, stays, value_in
from engine.access.type_scope import PLACES, SourceTypes, shadow_of
from engine.definitions.shape import FieldShape
from engine.definitions.tables import TEXT, FormTables
from engine.expressions import Checked, check
from engine.expressions.nodes import Node
from engine.expressions.sql import to_condition, to_sql
from engine.expressions.types import BOOL
from engine.problems import Code, Problem, Rejected
from engine.text import Words
from engine.value_type import VALUE_TYPES

NO_ACCESS_VALUE = "(no access)"
"""Stands for what lies behind a link to a record that the asker may not see; the fact itself is counted."""
LISTS = frozenset({"choices", "references", "persons"})
FORMULA_SCALE = 6
"""Decimals that a number worked out from a record is kept with."""
MOST_WANTED = 200
UNFIT = frozenset({"rows", "files", "structured", "geo", "date_range", "time_range"})
PLAIN_LITERAL = re.compile(r"^([*]|-?[0-9]{1,20})$")
ALLOWED_FUNCTIONS = frozenset(
    "count sum min max avg coalesce nullif abs round floor row_number rank dense_rank ntile lag lead first_value "
    "last_value date_trunc date_part extract strftime substr printf date datetime julianday cast length lower "
    "greatest least timezone make_interval to_char concat julianday trunc percentile_disc mod".split()
)

NOT_A_COLUMN = Code(
    "report.not_a_column",
    zh="“{label}”不能用于报表的分组或计算",
    en="“{label}” cannot be grouped by or computed with in reports",
    hint_zh="加密字段、附件、子表整体等只能查看；请改用其他字段",
    hint_en="Encrypted fields, files and whole sub-tables can only be looked at; use another field",
)
NO_ROWS = Code(
    "report.no_rows",
    zh="“{form}”没有子表“{field}”",
    en="“{form}” has no sub-table “{field}”",
    hint_zh="您是不是要：{nearest}",
    hint_en="Did you mean: {nearest}",
)


Reader = Callable[[Sequence[Row], Keys | None], list[Record]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column of a source: a field by its path, or a formula over one record.

    `each`: one row for each item of a list field (tags), one blank row where there is none. `condition`: the formula
    is true or not. Inside a sub-table's source `form.x` is the record that the rows belong to.
    """

    path: str = ""
    formula: Node | None = None
    text: str = ""
    condition: bool = False
    each: bool = False
    level: int | None = None
    """Of a list that is a way down a tree (a category): the step so many down, the first is 1."""
    at: str = ""
    """Where the author wrote it, for problems."""
    between: Between | None = None
    """How long something took, in seconds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column of a source holds. `units`: how many decimals its raw integers have (0: none, or raw is NUMERIC)."""

    value_type: str
    config: Mapping[str, Any] = field(default_factory=dict)
    label: Words = field(default_factory=dict)
    units: int = 0
    scale: int = 0
    """Decimals that a value of it is shown with."""

    @property
    def target(self) -> str | None:
        """Return the form (or "user") that its values are records of."""
        if self.value_type in ("person", "persons"):
            return "user"
        return str(self.config.get("to")) if self.value_type in ("reference", "references") else None


@dataclass(frozen=True, eq=False)
class Source:
    """A sealed sub-select. `table` and its columns may stand in a statement; what is inside may not be changed."""

    form: str
    table: Subquery
    kinds: Mapping[str, Kind]
    _maker: Any = None

    @property
    def c(self) -> Any:
        return self.table.c


Put = tuple[Select[Any], Sequence[Source], str, Reader]
"""A statement, its sources, the form it is named after, and what reads its rows."""


class Sources(Core):
    """Makes sources, and seals the statements put together from them."""

    def source(
        self,
        form: str,
        fields: Mapping[str, Wanted],
        where: Sequence[Wanted] = (),
        verb: str = "view",
        name: str = "s",
        history: str | None = None,
    ) -> Source:
        """Return the records of `form` (a sub-table's rows: "bill.payments") that the asker reaches and that meet `where`.

        Rejected with every field that he may not use: hidden and unknown ones are told alike.
        `history`: a field; there is then a row for each value a record has had in it, with the paths `@value`, `@entered`
        and `@left` (seconds since 1970; None: still there), and `@by`.
        """
        return _Making(self, form, verb, history).make(fields, where, name)

    def sealed(self, key: Any, build: "Callable[[Sources], Put]") -> ScopedQuery:
        """Return the statement that `build` puts together, sealed; put together once for all whose answers would be the same.

        `key`: everything that `build` goes by, besides the asker. What it returns as `read` must hold no transaction.
        """

        def make(moment: Moment) -> tuple[Prepared, str, Reader]:
            other = copy(self)
            other.moment = moment
            statement, sources, form, read = build(other)
            if not sources or any(source._maker is not other for source in sources):
                raise TypeError("a source of another gate")
            _refuse_others(statement, {id(source.table) for source in sources})
            return prepare(statement, moment.dialect), form, read

        prepared, form, read = self.kept(("sealed", key, self.rights.signature), make)
        return seal_query(form, prepared.text, self._params(prepared), read)

    def seal(
        self,
        statement: Select[Any],
        sources: Sequence[Source],
        form: str,
        read: "Reader",
        values: Mapping[str, Any] | None = None,
    ) -> ScopedQuery:
        """Return the statement as one that the store runs. Raise TypeError where it reads anything but its sources."""
        if not sources or any(source._maker is not self for source in sources):
            raise TypeError("a source of another gate")
        _refuse_others(statement, {id(source.table) for source in sources})
        prepared = prepare(statement, self.moment.dialect)
        return seal_query(form, prepared.text, self._params(prepared, values or {}), read)

    def _params(self, prepared: Prepared, values: Mapping[str, Any] | None = None) -> Any:
        given = {**self.moment.values, **(values or {})}
        if any(name == OPEN_HOURS for _, name, _ in prepared.places):
            open_hours = getattr(self.unit, "open_hours", None)
            given[OPEN_HOURS] = open_hours() if open_hours is not None else ALWAYS_OPEN
        return prepared.params(given)


def _refuse_others(statement: Any, allowed: set[int]) -> None:
    waiting: list[Any] = [statement]
    seen: dict[int, Any] = {}
    while waiting:
        node = waiting.pop()
        if id(node) in seen or id(node) in allowed:
            continue
        # Kept, so that no other part can come to the same place in memory.
        seen[id(node)] = node
        if isinstance(node, ColumnClause) and node.table is not None:
            # A column stands for its table, also where the table itself is named nowhere.
            waiting.append(node.table)
        if isinstance(node, ColumnClause) and node.is_literal and not PLAIN_LITERAL.match(node.name):
            raise TypeError(f"raw text in a report's statement: {node.name[:40]}")
        if isinstance(node, TextClause | Values):
            raise TypeError("raw text in a report's statement")
        if isinstance(node, TableClause):
            raise TypeError(f"a table outside the sources: {node.name}")
        if isinstance(node, FunctionElement) and getattr(node, "name", "") not in ALLOWED_FUNCTIONS:
            raise TypeError(f"a function that reports do not use: {getattr(node, 'name', '')}")
        waiting.extend(node.get_children())


class _Making:
    """Makes one source."""

    def __init__(self, gate: Core, form: str, verb: str, history: str | None = None) -> None:
        self.gate, self.verb = gate, verb
        self.history = history
        self.log = LOG.alias("log") if history is not None else None
        self.rights: Rights = gate.rights
        head, _, rows = form.partition(".")
        self.form = gate.guard.form(head, "view")
        if verb != "view":
            gate.guard.form(head, verb)
        tables = gate.policy.tables[head]
        self.outer: SqlFields | None = None
        self.judged_by = ""
        """Of rows that are read beside the form's own tables: the field that may be used by whoever may use them."""
        if rows:
            self.fields = self._of_rows(tables, rows)
        else:
            self.fields = SqlFields(gate.moment, tables, tables.table.alias(), self.rights)
        self.rows = rows
        self.key = form
        self.problems: list[Problem] = []
        self.exploded: dict[str, Any] = {}
        self.laterals: list[FromClause] = []

    def _of_rows(self, tables: FormTables, rows: str) -> SqlFields:
        child = tables.rows.get(rows) or self._beside(rows)
        if child is None:
            close = ", ".join(tables.rows) or "–"
            raise Rejected(NO_ROWS.at("", form=self.form.name, field=rows, nearest=close))
        moment = self.gate.moment
        self.outer = SqlFields(moment, tables, tables.table.alias(), self.rights)
        self.gate.guard.use(self.form, self.judged_by or rows)
        return SqlFields(moment, child, child.table.alias(), self.rights, parent=self.outer)

    def _beside(self, rows: str) -> FormTables | None:
        """Return stays in the stages of a field, or deadlines, as the rows of a sub-table; None where there are none."""
        dialect, zone = self.gate.moment.dialect, self.gate.actor.zone
        if rows == DEADLINES and self.form.deadlines:
            self.judged_by = "id"
            return deadlines(self.form, dialect, zone)
        field = rows.removesuffix(SUFFIX)
        shape = self.form.field(field) if field != rows else None
        if shape is None or shape.sensitive or not shape.stored or shape.value_type not in KEPT:
            return None
        self.judged_by = field
        return stays(self.form, shape, dialect, zone)

    def make(self, fields: Mapping[str, Wanted], where: Sequence[Wanted], name: str) -> Source:
        columns: list[ColumnElement[Any]] = []
        kinds: dict[str, Kind] = {}
        spans: dict[str, Between] = {}
        for label, wanted in fields.items():
            if wanted.between is not None:
                columns += [one.label(f"{label}@{n}") for n, one in enumerate(self._ends(wanted))]
                spans[label] = wanted.between
                kinds[label] = DURATION
                continue
            made = self._try(wanted)
            if made is not None:
                columns.append(made[0].label(label))
                kinds[label] = made[1]
        conditions = [made[0] for one in where if (made := self._try(one)) is not None]
        if self.problems:
            raise Rejected(self.problems)
        top = self.outer or self.fields
        trusted = SqlFields(self.gate.moment, top.tables, top.table, None, joins=top.joins)
        row = trusted.reached(self.rights.row(self.form.key, self.verb), joins=True)
        wanted_rows = all_of(top.table.c.deleted_at.is_(None), row, *conditions)
        if spans:
            columns.append(top.table.c.branch_id.label("@branch"))
        if not columns:
            columns = [literal(1).label("one")]
        chosen = select(*columns).select_from(self._from()).where(wanted_rows)
        if spans:
            chosen = self._timed(chosen, list(kinds), spans, name)
        return Source(self.key, chosen.subquery(name), kinds, self.gate)

    def _timed(
        self, chosen: Select[Any], labels: Sequence[str], spans: Mapping[str, Between], name: str
    ) -> Select[Any]:
        """Return a select with spans of time in the place of the ends they are reckoned from."""
        # Fenced, so that the ends are looked up once a record and not wherever they are named.
        inner = chosen.offset(literal_column("0")).subquery(f"{name}_ends")
        found: FromClause = inner
        columns: list[ColumnElement[Any]] = []
        for label in labels:
            if label not in spans:
                columns.append(inner.c[label])
                continue
            start, end = inner.c[f"{label}@0"], inner.c[f"{label}@1"]
            if not spans[label].is_open:
                columns.append(wall(start, end).label(label))
                continue
            made, joins = open_time(start, end, inner.c["@branch"], self.gate.moment.dialect, len(columns))
            for table, on in joins:
                found = found.outerjoin(table, on)
            columns.append(made.label(label))
        return select(*columns).select_from(found)

    def _from(self) -> FromClause:
        found: FromClause = self.fields.table
        joins = list(self.fields.joins)
        if self.outer is not None:
            found = found.join(self.outer.table, self.fields.table.c.record_id == self.outer.table.c.id)
            joins = [*joins, *self.outer.joins]
        if self.log is not None:
            found = found.join(
                self.log,
                and_(self.log.c.record_id == self.fields.table.c.id, self._told(self.log)),
            )
        for table, on in joins:
            found = found.outerjoin(table, on)
        for table in self.laterals:
            found = found.outerjoin(table, true())
        return found

    def _try(self, wanted: Wanted) -> tuple[ColumnElement[Any], Kind] | None:
        try:
            return self._formula(wanted) if wanted.formula is not None else self._field(wanted)
        except Rejected as refused:
            self.problems += [p if p.path else p.under(wanted.at) for p in refused.problems]
            return None

    def _ends(self, wanted: Wanted) -> tuple[ColumnElement[Any], ...]:
        """Return when something began and when it was over, in seconds since 1970; nothing where one may not be used."""
        assert wanted.between is not None
        try:
            start = self._end(wanted.between.start, None, wanted.at)
            return start, self._end(wanted.between.end, start, wanted.at)
        except Rejected as refused:
            self.problems += [p if p.path else p.under(wanted.at) for p in refused.problems]
            return ()

    def _end(self, end: End, since: ColumnElement[Any] | None, at: str) -> ColumnElement[Any]:
        dialect, top = self.gate.moment.dialect, self.outer or self.fields
        if end.stage:
            self.gate.guard.use(self.form, end.history, at)
            return arrival(top.table.c.id, self.form.key, end, since, dialect)
        seen = self._use(end.path, at)
        if seen.shape.sensitive or seen.shape.value_type not in ("date", "datetime"):
            raise Rejected(NOT_A_COLUMN.at(at, label=seen.shape.label or {"zh": end.path, "en": end.path}))
        column = self.fields.column(tuple(end.path.split(".")))
        return seconds_at(column, seen.shape.value_type, dialect)

    def _formula(self, wanted: Wanted) -> tuple[ColumnElement[Any], Kind]:
        assert wanted.formula is not None
        parent = self.form.key if self.outer is not None else None
        types = SourceTypes(self.gate.policy.shapes, self.fields.shape, parent)
        checked = check(wanted.formula, types, BOOL if wanted.condition else None, wanted.at)
        self._use_all(checked, wanted.at)
        if wanted.condition:
            return type_coerce(to_condition(checked, self.fields), Boolean()), Kind("boolean")
        return self._worked_out(checked)

    def _worked_out(self, checked: Checked) -> tuple[ColumnElement[Any], Kind]:
        kind = KINDS.get(checked.type.name)
        if kind is None:
            raise Rejected(NOT_A_COLUMN.at("", label=checked.text))
        config = {"scale": FORMULA_SCALE} if kind == "decimal" else {}
        target = VALUE_TYPES.get(kind).column(config)
        made = settled(to_sql(checked, self.fields), target, self.gate.moment.dialect, self.gate.actor.zone)
        places = units(target, self.gate.moment.dialect) if kind == "decimal" else 0
        return made, Kind(kind, config, units=places, scale=FORMULA_SCALE if kind == "decimal" else 0)

    def _use_all(self, checked: Checked, at: str) -> None:
        problems: list[Problem] = []
        for path in sorted(checked.fields):
            try:
                self._use(".".join(path), at)
            except Rejected as refused:
                problems += refused.problems
        if problems:
            raise Rejected(problems)

    def _use(self, path: str, at: str) -> Seen:
        base, _ = shadow_of(path)
        if self.judged_by and not base.startswith("form."):
            return self._of_row_beside(base, at)
        if self.outer is not None:
            base = base.removeprefix("form.") if base.startswith("form.") else f"{self.rows}.{base}"
        return self.gate.guard.use(self.form, base, at)

    def _of_row_beside(self, key: str, at: str) -> Seen:
        found = self.fields.shape.fields.get(key)
        if found is None:
            raise Rejected(self.gate.guard.hidden(self.form, f"{self.rows}.{key}", at))
        return replace(self.gate.guard.use(self.form, self.judged_by, at), shape=found)

    def _told(self, log: FromClause) -> ColumnElement[bool]:
        return mentions(log, self.form.key, str(self.history))

    def _entry(self, path: str, at: str) -> tuple[ColumnElement[Any], Kind]:
        """Return a column of the history: the value, when it came, when it went, by whom."""
        log, key = self.log, str(self.history)
        assert log is not None
        seen = self._use(key, at)
        if seen.shape.sensitive or seen.shape.value_type not in KEPT:
            raise Rejected(NOT_A_COLUMN.at(at, label=seen.shape.label or {"zh": key, "en": key}))
        if path == "@by":
            return log.c.by, Kind("person")
        if path == "@value":
            return value_in(log, key, self.gate.moment.dialect), Kind(
                seen.shape.value_type, seen.shape.config, seen.shape.label
            )
        entered = seconds_of(log.c.at, self.gate.moment.dialect)
        if path == "@entered":
            return entered, Kind("integer")
        order = (log.c.revision, log.c.id)
        return func.lead(entered).over(partition_by=log.c.record_id, order_by=order), Kind("integer")

    def _field(self, wanted: Wanted) -> tuple[ColumnElement[Any], Kind]:
        if wanted.path.startswith("@") and self.log is not None:
            return self._entry(wanted.path, wanted.at)
        seen = self._use(wanted.path, wanted.at)
        shape, path = seen.shape, tuple(wanted.path.split("."))
        label = shape.label or {"zh": shape.key, "en": shape.key}
        _, shadow = shadow_of(wanted.path)
        if shape.sensitive or (shape.value_type in UNFIT and not shadow):
            raise Rejected(NOT_A_COLUMN.at(wanted.at, label=label))
        column = self.fields.column(path)
        if shadow:
            if shadow in PLACES:
                return column, Kind("text", {}, label)
            kind = "date" if shadow == "__d" or shape.value_type == "date_range" else "datetime"
            return column, Kind(kind, {}, label)
        if shape.value_type in LISTS and wanted.level is not None:
            return self._step(column, wanted.level), Kind("choice", shape.config, label)
        if shape.value_type in LISTS:
            if not wanted.each:
                raise Rejected(NOT_A_COLUMN.at(wanted.at, label=label))
            return self._each(wanted.path, column), Kind(shape.value_type, shape.config, label)
        places, scale = 0, 0
        if is_number(column.type):
            places = units(column.type, self.gate.moment.dialect)
            scale = int(getattr(column.type, "scale", None) or 0) or (2 if shape.value_type == "money" else 0)
        if shape.value_type in TEXTUAL:
            column = self._guarded(path, column, shape)
        return column, Kind(shape.value_type, shape.config, label, places, scale)

    def _step(self, column: ColumnElement[Any], level: int) -> ColumnElement[Any]:
        if self.gate.moment.dialect == "postgresql":
            return type_coerce(type_coerce(column, JSONB)[level - 1].astext, TEXT)
        return type_coerce(func.json_extract(column, f"$[{level - 1}]"), TEXT)

    def _each(self, path: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the items of a list, one a row."""
        known = self.exploded.get(path)
        if known is None:
            name = f"each{len(self.exploded)}"
            if self.gate.moment.dialect == "postgresql":
                items = func.jsonb_array_elements_text(column).table_valued("value", name=name)
                known = items.render_derived().lateral(name)
            else:
                known = func.json_each(column).table_valued("value", name=name)
            self.exploded[path] = known
            self.laterals.append(known)
        return type_coerce(known.c.value, TEXT)

    def _guarded(
        self, path: tuple[str, ...], column: ColumnElement[Any], shape: FieldShape
    ) -> ColumnElement[Any]:
        """Return `column`, or the word for “no access” where a link on the way leads to a record not to be seen."""
        here = self.fields
        broken: list[ColumnElement[bool]] = []
        steps = path if shape.value_type == "reference" else path[:-1]
        for place, key in enumerate(steps):
            if key == "form" and self.outer is not None and place == 0:
                here = self.outer
                continue
            link = here.shape.field(key)
            if link is None or link.value_type != "reference":
                break
            target = str(link.config.get("to"))
            if target not in self.gate.policy.tables:
                break
            if not self.rights.row(target, "view").is_all:
                value, there = here.column((key,)), here.column((key, "id"))
                broken.append(and_(value.is_not(None), there.is_(None)))
            if place + 1 < len(steps):
                here.column((key, "id"))
                here = here._linked[key]
        if not broken:
            return column
        hidden = literal(NO_ACCESS_VALUE, String())
        return type_coerce(case(*((one, hidden) for one in broken), else_=column), column.type)


DURATION = Kind("integer", {"format": "duration"})
TEXTUAL = frozenset({"text", "choice", "reference", "person"})
KINDS = {
    "number": "decimal",
    "text": "text",
    "option": "text",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
}
"""Value type that holds a formula's result, by the formula's type."""

__all__ = ["NO_ACCESS_VALUE", "Kind", "Source", "Sources", "Wanted"]
