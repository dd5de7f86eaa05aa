"""List (明细): the records themselves, as the asker may see them; masked values stay masked.

`settings.columns`: paths of fields. `filter`, `period`, `sort`, `limit` as everywhere.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.query import RecordQuery
from engine.problems import Problem, Rejected
from engine.schema import closed
from report_engine.behind import Behind, narrowed, selected, with_ids
from report_engine.binding import Bound
from report_engine.dataset import Fact
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.picks import within_days
from report_engine.problems import EMPTY
from report_engine.table import Cell, Column, Table
from report_engine.tabled import fact_of
from report_engine.wording import written

PLAIN = {
    "integer": "integer",
    "decimal": "number",
    "money": "money",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}


class Records(Kind):
    """A row a record."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        fact = fact_of(bound, bound.form, "/form")
        columns = tuple(str(one) for one in bound.settings.get("columns", ())) or tuple(
            list(fact.shape.fields)[:10]
        )
        limit = min(bound.limit or 200, 5000)
        query = RecordQuery(
            fact.key,
            columns,
            formulas=tuple(_conditions(bound, fact)),
            sort=_sort(bound),
            limit=limit,
            python=True,
        )
        try:
            page = desk.gate.page(query)
        except Rejected as refused:
            raise Rejected(_placed(one) for one in refused.problems) from None
        made = tuple(_column(bound, fact, path) for path in columns)
        zone = ZoneInfo(desk.zone)
        rows = tuple(
            (record["id"], *(_cell(record.get(path), zone) for path in columns)) for record in page.records
        )
        key = Column("id", {"zh": "记录", "en": "Record"}, "dimension", "text", form=fact.key)
        warnings = () if rows else (EMPTY.at(""),)
        notes = {"more": page.cursor is not None}
        return Table((key, *made), rows, labels=page.labels, as_of=bound.now, warnings=warnings, notes=notes)

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        fact = fact_of(bound, bound.form, "/form")
        if dims.get("id") is not None:
            return with_ids(fact.form.key, [str(dims["id"])])
        nodes = [one.node for one in narrowed(bound, desk, dims).filters.get(fact.key, ())]
        if bound.period is not None:
            day = bound.data.day(fact, fact.date)
            nodes += within_days(day, bound.period.start, bound.period.end)
        return selected(desk, fact, nodes)


def _placed(one: Problem) -> Problem:
    """Return a problem of the query where the author of the report wrote it."""
    head = one.path.split("/")[1] if one.path.count("/") else ""
    places = {"fields": "/settings/columns", "formula": "/filter"}
    return one if head not in places else type(one)(one.code, places[head], one.params)


def _conditions(bound: Bound, fact: Fact) -> list[str]:
    found = [written(one.node) for one in bound.filters.get(fact.key, ())]
    if bound.period is not None:
        day = bound.data.day(fact, fact.date)
        found += [written(one) for one in within_days(day, bound.period.start, bound.period.end)]
    return found


def _sort(bound: Bound) -> tuple[str, ...]:
    return tuple(str(one) for one in bound.report.get("settings", {}).get("sort", ()))


def _column(bound: Bound, fact: Fact, path: str) -> Column:
    field = bound.data.field(fact, path)
    if field is None:
        return Column(path, {"zh": path, "en": path}, "dimension")
    words: dict[str, Any] = {}
    options = field.config.get("options") or field.config.get("known")
    for option in options if isinstance(options, list | tuple) else ():
        words[str(option["key"])] = option.get("label") or {"zh": option["key"], "en": option["key"]}
    form = "user" if field.value_type == "person" else None
    if field.value_type == "reference":
        form = str(field.config.get("to"))
    label = field.label or {"zh": path, "en": path}
    return Column(path, label, "dimension", PLAIN.get(field.value_type, "text"), labels=words, form=form)


def _cell(value: Any, zone: ZoneInfo) -> Cell:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, tuple | list):
        return "、".join(str(one) for one in value)
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return value if type(value).__name__ == "Decimal" else str(value)


KIND = Records(
    kind="list",
    zh="明细",
    en="List",
    needs=("form",),
    settings_schema=closed(
        columns={"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 40},
        sort={"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 4},
    ),
)
