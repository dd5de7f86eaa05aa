"""Who asks: a person, a service, a visitor of a public form, or the system itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal["user", "service", "public", "system"]


@dataclass(frozen=True)
class Actor:
    """One asker with everything that row scopes need, so that no rule looks anything up.

    `branches` are the branches worked in, `region_branches` all those of their regions, `team` the user ids and
    `team_staff` the staff records of direct reports. `rule_version` is the workspace's when the session was read.
    `form` and `form_fields` are set for a public actor only: the one form it may fill, and with which fields.
    """

    workspace: str
    user_id: str
    login: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    branch_id: str | None = None
    branches: tuple[str, ...] = ()
    region_branches: tuple[str, ...] = ()
    team: frozenset[str] = frozenset()
    team_staff: frozenset[str] = frozenset()
    staff_id: str | None = None
    lang: str = "zh"
    zone: str = "Asia/Shanghai"
    kind: Kind = "user"
    rule_version: int = 0
    dept: str | None = None
    form: str | None = None
    form_fields: frozenset[str] = frozenset()

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """Return what formulas may ask about the asker (`ME()`, `MYBRANCH()`, `MYROLES()` …)."""
        return {
            "id": self.user_id,
            "login": self.login,
            "name": self.name,
            "roles": tuple(sorted(self.roles)),
            "branch_id": self.branch_id,
            "branches": self.branches,
            "region_branches": tuple(dict.fromkeys((*self.region_branches, *self.branches))),
            "team": tuple(sorted({*self.team, self.user_id})),
            "team_staff": tuple(sorted(self.team_staff)),
            "staff_id": self.staff_id,
            "dept": self.dept,
            "lang": self.lang,
        }

    @property
    def is_system(self) -> bool:
        return self.kind == "system"


def system_actor(workspace: str, name: str = "system", zone: str = "Asia/Shanghai") -> Actor:
    """Return the engine itself: jobs, upgrades, computed values. Sees and may do everything."""
    return Actor(workspace, "system", "system", name, kind="system", zone=zone)


def service_actor(workspace: str, name: str, roles: frozenset[str], zone: str = "Asia/Shanghai") -> Actor:
    """Return an outside program with a key: it holds roles as a person does, and nothing more."""
    return Actor(workspace, f"service:{name}", f"service:{name}", name, roles, kind="service", zone=zone)


def public_actor(workspace: str, form: str, fields: frozenset[str], lang: str = "zh") -> Actor:
    """Return a visitor of one public form: may create that record with those fields, and read nothing."""
    return Actor(workspace, "public", "public", "", lang=lang, kind="public", form=form, form_fields=fields)
