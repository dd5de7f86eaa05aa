"""Who is there today, for the publish gate: which roles nobody has, and where."""

from engine.access import accounts
from engine.access.actor import system_actor
from engine.store.unit import Unit
from engine.store.workspaces import Workspace
from flow_engine.soundness import Staffing
from flow_engine.world import RecordsOf

MOST_BRANCHES = 1000


def staffing_of(unit: Unit, workspace: Workspace, records: RecordsOf) -> Staffing:
    """Return by role the branches in which somebody active has it, and the open branches by name."""
    desk = records(unit, system_actor(workspace.key, zone=workspace.zone))
    branches: dict[str, str] = {}
    if desk.knows("branch", ("name",)):
        where = '{status} <> "closed"' if desk.knows("branch", ("status",)) else ""
        found = desk.find("branch", where, {}, ("name",), MOST_BRANCHES, ("name",))
        branches = {str(one["id"]): str(one["name"] or one["id"]) for one in found}
    roles: dict[str, set[str]] = {}
    for person in accounts.all_accounts(unit.connection):
        if person.is_active:
            for role in person.roles:
                roles.setdefault(role, set()).update(
                    one for one in (person.branch_id, *person.branches) if one
                )
    return Staffing({role: frozenset(there) for role, there in roles.items()}, branches)
