"""What happens to records that point at one which is deleted, and who may be pointed at."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from engine.access.account_tables import USERS
from engine.access.query import RecordQuery
from engine.problems import Code, Conflict
from form_engine.desk import Desk
from form_engine.plan import AppPlan

IN_USE = Code("record.in_use", zh="还有 {count} 条“{form}”关联着这条记录，不能删除", en="{count} records of “{form}” point at this one, so it cannot be deleted",
              hint_zh="先处理那些记录，或在表单设计里改为“一并删除”或“解除关联”", hint_en="Deal with them first, or let the form's relation detach or go along")  # fmt: skip

MOST_ALONG = 5_000


def links_to(app: AppPlan, form: str) -> Iterator[tuple[str, str, str]]:
    """Yield (form, field, policy) of each relation that points at `form`. Policies: restrict, detach, with."""
    own = app.forms[form].definition.get("on_delete", {})
    for plan in app.forms.values():
        for one in plan.fields:
            shape = one.shape
            if shape is None or not shape.stored or shape.value_type not in ("reference", "references"):
                continue
            if shape.config.get("to") != form:
                continue
            said = (
                own.get(plan.key)
                or own.get(f"{plan.key}_{one.key}")
                or one.config.get("on_delete", "restrict")
            )
            yield plan.key, one.key, {"with_parent": "with"}.get(said, said)


def before_delete(desk: Desk, form: str, record_id: str) -> None:
    """Refuse, detach or take along what points at the record. Sub-table links never hold a record."""
    links = list(links_to(desk.app, form))
    # Everything that refuses comes first, so that nothing is taken along in vain.
    for policy in ("restrict", "detach", "with"):
        for other, key, said in links:
            if said == policy:
                _deal(desk, other, key, record_id, policy)


def _deal(desk: Desk, other: str, key: str, record_id: str, policy: str) -> None:
    gate = desk.system_gate
    plan = desk.app.forms[other]
    shape = plan.shape.fields[key]
    op = "in" if shape.value_type == "reference" else "has_any"
    where = {"op": "and", "items": [{"field": key, "op": op, "value": [record_id]}]}
    if policy == "restrict":
        count, _ = gate.count(RecordQuery(other, where=where))
        if count:
            raise Conflict(IN_USE.at("", form=plan.name, count=count))
        return
    ids = [
        one["id"]
        for one in gate.page(RecordQuery(other, fields=("id",), where=where, limit=MOST_ALONG)).records
    ]
    for one in ids:
        if policy == "with":
            before_delete(desk, other, one)
            write = gate.write(other, "delete")
            desk.unit.delete(write, desk.unit.load(write, one))
            continue
        write = gate.write(other, "update")
        stored = desk.unit.load(write, one)
        left: Any = None
        if shape.value_type == "references":
            left = tuple(target for target in stored[key] if target != record_id) or None
        desk.unit.update(write, stored, {key: left})


def after_restore(desk: Desk, form: str, record_id: str, was: Any) -> None:
    """Bring back what went to the bin together with the record, at the same moment and by the same person."""
    gate = desk.system_gate
    for other, key, policy in links_to(desk.app, form):
        if policy != "with":
            continue
        op = "in" if desk.app.forms[other].shape.fields[key].value_type == "reference" else "has_any"
        where = {"op": "and", "items": [{"field": key, "op": op, "value": [record_id]}]}
        query = RecordQuery(
            other, ("id", "deleted_at", "deleted_by"), where, limit=MOST_ALONG, deleted=True, python=True
        )
        for one in gate.page(query).records:
            if one["deleted_at"] != was.get("deleted_at"):
                continue
            write = gate.write(other, "restore")
            stored = desk.unit.load(write, one["id"])
            desk.unit.restore(write, stored)
            after_restore(desk, other, one["id"], stored)


def known_people(desk: Desk, ids: tuple[str, ...]) -> frozenset[str]:
    """Return those of the user ids that are active accounts of this workspace."""
    query = select(USERS.c.id).where(USERS.c.id.in_(ids), USERS.c.is_active == 1)
    return frozenset(str(row[0]) for row in desk.unit.connection.execute(query))


def chooses(config: Mapping[str, Any]) -> bool:
    """Tell whether a person field of these settings takes some people only."""
    return bool(config.get("roles")) or config.get("within", "all") != "all"


def is_meant(desk: Desk, config: Mapping[str, Any], user_id: str, roles: str, branches: str) -> bool:
    """Tell whether a person field of these settings takes somebody with these roles and branches (JSON)."""
    if config.get("roles") and not set(config["roles"]) & set(json.loads(roles)):
        return False
    within = config.get("within", "all")
    if within == "team":
        return user_id == desk.actor.user_id or user_id in desk.actor.team
    if within == "branch":
        own = {*desk.actor.branches, desk.actor.branch_id} - {None}
        return bool(own & set(json.loads(branches)))
    return True


def not_meant(desk: Desk, config: Mapping[str, Any], ids: Iterable[str]) -> frozenset[str]:
    """Return those of the user ids whom a person field of these settings does not take."""
    wanted = tuple(ids)
    query = select(USERS.c.id, USERS.c.roles, USERS.c.branches).where(USERS.c.id.in_(wanted))
    rows = desk.unit.connection.execute(query)
    return frozenset(wanted) - {str(row[0]) for row in rows if is_meant(desk, config, *row)}
