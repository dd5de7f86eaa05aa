"""Flows and the forms they work on: records as flows read and write them, in the open unit, by all rules of their forms."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.access.actor import Actor, service_actor, system_actor
from engine.access.levels import Level
from engine.access.query import RecordQuery
from engine.definitions.shape import FormShape
from engine.expressions import ErrorValue
from engine.expressions.rows import Row
from engine.expressions.types import Range
from engine.ids import is_id
from engine.ports import Path
from engine.problems import Code, Forbidden, NotFound, Rejected
from engine.store.history import HistoryEntry, read_history_from
from engine.store.unit import Cause, Unit
from form_engine.coercion import as_field_value
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.service import RecordService, personal, records

NOT_YOURS_HERE = Code(
    "flow.field_not_yours",
    zh="在这一步不能填写“{field}”",
    en="“{field}” cannot be written in this step",
    hint_zh="流程的这个节点只开放了部分字段",
    hint_en="This step of the flow opens some fields only",
)
NOT_HERE_ANY_MORE = Code(
    "flow.person_inactive",
    zh="此账号已停用，不能填写",
    en="This account is switched off and cannot fill anything in",
    hint_zh="请把待办移交给在岗的人",
    hint_en="Hand the task over to somebody who is active",
)
WANTED_HERE = Code(
    "flow.field_required",
    zh="在这一步必须填写“{field}”",
    en="“{field}” must be filled in in this step",
    hint_zh="填写后再提交",
    hint_en="Fill it in, then submit",
)
_EQUAL = re.compile(r"\{(?P<field>[a-z0-9_]+)\} = \{form\.(?P<name>[a-z0-9_.]+)\}")
_WITHIN = re.compile(r"(?P<field>\{[a-z0-9_.]+\}) IN \{form\.(?P<name>[a-z0-9_.]+)\}")
_OUTER = re.compile(r'"(?:[^"]|"")*"|“[^“”]*”|\{form\.([a-z0-9_.]+)\}')


class FlowDesk:
    """Records for one actor in one unit; the port `FlowRecords`."""

    def __init__(self, service: RecordService, unit: Unit, actor: Actor, people: Any = None) -> None:
        self._service, self._unit, self._actor, self._people = service, unit, actor, people
        self._desk = service.desk(unit, actor, "flow")

    def knows(self, form: str, path: Path = ()) -> bool:
        """Tell whether the app has this form, and this path of fields in it."""
        plan = self._service.app.forms.get(form)
        for at, key in enumerate(path):
            if plan is None or plan.shape.field(key) is None:
                return False
            shape = plan.shape.field(key)
            if at + 1 < len(path):
                target = shape.config.get("to") if shape is not None else None
                if shape is not None and shape.value_type == "rows":
                    return True
                plan = self._service.app.forms.get(str(target))
        return plan is not None

    # Reading.

    def read(self, form: str, record_id: str, paths: frozenset[Path]) -> Mapping[Path, Any]:
        """Return Python values by path; all None where the record is gone."""
        found = self._values(form, record_id, paths)
        return dict.fromkeys(paths) if found is None else found

    def _values(
        self, form: str, record_id: str, paths: frozenset[Path], deleted: bool = False
    ) -> dict[Path, Any] | None:
        plan = self._service.app.forms.get(form)
        if plan is None or not is_id(record_id):
            return None
        fields = _asked(plan, paths).fields
        query = RecordQuery(form, fields=fields, ids=(record_id,), limit=1, python=True, deleted=deleted)
        found = self._desk.system_gate.page(query).records
        return self._by_path(plan, found[0], paths) if found else None

    def _by_path(self, plan: FormPlan, record: Mapping[str, Any], paths: frozenset[Path]) -> dict[Path, Any]:
        asked = _asked(plan, paths)
        found: dict[Path, Any] = {path: record.get(key) for path, key in asked.plain}
        rows = {
            key: self._linked_rows(plan, key, record.get(key) or (), wanted) for key, wanted in asked.beyond
        }
        for path in asked.rows:
            if len(path) == 1:
                found[path] = rows.get(path[0], record.get(path[0]))
            elif len(path) == 2:
                found[path] = [row.get(path[1]) for row in record.get(path[0]) or ()]
            else:
                found[path] = [row.beyond.get(path[1:]) for row in rows[path[0]]]
        return found

    def _linked_rows(
        self, plan: FormPlan, key: str, given: Sequence[Mapping[str, Any]], wanted: frozenset[Path]
    ) -> list[Row]:
        """Return the rows of a subtable with what their links lead to, each linked form asked once."""
        beyond: list[dict[Path, Any]] = [{} for _ in given]
        shape = plan.shape.field(key)
        for link in sorted({path[0] for path in wanted}):
            inner = shape.rows.field(link) if shape is not None and shape.rows is not None else None
            target = self._service.app.forms.get(str(inner.config.get("to"))) if inner is not None else None
            ids = sorted({row[link] for row in given if is_id(row.get(link))})
            if target is None or not ids:
                continue
            rest = frozenset(path[1:] for path in wanted if path[0] == link)
            fields = ("id", *_asked(target, rest).fields)
            query = RecordQuery(target.key, fields=fields, ids=tuple(ids), limit=len(ids), python=True)
            records_ = self._desk.system_gate.page(query).records
            read = {str(one["id"]): self._by_path(target, one, rest) for one in records_}
            for at, row in enumerate(given):
                values = read.get(str(row.get(link)), {})
                beyond[at].update({(link, *path): values.get(path) for path in rest})
        return [Row(row, beyond[at]) for at, row in enumerate(given)]

    def change(
        self, form: str, record_id: str, revision: int, paths: frozenset[Path], back: bool = True
    ) -> tuple[Mapping[Path, Any] | None, Mapping[Path, Any] | None]:
        """Return the values before and after one write; without `back` those before only where they cost nothing."""
        wanted = paths | {("revision",)}
        now = self._values(form, record_id, wanted)
        if now is None:
            now = self._values(form, record_id, wanted, deleted=True)
        if now is None or form not in self._service.app.forms:
            return None, None
        if now[("revision",)] == revision and (revision == 1 or not back):
            return None, now
        tables = self._desk.system_gate.write(form, "update").tables
        codec = self._unit.workspace.codec(tables)
        entries = read_history_from(self._unit, codec, record_id, revision)
        return _around(now, entries, revision)

    def find(
        self,
        form: str,
        where: str,
        names: Mapping[str, Any],
        sort: tuple[str, ...] = (),
        limit: int = 1000,
        fields: tuple[str, ...] = (),
    ) -> list[Any]:
        """Return the ids of records for which the formula `where` holds, or `{"id", field: value}` of each."""
        found: list[Any] = []
        after: str | None = None
        where, known = set_apart(self._service.app.forms[form].shape, where, names)
        if known is None:
            return []
        while len(found) < limit:
            query = RecordQuery(
                form, fields=("id", *fields), where=known, formulas=as_formulas(where, names, self._unit.workspace.zone), sort=sort,
                limit=min(500, limit - len(found)), after=after, python=bool(fields),
            )  # fmt: skip
            page = self._desk.system_gate.page(query)
            found += [
                {key: one.get(key) for key in ("id", *fields)} if fields else str(one["id"])
                for one in page.records
            ]
            after = page.cursor
            if after is None:
                break
        return found

    def aggregate(
        self, form: str, where: str, function: str, of: str | None, names: Mapping[str, Any]
    ) -> Any:
        """Return count, sum, avg, min or max over the records for which `where` holds."""
        where, known = set_apart(self._service.app.forms[form].shape, where, names)
        if known is None:
            return 0 if function == "count" else None
        query = RecordQuery(
            form, where=known, formulas=as_formulas(where, names, self._unit.workspace.zone), aggregates={"value": (function, of or "id")}, python=True
        )  # fmt: skip
        if function == "count":
            return self._desk.system_gate.count(query)[0]
        return self._desk.system_gate.aggregate(query).get("value")

    def scan(
        self, form: str, where: str, paths: frozenset[Path], limit: int, after: str | None = None
    ) -> tuple[list[tuple[str, Mapping[Path, Any]]], str | None]:
        """Return a page of records by id with values by path, and where the next page begins."""
        plan = self._service.app.forms[form]
        query = RecordQuery(
            form, fields=("id", *_asked(plan, paths).fields), formulas=(where,) if where else (), limit=limit, after=after, python=True
        )  # fmt: skip
        page = self._desk.system_gate.page(query)
        return [(str(one["id"]), self._by_path(plan, one, paths)) for one in page.records], page.cursor

    def label(self, form: str, record_id: str) -> str:
        """Return the record's title."""
        if form not in self._service.app.forms:
            return ""
        return str(self._desk.system_gate.labels(form, (record_id,)).get(record_id, ""))

    # Writing.

    def hold(self, form: str, record_id: str) -> None:
        """Lock a record until the unit ends; SQLite has one writer at a time anyway."""
        if self._unit.is_postgres and is_id(record_id):
            with suppress(NotFound):
                self._unit.load(self._desk.system_gate.write(form, "update"), record_id)

    def create(self, form: str, values: Mapping[str, Any]) -> str:
        """Return the new record's id. Rejected."""
        plan = self._desk.form(form)
        return records.create(self._desk, form, self._json(plan, values))

    def update(self, form: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Write new values by all rules of the form. Rejected, NotFound."""
        plan = self._desk.form(form)
        records.update(self._desk, form, record_id, self._json(plan, values), None)

    def delete(self, form: str, record_id: str) -> None:
        """Move a record to the recycle bin. NotFound."""
        records.delete(self._desk, form, record_id)

    def fill(
        self,
        by: str,
        form: str,
        record_id: str | None,
        values: Mapping[str, Any],
        fields: Mapping[str, str],
        preset: Mapping[str, Any],
        revision: int | None,
    ) -> str:
        """Write what a person entered in a task, by their own rights narrowed to `fields`; return the record's id."""
        person = self._people.actor(self._unit, by) if self._people is not None else None
        if self._people is not None and person is None:
            # Never with the flow's own rights: they are wider than anybody's.
            raise Forbidden(NOT_HERE_ANY_MORE.at("/by"))
        actor = person if person is not None else self._actor
        desk = self._service.desk(self._unit, actor, "user")
        plan = desk.form(form)
        self._check_fields(plan, values, fields)
        before = self._unit.cause
        self._unit.cause = Cause("user", actor.user_id, before.request_id, before.batch_id)
        try:
            if record_id is not None:
                records.update(desk, form, record_id, dict(values), revision)
            else:
                record_id = self._filled_new(desk, plan, values, preset)
        finally:
            self._unit.cause = before
        self._check_required(plan, record_id, fields)
        return record_id

    def _check_fields(self, plan: FormPlan, values: Mapping[str, Any], fields: Mapping[str, str]) -> None:
        if not fields:
            return
        other = fields.get("*", "write")
        closed = [key for key in values if fields.get(key, other) not in ("write", "required")]
        if closed:
            raise Forbidden(NOT_YOURS_HERE.at(f"/values/{key}", field=plan.label(key)) for key in closed)

    def _check_required(self, plan: FormPlan, record_id: str, fields: Mapping[str, str]) -> None:
        wanted = [key for key, level in fields.items() if level == "required" and key != "*"]
        if not wanted:
            return
        found = self._values(plan.key, record_id, frozenset((key,) for key in wanted)) or {}
        blank = [key for key in wanted if found.get((key,)) in (None, (), "")]
        if blank:
            raise Rejected(WANTED_HERE.at(f"/values/{key}", field=plan.label(key)) for key in blank)

    def _filled_new(
        self, desk: Desk, plan: FormPlan, values: Mapping[str, Any], preset: Mapping[str, Any]
    ) -> str:
        if not preset:
            return records.create(desk, plan.key, dict(values))
        # What the flow presets is the flow's word; what the person gives must be theirs to give.
        desk.gate.write(plan.key, "insert")
        strangers = [key for key in values if desk.rights.level(plan.key, key).ceiling is not Level.WRITE]
        if strangers:
            raise Forbidden(NOT_YOURS_HERE.at(f"/values/{key}", field=plan.label(key)) for key in strangers)
        merged = {**self._json(plan, preset), **values}
        system = {"branch_id": desk.actor.branch_id, "owner_id": desk.actor.user_id}
        system = {key: value for key, value in system.items() if key not in merged}
        return records.create(replace(self._desk, cause="flow"), plan.key, merged, system=system)

    def _json(self, plan: FormPlan, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as the API takes them: Python values are fitted to their fields."""
        return {key: self._fitted(plan.shape, key, value) for key, value in values.items()}

    def _fitted_rows(self, shape: FormShape | None, rows: Sequence[Any]) -> list[Any]:
        """Return rows as the API takes them; a blank among them is none."""
        found = [one for one in rows if one is not None]
        if shape is None:
            return [_plain(row) for row in found]
        return [
            {key: self._fitted(shape, key, value) for key, value in row.items()}
            if isinstance(row, Mapping)
            else _plain(row)
            for row in found
        ]

    def _fitted(self, shape: FormShape, key: str, value: Any) -> Any:
        field = shape.field(key)
        if value is None or isinstance(value, ErrorValue):
            return None
        if field is None:
            return _plain(value)
        if field.value_type == "rows":
            return self._fitted_rows(field.rows, value) if isinstance(value, list | tuple) else _plain(value)
        fitting = as_field_value(value, field.type, field.config, self._unit.workspace.zone)
        # What does not fit goes on as it is: the form says why it cannot be taken.
        return _plain(value) if fitting is None else field.type.to_json(fitting, field.config)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


class _Asked(NamedTuple):
    """What a record is asked for so that every path can be told. `plain`: paths with the name under which each comes.

    `rows`: paths to or into rows, which come whole; `beyond`: by rows, what their links lead to.
    """

    fields: tuple[str, ...]
    plain: tuple[tuple[Path, str], ...]
    rows: tuple[Path, ...]
    beyond: tuple[tuple[str, frozenset[Path]], ...]


@lru_cache(maxsize=1000)
def _asked(plan: FormPlan, paths: frozenset[Path]) -> _Asked:
    rows = tuple(sorted(path for path in paths if _is_rows(plan, path)))
    plain = tuple((path, ".".join(path)) for path in sorted(paths.difference(rows)))
    linked = [path for path in rows if len(path) > 2]
    beyond = tuple(
        (key, frozenset(path[1:] for path in linked if path[0] == key))
        for key in sorted({path[0] for path in linked})
    )
    fields = {key for _, key in plain} | {path[0] for path in rows}
    return _Asked(tuple(sorted(fields)), plain, rows, beyond)


def _is_rows(plan: FormPlan, path: Path) -> bool:
    shape = plan.shape.field(path[0])
    return shape is not None and shape.value_type == "rows"


def _around(
    now: dict[Path, Any], entries: list[HistoryEntry], revision: int
) -> tuple[Mapping[Path, Any] | None, Mapping[Path, Any] | None]:
    """Return the values before and after `revision`, going back from `now` through later changes."""
    values = now
    for entry in entries:
        if entry.revision > revision:
            values = _reverted(values, entry)
            continue
        before = None if entry.kind == "create" else _reverted(values, entry)
        return before, None if entry.kind in ("delete", "purge") else values
    return values, values


def _reverted(values: Mapping[Path, Any], entry: HistoryEntry) -> dict[Path, Any]:
    old: dict[Path, Any] = {(key,): pair[0] for key, pair in entry.changes.items()}
    return {path: old.get(path, value) for path, value in values.items()}


def set_apart(shape: FormShape, where: str, names: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """Return a condition without its plain comparisons with what the flow knows, and those as a filter.

    Encrypted fields are found by a filter only, and a filter's values are parameters: the same statement serves
    every run. Only what must hold in any case is taken out: the condition itself, or a side of an AND around
    everything. For an encrypted field a value that is blank equals nothing: None.
    """
    items: list[Mapping[str, Any]] = []
    for found in _EQUAL.finditer(where):
        field = shape.field(found["field"])
        if field is None or not _holds_in_any_case(where, found.start()):
            continue
        value = names.get(found["name"])
        if field.sensitive and value in (None, ""):
            return where, None
        exact = str(value) if field.sensitive else _exact(field.value_type, value)
        if exact is None:
            continue
        items.append({"field": found["field"], "op": "eq", "value": exact})
        where = where.replace(found[0], "1 = 1")
    return where, {"op": "and", "items": items}


def _exact(value_type: str, value: Any) -> Any:
    """Return a value as a filter takes it where the filter and the formula find the same; None elsewhere."""
    if value_type in ("reference", "choice", "person") and isinstance(value, str):
        return value or None
    if value_type == "integer" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return int(value) if value == int(value) else None
    # Texts compare without regard to case in formulas; ids have none.
    return value if value_type == "text" and is_id(value) else None


def _holds_in_any_case(where: str, at: int) -> bool:
    """Tell whether what stands at this place of a condition is the whole of it, or a side of an AND around everything."""
    before = where[:at].strip()
    if not before:
        return "(" not in where and " OR " not in where.upper()
    return (
        before.upper().startswith("AND(")
        and before.count("(") - before.count(")") == 1
        and " OR " not in where.upper()
    )


def as_formulas(where: str, names: Mapping[str, Any], zone: str) -> tuple[str, ...]:
    """Return the condition with what `{form.x}` means written in, as a literal each."""
    if not where:
        return ()
    where = _WITHIN.sub(lambda m: _within(m, names.get(m["name"]), zone), where)
    return (_OUTER.sub(lambda m: m[0] if m[1] is None else _literal(names.get(m[1]), zone), where),)


def _within(found: re.Match[str], value: Any, zone: str) -> str:
    """Return `{x} IN {form.period}` with both ends written in: there are no literals for periods."""
    if not isinstance(value, Range):
        return found[0]
    field, start, end = found["field"], value.start, value.end
    sides = [f"{field} >= {_literal(start, zone)}"] if start is not None else []
    if isinstance(end, datetime):
        sides.append(f"{field} <= {_literal(end, zone)}")
    elif end is not None:
        # The last day counts to its end, for instants too.
        sides.append(f"{field} < {_literal(end + timedelta(days=1), zone)}")
    return f"AND({', '.join(sides)})" if sides else "1 = 2"


def _literal(value: Any, zone: str) -> str:
    if value is None or isinstance(value, ErrorValue):
        return '""'
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | Decimal):
        return f"({value:f})" if isinstance(value, Decimal) else f"({value})"
    if isinstance(value, datetime):
        # a text beside an instant is read as one; DATETIME() itself has no SQL
        return f'"{value.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S.%f%z}"'
    if isinstance(value, list | tuple):
        return "(" + ", ".join(_literal(one, zone) for one in value or ("",)) + ")"
    text = value.isoformat() if isinstance(value, date | time) else str(value)
    return '"' + text.replace('"', '""') + '"'


def flow_actor(workspace: str, zone: str, key: str, definition: Mapping[str, Any]) -> Actor:
    """Return the actor of a flow: the engine itself, or, by `runs_as`, somebody with certain roles and no more."""
    runs_as = definition.get("runs_as")
    if isinstance(runs_as, Mapping) and runs_as.get("roles"):
        return service_actor(workspace, f"flow:{key}", frozenset(runs_as["roles"]), zone)
    return system_actor(workspace, f"flow:{key}", zone)


def notify_of_flow(
    unit: Unit,
    to: tuple[str, ...],
    kind: str,
    body: Mapping[str, Any],
    form: str | None,
    record_id: str | None,
) -> None:
    """Put what a flow has to say into people's drawers."""
    personal.notify(unit, to, f"flow.{kind}", body, form, record_id)
