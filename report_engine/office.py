"""The books, open for one asker: what he may know, what he asks, what he is told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.actor import Actor
from engine.text import Words
from report_engine.binding import Bound
from report_engine.dataset import Datasets
from report_engine.desk import PlainDesk
from report_engine.explaining import explained
from report_engine.pipeline import bound_report, run
from report_engine.reading import Reading
from report_engine.table import Table

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """One report as it was asked: what it was bound to, and its table."""

    report: Json
    bound: Bound
    table: Table
    told: tuple[Words, ...] = ()
    """Its period and filters in words."""


@dataclass(frozen=True)
class Office:
    """A desk with what one asker may know of the app: forms, fields, levels."""

    desk: PlainDesk
    data: Datasets
    reading: Reading

    @property
    def actor(self) -> Actor:
        return self.desk.actor

    @property
    def today(self) -> date:
        found: date = self.reading.now.astimezone(ZoneInfo(self.desk.zone)).date()
        return found

    def bound(self, report: Json, given: Json | None = None) -> Bound:
        """Return a report as a question. Rejected with all problems."""
        return bound_report(report, self.data, self.reading.now, self.desk.zone, given)

    def table(self, report: Json, given: Json | None = None) -> Asked:
        """Return a report's table. Rejected with all problems."""
        return self.asked(report, self.bound(report, given))

    def asked(self, report: Json, bound: Bound) -> Asked:
        """Return a bound report with its table and what was asked, in words. Rejected with all problems."""
        table = run(bound, self.desk)
        told = explained(self.desk, bound, {}, None, is_short=True)["filters"]
        return Asked(report, bound, table, (*told, *_beside(bound)))


def _beside(bound: Bound) -> Iterator[Words]:
    """Yield the days that somebody chose to compare with, in words."""
    if bound.baseline is not None:
        days = bound.baseline.to_json()
        yield {
            "zh": f"基准期：{days['from']} 至 {days['to']}",
            "en": f"Baseline: {days['from']} to {days['to']}",
        }


__all__ = ["Asked", "Office"]
