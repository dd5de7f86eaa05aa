"""Figures that reports write on records by night: RFM scores on customers, say.

A report whose rows are records of a form says `"writes": {"fields": {field: formula}}`. A formula may name the report's columns
as `{report.<column>}` and the record's own fields; of a record without a row the columns are blank. Only what differs is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from engine.access.type_scope import ShapeTypes
from engine.definitions.shape import FormShape
from engine.expressions import Checked, check, evaluate, parse
from engine.expressions.types import BOOL, DATE, NUMBER, TEXT, ExprType
from engine.problems import Code, Problem, Rejected, pointer
from engine.text import nearest
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.kind import KINDS
from report_engine.problems import UNKNOWN_FIELD
from report_engine.table import Cell, Column, Table

Path = tuple[str, ...]
REPORT = "report"
MOST = 100_000
"""Rows that a report without a word of its own on that gives to be written."""
NO_RECORDS = Code(
    "report.writes_no_records",
    zh="报表“{report}”的行不是一条条记录，无法写回",
    en="The rows of the report “{report}” are no records, so nothing can be written on them",
    hint_zh="按指向表单的一个维度分组，例如客户",
    hint_en="Group it by one dimension that leads to a form, customers for one",
)
NOT_WRITABLE = Code(
    "report.writes_computed",
    zh="“{field}”由系统算出，报表不能写入",
    en="“{field}” is worked out by itself; a report cannot write it",
    hint_zh="改用一个普通字段（可设为只读）",
    hint_en="Use an ordinary field; it may be read-only",
)
TOO_MANY_TO_WRITE = Code(
    "report.writes_too_many",
    zh="报表“{report}”超过 {most} 行，没有写回",
    en="The report “{report}” has more than {most} rows; nothing was written",
    hint_zh="缩小报表的筛选范围",
    hint_en="Narrow the report by a filter",
)
_TYPES: Mapping[str, ExprType] = {
    **dict.fromkeys(("number", "integer", "money", "percent", "duration"), NUMBER),
    "date": DATE,
    "month": DATE,
    "boolean": BOOL,
}


@dataclass(frozen=True)
class Writes:
    """What a report writes on the records of `form`: `column` names them, `formulas` say what by field."""

    form: str
    column: str
    formulas: Mapping[str, Checked]
    columns: tuple[str, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the fields of the record that formulas ask for, and those that are written."""
        asked = {path for one in self.formulas.values() for path in one.fields if path[0] != REPORT}
        return tuple(sorted(asked | {(key,) for key in self.formulas}))

    def rows(self, table: Table) -> dict[str, Mapping[str, Cell]]:
        """Return the report's rows by record."""
        at = table.at(self.column)
        return {
            str(row[at]): dict(zip(self.columns, row, strict=True))
            for row in table.rows
            if row[at] is not None
        }

    def values(self, row: Mapping[str, Cell], record: Mapping[str, Any], now: "Moment") -> dict[str, Any]:
        """Return what the formulas give for one record."""
        facts = _Facts(row, record, now.now, now.today, now.zone)
        return {key: evaluate(one, facts) for key, one in self.formulas.items()}


@dataclass(frozen=True, slots=True)
class Moment:
    """When formulas are worked out."""

    now: datetime
    today: date
    zone: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """A row of the report and its record, as formulas ask for them."""

    row: Mapping[str, Cell]
    record: Mapping[str, Any]
    now: datetime
    today: date
    zone: str
    actor: Mapping[str, Any] = field(default_factory=dict)
    data: Any = None

    def value(self, path: Path) -> Any:
        if path[0] == REPORT:
            return self.row.get(".".join(path[1:]))
        return self.record.get(".".join(path))


class _Types:
    """What formulas may name."""

    def __init__(self, shapes: Mapping[str, FormShape], form: str, columns: Iterable[Column]) -> None:
        self._record = ShapeTypes(shapes, form)
        self._columns = {one.key: _TYPES.get(one.format, TEXT) for one in columns}

    def field(self, path: Path) -> ExprType | None:
        if path[0] == REPORT:
            return self._columns.get(".".join(path[1:]))
        return self._record.field(path)

    def names(self) -> Iterable[str]:
        return (*(f"{REPORT}.{key}" for key in self._columns), *self._record.names())


def every_row(bound: Bound, desk: Desk) -> Table:
    """Return all rows of a report that is to be written. Rejected where they are too many."""
    # A report shows its first rows; what is written are all.
    whole = replace(bound, report={**bound.report, "nightly": False}, limit=MOST)
    table = KINDS.get(bound.kind).table(whole, desk)
    if len(table.rows) >= MOST:
        raise Rejected(TOO_MANY_TO_WRITE.at("/writes", report=bound.report["name"], most=MOST))
    return table


def writes_of(report: Mapping[str, Any], table: Table, shapes: Mapping[str, FormShape]) -> Writes:
    """Return what a report writes, by the columns its table has. Rejected with all problems."""
    problems: list[Problem] = []
    found = [one for one in table.columns if one.form in shapes and one.role == "dimension"]
    if len(found) != 1:
        raise Rejected(NO_RECORDS.at("/writes", report=report["name"]))
    form = str(found[0].form)
    types = _Types(shapes, form, table.columns)
    formulas: dict[str, Checked] = {}
    for key, text in report["writes"]["fields"].items():
        path = pointer("writes", "fields", key)
        shape = shapes[form].fields.get(key)
        if shape is None:
            close = ", ".join(nearest(key, shapes[form].fields)) or "–"
            problems.append(UNKNOWN_FIELD.at(path, fact=shapes[form].name, name=key, nearest=close))
            continue
        if shape.formula is not None or shape.rollup is not None or not shape.stored:
            problems.append(NOT_WRITABLE.at(path, field=shape.label or key))
            continue
        try:
            formulas[key] = check(parse(text, path), types, path=path)
        except Rejected as refused:
            problems += refused.problems
    if problems:
        raise Rejected(problems)
    return Writes(form, found[0].key, formulas, tuple(one.key for one in table.columns))


__all__ = ["Moment", "Writes", "every_row", "writes_of"]
