"""A rule: which number is watched, against what, how often, and when people want to hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.text import Words

COMPARES = frozenset({"fixed", "benchmark", "previous_period", "year_on_year", "mean_2_sigma", "missing"})
CRONS: Mapping[str, str] = {
    "live": "*/10 * * * *",
    "hourly": "0 * * * *",
    "daily_0830": "30 8 * * *",
    "mondays": "30 8 * * 1",
}
"""When a rule is looked at, by its schedule."""
PERIODS: Mapping[str, str] = {
    "live": "today",
    "hourly": "today",
    "daily_0830": "yesterday",
    "mondays": "last week",
}
"""Which days it looks at: those that are over, unless it is looked at during the day."""
REARM_H = 24
MISSING_H = 24


@dataclass(frozen=True, slots=True)
class Rule:
    """`threshold`: a share (of the usual, or the limit of a rate); `benchmark`: a number to compare with.

    `times`: how many looks in a row must be bad; `rearm_h`: how long until the same is told again; `quiet`: between
    which times of the day nobody is told; `missing_h`: how long without anything new is too long.
    """

    rule_id: str
    metric: str
    name: Words
    compare: str
    threshold: Decimal
    direction: str | None = None
    benchmark: Decimal | None = None
    by: tuple[str, ...] = ()
    least: int = 1
    schedule: str = "daily_0830"
    times: int = 1
    rearm_h: int = REARM_H
    quiet: tuple[time, time] | None = None
    missing_h: int = MISSING_H

    @property
    def cron(self) -> str:
        return CRONS[self.schedule]

    @property
    def period(self) -> str:
        return PERIODS[self.schedule]

    def quiet_until(self, local: datetime) -> datetime | None:
        """Return when the quiet hours that `local` falls into are over; None outside them."""
        if self.quiet is None or self.quiet[0] == self.quiet[1]:
            return None
        start, end = self.quiet
        now = local.time().replace(tzinfo=None)
        is_over_night = start > end
        inside = (now >= start or now < end) if is_over_night else start <= now < end
        if not inside:
            return None
        day = local.date() + timedelta(days=1 if is_over_night and now >= start else 0)
        return datetime.combine(day, end, local.tzinfo)


def rule_of(values: Mapping[str, Any], names: Mapping[str, Words]) -> Rule:
    """Return the rule that a record of `kpi_rule` states; `names`: the words of metrics."""
    metric, quiet = str(values["metric"]), (values.get("quiet_from"), values.get("quiet_until"))
    compare = str(values.get("compare") or "fixed")
    schedule = str(values.get("schedule") or "daily_0830")
    ends = [one if isinstance(one, time) else _time(one) for one in quiet]
    return Rule(
        rule_id=str(values["id"]),
        metric=metric,
        name=names.get(metric) or {"zh": metric, "en": metric},
        compare=compare if compare in COMPARES else "fixed",
        threshold=Decimal(str(values.get("threshold") or 0)),
        direction=values.get("direction"),
        benchmark=None if values.get("benchmark") is None else Decimal(str(values["benchmark"])),
        by=tuple(values.get("dims") or ()),
        least=int(values.get("min_sample") or 1),
        schedule=schedule if schedule in CRONS else "daily_0830",
        times=int(values.get("for_times") or 1),
        rearm_h=int(values.get("rearm_hours") or REARM_H),
        quiet=(ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None,
        missing_h=int(values.get("missing_hours") or MISSING_H),
    )


def _time(given: Any) -> time | None:
    if not isinstance(given, str) or not given:
        return None
    try:
        return time.fromisoformat(given)
    except ValueError:
        return None
