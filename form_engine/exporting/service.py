"""Export: the records of a list as xlsx or csv, as far as the asker may export them; large ones in the background."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.actor import Actor
from engine.access.levels import Level
from engine.access.query import RecordQuery
from engine.definitions.shape import FieldShape
from engine.escaping import guarded
from engine.ids import is_id
from engine.jobs.queue import JobRun, enqueue, read_job
from engine.problems import Code, Forbidden, NotFound, Rejected
from engine.text import say
from form_engine.desk import Desk
from form_engine.plan import FormPlan
from form_engine.service.service import RecordService
from form_engine.views.listing import read
from form_engine.views.requests import WRONG_REQUEST, check_request

NO_RIGHT = Code("export.no_right", zh="您没有导出“{form}”的权限", en="You may not export “{form}”",
                hint_zh="请让管理员开通“导出”，或提交导出申请", hint_en="Ask for the right “export”, or hand in an export request")  # fmt: skip
NO_FILE = Code("export.no_file", zh="没有这个导出文件，或它已过期", en="There is no such export, or it has expired",
               hint_zh="请重新导出", hint_en="Export it again")  # fmt: skip

KIND = "form.export"
AT_ONCE = 5_000
PAGE = 1_000
TOLD_EVERY = 10_000
MOST = 1_000_000
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_LINKS = ("reference", "references", "person", "persons")


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand out."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: a path, its heading, how a value is written; `is_id`: the internal id beside a relation."""

    path: str
    heading: str
    shape: FieldShape
    text: Callable[[Any], str]
    target: str = ""
    is_id: bool = False


class ExportService:
    """Exports of one workspace. `actor_of` gives the person an export belongs to, for work in the background."""

    def __init__(self, service: RecordService, actor_of: Callable[[str], Actor]) -> None:
        self.service, self.actor_of = service, actor_of
        self.workspace = service.workspace

    def export(self, actor: Actor, form: str, request: Mapping[str, Any]) -> Exported | dict[str, str]:
        """Return the file, or `{job}` when there are more than 5,000 records."""
        with self.service.reading(actor) as desk:
            plan, query, columns, kind = self._read(desk, form, request)
            count, exact = desk.gate.count(replace(query, after=None))
            if exact and count <= AT_ONCE:
                data = written(kind, columns, records(desk, query, columns), actor, plan)
                made: Exported | None = Exported(_name(plan, kind, actor), FORMATS[kind], data)
            else:
                made = None
        with self.service.writing(actor) as desk:
            details = {
                "columns": [column.path for column in columns],
                "format": kind,
                "count": count if exact else None,
            }
            desk.unit.audit("export", form, None, details)
            if made is not None:
                return made
            return {
                "job": enqueue(desk.unit, KIND, {"form": form, "request": dict(request), "by": actor.user_id})
            }

    def execute(self, run: JobRun) -> Any:
        """Do the job of a large export; the file waits for its owner."""
        body = run.job.body
        actor = self.actor_of(body["by"])
        folder = self.workspace.folder / "exports"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.workspace.read(snapshot=True) as unit:
            desk = self.service.desk(unit, actor)
            plan, query, columns, kind = self._read(desk, body["form"], body["request"])
            path = folder / run.job.job_id
            total = desk.gate.count(replace(query, after=None))[0]
            cells = _told(run, total, records(desk, query, columns))
            path.write_bytes(written(kind, columns, cells, actor, plan))
            path.chmod(0o600)
        return {"file": run.job.job_id, "name": _name(plan, kind, actor), "mime": FORMATS[kind]}

    def fetch(self, actor: Actor, job_id: str) -> Exported:
        """Return the file of a finished background export, to its owner only."""
        path = self._path(job_id)
        with self.workspace.read() as unit:
            job = read_job(unit, job_id)
        if job.kind != KIND or job.created_by != actor.user_id or job.state != "done" or not path.exists():
            raise NotFound(NO_FILE.at(""))
        return Exported(job.result["name"], job.result["mime"], path.read_bytes())

    def _path(self, job_id: str) -> Path:
        if not is_id(job_id):
            raise NotFound(NO_FILE.at(""))
        return self.workspace.folder / "exports" / job_id

    def _read(
        self, desk: Desk, form: str, request: Mapping[str, Any]
    ) -> tuple[FormPlan, RecordQuery, list[ExportColumn], str]:
        plan = desk.form(form)
        if (not desk.rights.right("export") and not desk.actor.is_system) or not desk.rights.verb(
            form, "export"
        ):
            raise Forbidden(NO_RIGHT.at("", form=plan.name))
        check_request(request)
        kind = request.get("format") or "xlsx"
        if kind not in FORMATS:
            raise Rejected(
                WRONG_REQUEST.at("/format", key="format", expected={"zh": "xlsx 或 csv", "en": "xlsx or csv"})
            )
        asked = read(
            desk,
            form,
            {key: value for key, value in request.items() if key not in ("columns", "format", "ids_beside")},
        )
        named = tuple(request.get("columns") or asked.query.fields)
        columns = list(_columns(desk, plan, named, bool(request.get("ids_beside"))))
        fields = tuple(dict.fromkeys(column.path for column in columns))
        return (
            plan,
            replace(asked.query, fields=fields, verb="export", limit=PAGE, python=True, after=None),
            columns,
            kind,
        )


def _columns(desk: Desk, plan: FormPlan, named: Sequence[str], ids_beside: bool) -> Iterator[ExportColumn]:
    lang = desk.actor.lang
    for path in named:
        found = _field(desk, plan, path)
        if found is None:
            continue
        owner, key, shape, heading = found
        if shape.value_type == "rows" or desk.rights.effective(owner.key, key).ceiling is Level.NONE:
            continue
        one = owner.field(key)
        target = "user" if shape.value_type in ("person", "persons") else str(shape.config.get("to", ""))
        text = _writer(one, shape)
        yield ExportColumn(
            path, say(heading, lang) or path, shape, text, target if shape.value_type in _LINKS else ""
        )
        if ids_beside and shape.value_type in _LINKS:
            yield ExportColumn(path, f"{say(heading, lang) or path} (id)", shape, text, "", True)


def _field(
    desk: Desk, plan: FormPlan, path: str
) -> tuple[FormPlan, str, FieldShape, Mapping[str, str]] | None:
    owner, heading = plan, {"zh": "", "en": ""}
    parts = path.split(".")
    for part in parts[:-1]:
        shape = owner.shape.field(part)
        if shape is None or shape.config.get("to") not in desk.app.forms:
            return None
        heading = {lang: f"{heading[lang]}{say(owner.label(part), lang)} · " for lang in heading}
        owner = desk.app.forms[str(shape.config["to"])]
    shape = owner.shape.field(parts[-1])
    if shape is None:
        return None
    return (
        owner,
        parts[-1],
        shape,
        {lang: heading[lang] + say(owner.label(parts[-1]), lang) for lang in heading},
    )


def _writer(one: Any, shape: FieldShape) -> Callable[[Any], str]:
    if one is not None and one.is_written:
        return lambda value: one.control.to_text(value, one.config)
    return lambda value: shape.type.to_text(value, shape.config)


def records(desk: Desk, query: RecordQuery, columns: Sequence[ExportColumn]) -> Iterator[list[Any]]:
    """Yield the cells of each record, page by page, so that memory does not grow with the list."""
    after: str | None = None
    for _ in range(MOST // PAGE):
        page = desk.gate.page(replace(query, after=after))
        for record in page.records:
            yield [_cell(column, record.get(column.path), page.labels) for column in columns]
        after = page.cursor
        if after is None:
            return


def _told(run: JobRun, total: int, cells: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Pass cells on, noting how far they are every 10,000 records: the job is held on, however long it takes.

    LeaseLostError where somebody else has the job now, or it was cancelled.
    """
    for at, row in enumerate(cells):
        if at % TOLD_EVERY == 0:
            # The reading unit stays open meanwhile, so progress is noted on a connection and in a context of its own.
            Context().run(run.progress, at, max(at, total))
        yield row


def _cell(column: ExportColumn, value: Any, labels: Mapping[str, Mapping[str, str]]) -> Any:
    if value is None:
        return None
    if column.is_id:
        return ";".join(value) if isinstance(value, tuple | list) else str(value)
    if column.target:
        names = labels.get(column.target, {})
        many = value if isinstance(value, tuple | list) else (value,)
        return ";".join(names.get(one, str(one)) for one in many)
    if isinstance(value, bool | int | Decimal | datetime | date) and column.shape.value_type != "boolean":
        return value
    if isinstance(value, str) and column.shape.value_type not in ("text", "choice"):
        # A mask stands here, not a value.
        return value
    try:
        return column.text(value)
    except (TypeError, ValueError, AttributeError, KeyError):
        return str(value)


def written(
    kind: str, columns: Sequence[ExportColumn], cells: Iterator[list[Any]], actor: Actor, plan: FormPlan
) -> bytes:
    """Return the file."""
    headings = [column.heading for column in columns]
    if kind == "csv":
        return _csv(headings, cells, actor)
    return _xlsx(headings, cells, actor, say(plan.name, actor.lang))


def _csv(headings: Sequence[str], rows: Iterator[list[Any]], actor: Actor) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([guarded(heading) for heading in headings])
    for row in rows:
        writer.writerow([_plain(cell, actor) for cell in row])
    # With the mark, or Excel takes UTF-8 for the machine's old code page.
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _plain(cell: Any, actor: Actor) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(ZoneInfo(actor.zone)).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, str):
        return guarded(cell)
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _xlsx(headings: Sequence[str], rows: Iterator[list[Any]], actor: Actor, title: str) -> bytes:
    # Read with the first sheet written, not at every start.
    import xlsxwriter

    target = io.BytesIO()
    settings = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    zone = ZoneInfo(actor.zone)
    with xlsxwriter.Workbook(target, settings) as book:
        page = book.add_worksheet("".join(c for c in title if c not in "[]:*?/\\'")[:31] or "export")
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.freeze_panes(1, 0)
        for at, heading in enumerate(headings):
            page.write_string(0, at, heading, bold)
        for line, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                if cell is None:
                    continue
                if isinstance(cell, datetime):
                    page.write_datetime(line, at, cell.astimezone(zone).replace(tzinfo=None), moment)
                elif isinstance(cell, date):
                    page.write_datetime(line, at, datetime.combine(cell, time()), day)
                elif isinstance(cell, int | Decimal) and _fits(cell):
                    page.write_number(line, at, float(cell))
                else:
                    # Always a string cell: a spreadsheet program never runs those.
                    page.write_string(line, at, str(cell)[:32_767])
    return target.getvalue()


def _fits(number: Any) -> bool:
    """Tell whether a spreadsheet's number holds it exactly."""
    return bool(abs(number) < 10**15)


def _name(plan: FormPlan, kind: str, actor: Actor) -> str:
    return f"{say(plan.name, actor.lang) or plan.key}.{kind}"
