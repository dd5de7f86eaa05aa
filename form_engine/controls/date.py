"""Date (日期)."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._days import Day, days, weekdays
from form_engine.controls._settings import flag

CONTROL = Day(
    kind="date",
    swift=_swift.day,
    zh="日期",
    en="Date",
    icon="calendar",
    config_schema=closed(
        **days(),
        weekdays=weekdays(),
        workdays=flag("只能选工作日(含调休)", "Workdays only, by the public calendar"),
        lunar=flag("显示农历", "Show lunar date"),
    ),
    sample={
        "config": {"min": "2026-01-01", "weekdays": [1, 2, 3, 4, 5]},
        "valid": ["2026-03-02"],
        "invalid": ["2025-12-31", "2026-03-01", "2026-02-30", "soon"],
    },
)
