"""Bringing the sample story into a workspace: accounts first, then the records in their order, through the form engine."""

import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select

from engine.access.accounts import Account, create_accounts
from engine.access.actor import Actor, system_actor
from engine.access.query import RecordQuery
from engine.store import files
from engine.store.platform import META
from engine.store.unit import Cause
from engine.store.workspaces import Workspace
from engine.text import say
from form_engine.service import records
from server.clinics import DEMO_LOGINS, Clinic, House
from server.demo.connections import agree_with_website
from server.demo.deadlines import past_first_talks
from server.demo.films import films
from server.demo.flows import play_flows
from server.demo.generate import accounts, generate
from server.demo.papers import papers
from server.installing import starters

BEGUN = "demo_begun"
"""Key in `cc_meta` of a practice clinic from the start, so that one that was broken off is known as such."""
OFFERED = 14
"""How many demo accounts the sign-in page offers: the first of each role."""


def is_broken_off(workspace: Workspace) -> bool:
    """Tell whether the story was begun here and never came to its end."""
    with workspace.read() as unit:
        known = set(
            unit.connection.execute(select(META.c.key).where(META.c.key.in_((BEGUN, DEMO_LOGINS)))).scalars()
        )
    return known == {BEGUN}


class Tell(Protocol):
    """Called as the work goes on: which form, how many records so far, of how many (None: not known)."""

    def __call__(self, form: str, done: int, total: int | None) -> None: ...


def load_demo(house: House, clinic: Clinic, *, seed: int, scale: float, today: date, tell: Tell) -> None:
    """Fill a fresh workspace with people and records. Marks it as a practice clinic at the very end."""
    plan = clinic.plan
    now = clinic.workspace.clock.now()
    people = accounts(seed, today, scale, now)
    password = secrets.token_urlsafe(6)
    hashed = house.passwords.hash(password)
    made = [(_account(person), hashed) for person in people]
    with clinic.workspace.write(Cause("system")) as unit:
        unit.connection.execute(META.insert().values(key=BEGUN, value="1"))
        create_accounts(unit.connection, made, unit.now)
        drawn = {**papers(), **films()}
        stored = {what: files.add(unit, name, body).to_json() for what, (name, body) in drawn.items()}
    actor = system_actor(clinic.key, zone=clinic.workspace.zone)
    done: dict[str, int] = {}
    for form, rows in generate(plan.lists, seed, today, scale, now, stored, starters(plan)):
        if form not in plan.forms:
            continue
        clinic.service.load(actor, form, [ready(row) for row in rows])
        done[form] = done.get(form, 0) + len(rows)
        tell(say(plan.forms[form].name, "zh"), sum(done.values()), None)
    clinic.report_out.figures.write()
    _count_segments(clinic, actor)
    begun = past_first_talks(clinic) + play_flows(house, clinic, seed)
    tell("流程", sum(done.values()) + begun, None)
    agree_with_website(house.settings.home, clinic.key)
    offered = _offered(clinic, people, password)
    with clinic.workspace.write(Cause("system")) as unit:
        unit.connection.execute(
            META.insert().values(key=DEMO_LOGINS, value=json.dumps(offered, ensure_ascii=False))
        )


def _count_segments(clinic: Clinic, actor: Actor) -> None:
    """Write into each group how many patients it has now."""
    if "segment" not in clinic.plan.forms:
        return
    with clinic.service.writing(actor) as desk:
        for group in desk.gate.page(RecordQuery("segment", ("rule",), limit=100)).records:
            members, _ = desk.gate.count(RecordQuery("customer", formulas=(group["rule"],)))
            told = {"member_count": members, "refreshed_at": desk.unit.now.isoformat()}
            records.update(desk, "segment", group["id"], told, None)


def _account(person: Mapping[str, Any]) -> Account:
    return Account(
        user_id=person["id"],
        login=person["login"],
        name=person["name"],
        roles=tuple(person["roles"]),
        branches=tuple(person["branches"]),
        branch_id=person["branch_id"],
        staff_id=person["staff_id"],
        supervisor_id=person["supervisor_id"],
    )


def ready(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of the story as a load takes it: its moments as instants, its history from its making on."""
    made = {"created_by": row.get("owner_id"), **row, "created_at": datetime.fromisoformat(row["created_at"])}
    past = row.get("past") or [{"at": row["created_at"], "by": made["created_by"], "set": {}}]
    made["past"] = [{**moment, "at": datetime.fromisoformat(moment["at"])} for moment in past]
    made["source_ref"] = "demo"
    return made


def _offered(clinic: Clinic, people: list[dict[str, Any]], password: str) -> list[dict[str, Any]]:
    roles = clinic.plan.roles
    first: dict[str, dict[str, Any]] = {}
    for person in people:
        role = person["roles"][0]
        if role in roles:
            first.setdefault(
                role,
                {
                    "login": person["login"],
                    "name": person["name"],
                    "role": roles[role]["name"],
                    "password": password,
                },
            )
    wanted = ("director", "consultant", "front_desk", "doctor", "marketing")
    order = sorted(first, key=lambda role: (wanted.index(role) if role in wanted else len(wanted), role))
    return [first[role] for role in order[:OFFERED]]
