"""Asking the shipped reports: of the clinic of the demo, or of a tiny one whose numbers are known."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.access.actor import Actor, system_actor
from engine.access.gate import Gate
from engine.clock import VirtualClock
from engine.ids import new_id
from engine.store import Installation, Settings
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from report_engine.behind import Behind
from report_engine.dataset import Datasets, datasets
from report_engine.desk import PlainDesk
from report_engine.kind import KINDS
from report_engine.pipeline import bound_report, run
from report_engine.table import Cell, Table

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def data_of(plan: AppPlan) -> Datasets:
    return datasets(plan.policy.shapes, plan.app.of("forms"), plan.app.of("metrics"))


@contextmanager
def looked(service: RecordService, plan: AppPlan, actor: Actor) -> Iterator[PlainDesk]:
    """Open the desk at which one person asks reports."""
    with service.reading(actor) as desk:
        yield PlainDesk(Gate(plan.policy, actor, desk.unit), desk.unit, ZONE)


def asked(service: RecordService, plan: AppPlan, actor: Actor, report: Mapping[str, Any]) -> Table:
    """Return what one person is shown of a report."""
    with looked(service, plan, actor) as desk:
        return run(bound_report(report, data_of(plan), NOW, ZONE, None), desk)


@dataclass
class Tiny:
    """A branch of a clinic, with what a test puts into it."""

    service: RecordService
    plan: AppPlan
    branch: str = ""

    @property
    def boss(self) -> Actor:
        return system_actor("dental", zone=ZONE)

    def add(self, form: str, at: str, /, **values: Any) -> str:
        """Write a record made at `at` (local time, `2026-11-03 09:00`) and return its id."""
        made = datetime.fromisoformat(f"{at}+08:00")
        record_id = new_id()
        row = {
            "id": record_id,
            "created_at": made,
            "branch_id": self.branch or None,
            "owner_id": None,
            **values,
        }
        self.service.load(self.boss, form, [row])
        return record_id

    def value(self, metric: str, period: str | None = "this month", **more: Any) -> Cell:
        """Return a metric over a period, all in one number."""
        report = {
            "key": "q",
            "name": {"zh": "问", "en": "Q"},
            "kind": "aggregate",
            "measures": [metric],
            **more,
        }
        if period is not None:
            report["period"] = period
        table = self.ask(report)
        return table.rows[0][table.at(metric)]

    def table(self, report: str) -> Table:
        """Return a shipped report."""
        return self.ask(self.plan.app.of("reports")[report])

    def ask(self, report: Mapping[str, Any]) -> Table:
        """Return what is known of this branch."""
        here = f'{{branch}} = "{self.branch}"'
        whole = f"AND({report['filter']}, {here})" if report.get("filter") else here
        return asked(self.service, self.plan, self.boss, {**report, "filter": whole})

    def behind(self, report: str, dims: Mapping[str, Any], measure: str | None = None) -> Behind:
        """Return the records of this branch behind a number of a shipped report."""
        given = self.plan.app.of("reports")[report]
        here = f'{{branch}} = "{self.branch}"'
        whole = f"AND({given['filter']}, {here})" if given.get("filter") else here
        with looked(self.service, self.plan, self.boss) as desk:
            bound = bound_report({**given, "filter": whole}, data_of(self.plan), NOW, ZONE, None)
            return KINDS.get(bound.kind).behind(bound, desk, dims, measure)

    def another(self, **more: Any) -> "Tiny":
        """Return the same clinic at a new branch."""
        made = Tiny(self.service, self.plan)
        number = new_id()[-6:]
        hours = [{"weekday": "mon", "open": "09:00", "close": "18:00"}]
        made.branch = made.add(
            "branch", "2024-01-01 09:00", name=f"分院{number}", short_name=number, address={"code": "330106"}, licence_no=number,
            licence_scope=["dentistry"], business_hours=hours, **more,
        )  # fmt: skip
        return made


@contextmanager
def tiny(home: Path, plan: AppPlan, database_url: str | None = None) -> Iterator[Tiny]:
    """Open a clinic without anything in it."""
    installation = Installation.open(Settings(home, database_url, clock=VirtualClock(NOW)))
    workspace = installation.create("dental", {"zh": "齐悦口腔", "en": "Qiyue Dental"})
    workspace.create_tables(plan.policy.tables)
    try:
        yield Tiny(RecordService(workspace, plan), plan)
    finally:
        installation.close()
