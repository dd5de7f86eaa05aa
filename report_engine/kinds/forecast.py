"""Forecast (预测): a measure over time, and the next buckets with an interval and the error of the back-test.

The first dimension is time (day, week, month). `settings`: `ahead` (buckets, default 3), `level` (of the interval, default 0.8).
The bucket that is not over yet is forecast, not believed.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.problems import Code, Problem, Rejected
from engine.schema import closed
from report_engine.binding import Bound
from report_engine.buckets import next_bucket
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.kinds.aggregate import Aggregate
from report_engine.statistics.forecast import forecast
from report_engine.table import Cell, Column, Table

NEEDS_TIME = Code(
    "report.needs_time",
    zh="预测要按天、周或月分组，并给出时间范围",
    en="A forecast goes by day, week or month, and needs a period",
    hint_zh='例如 "by": [{"role": "date", "bucket": "month"}], "period": "last 24 months"',
    hint_en='For example "by": [{"role": "date", "bucket": "month"}], "period": "last 24 months"',
)
SEASONS = {"day": 7, "week": 52, "month": 12, "quarter": 4}


class Forecasting(Kind):
    """The past, and what comes next."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        times = [one for one in bound.dimensions if one.grain in SEASONS]
        if (
            len(bound.dimensions) != 1
            or not times
            or bound.period is None
            or bound.period.is_open
            or not bound.measures
        ):
            raise Rejected(NEEDS_TIME.at("/by"))
        grain = str(times[0].grain)
        plain = replace(
            bound, measures=bound.measures[:1], compare=(), totals=(), sort=(), limit=None, fill="zero"
        )
        past = Aggregate("aggregate", "", "").table(plain, desk)
        rows = [
            (row[0], row[1])
            for row in past.rows
            if isinstance(row[0], date) and next_bucket(row[0], grain) <= bound.today + timedelta(days=1)
        ]
        # What lies before the first number is not a season of zeros, but no data yet.
        while rows and not rows[0][1]:
            rows.pop(0)
        ahead, level = int(bound.settings.get("ahead", 3)), float(bound.settings.get("level", 0.8))
        key = bound.measures[0].key
        made: list[tuple[Cell, ...]] = [(when, value, None, None, False) for when, value in rows]
        notes: dict[str, Any] = {"is_sure": False}
        warnings: tuple[Problem, ...] = ()
        try:
            said = forecast([float(value or 0) for _, value in rows], SEASONS[grain], ahead, level)  # type: ignore[arg-type]  # numbers
        except Rejected as refused:
            # What there is can be looked at all the same, unless that is nothing.
            if not rows:
                raise
            warnings = tuple(refused.problems)
        else:
            here = next_bucket(rows[-1][0], grain)
            for value, low, high in zip(said.values, said.low, said.high, strict=True):
                made.append((here, _money(value), _money(low), _money(high), True))
                here = next_bucket(here, grain)
            notes = {
                "level": said.level, "models": dict(said.models), "smape": said.smape, "naive_smape": said.naive_smape,
                "is_sure": said.is_sure, "grain": grain, "tried": said.tried, "wanted": 2 * SEASONS[grain],
            }  # fmt: skip
        measure = next(column for column in past.columns if column.key == key)
        columns = (
            past.columns[0], measure,
            Column(f"{key}@low", {"zh": "下限", "en": "Low"}, "mark", measure.format, of=key),
            Column(f"{key}@high", {"zh": "上限", "en": "High"}, "mark", measure.format, of=key),
            Column(f"{key}@forecast", {"zh": "预测", "en": "Forecast"}, "mark", "boolean", of=key),
        )  # fmt: skip
        return Table(columns, tuple(made), as_of=bound.now, warnings=warnings, notes=notes)


def _money(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))


KIND = Forecasting(
    kind="forecast",
    zh="预测",
    en="Forecast",
    needs=("measures", "by"),
    settings_schema=closed(
        ahead={"type": "integer", "minimum": 1, "maximum": 366},
        level={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    ),
)
