"""Figures that reports write on records, and what targets came to: worked out by night, written where they differ, in batches.

Written as the system, by all rules of the form, so history and events tell of it as of any change. What was written before the
night was broken off stays written, and is not written again.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.access import accounts
from engine.access.actor import system_actor
from engine.access.query import RecordQuery
from engine.events.outbox import Event
from engine.ids import new_id
from engine.jobs.queue import JobRun
from engine.problems import NotFound, Rejected
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from form_engine.coercion import as_field_value
from form_engine.service import RecordService, records
from report_engine.goals_met import goals_met
from report_engine.office import Office
from report_engine.reading import NIGHT_S
from report_engine.service import ReportService
from report_engine.table import Cell
from report_engine.written import Moment, Writes, every_row, writes_of

LOG = logging.getLogger(__name__)
JOB = "report.figures"
BATCH = 500
Rows = Mapping[str, Mapping[str, Cell]]
Change = tuple[str, dict[str, Any]]


def held_by_nobody(_done: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class Figures:
    """What reports of one clinic write."""

    workspace: Workspace
    reports: ReportService
    service: RecordService

    def write(self, told: Callable[[int], None] = held_by_nobody) -> dict[str, int]:
        """Write everything that reports have to write; return how many records were looked at, changed, refused."""
        done = {"figures": 0, "refused": 0}
        done["figures"] += self.write_goals()
        for key, report in sorted(self.reports.app.of("reports").items()):
            if not report.get("writes"):
                continue
            try:
                for changed, refused in self._of(report):
                    done["figures"] += changed
                    done["refused"] += refused
                    told(done["figures"])
            except Rejected as wrong:
                # One report that cannot be worked out keeps no other from being written.
                LOG.warning("figures of %s: %s", key, wrong)
                done["refused"] += 1
        return done

    def write_goals(self, ids: Collection[str] = ()) -> int:
        """Write on targets what they came to, on those given or on all; return how many changed."""
        done = 0
        for fact in self.reports.data.facts.values():
            if not fact.goals.get("actual"):
                continue
            field = self.reports.policy.shapes[fact.key].fields[str(fact.goals["actual"])]
            with self._opened() as office:
                found = list(goals_met(office, fact, partial(team, office), ids))
            changes = []
            for one in found:
                fitting = as_field_value(one.value, field.type, field.config, self.workspace.zone)
                told = None if fitting is None else field.type.to_json(fitting, field.config)
                changes.append((one.record_id, {field.key: told}))
            for at in range(0, len(changes), BATCH):
                done += self._written(fact.key, changes[at : at + BATCH], new_id())[0]
        return done

    def wants(self, event: Event) -> bool:
        """Tell whether something has happened to targets that their actuals follow."""
        fact = self.reports.data.facts.get(str(event.form))
        if fact is None or not fact.goals.get("actual"):
            return False
        return event.kind in ("record.created", "records.created", "record.updated", "record.restored") and (
            event.body.get("cause") != "system"
        )

    def execute(self, run: JobRun) -> dict[str, int]:
        """Bring targets up to date after somebody wrote them."""
        return {"figures": self.write_goals(frozenset(run.job.body["ids"]))}

    @contextmanager
    def _opened(self) -> Iterator[Office]:
        actor = system_actor(self.workspace.key, zone=self.workspace.zone)
        with self.reports.opened(actor, NIGHT_S) as office:
            # Answers that nobody else asks for would only push out those that are.
            office.reading.kept = None
            yield office

    def _of(self, report: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
        """Write what one report says, portion by portion; yield how many changed and how many were refused."""
        with self._opened() as office:
            table = every_row(office.bound(report), office.desk)
            moment = Moment(office.reading.unit.now, office.today, office.desk.zone)
        writes = writes_of(report, table, self.reports.policy.shapes)
        rows, batch, after = writes.rows(table), new_id(), None
        while True:
            changes, after = self._portion(writes, rows, moment, after)
            yield self._written(writes.form, changes, batch)
            if after is None:
                return

    def _portion(
        self, writes: Writes, rows: Rows, moment: Moment, after: str | None
    ) -> tuple[list[Change], str | None]:
        """Return what is to change on the next records, and where those after them begin."""
        shape = self.reports.policy.shapes[writes.form]
        fields = ("id", *(".".join(path) for path in writes.paths))
        query = RecordQuery(writes.form, fields=fields, limit=BATCH, after=after, python=True)
        actor = system_actor(self.workspace.key, zone=self.workspace.zone)
        with self.service.reading(actor) as desk:
            page = desk.system_gate.page(query)
        changes: list[Change] = []
        for record in page.records:
            made = writes.values(rows.get(str(record["id"]), {}), record, moment)
            values = {}
            for key, value in made.items():
                field = shape.fields[key]
                fitting = as_field_value(value, field.type, field.config, moment.zone)
                if fitting != record.get(key):
                    values[key] = None if fitting is None else field.type.to_json(fitting, field.config)
            if values:
                changes.append((str(record["id"]), values))
        return changes, page.cursor

    def _written(self, form: str, changes: Sequence[Change], batch: str) -> tuple[int, int]:
        if not changes:
            return 0, 0
        actor = system_actor(self.workspace.key, zone=self.workspace.zone)
        changed = refused = 0
        with self.workspace.write(Cause("system", None, None, batch)) as unit:
            desk = self.service.desk(unit, actor)
            for record_id, values in changes:
                try:
                    with unit.savepoint():
                        changed += records.update(desk, form, record_id, values, None)
                except (NotFound, Rejected) as wrong:
                    # Deleted meanwhile, or at odds with its form's own rules, which people have to settle.
                    LOG.info("figures on %s: %s", form, wrong)
                    refused += 1
        return changed, refused


def team(office: Office, user_id: str) -> set[str]:
    """Return a person and everybody who reports to him."""
    team = accounts.team_of(office.reading.unit.connection, user_id)
    return {user_id, *(one.user_id for one in team)}


__all__ = ["JOB", "Figures", "team"]
