"""Time span (时段): from one instant to another."""

from engine.schema import closed
from form_engine.controls._settings import whole
from form_engine.controls._spans import Span

CONTROL = Span(
    kind="timerange",
    zh="时段",
    en="Time span",
    value_type="time_range",
    icon="clock-circle",
    config_schema=closed(
        max_minutes=whole("最长(分钟)", "Longest, minutes", minimum=1),
        step=whole("分钟间隔", "Minutes apart", minimum=1, maximum=60, default=5),
    ),
    sample={
        "config": {"max_minutes": 120},
        "valid": [{"from": "2026-03-01T09:00:00+08:00", "to": "2026-03-01T10:00:00+08:00"}],
        "invalid": [
            {"from": "2026-03-01T09:00:00+08:00", "to": "2026-03-01T08:00:00+08:00"},
            {"from": "2026-03-01T09:00:00+08:00", "to": "2026-03-01T12:00:00+08:00"},
        ],
    },
)
