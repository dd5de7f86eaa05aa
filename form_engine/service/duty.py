"""On duty: a booking lies within what another form plans for that day, such as a doctor's roster.

The plan binds as far as it reaches: where nothing is planned for that doctor from the day on, nothing is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.query import RecordQuery
from engine.problems import Code, Conflict
from form_engine.desk import Desk
from form_engine.plan import FormPlan, RulePlan
from form_engine.service import free_times

OFF_DUTY = Code("record.off_duty", zh="{message}；当天可约：{hours}", en="{message}; bookable that day: {hours}",
                hint_zh="最近的空档：{free}。也可以先在排班里加班次", hint_en="Nearest free times: {free}. Or add a shift to the roster first")  # fmt: skip

Hours = list[tuple[time, time]]


def rules(plan: FormPlan) -> tuple[RulePlan, ...]:
    """Return the rules of the form about being on duty."""
    return tuple(rule for rule in plan.rules if rule.within is not None)


def guard(
    desk: Desk, plan: FormPlan, record: Mapping[str, Any], changed: frozenset[str] | None = None
) -> None:
    """Refuse a booking to come that no duty covers. `changed`: only where one of these keys matters; None: a new record."""
    for rule in rules(plan):
        spec = rule.within or {}
        start, end = record.get(spec["start"]), record.get(spec["end"])
        held = {key: record.get(key) for key in spec["by"]}
        if changed is not None and not changed & {spec["start"], spec["end"], *held}:
            continue
        if start is None or end is None or start < desk.unit.now or any(v is None for v in held.values()):
            continue
        if not _applies(desk, plan, rule, record):
            continue
        planned = hours(desk, rule, record, start)
        if planned is not None and not _covered(planned, start, end, desk.actor.zone):
            raise Conflict(_problem(desk, plan, rule, record, planned))


def _problem(
    desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any], planned: Mapping[date, Hours]
) -> Any:
    spec = rule.within or {}
    at = next(iter(spec["by"]))
    start, end = record[spec["start"]], record[spec["end"]]
    overlaps = [one for one in plan.rules if one.no_overlap is not None]
    free = free_times.nearest(desk, plan, overlaps, record, (start, end), planned)
    day = start.astimezone(ZoneInfo(desk.actor.zone)).date()
    shown = ", ".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in planned.get(day, ())) or "–"
    message = rule.message or {
        "zh": f"“{plan.label(at)['zh']}”这个时间不在班",
        "en": "Not on duty at this time",
    }
    return OFF_DUTY.at(
        f"/values/{spec['start']}",
        message=message,
        hours=shown,
        free=free_times.told(free),
        free_at=[one.isoformat() for one in free],
    )


def _applies(desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any]) -> bool:
    if rule.when is None:
        return True
    query = RecordQuery(plan.key, ("id",), formulas=(rule.when.text,), ids=(record["id"],), limit=1)
    return bool(desk.system_gate.page(query).records)


def hours(desk: Desk, rule: RulePlan, record: Mapping[str, Any], start: datetime) -> dict[date, Hours] | None:
    """Return the hours on duty by day, from the day before to a week after; None where the plan does not reach so far."""
    spec = rule.within or {}
    of = desk.app.forms.get(spec["of"])
    if of is None or of.is_off or any(record.get(key) is None for key in spec["by"]):
        return None
    day = start.astimezone(ZoneInfo(desk.actor.zone)).date()
    same = [{"field": there, "op": "eq", "value": record.get(key)} for key, there in spec["by"].items()]
    last = day + timedelta(days=free_times.DAYS_AHEAD + 1)
    reach = [*same, {"field": spec["day"], "op": "ge", "value": day.isoformat()}]
    gate = desk.system_gate
    if not gate.page(RecordQuery(of.key, ("id",), {"op": "and", "items": reach}, limit=1)).records:
        return None
    between = {"from": (day - timedelta(days=1)).isoformat(), "to": last.isoformat()}
    items = [*same, {"field": spec["day"], "op": "between", "value": between}]
    pauses = spec.get("pauses")
    fields = (spec["day"], spec["opens"], spec["closes"], *((pauses["rows"],) if pauses else ()))
    formulas = (rule.where.text,) if rule.where is not None else ()
    query = RecordQuery(of.key, fields, {"op": "and", "items": items}, formulas, limit=60, python=True)
    found: dict[date, Hours] = {}
    for one in gate.page(query).records:
        if one[spec["opens"]] is not None and one[spec["closes"]] is not None:
            off = _pauses(one, pauses)
            found.setdefault(one[spec["day"]], []).extend(
                _without(one[spec["opens"]], one[spec["closes"]], off)
            )
    return {day: sorted(spans) for day, spans in found.items()}


def _pauses(one: Mapping[str, Any], spec: Mapping[str, str] | None) -> Sequence[tuple[time, time]]:
    rows = one.get(spec["rows"]) or () if spec else ()
    ends = [(row.get(spec["start"]), row.get(spec["end"])) for row in rows] if spec else []
    return sorted((a, b) for a, b in ends if a is not None and b is not None)


def _without(opens: time, closes: time, pauses: Sequence[tuple[time, time]]) -> Hours:
    """Return the hours from `opens` to `closes` with the pauses cut out."""
    found: Hours = []
    for start, end in pauses:
        if start > opens:
            found.append((opens, min(start, closes)))
        opens = max(opens, end)
    if opens < closes:
        found.append((opens, closes))
    return found


def _covered(planned: Mapping[date, Hours], start: datetime, end: datetime, zone: str) -> bool:
    """Tell whether one stretch of duty covers the booking; a pause may not lie in it."""
    here, there = (one.astimezone(ZoneInfo(zone)) for one in (start, end))
    if here.date() != there.date():
        return False
    return any(a <= here.time() and there.time() <= b for a, b in planned.get(here.date(), ()))
