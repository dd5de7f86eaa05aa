"""Nights: what slow reports ask is asked before people come, report by report and person by person."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from engine.access import accounts
from engine.access.actor import Actor
from engine.jobs.queue import JobRun, enqueue
from engine.problems import NotFound, Rejected
from engine.store.platform import instant
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from flow_engine.calendar.cron import next_cron
from report_engine.nights import Tonight, forget
from report_engine.reading import NIGHT_S
from report_engine.rollups import Months, head, may_fill, needs_answers
from report_engine.service import ReportService
from report_engine.tables import CURSORS
from server.report_figures import Figures
from server.report_likeness import alike_of, own_ids

LOG = logging.getLogger(__name__)
JOB = "report.night"
SAY_EVERY_S = 5.0
CRON = "30 2 * * *"
Json = Mapping[str, Any]


class Nights:
    """The nightly answers of one clinic. `is_off`: whether nights are to wait, since the clock is being put forward."""

    def __init__(
        self,
        workspace: Workspace,
        reports: ReportService,
        person: Callable[[str], Actor],
        figures: Figures,
        is_off: Callable[[], bool] = lambda: False,
    ) -> None:
        self.workspace, self.reports, self._person, self._is_off = workspace, reports, person, is_off
        self._figures = figures
        self._hopeless: set[Any] = set()
        """Reports that give no months this month, by who asks."""

    def sweep(self) -> int:
        """Queue the night's work when its time has come; return how much. Nights that were missed are made up for once."""
        if not self.reports.app.of("reports") or self._is_off():
            return 0
        c, own = CURSORS.c, CURSORS.c.key == JOB
        with self.workspace.read() as unit:
            row = unit.connection.execute(select(c.next_at).where(own)).first()
            if row is not None and row.next_at > unit.now_text:
                return 0
        with self.workspace.write(Cause("system")) as unit:
            row = unit.connection.execute(select(c.next_at).where(own).with_for_update()).first()
            after = instant(next_cron(CRON, ZoneInfo(self.workspace.zone), unit.now))
            if row is not None and row.next_at > unit.now_text:
                return 0
            if row is None:
                # Until the first night reports are worked out as they are asked.
                unit.connection.execute(CURSORS.insert().values(key=JOB, next_at=after, cron=CRON))
                return 0
            unit.connection.execute(update(CURSORS).where(own).values(next_at=after))
            enqueue(unit, JOB, {}, unique_key=f"{JOB}@{after}", most_attempts=3)
        return 1

    def execute(self, run: JobRun) -> Any:
        """Write the figures that reports keep on records, then ask every nightly report as everybody who may see it.

        Who asks the same as another shares the answer.
        """
        with self.workspace.write(Cause("system")) as unit:
            forget(unit)
        with self.workspace.read() as unit:
            people = [one.user_id for one in accounts.all_accounts(unit.connection) if one.is_active]
        night = _Night(run, len(people))
        figures = self._figures.write(lambda _done: night.hold())
        for user_id in people:
            try:
                actor = self._person(user_id)
            except NotFound:
                continue
            alike = alike_of(actor, self.workspace.zone_of(actor.branch_id))
            month = self.workspace.clock.now().strftime("%Y-%m")
            for key, portion in self._portions(actor):
                if (key, alike) not in night.shared:
                    asked = self._asked(portion, actor)
                    night.note((key, alike), asked.is_personal, answered=len(asked.found))
            for report in self._summing(actor):
                what = (report["key"], alike)
                if what in night.shared or (month, *what) in self._hopeless:
                    continue
                months = self._months(actor, report)
                if months is None:
                    self._hopeless = {one for one in self._hopeless if one[0] == month} | {(month, *what)}
                else:
                    night.note(what, months.is_personal, months=len(months.found))
            night.people += 1
        return {**night.told(), **figures}

    def _portions(self, actor: Actor) -> Iterator[tuple[str, Callable[[Tonight], None]]]:
        """Yield by a key what is to be asked for one person: reports by themselves, and as dashboards show them."""
        reports = self.reports.app.of("reports")
        seen = {one["key"] for one in self.reports.reports(actor)}
        nightly = {key for key, one in reports.items() if one.get("nightly") and key in seen}
        for key in sorted(nightly):
            yield f"reports/{key}", partial(self._report, actor, reports[key])
        for line in self.reports.dashboards(actor):
            board = self.reports.board(actor, line["key"])
            if any(cell.get("report") in nightly for cell in board["cells"]):
                yield f"dashboards/{line['key']}", partial(self._board, actor, board)

    def _summing(self, actor: Actor) -> Iterator[Json]:
        """Yield the reports that may be put together of months."""
        known = self.reports.app.of("reports")
        for line in self.reports.reports(actor):
            if line["kind"] == "aggregate" and not known[line["key"]].get("nightly"):
                yield known[line["key"]]

    def _months(self, actor: Actor, report: Json) -> Months | None:
        """Keep the months of one report; return what was looked at, None where it gives none.

        Months are kept for whoever sees everything that a report counts.
        """
        try:
            with self.reports.opened(actor, NIGHT_S) as office:
                bound, rights = office.bound(report), office.desk.gate.rights
                forms = {bound.data.facts[key].form.key for key in bound.facts}
                if not may_fill(bound, office.desk) or not all(
                    rights.row(form, "view").is_all for form in forms
                ):
                    return None
                months = office.reading.months = Months(office.reading.unit, fills=True, own=own_ids(actor))
                months.is_dry = not needs_answers(bound)
                seq = head(office.reading.unit)
                self.reports.table(office, report)
        except Rejected as refused:
            LOG.info("months of %s: %s", report["key"], refused)
            return None
        if months.found or months.clean:
            with self.workspace.write(Cause("system")) as unit:
                months.keep(unit, seq)
        return months

    def _report(self, actor: Actor, report: Json, night: Tonight) -> None:
        with self.reports.opened(actor, NIGHT_S, night) as office:
            self.reports.table(office, report)

    def _board(self, actor: Actor, board: Json, night: Tonight) -> None:
        filters = {
            one["key"]: one["default"] for one in board.get("filters", ()) if one.get("default") is not None
        }
        for _ in self.reports.cells(actor, str(board["key"]), filters, NIGHT_S, night):
            pass

    def _asked(self, portion: Callable[[Tonight], None], actor: Actor) -> Tonight:
        began: datetime = self.workspace.clock.now()
        night = Tonight(own_ids(actor))
        try:
            portion(night)
        except Rejected as refused:
            # What somebody may not see, or what is wrong with one report, keeps no other from being worked out.
            LOG.info("nightly report: %s", refused)
        if night.found or night.states.rows or night.states.clean:
            with self.workspace.write(Cause("system")) as unit:
                night.keep(unit, began)
        return night


class _Night:
    """What one night has come to so far."""

    def __init__(self, run: JobRun, everybody: int) -> None:
        self._run, self._everybody = run, everybody
        self._said_at = time.monotonic()
        self.people = self.asked = self.answered = self.months = 0
        self.shared: set[tuple[str, Any]] = set()
        """What has been asked and is the same for all who are alike."""

    def note(self, what: tuple[str, Any], is_personal: bool, answered: int = 0, months: int = 0) -> None:
        """Count one thing done."""
        if not is_personal:
            self.shared.add(what)
        self.asked += 1
        self.answered += answered
        self.months += months
        self.hold()

    def hold(self) -> None:
        """Hold the job from time to time."""
        if time.monotonic() - self._said_at > SAY_EVERY_S:
            self._said_at = time.monotonic()
            self._run.progress(self.people, self._everybody)

    def told(self) -> dict[str, int]:
        """Return what the job says in the end."""
        return {
            "people": self.people,
            "asked": self.asked,
            "statements": self.answered,
            "months": self.months,
        }
