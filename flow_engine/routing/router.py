"""Answers the act `Choose` in an open unit: reads presence, load and skills, turns the rotation, notes why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.clock import business_day
from engine.ports import FlowRecords
from engine.store.unit import Unit
from flow_engine.acts import Choose
from flow_engine.calendar import BusinessTime
from flow_engine.calendar.service import RecordCalendar
from flow_engine.routing.choosing import Candidate, Wanted, choose
from flow_engine.routing.turns import Turns
from flow_engine.tables import ASSIGN_CURSORS


@dataclass(frozen=True, slots=True)
class StaffFields:
    """Where an app keeps what routing asks of people: the field names of the templates."""

    staff: str = "staff"
    user: str = "user_id"
    skills: str = "specialties"
    status: str = "status"
    away: tuple[str, ...] = ("on_leave", "left", "resigned")
    leave: str = "roster_request"
    leave_person: tuple[str, ...] = ("applicant_id", "user_id")
    leave_where: str = 'AND({status} = "approved", {kind} IN ("leave", "closure"), {form.now} IN {period})'


Put = Callable[[Unit, str, str, str], None]


class Router:
    """`put_into_pool(unit, pool, form, record_id)` takes what goes to a pool instead of a person."""

    def __init__(
        self,
        records: Callable[[Unit], FlowRecords],
        calendar: RecordCalendar,
        put_into_pool: Put | None = None,
        fields: StaffFields | None = None,
    ) -> None:
        self._records, self._calendar = records, calendar
        self._put, self._fields = put_into_pool, fields or StaffFields()

    def choose(self, unit: Unit, asked: Choose) -> str | None:
        """Return who gets it, or None: nobody may, or it went into the pool."""
        rule = asked.rule
        if rule.get("mode") == "pool":
            if self._put is not None and asked.form is not None and asked.record_id is not None:
                self._put(unit, str(rule.get("pool") or asked.rule_key), asked.form, asked.record_id)
            return None
        records = self._records(unit)
        day = business_day(unit.now, unit.workspace.zone).isoformat()
        turns, revision = _locked(unit, asked.rule_key)
        wanted = _wanted(rule)
        people = self._candidates(unit, records, asked, wanted)
        chosen = choose(wanted, people, turns.today(day), f"{asked.rule_key}:{asked.record_id or turns.seq}")
        if chosen.person is not None:
            _keep(unit, asked.rule_key, chosen.turns, revision)
        details = {"rule": asked.rule_key, "person": chosen.person, "why": chosen.reason}
        unit.audit(
            "route.chosen", asked.form, asked.record_id, {**details, "passed_over": dict(chosen.passed_over)}
        )
        return chosen.person

    def _candidates(self, unit: Unit, records: FlowRecords, asked: Choose, wanted: Wanted) -> list[Candidate]:
        rule = asked.rule
        weights = rule.get("weights") or {}
        skills = self._skilled(records, rule.get("skill")) if wanted.needs_skill else {}
        present = self._present(unit, records, asked) if rule.get("attendance") else set(asked.people)
        load = rule.get("load") or {}
        counts_load = wanted.mode == "least_load" or wanted.most is not None
        return [
            Candidate(
                person,
                person in present,
                self._load(records, load, asked, person) if counts_load else 0,
                skills.get(person, 0),
                int(weights.get(person, 1)),
            )
            for person in asked.people
        ]

    def _load(self, records: FlowRecords, load: Mapping[str, Any], asked: Choose, person: str) -> int:
        form = load.get("form") or asked.form
        field = load.get("field") or "owner_id"
        if form is None or not records.knows(form, (field,)):
            return 0
        where = f"{{{field}}} = {{form.person}}"
        if isinstance(load.get("where"), str):
            where = f"AND({where}, {load['where']})"
        return int(records.aggregate(form, where, "count", None, {"person": person}) or 0)

    def _skilled(self, records: FlowRecords, skill: Any) -> dict[str, int]:
        """Return by person how many of the wanted skills they have."""
        f = self._fields
        found: dict[str, int] = {}
        if not records.knows(f.staff, (f.skills,)):
            return found
        for one in skill if isinstance(skill, list | tuple) else (skill,):
            for staff_id in records.find(f.staff, f"{{form.skill}} IN {{{f.skills}}}", {"skill": one}):
                user = records.read(f.staff, staff_id, frozenset({(f.user,)}))[f.user,]
                if isinstance(user, str):
                    found[user] = found.get(user, 0) + 1
        return found

    def _present(self, unit: Unit, records: FlowRecords, asked: Choose) -> set[str]:
        """Return who is at work now; when nobody is, who comes next: what arrives at night is not lost."""
        here = [one for one in asked.people if not self._is_away(unit, records, one)]
        branch = None
        if asked.form is not None and asked.record_id is not None:
            found = records.read(asked.form, asked.record_id, frozenset({("branch_id",)}))[("branch_id",)]
            branch = found if isinstance(found, str) else None
        hours = self._calendar.hours(unit, branch)
        opens = {}
        for person in here:
            shifts = BusinessTime(self._calendar.shifts(unit, person, hours))
            opens[person] = shifts.next_open(unit.now)
        if not opens:
            return set()
        soonest = min(opens.values())
        # a few minutes before the shift count as there already
        return {person for person, at in opens.items() if at <= max(soonest, unit.now + timedelta(minutes=5))}

    def _is_away(self, unit: Unit, records: FlowRecords, person: str) -> bool:
        f = self._fields
        if records.knows(f.staff, (f.status,)) and records.knows(f.staff, (f.user,)):
            away = ", ".join(f'"{one}"' for one in f.away)
            where = f"AND({{{f.user}}} = {{form.person}}, {{{f.status}}} IN ({away}))"
            if records.find(f.staff, where, {"person": person}, limit=1):
                return True
        if not records.knows(f.leave, f.leave_person):
            return False
        who = ".".join(f.leave_person)
        names = {"person": person, "now": business_day(unit.now, unit.workspace.zone)}
        return bool(
            records.find(f.leave, f"AND({{{who}}} = {{form.person}}, {f.leave_where})", names, limit=1)
        )


def _wanted(rule: Mapping[str, Any]) -> Wanted:
    sticky = rule.get("sticky")
    skill = rule.get("skill")
    return Wanted(
        str(rule.get("mode") or "rotation"),
        rule.get("daily"),
        rule.get("most"),
        needs_skill=skill not in (None, "", [], ()),
        sticky=sticky if isinstance(sticky, str) and sticky else None,
    )


def _locked(unit: Unit, rule: str) -> tuple[Turns, int]:
    """Return where a rotation stands; nobody else turns it until the unit closes."""
    c = ASSIGN_CURSORS.c
    maker = postgresql.insert if unit.is_postgres else sqlite.insert
    unit.connection.execute(
        maker(ASSIGN_CURSORS).values(rule=rule, state="{}", revision=0).on_conflict_do_nothing()
    )
    row = unit.connection.execute(select(c.state, c.revision).where(c.rule == rule).with_for_update()).one()
    return Turns.from_json(json.loads(row.state)), row.revision


def _keep(unit: Unit, rule: str, turns: Turns, revision: int) -> None:
    c = ASSIGN_CURSORS.c
    unit.connection.execute(
        update(ASSIGN_CURSORS)
        .where(c.rule == rule, c.revision == revision)
        .values(state=json.dumps(turns.to_json()), revision=revision + 1)
    )
