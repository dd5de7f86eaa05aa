"""What is exported or sent of reports: a report or a whole dashboard, worked out as its reader."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.access.actor import Actor
from engine.problems import Code, Forbidden, Rejected
from engine.text import Words, say
from report_engine.chart import CHARTS
from report_engine.exporting.book import Book, Part
from report_engine.figures import chart_of, natural, wrong_with
from report_engine.office import Asked
from report_engine.reading import EXPORT_S
from report_engine.service import ReportService

NO_RIGHT = Code(
    "report_export.no_right",
    zh="您没有导出“{name}”的权限",
    en="You may not export “{name}”",
    hint_zh="请让管理员在角色里开通“导出”",
    hint_en="Ask an administrator for the right “export”",
)
DETAILS = frozenset({"list"})
"""Kinds that show records themselves: they need the right to export those, too."""
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`kind`: dashboards or reports; `filters`: values by the keys of its filters; `cell`: one chart alone."""

    kind: str
    key: str
    filters: Json
    cell: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "key": self.key, "filters": dict(self.filters), "cell": self.cell}


class Books:
    """Makes books of one clinic's reports. `clinic`: its name."""

    def __init__(self, service: ReportService, clinic: Words) -> None:
        self.service, self._clinic = service, clinic

    def name(self, actor: Actor, wanted: Wanted) -> str:
        """Return how a report or dashboard is called. NotFound for one that is not there or not for the asker."""
        return say(self._definition(actor, wanted)["name"], actor.lang)

    def check(self, actor: Actor, wanted: Wanted) -> None:
        """Raise Forbidden where the asker may not export it, NotFound where he may not even see it."""
        definition = self._definition(actor, wanted)
        rights = self.service.policy.rights(actor)
        forms = {str(one["form"]) for one in self._reports(definition, wanted) if one.get("kind") in DETAILS}
        may = rights.right("export") and all(rights.verb(form.partition(".")[0], "export") for form in forms)
        if not may and not actor.is_system:
            raise Forbidden(NO_RIGHT.at("", name=say(definition["name"], actor.lang)))

    def book(
        self,
        actor: Actor,
        wanted: Wanted,
        now: datetime,
        seconds: float = EXPORT_S,
        *,
        is_veiled: bool = False,
    ) -> Book:
        """Return the answers as the asker sees them. What is wrong with one of several is told in its place.

        `is_veiled`: without anybody's name.
        """
        definition = self._definition(actor, wanted)
        made = self._of_board if wanted.kind == "dashboards" else self._of_report
        parts = list(made(actor, definition, wanted, seconds, is_veiled))
        shared = [part.told for part in parts if part.told]
        name = say(definition["name"], actor.lang)
        # One chart alone goes by its own name first.
        is_one = wanted.cell is not None and len(parts) == 1 and parts[0].name
        return Book(
            name=f"{parts[0].name} · {name}" if is_one else name,
            parts=parts,
            reader=actor.name,
            lang=actor.lang,
            zone=self.service.workspace.zone_of(actor.branch_id),
            made_at=now,
            clinic=say(self._clinic, actor.lang),
            told=shared[0] if shared and all(one == shared[0] for one in shared) else (),
        )

    def _definition(self, actor: Actor, wanted: Wanted) -> Json:
        if wanted.kind == "dashboards":
            return self.service.board(actor, wanted.key)
        return self.service.report(actor, wanted.key)

    def _reports(self, definition: Json, wanted: Wanted) -> Iterator[Json]:
        if wanted.kind == "reports":
            yield definition
            return
        known = self.service.app.of("reports")
        for cell in definition["cells"]:
            if cell.get("report") in known and wanted.cell in (None, cell["key"]):
                yield known[cell["report"]]

    def _of_report(
        self, actor: Actor, report: Json, wanted: Wanted, seconds: float, is_veiled: bool
    ) -> Iterator[Part]:
        with self.service.opened(actor, seconds) as office:
            found = self.service.table(office, report, wanted.filters)
        found = self.service.veiled(found) if is_veiled else found
        yield _part(wanted.key, say(report["name"], actor.lang), report, found, actor.lang, (0, 0, 24, 8))

    def _of_board(
        self, actor: Actor, board: Json, wanted: Wanted, seconds: float, is_veiled: bool
    ) -> Iterator[Part]:
        for one in self.service.cells_of(actor, board):
            if one.get("text") and wanted.cell in (None, one["key"]):
                at = tuple(one["at"])
                text = say(one.get("text") or {}, actor.lang)
                yield Part(str(one["key"]), say(one.get("name") or {}, actor.lang), text=text, at=at)
        for cell, report, found in self.service.cells(actor, wanted.key, wanted.filters, seconds):
            if wanted.cell in (None, cell["key"]):
                shown = found if isinstance(found, Rejected) or not is_veiled else self.service.veiled(found)
                name = say(cell.get("name") or report["name"], actor.lang)
                yield _part(str(cell["key"]), name, report, shown, actor.lang, tuple(cell["at"]))


def _part(key: str, name: str, report: Json, found: Asked | Rejected, lang: str, at: tuple[int, ...]) -> Part:
    place = (at[0], at[1], at[2], at[3])
    if isinstance(found, Rejected):
        return Part(key, name, chart=chart_of(report), problems=found.problems, at=place)
    chart, config = _chart(found)
    told = _told(found.told, lang)
    return Part(key, name, found.table, chart, config, told, at=place)


def _chart(found: Asked) -> tuple[str, Json]:
    """Return the chart that the screen shows: the report's own where it suits the table, else the most natural one."""
    given = dict(found.report.get("chart") or {})
    kind = str(given.pop("kind", ""))
    if kind in CHARTS:
        chart = CHARTS.get(kind)
        if not any(True for _ in wrong_with(chart, chart.settings(given, found.table), found.table)):
            return kind, given
    return natural(found.table).kind, {}


def _told(words: Sequence[Words], lang: str) -> list[tuple[str, str]]:
    return [("", say(one, lang)) for one in words]
