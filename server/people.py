"""Who asks: from the session cookie to an Actor with everything that row scopes need."""

import threading
import time
from dataclasses import dataclass
from zoneinfo import available_timezones

from engine.access import accounts
from engine.access.accounts import Account, Session
from engine.access.actor import Actor, system_actor
from engine.access.gate import Gate
from engine.access.query import RecordQuery
from engine.problems import Unauthenticated
from engine.store.unit import Cause, Unit
from engine.store.workspaces import Workspace
from form_engine.plan import AppPlan

FRESH_S = 2.0
"""How long a session is believed without asking the database again; rights taken away act within this time."""
MOST_KEPT = 5000

Branches = tuple[tuple[str, str, str, str], ...]
"""(id, name, short name, region) of every live branch."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person who is signed in. `read_at` is on the monotonic clock."""

    actor: Actor
    account: Account
    branches: Branches
    read_at: float


class People:
    """The sessions of one workspace, kept at hand for two seconds."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, Known] = {}
        self._lock = threading.Lock()

    def of(self, token: str, plan: AppPlan) -> Known:
        """Return who holds a session token. Unauthenticated for none, an expired or an ended one."""
        found = self._known.get(token)
        if found is not None and time.monotonic() - found.read_at < FRESH_S:
            return found
        now = self._workspace.clock.now()
        try:
            with self._workspace.read() as unit:
                session, is_touch_due = accounts.session_of(unit.connection, token, now)
                known = known_person(self._workspace, unit, plan, session)
        except Unauthenticated:
            self.forget(token)
            raise
        if is_touch_due:
            with self._workspace.write(Cause("system")) as unit:
                accounts.touch(unit.connection, token, now)
        with self._lock:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            self._known[token] = known
        return known

    def forget(self, token: str | None = None) -> None:
        """Ask the database again next time, for one session or for all."""
        with self._lock:
            if token is None:
                self._known.clear()
            else:
                self._known.pop(token, None)


def known_person(workspace: Workspace, unit: Unit, plan: AppPlan, session: Session) -> Known:
    """Return the person of a session with branch, region and team worked out."""
    account = session.account
    actor = system_actor(workspace.key, zone=workspace.zone)
    branches = _branches(Gate(plan.policy, actor, unit), plan)
    return Known(_actor(workspace, unit, session, branches), account, branches, time.monotonic())


def branch_zones(workspace: Workspace, unit: Unit, plan: AppPlan) -> dict[str, str]:
    """Return the time zone of every branch that has one of its own, by branch id; the form has a field `zone`."""
    gate = Gate(plan.policy, system_actor(workspace.key, zone=workspace.zone), unit)
    records = gate.page(RecordQuery("branch", fields=("zone",), limit=500)).records
    return {str(one["id"]): str(one["zone"]) for one in records if one.get("zone") in available_timezones()}


def _branches(gate: Gate, plan: AppPlan) -> Branches:
    form = plan.forms.get("branch")
    if form is None:
        return ()
    wanted = tuple(key for key in ("name", "short_name", "region_name") if key in form.shape.fields)
    query = RecordQuery("branch", fields=wanted, sort=("no",), limit=500)
    return tuple(
        (
            str(record["id"]),
            str(record.get("name") or ""),
            str(record.get("short_name") or record.get("name") or ""),
            str(record.get("region_name") or ""),
        )
        for record in gate.page(query).records
    )


def _actor(workspace: Workspace, unit: Unit, session: Session, branches: Branches) -> Actor:
    account = session.account
    team = accounts.team_of(unit.connection, account.user_id)
    mine = tuple(one for one in account.branches if any(one == branch[0] for branch in branches))
    regions = {branch[3] for branch in branches if branch[0] in mine and branch[3]}
    chosen = session.branch_id if session.branch_id in mine else account.branch_id
    return Actor(
        workspace=workspace.key,
        user_id=account.user_id,
        login=account.login,
        name=account.name,
        roles=frozenset(account.roles),
        branch_id=chosen if chosen in mine else (mine[0] if mine else None),
        branches=mine,
        region_branches=tuple(branch[0] for branch in branches if branch[3] in regions) or mine,
        team=frozenset(one.user_id for one in team),
        team_staff=frozenset(one.staff_id for one in team if one.staff_id),
        staff_id=account.staff_id,
        lang=account.lang,
        zone=workspace.zone,
        rule_version=accounts.rule_version(unit.connection),
        dept=account.dept,
    )
