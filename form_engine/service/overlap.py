"""No double booking: two records may not hold the same doctor, chair or room at the same time.

Checked after the write and before the commit, under a lock on what is held: SQLite writers take turns anyway,
on PostgreSQL whoever wants the same doctor waits for the other to finish.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.query import RecordQuery
from engine.problems import Code, Conflict, Problem
from form_engine.desk import Desk
from form_engine.plan import FormPlan, RulePlan
from form_engine.service import duty, free_times
from form_engine.titles import titles_of

OVERLAPS = Code("record.overlaps", zh="{message}：{start} – {end}，{title}", en="{message}: {start} – {end}, {title}",
                hint_zh="换一个时间，或换一位；最近的空档：{free}", hint_en="Take another time, or another one; nearest free times: {free}")  # fmt: skip


def guard(desk: Desk, plan: FormPlan, record: Mapping[str, Any]) -> None:
    """Refuse the record just written where it overlaps another one. Conflict names the time that is taken."""
    for rule in rules(plan):
        _guard(desk, plan, rule, record)


def rules(plan: FormPlan) -> tuple[RulePlan, ...]:
    """Return the rules of the form against overlapping."""
    return tuple(rule for rule in plan.rules if rule.no_overlap is not None)


def _guard(desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any]) -> None:
    spec = rule.no_overlap or {}
    start, end = record.get(spec["start"]), record.get(spec["end"])
    held = {key: record.get(key) for key in spec["by"]}
    if start is None or end is None or any(value is None for value in held.values()):
        return
    _wait_for(desk, plan.key, held)
    formulas = (rule.where.text,) if rule.where is not None else ()
    gate, own = desk.system_gate, record["id"]
    if (
        formulas
        and not gate.page(
            RecordQuery(plan.key, fields=("id",), ids=(own,), formulas=formulas, limit=1)
        ).records
    ):
        return
    others = free_times.others(desk, plan, rule, record, start, end)
    room = free_times.capacity(desk, plan, rule, record)
    if free_times.deepest([(one[spec["start"]], one[spec["end"]]) for one in others], start, end) >= room:
        raise Conflict(_problem(desk, plan, rule, record, others[0]))


def _problem(
    desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any], other: Mapping[str, Any]
) -> Problem:
    spec = rule.no_overlap or {}
    at = spec["by"][0]
    shown = {key: _clock(other[spec[key]], desk.actor.zone) for key in ("start", "end")}
    title = ""
    if desk.rights.verb(plan.key, "view"):
        seen = desk.gate.page(RecordQuery(plan.key, fields=("no",), ids=(other["id"],), limit=1)).records
        title = titles_of(desk, plan.key, seen).get(other["id"], "") if seen else ""
    reason = rule.message or {
        "zh": f"“{plan.label(at)['zh']}”已有安排",
        "en": f"“{plan.label(at)['en']}” is taken",
    }
    free = _free(desk, plan, record, (record[spec["start"]], record[spec["end"]]))
    return OVERLAPS.at(
        f"/values/{at}",
        field=plan.label(at),
        title=title or "–",
        message=reason,
        free=free_times.told(free),
        free_at=[one.isoformat() for one in free],
        **shown,
    )


def _free(desk: Desk, plan: FormPlan, record: Mapping[str, Any], wanted: Any) -> list[datetime]:
    """Return the nearest times that are free for all that the record holds; none where days are booked, not hours."""
    if not isinstance(wanted[0], datetime):
        return []
    planned = next(
        (
            found
            for one in duty.rules(plan)
            if (found := duty.hours(desk, one, record, wanted[0])) is not None
        ),
        None,
    )
    return free_times.nearest(desk, plan, rules(plan), record, wanted, planned)


def _clock(moment: Any, zone: str) -> str:
    """Return a moment as the wall of the branch shows it; days as they are."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    return str(moment)


def _wait_for(desk: Desk, form: str, held: Mapping[str, Any]) -> None:
    """Let whoever books the same resources finish first."""
    if desk.unit.workspace.dialect == "postgresql":
        what = "/".join(
            (desk.unit.workspace.key, form, *(f"{key}={value}" for key, value in sorted(held.items())))
        )
        desk.unit.cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (what,))
