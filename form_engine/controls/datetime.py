"""Date and time (日期时间): an instant, shown in the branch's zone."""

from engine.schema import closed
from form_engine.controls import _swift
from form_engine.controls._days import Day, days
from form_engine.controls._settings import flag, whole

CONTROL = Day(
    kind="datetime",
    swift=_swift.instant,
    zh="日期时间",
    en="Date and time",
    value_type="datetime",
    icon="clock-circle",
    config_schema=closed(
        **days(),
        step=whole("分钟间隔", "Minutes apart", minimum=1, maximum=60, default=5),
        seconds=flag("显示秒", "Show seconds"),
    ),
    sample={
        "config": {"min": "2026-01-01"},
        "valid": ["2026-03-01T09:00:00+08:00", "2026-03-01T01:00:00Z"],
        "invalid": ["2025-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "yesterday"],
    },
)
