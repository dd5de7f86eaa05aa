"""A small clinic on both databases: leads, channels, branches, appointments, three people."""

from collections.abc import Iterator

import pytest

from engine.access.accounts import Account, create_accounts
from engine.access.actor import Actor
from engine.ids import new_id
from engine.store import Cause, Workspace
from form_engine.service import RecordService
from tests.form_engine.clinic import App, clinic_app
from tests.installations import clinic, installation, pg_database

__all__ = ["clinic", "installation", "pg_database"]


@pytest.fixture(scope="session")
def app_plan() -> App:
    return clinic_app()


@pytest.fixture
def service(clinic: Workspace, app_plan: App) -> Iterator[RecordService]:
    """Return the record service of a clinic with its tables made."""
    clinic.create_tables(app_plan.policy.tables)
    return RecordService(clinic, app_plan)


def actor_of(
    workspace: Workspace, login: str, *roles: str, branch: str | None = None, **more: object
) -> Actor:
    """Return a person of the clinic, with an account."""
    branches = (branch,) if branch else ()
    account = Account(new_id(), login, login, roles, branches, branch)
    with workspace.write(Cause("system")) as unit:
        create_accounts(unit.connection, [(account, None)], unit.now)
    return Actor(workspace.key, account.user_id, login, login, frozenset(roles), branch, branches, **more)  # type: ignore[arg-type]
