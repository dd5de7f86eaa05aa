"""ImportService: upload, guess, dry run, run in the background, error sheet, undo. Crash-proof: no row comes twice."""

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import case, delete, func, insert, select, update

from engine.access.actor import Actor
from engine.access.levels import Level
from engine.clock import business_day
from engine.escaping import guarded
from engine.ids import is_id, new_id
from engine.jobs.queue import JobRun, LeaseLostError, enqueue, read_job
from engine.problems import Code, Conflict, Forbidden, NotFound, Problem, Rejected
from engine.store import sql
from engine.store.platform import IMPORT_ROWS, IMPORTS, from_instant, instant
from engine.store.unit import Cause, Unit
from form_engine.desk import Desk
from form_engine.importing.cleaning import Context, plain
from form_engine.importing.columns import Column, columns_of, targets_of
from form_engine.importing.guessing import ColumnGuess, guess, layout_key
from form_engine.importing.resting import collector_rests
from form_engine.importing.running import CHUNK, OUTCOMES, Importer, Row
from form_engine.importing.settings import POLICIES, ImportSettings, read_settings
from form_engine.importing.sheets import Book, Sheet, read_book
from form_engine.plan import FormPlan
from form_engine.service import personal, undoing
from form_engine.service.service import RecordService

NO_IMPORT = Code("import.not_found", zh="没有这次导入", en="There is no such import",
                 hint_zh="它可能属于别人，或文件已过期；请重新上传", hint_en="It may be somebody else's, or expired; upload the file again")  # fmt: skip
NO_RIGHT = Code("import.no_right", zh="您没有导入“{form}”的权限", en="You may not import “{form}”",
                hint_zh="请让管理员开通“导入”", hint_en="Ask for the right “import”")  # fmt: skip
TOO_LATE = Code("import.too_late", zh="导入已超过 24 小时，不能整批撤销", en="The import is older than 24 hours and cannot be undone as one",
                hint_zh="请逐条处理，或到回收站操作", hint_en="Deal with its records one by one")  # fmt: skip
WRONG_STATE = Code("import.wrong_state", zh="这次导入现在不能执行此操作（{state}）", en="This is not possible now ({state})",
                   hint_zh="等它完成后再试", hint_en="Wait until it is done")  # fmt: skip

KIND = "form.import"
UNDO_HOURS = 24
_DRY, _REAL = 0, 1
_GIVEN_UP = ("failed", "cancelled")
Json = dict[str, Any]


class ImportService:
    """Imports of one workspace. `actor_of` gives the person an import belongs to, for work in the background."""

    def __init__(self, service: RecordService, actor_of: Callable[[str], Actor]) -> None:
        self.service, self.actor_of = service, actor_of
        self.workspace = service.workspace

    # Steps of the wizard.

    def upload(self, actor: Actor, form: str, file_name: str, data: bytes) -> Json:
        """Take a file: `{id, sheets, sheet, header_row, columns, layout_key, targets}`, the mapping guessed or remembered."""
        with self.service.reading(actor) as desk:
            plan = self._allowed(desk, form)
            columns = self._columns(desk, plan)
        book = _read(data)
        sheet = book.sheet(None)
        found = guess(sheet.rows, tuple(targets_of(columns)))
        import_id = new_id()
        self._path(import_id).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path(import_id).write_bytes(data)
        self._path(import_id).chmod(0o600)
        with self.service.writing(actor) as desk:
            remembered = personal.preference(desk.unit, actor.user_id, _memory(form, found.layout_key))
            guesses = [_remembered(one, remembered, columns) for one in found.columns]
            self._add(desk.unit, actor, import_id, form, found.layout_key, file_name, data, len(sheet.rows))
        return {
            "id": import_id,
            "sheets": [{"name": one.name, "rows": len(one.rows)} for one in book.sheets],
            "sheet": sheet.name,
            "header_row": found.header_row,
            "columns": [one.to_json() for one in guesses],
            "layout_key": found.layout_key,
            "targets": [_target(one) for one in columns.values()],
            "match": [list(group) for group in _match(plan)],
            "policies": [
                one for one in POLICIES if one != "touch" or "touch" in plan.definition.get("import", {})
            ],
            "remembered": remembered is not None,
        }

    def look(self, actor: Actor, import_id: str, sheet: str | None, header_row: int | None) -> Json:
        """Return the columns guessed anew for another sheet or header row."""
        with self.service.reading(actor) as desk:
            row = self._mine(desk.unit, actor, import_id)
            plan = self._allowed(desk, row["form"])
            columns = self._columns(desk, plan)
        rows = self._book(import_id).sheet(sheet).rows
        found = guess(rows, tuple(targets_of(columns)), header_row)
        return {
            "header_row": found.header_row,
            "columns": [one.to_json() for one in found.columns],
            "layout_key": found.layout_key,
        }

    def dry_run(self, actor: Actor, import_id: str, settings: Any) -> Json:
        """Try the import without writing anything, in the background: `{job}`."""
        return self._start(actor, import_id, settings, "checking")

    def run(self, actor: Actor, import_id: str, settings: Any = None) -> Json:
        """Import in the background: `{job}`. Without settings those of the dry run count.

        A run that gave up halfway goes on from the row where it stopped, as it was set up.
        """
        return self._start(actor, import_id, settings, "running")

    def state(self, actor: Actor, import_id: str, limit: int = 200) -> Json:
        """Return `{state, done, total, counts, rows, batch, ...}`; `rows` are those with something to say."""
        with self.service.reading(actor) as desk:
            row = self._mine(desk.unit, actor, import_id)
            told = self._told_rows(desk.unit, row, limit)
            state = _state(desk.unit, row)
        return {
            "id": import_id,
            "form": row["form"],
            "file_name": row["file_name"],
            "state": state,
            "done": row["next_row"],
            "total": row["total"],
            "counts": msgspec.json.decode(row["counts"]),
            "job": row["job_id"],
            "batch": row["batch_id"],
            "can_undo": self._can_undo(row, state),
            "can_resume": _is_halfway(row, state),
            "rows": told,
        }

    def errors(self, actor: Actor, import_id: str) -> bytes:
        """Return the rejected rows as they were, with the reasons beside them, as xlsx to correct and import again."""
        with self.service.reading(actor) as desk:
            row = self._mine(desk.unit, actor, import_id)
            rejected = self._rejected(desk.unit, row)
        settings = msgspec.json.decode(row["settings"])
        sheet = self._book(import_id).sheet(settings.get("sheet"))
        return error_sheet(sheet, settings.get("header_row"), rejected, actor.lang)

    def undo(self, actor: Actor, import_id: str) -> Json:
        """Take the whole import back, within 24 hours; of one that gave up halfway, what it brought."""
        with self.service.writing(actor) as desk:
            row = self._mine(desk.unit, actor, import_id)
            state = _state(desk.unit, row)
            if state != "done" and not (_is_halfway(row, state) and row["next_row"]):
                raise Conflict(WRONG_STATE.at("", state=state))
            if not self._can_undo(row, state):
                raise Conflict(TOO_LATE.at(""))
            # Records and state go back together; of two who press at once, the second finds it done.
            c = IMPORTS.c
            mine = (c.id == import_id, c.state == row["state"])
            if (
                desk.unit.connection.execute(update(IMPORTS).where(*mine).values(state="undone")).rowcount
                != 1
            ):
                raise Conflict(WRONG_STATE.at("", state="undone"))
            return undoing.undo(desk, row["batch_id"])

    # In the background.

    def execute(self, run: JobRun) -> Any:
        """Do the job of an import or its dry run, from where the last attempt left off."""
        import_id, dry = run.job.body["import_id"], run.job.body["dry"]
        try:
            return self.work(import_id, dry=dry, told=run)
        except LeaseLostError:
            raise
        except Exception as error:
            # Whatever stopped it is the job's to keep; the person is told once nobody tries again.
            if not dry and (run.is_last or isinstance(error, Rejected)):
                self._tell_stopped(import_id)
            raise

    def _tell_stopped(self, import_id: str) -> None:
        with self.workspace.write(Cause("system")) as unit:
            row = self._row(unit, import_id)
            title = {
                "zh": f"导入中断：{row['file_name']}，停在第 {row['next_row']} 行，可继续或撤销",
                "en": f"Import stopped: {row['file_name']}, after {row['next_row']} rows; go on or undo",
            }
            body = {"title": title, "counts": msgspec.json.decode(row["counts"]), "import_id": import_id}
            personal.notify(unit, [row["created_by"]], "import", body, row["form"])

    def work(self, import_id: str, *, dry: bool, told: JobRun | None = None) -> Json:
        """Work through an import; at once for tests and the command line. Return the counts."""
        with self.workspace.read() as unit:
            row = self._row(unit, import_id)
        actor = self.actor_of(row["created_by"])
        settings = _settings(msgspec.json.decode(row["settings"]))
        sheet = self._book(import_id).sheet(settings.sheet)
        first = 0 if settings.header_row is None else settings.header_row + 1
        body = sheet.rows[first:]
        importer = self._importer(actor, row["form"], settings)
        counts: dict[str, int] = msgspec.json.decode(row["counts"]) or dict.fromkeys(OUTCOMES, 0)
        done, batch = row["next_row"], None if dry else row["batch_id"]
        while done < len(body):
            some = body[done : done + CHUNK]
            cells = [(first + done + at + 1, cells) for at, cells in enumerate(some)]
            start, done = done, done + len(some)
            with collector_rests():
                rows = importer.read(cells)
            with collector_rests(), self.service.writing(actor, "import", batch) as desk:
                counts.update(self._chunk(desk, importer, rows, import_id, counts, dry=dry))
                self._advance(desk.unit, row, start, done, counts, len(body), dry=dry)
                if told is not None:
                    told.checkpoint(desk.unit, done, len(body))
            importer.count_anew(self.workspace)
        self._finish(actor, row, settings, sheet, counts, len(body), dry=dry, told=told)
        return {"counts": counts, "total": len(body), "batch": None if dry else row["batch_id"]}

    def _chunk(
        self,
        desk: Desk,
        importer: Importer,
        rows: list[Row],
        import_id: str,
        counts: Mapping[str, int],
        *,
        dry: bool,
    ) -> dict[str, int]:
        """Work through some rows and note what became of each; return the counts with them."""
        rows = importer.chunk(desk, rows, dry=dry)
        self._note(desk.unit, import_id, _DRY if dry else _REAL, rows)
        told = Counter(row.outcome for row in rows)
        return {outcome: number + told[outcome] for outcome, number in counts.items()}

    def _advance(
        self,
        unit: Unit,
        row: Mapping[str, Any],
        start: int,
        done: int,
        counts: Mapping[str, int],
        total: int,
        *,
        dry: bool,
    ) -> None:
        """Move on from `start`, unless another worker did or somebody took the import back meanwhile. LeaseLostError."""
        values = {"next_row": done, "counts": msgspec.json.encode(counts).decode(), "total": total}
        if not dry:
            # How long an import can be undone counts from its last row, also where no end comes.
            values["finished_at"] = instant(unit.now)
        c = IMPORTS.c
        here = (c.id == row["id"], c.next_row == start, c.state == ("checking" if dry else "running"))
        if unit.connection.execute(update(IMPORTS).where(*here).values(**values)).rowcount != 1:
            raise LeaseLostError(row["id"])

    def _finish(
        self,
        actor: Actor,
        row: Mapping[str, Any],
        settings: ImportSettings,
        sheet: Sheet,
        counts: Mapping[str, int],
        total: int,
        *,
        dry: bool,
        told: JobRun | None,
    ) -> None:
        with self.service.writing(actor, "import") as desk:
            if told is not None:
                told.checkpoint(desk.unit, total, total)
            state = "checked" if dry else "done"
            text = msgspec.json.encode(counts).decode()
            self._set(
                desk.unit,
                row["id"],
                state=state,
                total=total,
                counts=text,
                finished_at=instant(desk.unit.now),
            )
            if dry:
                return
            headers = _headers(sheet, settings.header_row)
            names = {headers[index]: key for index, key in settings.map.items() if index < len(headers)}
            personal.keep(desk.unit, actor.user_id, _memory(row["form"], layout_key(headers)), names)
            title = {"zh": f"导入完成：{row['file_name']}", "en": f"Import done: {row['file_name']}"}
            body = {"title": title, "counts": dict(counts), "import_id": row["id"]}
            personal.notify(desk.unit, [actor.user_id], "import", body, row["form"])
            desk.unit.audit(
                "import",
                row["form"],
                None,
                {"import": row["id"], "counts": dict(counts), "sha256": row["sha256"]},
            )

    def _start(self, actor: Actor, import_id: str, settings: Any, state: str) -> Json:
        dry = state == "checking"
        with self.service.writing(actor) as desk:
            row = self._mine(desk.unit, actor, import_id)
            plan = self._allowed(desk, row["form"])
            body = {"import_id": import_id, "dry": dry}
            now = _state(desk.unit, row)
            if _is_halfway(row, now) and not dry and settings is None:
                job = enqueue(desk.unit, KIND, body)
                self._set(desk.unit, import_id, job_id=job)
                return {"job": job, "id": import_id}
            # A trial that gave up may be tried again; a run that did has written some rows, and none may come twice.
            if row["state"] in ("running", "done", "undone") or now == "checking":
                raise Conflict(WRONG_STATE.at("", state=now))
            if settings is None:
                chosen = _settings(msgspec.json.decode(row["settings"]))
            else:
                chosen = read_settings(settings, self._columns(desk, plan), _match(plan))
            job = enqueue(desk.unit, KIND, body)
            desk.unit.connection.execute(delete(IMPORT_ROWS).where(IMPORT_ROWS.c.import_id == import_id))
            self._set(
                desk.unit, import_id, state=state, job_id=job, next_row=0, batch_id=None if dry else import_id,
                counts="{}", settings=msgspec.json.encode(chosen.to_json()).decode(),
            )  # fmt: skip
        return {"job": job, "id": import_id}

    def _importer(self, actor: Actor, form: str, settings: ImportSettings) -> Importer:
        with self.service.reading(actor) as desk:
            plan = self._allowed(desk, form)
            columns = self._columns(desk, plan)
            context = Context(business_day(desk.unit.now, actor.zone), actor.zone)
        missing = [key for key in settings.map.values() if key not in columns]
        if missing:
            raise Rejected(NO_IMPORT.at(f"/map/{missing[0]}"))
        return Importer(plan, columns, settings, context)

    # Rights and rows.

    def _allowed(self, desk: Desk, form: str) -> FormPlan:
        plan = desk.form(form)
        if not desk.rights.verb(form, "import"):
            raise Forbidden(NO_RIGHT.at("", form=plan.name))
        return plan

    def _columns(self, desk: Desk, plan: FormPlan) -> dict[str, Column]:
        rights = desk.rights
        return columns_of(plan, lambda key: rights.effective(plan.key, key).ceiling is Level.WRITE)

    def _path(self, import_id: str) -> Path:
        return self.workspace.folder / "imports" / import_id

    def _book(self, import_id: str) -> Book:
        try:
            return _read(self._path(import_id).read_bytes())
        except FileNotFoundError:
            raise NotFound(NO_IMPORT.at("")) from None

    def _add(
        self,
        unit: Unit,
        actor: Actor,
        import_id: str,
        form: str,
        layout: str,
        name: str,
        data: bytes,
        rows: int,
    ) -> None:
        unit.connection.execute(
            insert(IMPORTS).values(
                id=import_id, form=form, layout_key=layout, file_name=name[:200], sha256=hashlib.sha256(data).hexdigest(),
                state="new", settings="{}", counts="{}", next_row=0, total=rows, created_at=instant(unit.now), created_by=actor.user_id,
            )
        )  # fmt: skip

    def _row(self, unit: Unit, import_id: str) -> Mapping[str, Any]:
        found = unit.connection.execute(select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().first()
        if found is None:
            raise NotFound(NO_IMPORT.at(""))
        return dict(found)

    def _mine(self, unit: Unit, actor: Actor, import_id: str) -> Mapping[str, Any]:
        row = self._row(unit, import_id) if is_id(import_id) else None
        if row is None or row["created_by"] != actor.user_id:
            raise NotFound(NO_IMPORT.at(""))
        return row

    def _set(self, unit: Unit, import_id: str, **values: Any) -> None:
        unit.connection.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(**values))

    def _note(self, unit: Unit, import_id: str, run: int, rows: Sequence[Row]) -> None:
        dialect = unit.workspace.room.dialect
        unit.load_rows(
            sql.copy_import_rows(dialect),
            sql.insert_import_rows(dialect),
            (
                (import_id, run, row.number, row.outcome, row.record_id, _problems_json(row.told()))
                for row in rows
            ),
        )

    def _told_rows(self, unit: Unit, row: Mapping[str, Any], limit: int) -> list[Json]:
        c = IMPORT_ROWS.c
        query = select(c.row, c.outcome, c.record_id, c.problems).where(
            c.import_id == row["id"], c.problems.is_not(None)
        )
        # What did not come in matters most where not all is listed.
        query = query.order_by(case((c.outcome == "rejected", 0), else_=1), c.row)
        found = unit.connection.execute(query.limit(min(limit, 1000)))
        return [
            {
                "row": number,
                "outcome": outcome,
                "record_id": record_id,
                "problems": msgspec.json.decode(problems),
            }
            for number, outcome, record_id, problems in found
        ]

    def _rejected(self, unit: Unit, row: Mapping[str, Any]) -> dict[int, list[Json]]:
        c = IMPORT_ROWS.c
        query = (
            select(c.row, c.problems).where(c.import_id == row["id"], c.outcome == "rejected").order_by(c.row)
        )
        return {number: msgspec.json.decode(problems) for number, problems in unit.connection.execute(query)}

    def accounted(self, import_id: str) -> dict[str, int]:
        """Return how many rows ended in each outcome, as the rows themselves say."""
        c = IMPORT_ROWS.c
        query = select(c.outcome, func.count()).where(c.import_id == import_id).group_by(c.outcome)
        with self.workspace.read() as unit:
            return {row[0]: row[1] for row in unit.connection.execute(query)}

    def _can_undo(self, row: Mapping[str, Any], state: str) -> bool:
        if state != "done" and not (_is_halfway(row, state) and row["next_row"]):
            return False
        last = from_instant(row["finished_at"] or row["created_at"])
        return self.workspace.clock.now() - last <= timedelta(hours=UNDO_HOURS)


def error_sheet(
    sheet: Sheet, header_row: int | None, rejected: Mapping[int, Sequence[Json]], lang: str
) -> bytes:
    """Return an xlsx of the rejected rows: their cells, then what was wrong and what to do."""
    # Read with the first sheet written, not at every start.
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        page = book.add_worksheet("错误行" if lang == "zh" else "Errors")
        bold = book.add_format({"bold": True})
        headers = _headers(sheet, header_row)
        words = ("行号", "原因", "怎么办") if lang == "zh" else ("Row", "Reason", "What to do")
        page.write_row(0, 0, [*headers, *words], bold)
        for at, (number, problems) in enumerate(rejected.items(), 1):
            cells = [plain(cell) for cell in sheet.rows[number - 1]] if number <= len(sheet.rows) else []
            cells += [""] * (len(headers) - len(cells))
            why = "；".join(one["message"][lang] for one in problems)
            what = "；".join(dict.fromkeys(one["hint"][lang] for one in problems if one["hint"][lang]))
            for column, text in enumerate([*cells, str(number), why, what]):
                page.write_string(at, column, guarded(text)[:32_767])
    return target.getvalue()


def _headers(sheet: Sheet, header_row: int | None) -> list[str]:
    if header_row is None or header_row >= len(sheet.rows):
        return []
    return [plain(cell) for cell in sheet.rows[header_row]]


def _match(plan: FormPlan) -> tuple[tuple[str, ...], ...]:
    """Return the groups of fields that find an existing record: the definition's, else what is unique."""
    said = plan.definition.get("import", {}).get("match")
    if said:
        return tuple(tuple(group) for group in said)
    unique = [
        (*one.unique.get("within", ()), one.key)
        for one in plan.fields
        if one.unique is not None and one.rows is None
    ]
    return (*unique, *(tuple(group["fields"]) for group in plan.definition.get("unique", ())))


def _settings(given: Mapping[str, Any]) -> ImportSettings:
    return ImportSettings(
        map={int(index): key for index, key in given.get("map", {}).items()},
        sheet=given.get("sheet"),
        header_row=given.get("header_row", 0),
        policy=given.get("policy", "skip"),
        match=tuple(tuple(group) for group in given.get("match", ())),
        defaults=given.get("defaults", {}),
    )


def _state(unit: Unit, row: Mapping[str, Any]) -> str:
    """Return how far the import is; "failed" where its job gave up, so that nobody waits for it."""
    if row["state"] in ("running", "checking") and read_job(unit, row["job_id"]).state in _GIVEN_UP:
        return "failed"
    return str(row["state"])


def _is_halfway(row: Mapping[str, Any], state: str) -> bool:
    """Tell whether the import itself gave up, not its trial."""
    return state == "failed" and row["state"] == "running"


def _memory(form: str, layout: str) -> str:
    return f"import.{form}.{layout}"


def _remembered(one: ColumnGuess, memory: Any, columns: Mapping[str, Column]) -> ColumnGuess:
    if not isinstance(memory, Mapping):
        return one
    key = memory.get(one.header)
    if key is None:
        return ColumnGuess(one.index, one.header, one.samples)
    return ColumnGuess(one.index, one.header, one.samples, key, "remembered") if key in columns else one


def _target(column: Column) -> Json:
    required = column.plan is not None and column.plan.required
    return {
        "key": column.key,
        "label": dict(column.label),
        "required": required,
        "extra": column.to != column.key,
    }


def _read(data: bytes) -> Book:
    with collector_rests():
        return read_book(data)


def _problems_json(problems: Sequence[Problem]) -> str | None:
    if not problems:
        return None
    return msgspec.json.encode([problem.to_json() for problem in problems]).decode()
