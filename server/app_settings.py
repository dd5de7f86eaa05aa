"""What a clinic sets for its app as a whole: the month in which its own year starts. Every change is in the audit."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from engine.access.accounts import all_accounts
from engine.access.actor import Actor
from engine.problems import Code, Conflict, Forbidden, Rejected
from engine.store.platform import META
from engine.store.unit import Cause, Unit
from report_engine.own_year import KEY, kept
from server.clinics import Clinic

RIGHT = "settings"
MONTHS = range(1, 13)
NOT_YOURS = Code(
    "settings.not_yours",
    zh="您不能更改应用设置",
    en="You may not change the settings of the app",
    hint_zh="请管理员在角色的权限里打开“设置”",
    hint_en="Ask an administrator to switch on “settings” among the rights of your role",
)
BAD_MONTH = Code(
    "settings.bad_month",
    zh="财年须从 1 到 12 月中的一个月开始",
    en="The fiscal year starts in a month from 1 to 12",
    hint_zh="例如 4 表示每年 4 月 1 日开始",
    hint_en="For example 4 for the first of April",
)
CHANGED = Code(
    "settings.changed",
    zh="设置刚刚被别人改过",
    en="Somebody else has just changed the settings",
    hint_zh="刷新后再改一次",
    hint_en="Refresh and change them again",
)


def shown(clinic: Clinic, actor: Actor) -> dict[str, Any]:
    """Return the settings of the app, who last changed them, and whether I may."""
    with clinic.workspace.read() as unit:
        return _shown(clinic, unit, actor)


def change(clinic: Clinic, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change them and return what they are then. Forbidden, Rejected, Conflict where they changed since `version`."""
    if not _may(clinic, actor):
        raise Forbidden(NOT_YOURS.at(""))
    month = values.get("fiscal_year")
    if isinstance(month, bool) or not isinstance(month, int) or month not in MONTHS:
        raise Rejected(BAD_MONTH.at("/fiscal_year"))
    with clinic.workspace.write(Cause("user", actor.user_id)) as unit:
        before = kept(unit)
        version = int(before.get("version", 0))
        if values.get("version") not in (None, version):
            raise Conflict(CHANGED.at("/version"))
        old = int(before.get("fiscal_year", _default(clinic)))
        if month != old:
            made = {
                "fiscal_year": month,
                "version": version + 1,
                "by": actor.user_id,
                "at": unit.now.isoformat(),
            }
            insert = (postgresql.insert if unit.is_postgres else sqlite.insert)(META)
            row = insert.values(key=KEY, value=json.dumps(made))
            unit.connection.execute(
                row.on_conflict_do_update(index_elements=[META.c.key], set_={"value": json.dumps(made)})
            )
            unit.audit("settings.changed", None, None, {"fiscal_year": [old, month]})
        return _shown(clinic, unit, actor)


def _shown(clinic: Clinic, unit: Unit, actor: Actor) -> dict[str, Any]:
    found, default = kept(unit), _default(clinic)
    names = {one.user_id: one.name for one in all_accounts(unit.connection)} if found else {}
    changed = {"by_name": names.get(str(found["by"]), "–"), "at": str(found["at"])} if found else None
    return {
        "fiscal_year": int(found.get("fiscal_year", default)), "default_fiscal_year": default,
        "may_change": _may(clinic, actor), "changed": changed, "version": int(found.get("version", 0)),
    }  # fmt: skip


def _may(clinic: Clinic, actor: Actor) -> bool:
    return bool(clinic.plan.policy.rights(actor).right(RIGHT))


def _default(clinic: Clinic) -> int:
    return int(clinic.plan.app.manifest.get("fiscal_year", 1))


__all__ = ["change", "shown"]
