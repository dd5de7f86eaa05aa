"""Exports of reports: a file at once, or a job for what takes long; each worked out as the asker, each in the audit."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.access.actor import Actor
from engine.ids import is_id
from engine.jobs.queue import JobRun, enqueue, read_job
from engine.problems import Code, NotFound, Rejected
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from form_engine.exporting.service import NO_FILE, Exported
from report_engine.exporting.book import Book
from report_engine.exporting.formats import FORMATS, Format
from report_engine.reading import EXPORT_S, NIGHT_S, TOO_SLOW
from server.report_books import Books, Wanted

BAD_FILTERS = Code(
    "report_export.filters",
    zh="筛选条件的格式不对",
    en="The filters cannot be read",
    hint_zh="请刷新页面后重试",
    hint_en="Reload the page and try again",
)
KIND = "report.export"
AT_ONCE_S = 15.0
MOST_FILTERS = 40


class ReportExports:
    """Exports of one clinic. `actor_of`: a person by id, for work in the background; `fonts`: the house's own fonts."""

    def __init__(
        self, workspace: Workspace, books: Books, actor_of: Callable[[str], Actor], fonts: Path | None = None
    ) -> None:
        self.workspace, self.books, self.fonts = workspace, books, fonts
        self._actor_of = actor_of

    def export(
        self, actor: Actor, kind: str, key: str, request: Mapping[str, Any]
    ) -> Exported | dict[str, str]:
        """Return the file, or `{job}` where it takes longer than a person waits."""
        wanted, form = wanted_of(kind, key, request), format_of(request)
        self.books.check(actor, wanted)
        made: Exported | None = None
        if not request.get("background"):
            made = self._at_once(actor, wanted, form)
        with self.workspace.write(Cause("user", by=actor.user_id)) as unit:
            self._noted(unit, wanted, form, made)
            if made is not None:
                return made
            body = {"wanted": wanted.to_json(), "format": form.kind, "by": actor.user_id}
            return {"job": enqueue(unit, KIND, body, most_attempts=2)}

    def _at_once(self, actor: Actor, wanted: Wanted, form: Format) -> Exported | None:
        """Return the file; None where it is too slow for somebody who waits."""
        try:
            book = self._book(actor, wanted, AT_ONCE_S)
        except Rejected as refused:
            if any(one.code == TOO_SLOW.code for one in refused.problems):
                return None
            raise
        if any(problem.code == TOO_SLOW.code for part in book.parts for problem in part.problems):
            return None
        return self.written(book, form)

    def _noted(self, unit: Any, wanted: Wanted, form: Format, made: Exported | None) -> None:
        details = {
            **wanted.to_json(),
            "format": form.kind,
            "size": len(made.data) if made is not None else None,
        }
        unit.audit("report.export", None, None, details)

    def _book(self, actor: Actor, wanted: Wanted, seconds: float = EXPORT_S) -> Book:
        return self.books.book(actor, wanted, self.workspace.clock.now(), seconds)

    def written(self, book: Book, form: Format) -> Exported:
        """Return a book as a file. Rejected where the machine cannot make one."""
        target = io.BytesIO()
        form.write(book, target, self.fonts)
        return Exported(_name(book, form), _mime(book, form), target.getvalue())

    def execute(self, run: JobRun) -> Any:
        """Do the job of a large export; the file waits for its owner. The right is looked at anew."""
        body = run.job.body
        actor, wanted = self._actor_of(body["by"]), Wanted(**body["wanted"])
        form = FORMATS.get(body["format"])
        self.books.check(actor, wanted)
        folder = self.workspace.folder / "exports"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        book = self._book(actor, wanted, NIGHT_S)
        run.progress(1, 2)
        path = folder / run.job.job_id
        with path.open("wb") as target:
            path.chmod(0o600)
            form.write(book, target, self.fonts)
        return {"file": run.job.job_id, "name": _name(book, form), "mime": _mime(book, form)}

    def fetch(self, actor: Actor, job_id: str) -> Exported:
        """Return the file of a finished background export, to its owner only."""
        if not is_id(job_id):
            raise NotFound(NO_FILE.at(""))
        path = self.workspace.folder / "exports" / job_id
        with self.workspace.read() as unit:
            job = read_job(unit, job_id)
        if job.kind != KIND or job.created_by != actor.user_id or job.state != "done" or not path.exists():
            raise NotFound(NO_FILE.at(""))
        return Exported(job.result["name"], job.result["mime"], path.read_bytes())


def wanted_of(kind: str, key: str, request: Mapping[str, Any]) -> Wanted:
    """Return what a request asks for. Rejected."""
    filters, cell = request.get("filters") or {}, request.get("cell")
    if not isinstance(filters, Mapping) or len(filters) > MOST_FILTERS or not isinstance(cell, str | None):
        raise Rejected(BAD_FILTERS.at("/filters"))
    return Wanted(kind, key, dict(filters), cell)


def format_of(request: Mapping[str, Any]) -> Format:
    """Return the format asked for; xlsx for none. Rejected with the nearest."""
    return FORMATS.get(str(request.get("format") or "xlsx"), "/format")


def _name(book: Book, form: Format) -> str:
    safe = "".join(one for one in book.name if one not in '\\/:*?"<>|' and ord(one) >= 32).strip(" .")[:80]
    return f"{safe or 'report'} {book.made_at:%Y-%m-%d}.{form.suffix(book)}"


def _mime(book: Book, form: Format) -> str:
    return "application/zip" if form.suffix(book) == "zip" else form.mime
