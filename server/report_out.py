"""What of reports goes on without anybody looking: exports, subscriptions, alerts, nightly tables; wired for one clinic."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.channel import CHANNELS
from engine.events.outbox import Event
from engine.jobs.queue import JobHandler, enqueue
from engine.store.unit import Unit
from report_engine.service import ReportService
from server import report_alerts, report_exports, report_figures, report_nights, report_subscriptions
from server.report_alerts import Alerts
from server.report_books import Books
from server.report_exports import ReportExports
from server.report_figures import Figures
from server.report_nights import Nights
from server.report_robots import Robots
from server.report_subscriptions import MAIL, Subscriptions

if TYPE_CHECKING:
    from server.clinics import Clinic

EVERY = timedelta(seconds=30)
"""How often the clock is looked at."""


class ReportOut:
    """One version's exports, subscriptions, alerts and nights. To be asked for before a unit is opened."""

    def __init__(self, clinic: "Clinic", reports: ReportService) -> None:
        workspace, outside = clinic.workspace, clinic.outside
        self.reports = reports
        credentials = clinic.credentials
        home = credentials.folder if credentials is not None else None
        books = Books(reports, workspace.info.name)
        self.exports = ReportExports(workspace, books, clinic.person, _fonts(home))

        def mail_settings() -> Mapping[str, str]:
            return credentials.channel(workspace.key, MAIL) if credentials is not None else {}

        robots = Robots(workspace, books, credentials, clinic.public_url)
        self.subscriptions = Subscriptions(
            workspace, self.exports, clinic.person, CHANNELS.get(MAIL), mail_settings, robots
        )
        self.alerts = Alerts(
            workspace,
            reports,
            clinic.service,
            clinic.person,
            outside.staff,
            outside.records,
            outside.messages,
        )
        self.figures = Figures(workspace, reports, clinic.service)
        self.nights = Nights(workspace, reports, clinic.person, self.figures, lambda: clinic.is_put_forward)

    def handlers(self) -> Mapping[str, JobHandler]:
        """Return what does the jobs."""
        return {
            report_exports.KIND: self.exports.execute,
            report_subscriptions.JOB: self.subscriptions.execute,
            report_alerts.JOB: self.alerts.execute,
            report_nights.JOB: self.nights.execute,
            report_figures.JOB: self.figures.execute,
        }

    def listen(self, unit: Unit, event: Event) -> None:
        """Take in an event: targets that somebody wrote are told what they came to."""
        if self.figures.wants(event):
            ids = event.body.get("ids") or [event.record_id]
            enqueue(
                unit, report_figures.JOB, {"ids": ids}, unique_key=f"{report_figures.JOB}@{event.event_id}"
            )

    def sweep(self) -> int:
        """Queue what is due by the clock; return how much."""
        return self.subscriptions.sweep() + self.alerts.sweep() + self.nights.sweep()


class Rounds:
    """When a workspace was last looked at."""

    def __init__(self) -> None:
        self._last: dict[str, datetime] = {}

    def is_time(self, workspace_id: str, now: datetime) -> bool:
        """Tell whether it is time again, by the workspace's own clock."""
        last = self._last.get(workspace_id)
        if last is not None and timedelta(0) <= now - last < EVERY:
            return False
        self._last[workspace_id] = now
        return True


def _fonts(home: Path | None) -> Path | None:
    return home / "fonts" if home is not None and (home / "fonts").is_dir() else None
