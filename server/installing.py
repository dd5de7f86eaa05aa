"""Installing an app into a workspace: check, tables, version, first account."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.access import accounts
from engine.access.accounts import Account
from engine.access.actor import system_actor
from engine.definitions import load_template, versions
from engine.definitions.app import App
from engine.ids import new_id
from engine.problems import Code, Conflict, NotFound, Rejected
from engine.store.changes import ChangePlan, apply_changes, plan_changes
from engine.store.unit import Cause, Unit
from form_engine.compile import compile_app
from form_engine.plan import AppPlan
from form_engine.service import RecordService
from form_engine.service.loading import load
from report_engine.checking import problems_of_reports
from server.clinics import Clinic, House

OTHER_APP = Code(
    "install.other_app",
    zh="工作区“{key}”运行的是另一个应用“{app}”",
    en="The workspace “{key}” runs another app, “{app}”",
    hint_zh="请用 --workspace 指定一个新的工作区",
    hint_en="Choose a new workspace with --workspace",
)

SYSTEM = Cause("system")
MOST_SEEN = 64
_WORKING: set[tuple[str, str]] = set()
"""Apps whose reports were found to work: hash of the content, database."""


def install(
    house: House,
    key: str,
    folder: Path,
    name: Mapping[str, str] | None = None,
    profile: str | None = None,
    *,
    starter: bool = True,
) -> Clinic:
    """Install the app in `folder` as workspace `key`, or bring an older version of it up to date.

    `starter`: a new clinic gets the records that its app has every clinic start with (channels, levels, segments …).
    """
    app = load_template(folder, profile)
    plan = compile_app(app)
    try:
        clinic = house.clinic(key)
    except NotFound:
        _reports_must_work(house, app, plan)
        workspace = house.installation.create(key, dict(name or app.name))
        workspace.create_tables(plan.policy.tables)
        _publish(house, key, app, None, plan if starter else None)
        return house.clinic(key)
    _upgrade(house, clinic, app)
    return clinic


def _reports_must_work(house: House, app: App, plan: AppPlan) -> None:
    """Refuse an app whose reports cannot be asked: nobody should find out on a dashboard.

    Every statement of every report is made, which takes seconds: once a process for the same app and database is enough.
    """
    dialect = "postgresql" if house.settings.database_url else "sqlite"
    seen = versions.content_hash(app), dialect
    if seen in _WORKING:
        return
    problems = problems_of_reports(app, plan.policy, (dialect,))
    if problems:
        raise Rejected(problems)
    if len(_WORKING) >= MOST_SEEN:
        _WORKING.clear()
    _WORKING.add(seen)


def _upgrade(house: House, clinic: Clinic, app: App) -> None:
    with clinic.workspace.read() as unit:
        current = versions.current(unit.connection)
        old = versions.load(unit.connection, current.number) if current else None
    plan = compile_app(app)
    if old is None:
        clinic.workspace.create_tables(plan.policy.tables)
    else:
        if old.key != app.key:
            raise Conflict(OTHER_APP.at("/workspace", key=clinic.key, app=old.key))
        if versions.content_hash(old) == versions.content_hash(app):
            return
        _reports_must_work(house, app, plan)
        number = current.number if current else None
        apply_changes(clinic.workspace, changes(clinic, old, app), on_switch=_switching(clinic, app, number))
        return
    _publish(house, clinic.key, app, None)


def changes(clinic: Clinic, old: App, new: App) -> ChangePlan:
    """Return what taking up `new` would do to the data, with row counts and samples."""
    with clinic.workspace.read() as unit:
        return plan_changes(unit, compile_app(old).policy.tables, compile_app(new).policy.tables)


def _publish(house: House, key: str, app: App, base: int | None, starting: AppPlan | None = None) -> None:
    workspace = house.installation.workspace(key)
    with workspace.write(SYSTEM) as unit:
        _put_in_force(unit, app, base)
        if starting is not None:
            actor = system_actor(key, zone=workspace.zone)
            desk = RecordService(workspace, starting).desk(unit, actor, "system")
            for form, records in starters(starting).items():
                load(desk, form, records)


def starters(plan: AppPlan) -> dict[str, list[Any]]:
    """Return the records that every clinic with this app starts with: form → JSON values, both in their order."""
    given = [one for one in plan.app.of("sample").values() if one.get("install")]
    found: dict[str, list[Any]] = {}
    for one in sorted(given, key=lambda one: (one.get("order", 0), one["key"])):
        if not plan.forms[one["form"]].is_off:
            found.setdefault(one["form"], []).extend(one.get("records", []))
    return found


def _switching(clinic: Clinic, app: App, base: int | None) -> Callable[[Connection], None]:
    """Return what publishes in the transaction that switches the tables, so that both move together."""

    def switch(connection: Connection) -> None:
        unit = Unit(clinic.workspace, connection, SYSTEM)
        _put_in_force(unit, app, base)
        unit.flush()

    return switch


def _put_in_force(unit: Unit, app: App, base: int | None) -> None:
    version = versions.publish(unit.connection, app, unit.now, note=f"{app.key} {app.version}", base=base)
    accounts.bump_rules(unit.connection)
    unit.audit("app_published", details={"app": app.key, "version": app.version, "number": version.number})


def first_account(house: House, clinic: Clinic, login: str, role: str) -> str | None:
    """Make the first account with a random password; return the password, None where there are accounts already."""
    with clinic.workspace.read() as unit:
        if accounts.all_accounts(unit.connection):
            return None
    password = secrets.token_urlsafe(9)
    hashed = house.passwords.hash(password)
    account = Account(new_id(), login, login, (role,), ())
    with clinic.workspace.write(SYSTEM) as unit:
        accounts.create_account(unit.connection, account, hashed, unit.now)
        unit.audit("account_created", details={"login": login})
    return password
