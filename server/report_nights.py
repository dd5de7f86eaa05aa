"""Nights: what slow reports ask is asked before people come, report by report and person by person."""

import logging
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
from report_engine.rollups import Months, head
from report_engine.service import ReportService
from report_engine.tables import CURSORS

LOG = logging.getLogger(__name__)
JOB = "report.night"
CRON = "30 2 * * *"
Json = Mapping[str, Any]


class Nights:
    """The nightly answers of one clinic."""

    def __init__(self, workspace: Workspace, reports: ReportService, person: Callable[[str], Actor]) -> None:
        self.workspace, self.reports, self._person = workspace, reports, person

    def sweep(self) -> int:
        """Queue the night's work when its time has come; return how much. A night that was missed is made up for once."""
        if not self.reports.app.of("reports"):
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
        """Ask every nightly report as everybody who may see it. Who asks the same as another shares the answer."""
        with self.workspace.write(Cause("system")) as unit:
            forget(unit)
        with self.workspace.read() as unit:
            people = [one.user_id for one in accounts.all_accounts(unit.connection) if one.is_active]
        asked = answered = months = 0
        for done, user_id in enumerate(people, 1):
            try:
                actor = self._person(user_id)
            except NotFound:
                continue
            for portion in self._portions(actor):
                answered += self._asked(portion)
                asked += 1
                run.progress(done, len(people))
            for report in self._summing(actor):
                months += self._rolled(actor, report)
                run.progress(done, len(people))
        return {"people": len(people), "asked": asked, "statements": answered, "months": months}

    def _portions(self, actor: Actor) -> Iterator[Callable[[Tonight], None]]:
        """Yield what is to be asked for one person: reports by themselves, and as dashboards show them."""
        reports = self.reports.app.of("reports")
        seen = {one["key"] for one in self.reports.reports(actor)}
        nightly = {key for key, one in reports.items() if one.get("nightly") and key in seen}
        for key in sorted(nightly):
            yield partial(self._report, actor, reports[key])
        for line in self.reports.dashboards(actor):
            board = self.reports.board(actor, line["key"])
            if any(cell.get("report") in nightly for cell in board["cells"]):
                yield partial(self._board, actor, board)

    def _summing(self, actor: Actor) -> Iterator[Json]:
        """Yield the reports that may be put together of months."""
        known = self.reports.app.of("reports")
        for line in self.reports.reports(actor):
            if line["kind"] == "aggregate" and not known[line["key"]].get("nightly"):
                yield known[line["key"]]

    def _rolled(self, actor: Actor, report: Json) -> int:
        """Keep the months of one report for whoever sees everything it counts; return how many are new."""
        try:
            with self.reports.opened(actor, NIGHT_S) as office:
                bound, rights = office.bound(report), office.desk.gate.rights
                forms = {bound.data.facts[key].form.key for key in bound.facts}
                if not all(rights.row(form, "view").is_all for form in forms):
                    return 0
                months = office.reading.months = Months(office.reading.unit, fills=True)
                seq = head(office.reading.unit)
                self.reports.table(office, report)
        except Rejected as refused:
            LOG.info("months of %s: %s", report["key"], refused)
            return 0
        if months.found or months.clean:
            with self.workspace.write(Cause("system")) as unit:
                months.keep(unit, seq)
        return len(months.found)

    def _report(self, actor: Actor, report: Json, night: Tonight) -> None:
        with self.reports.opened(actor, NIGHT_S, night) as office:
            self.reports.table(office, report)

    def _board(self, actor: Actor, board: Json, night: Tonight) -> None:
        filters = {
            one["key"]: one["default"] for one in board.get("filters", ()) if one.get("default") is not None
        }
        for _ in self.reports.cells(actor, str(board["key"]), filters, NIGHT_S, night):
            pass

    def _asked(self, portion: Callable[[Tonight], None]) -> int:
        began: datetime = self.workspace.clock.now()
        night = Tonight()
        try:
            portion(night)
        except Rejected as refused:
            # What somebody may not see, or what is wrong with one report, keeps no other from being worked out.
            LOG.info("nightly report: %s", refused)
        if night.found:
            with self.workspace.write(Cause("system")) as unit:
                night.keep(unit, began)
        return len(night.found)
