"""A dental clinic filled with the demo story, loaded once through the form engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.access.accounts import Account, create_accounts
from engine.access.actor import Actor, system_actor
from engine.clock import VirtualClock
from engine.definitions import load_template
from engine.store import Cause, Installation, Settings, files
from flow_engine.tables import FLOW_TABLES
from form_engine.compile import compile_app
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from report_engine.tables import REPORT_TABLES
from server.demo import accounts, generate
from server.demo.loading import ready
from server.demo.papers import papers
from server.installing import starters
from tests.installations import pg_database
from tests.templates.reporting import Tiny, tiny

__all__ = ["pg_database"]

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SEED, SCALE = 7, 0.004


@dataclass
class Practice:
    """The clinic: its records service, its plan, and its people by role."""

    service: RecordService
    plan: AppPlan
    people: list[dict[str, Any]]

    def actor(self, role: str) -> Actor:
        """Return the first person of a role."""
        one = next(p for p in self.people if role in p["roles"])
        team = [p for p in self.people if p["supervisor_id"] == one["id"]]
        return Actor(
            "dental", one["id"], one["login"], one["name"], frozenset(one["roles"]), one["branch_id"], tuple(one["branches"]),
            team=frozenset(p["id"] for p in team), team_staff=frozenset(p["staff_id"] for p in team), staff_id=one["staff_id"],
        )  # fmt: skip


@contextmanager
def told_into(home: Path, plan: AppPlan, scale: float, database_url: str | None = None) -> Iterator[Practice]:
    """Load the story into a fresh clinic, on SQLite unless a PostgreSQL server is given."""
    installation = Installation.open(
        Settings(home, database_url, clock=VirtualClock(NOW), more_tables=(REPORT_TABLES, FLOW_TABLES))
    )
    workspace = installation.create("dental", {"zh": "齐悦口腔", "en": "Qiyue Dental"})
    workspace.create_tables(plan.policy.tables)
    people = accounts(SEED, TODAY, scale, NOW)
    with workspace.write(Cause("system")) as unit:
        made = [
            Account(p["id"], p["login"], p["name"], tuple(p["roles"]), tuple(p["branches"]), p["branch_id"])
            for p in people
        ]
        create_accounts(unit.connection, [(account, None) for account in made], unit.now)
        stored = {what: files.add(unit, name, body).to_json() for what, (name, body) in papers().items()}
    service = RecordService(workspace, plan)
    system = system_actor("dental", zone=workspace.zone)
    for form, rows in generate(plan.lists, SEED, TODAY, scale, NOW, stored, starters(plan)):
        service.load(system, form, [ready(row) for row in rows])
    try:
        yield Practice(service, plan, people)
    finally:
        installation.close()


@pytest.fixture(scope="session")
def dental(repository: Any) -> AppPlan:
    return compile_app(load_template(repository / "templates" / "dental"))


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory, dental: AppPlan) -> Iterator[Practice]:
    with told_into(tmp_path_factory.mktemp("practice"), dental, SCALE) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    dental: AppPlan,
    pg_database: Callable[[], str],
) -> Iterator[Tiny]:
    """Open a dental clinic with nothing in it but what a test puts there, on each database."""
    url = pg_database() if request.param == "postgresql" else None
    with tiny(tmp_path_factory.mktemp("tiny"), dental, url) as made:
        yield made


@pytest.fixture
def clinic(house: Tiny) -> Tiny:
    """Return a clinic of the house that no other test has touched."""
    return house.another()
