"""What is free: the nearest times at which a booking that was refused would be accepted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.access.query import RecordQuery
from form_engine.desk import Desk
from form_engine.plan import FormPlan, RulePlan

Span = tuple[datetime, datetime]
STEP = timedelta(minutes=15)
DAYS_AHEAD = 7
SUGGESTED = 3
USUAL = (time(9), time(18))
"""The hours looked at where no duty is planned."""
MOST_OTHERS = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What others hold of one doctor, chair or patient, and how many fit at the same time."""

    spans: Sequence[Span]
    capacity: int

    def allows(self, start: datetime, end: datetime) -> bool:
        """Tell whether one more fits between `start` and `end`."""
        return deepest(self.spans, start, end) < self.capacity


def deepest(spans: Iterable[Span], start: datetime, end: datetime) -> int:
    """Return how many of the spans are under way at once, at the fullest moment between `start` and `end`."""
    marks = [(max(a, start), 1) for a, b in spans if a < end and b > start]
    marks += [(min(b, end), -1) for a, b in spans if a < end and b > start]
    most = now = 0
    # who leaves at a moment makes room for who comes at it
    for _, change in sorted(marks):
        now += change
        most = max(most, now)
    return most


def others(
    desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any], start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Return the records alike in what the rule holds apart that lie between `start` and `end`, without this one."""
    spec = rule.no_overlap or {}
    items = [{"field": key, "op": "eq", "value": record.get(key)} for key in spec["by"]]
    items.append({"field": spec["start"], "op": "lt", "value": as_json(plan, spec["start"], end)})
    items.append({"field": spec["end"], "op": "gt", "value": as_json(plan, spec["end"], start)})
    query = RecordQuery(
        plan.key,
        ("id", spec["start"], spec["end"]),
        {"op": "and", "items": items},
        (rule.where.text,) if rule.where is not None else (),
        limit=MOST_OTHERS,
        python=True,
    )
    return [one for one in desk.system_gate.page(query).records if one["id"] != record["id"]]


def capacity(desk: Desk, plan: FormPlan, rule: RulePlan, record: Mapping[str, Any]) -> int:
    """Return how many may be there at once: 1, unless the rule names where it is written."""
    path = (rule.no_overlap or {}).get("capacity")
    if not path:
        return 1
    head, *rest = str(path).split(".")
    value = record.get(head)
    shape = plan.shape.field(head)
    if rest and value is not None and shape is not None:
        value = desk.related.value(str(shape.config.get("to")), str(value), tuple(rest))
    return max(1, int(value)) if value is not None else 1


def nearest(
    desk: Desk,
    plan: FormPlan,
    rules: Iterable[RulePlan],
    record: Mapping[str, Any],
    wanted: Span,
    open_hours: Mapping[date, Sequence[tuple[time, time]]] | None,
) -> list[datetime]:
    """Return up to three starts nearest to the one wanted, in order of time; none of them past.

    `open_hours`: when the doctor is on duty, by day; None where nothing is planned.
    """
    zone = ZoneInfo(desk.actor.zone)
    length = wanted[1] - wanted[0]
    first = max(wanted[0].astimezone(zone).date() - timedelta(days=1), desk.unit.now.astimezone(zone).date())
    days = [first + timedelta(days=offset) for offset in range(DAYS_AHEAD + 2)]
    edge = datetime.combine(days[0], time(), zone), datetime.combine(days[-1], time(), zone)
    taken = []
    for rule in rules:
        spec = rule.no_overlap or {}
        if all(record.get(key) is not None for key in spec["by"]):
            found = others(desk, plan, rule, record, *edge)
            spans = [(one[spec["start"]], one[spec["end"]]) for one in found]
            taken.append(Taken(spans, capacity(desk, plan, rule, record)))
    starts = []
    for day in days:
        hours = [USUAL] if open_hours is None else open_hours.get(day, ())
        for opens, closes in hours:
            start = datetime.combine(day, opens, zone)
            while start + length <= datetime.combine(day, closes, zone):
                if start >= desk.unit.now and all(one.allows(start, start + length) for one in taken):
                    starts.append(start)
                start += STEP
    starts.sort(key=lambda start: abs(start - wanted[0]))
    return sorted(starts[:SUGGESTED])


def told(starts: Sequence[datetime]) -> str:
    """Return the times as a sentence names them, the day only where it changes: `11-23 10:30、11:00、11-24 09:00`."""
    words, day = [], ""
    for start in starts:
        if start.strftime("%m-%d") != day:
            day = start.strftime("%m-%d")
            words.append(start.strftime("%m-%d %H:%M"))
        else:
            words.append(start.strftime("%H:%M"))
    return "、".join(words) or "–"


def as_json(plan: FormPlan, key: str, value: Any) -> Any:
    """Return what a filter on the field compares with."""
    shape = plan.shape.field(key)
    return value if shape is None else shape.type.to_json(value, shape.config)
