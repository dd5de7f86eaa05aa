"""What targets came to: the measure each is about, over its month and for whom it is, to be written on the target itself.

The form of targets says so under `goals`: `actual` (the field), `measures` (`{metric: measure}`, or `{metric: {level: measure}}`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.access.amounts import units as units_of
from engine.access.sources import Wanted
from engine.problems import Rejected
from engine.value_type import VALUE_TYPES
from report_engine.buckets import next_bucket
from report_engine.dataset import Fact
from report_engine.measures import Measure
from report_engine.office import Office
from report_engine.query import exact
from report_engine.table import Cell
from report_engine.tabled import day_of, rows_of

Json = Mapping[str, Any]
TEAM = "team"
MOST = 100_000
WHOLE = Decimal("1.5")
"""A target of a rate above this is meant in hundredths."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One target: `whose` by role, `actual` as it stands on it."""

    record_id: str
    month: date
    metric: str
    level: str
    target: Decimal | None
    actual: Decimal | None
    whose: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Met:
    """What one target came to, where that is not what stands on it already."""

    record_id: str
    value: Decimal | None


def goals_met(
    office: Office, fact: Fact, team_of: Callable[[str], Collection[str]], ids: Collection[str] = ()
) -> Iterator[Met]:
    """Yield the targets whose actual is another than they say; with `ids` only of these.

    Months to come have none. What cannot be asked (a measure that is switched off) is left as it is.
    """
    groups: dict[tuple[str, str], list[Aim]] = {}
    for aim in aims_of(office, fact):
        if aim.month <= office.today and (not ids or aim.record_id in ids):
            groups.setdefault((aim.metric, aim.level), []).append(aim)
    for (metric, level), aims in sorted(groups.items()):
        name = measure_of(fact, metric, level)
        if name is None:
            continue
        try:
            found = list(met(office, fact, name, level, aims, team_of))
        except Rejected:
            continue
        yield from (
            Met(aim.record_id, value)
            for aim, value in zip(aims, found, strict=True)
            if value is None or aim.actual is None or value != aim.actual
            if not (value is None and aim.actual is None)
        )


def measure_of(fact: Fact, metric: str, level: str) -> str | None:
    """Return the measure that targets of a metric are about."""
    given = fact.goals.get("measures", {}).get(metric)
    found = given.get(level) if isinstance(given, Mapping) else given
    return None if found is None else str(found)


def aims_of(office: Office, fact: Fact) -> Iterator[Aim]:
    """Yield the targets that the asker may see."""
    goals, data = fact.goals, office.data
    roles = sorted({role for some in goals["levels"].values() for role in some if role in fact.roles})
    fields = {
        "who": Wanted("id"), "month": Wanted(data.day(fact, fact.date)), "metric": Wanted(str(goals["metric"])),
        "level": Wanted(str(goals["level"])), "target": Wanted(str(goals["amount"])), "actual": Wanted(str(goals["actual"])),
        **{f"role_{at}": Wanted(fact.roles[role]) for at, role in enumerate(roles)},
    }  # fmt: skip
    source = office.desk.gate.source(fact.key, fields, name="aims")
    asked = select(*(source.c[key] for key in fields)).order_by(source.c.who)
    units = [_units(office, fact, str(goals[key])) for key in ("amount", "actual")]
    for who, month, metric, level, *rest in rows_of(office.desk, asked, [source], fact.key):
        amounts = [
            None if raw is None else exact(raw, unit) for raw, unit in zip(rest[:2], units, strict=True)
        ]
        if month is not None:
            whose = dict(zip(roles, (None if one is None else str(one) for one in rest[2:]), strict=True))
            yield Aim(str(who), day_of(month), str(metric), str(level), amounts[0], amounts[1], whose)


def _units(office: Office, fact: Fact, key: str) -> int:
    field = office.data.field(fact, key)
    assert field is not None
    return units_of(VALUE_TYPES.get(field.value_type).column(field.config), office.desk.unit.dialect)


def met(
    office: Office,
    fact: Fact,
    name: str,
    level: str,
    aims: list[Aim],
    team_of: Callable[[str], Collection[str]],
) -> Iterator[Decimal | None]:
    """Yield what each of these targets came to, in their order."""
    if level == TEAM:
        for aim in aims:
            role = next((one for one in fact.goals["levels"][level] if aim.whose.get(one)), None)
            people = sorted(team_of(str(aim.whose[role]))) if role is not None else []
            if not people:
                yield None
                continue
            listed = ", ".join(f'"{one}"' for one in people)
            measure, found = _asked(office, name, [aim], None, f"INCLUDES(LIST({listed}), {{{role}}})")
            yield _worth(measure, found.get((aim.month, None)), aim)
        return
    role = next(
        (one for one in fact.goals["levels"].get(level, ()) if any(a.whose.get(one) for a in aims)), None
    )
    measure, found = _asked(office, name, aims, role, None)
    for aim in aims:
        whose = aim.whose.get(role) if role is not None else None
        yield _worth(measure, found.get((aim.month, whose)), aim)


def _asked(
    office: Office, name: str, aims: list[Aim], role: str | None, where: str | None
) -> tuple[Measure, dict[tuple[date, str | None], Cell]]:
    """Return a measure by month and by whom it is."""
    first, last = min(aim.month for aim in aims), max(aim.month for aim in aims)
    by: list[Json] = [{"role": "date", "bucket": "month"}, *([{"role": role}] if role is not None else [])]
    report = {
        "measures": [name], "by": by, "limit": MOST,
        "period": f"{first.replace(day=1)}..{next_bucket(last.replace(day=1), 'month') - timedelta(days=1)}",
        **({"filter": where} if where is not None else {}),
    }  # fmt: skip
    asked = office.table(report)
    measure = asked.bound.measures[0]
    at = asked.table.at(measure.key)
    return measure, {
        (day_of(row[0]), str(row[1]) if role is not None else None): row[at] for row in asked.table.rows
    }


def _worth(measure: Measure, value: Cell, aim: Aim) -> Decimal | None:
    if not isinstance(value, int | Decimal):
        # Nothing was done: of what adds up that is nought, of rates nothing can be said.
        return Decimal(0) if measure.adds_up or measure.format in ("money", "integer") else None
    found = Decimal(value)
    in_hundredths = measure.format == "percent" and aim.target is not None and aim.target > WHOLE
    return (found * 100 if in_hundredths else found).quantize(Decimal("0.0001")).normalize() + 0


__all__ = ["Aim", "aims_of", "goals_met", "measure_of", "met"]
