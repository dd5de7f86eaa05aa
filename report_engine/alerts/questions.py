"""What a rule asks of the data: reports like any other, worked out as each recipient."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from report_engine.alerts.rule import Rule
from report_engine.periods import read_period

LOOK_BACK = 91
"""Days of the past that a day is judged by."""
Json = Mapping[str, Any]


def questions(rule: Rule, fact: str, today: date, *, is_rate: bool = False) -> dict[str, dict[str, Any]]:
    """Return the reports to be asked, by what they are for: now, usual, days, last.

    `is_rate`: the number rests on cases that can be too few.
    """
    value: list[dict[str, Any]] = [
        {"key": "value", "of": rule.metric, **({"min_n": rule.least} if is_rate else {})}
    ]
    if rule.compare == "missing":
        newest = {"key": "value", "form": fact, "aggregate": "max", "of": "created_at"}
        silence: dict[str, Any] = {"measures": [newest], "by": _by(rule), "period": "all"}
        return {"last": silence}
    if rule.compare == "mean_2_sigma":
        last = _last(rule, today)
        period = {"from": (last - timedelta(days=LOOK_BACK)).isoformat(), "to": last.isoformat()}
        day: dict[str, Any] = {"field": "date", "key": "day", "bucket": "day"}
        return {"days": {"measures": value, "by": [day, *_by(rule)], "period": period, "fill": "blank"}}
    asked: dict[str, dict[str, Any]] = {"now": {"measures": value, "by": _by(rule), "period": rule.period}}
    before = _before(rule, today)
    if before is not None:
        asked["usual"] = {"measures": value, "by": _by(rule), "period": before}
    return asked


def _by(rule: Rule) -> list[dict[str, Any]]:
    return [{"role": one, "key": one} for one in rule.by]


def _last(rule: Rule, today: date) -> date:
    period = read_period(rule.period, today)
    assert period.end is not None
    return period.end - timedelta(days=1)


def _before(rule: Rule, today: date) -> dict[str, str] | None:
    """Return the days that a rule compares with; None where it compares with a number."""
    period = read_period(rule.period, today)
    assert period.start is not None
    assert period.end is not None
    if rule.compare == "previous_period":
        # A day is compared with the same weekday a week before: Sundays are not Mondays.
        days = 7
    elif rule.compare == "year_on_year":
        days = 364
    else:
        return None
    start, end = (one - timedelta(days=days) for one in (period.start, period.end))
    return {"from": start.isoformat(), "to": (end - timedelta(days=1)).isoformat()}
