"""Month (月份): kept as its first day."""

from engine.schema import closed
from form_engine.controls._days import days
from form_engine.controls._months import Period

CONTROL = Period(
    kind="month",
    zh="月份",
    en="Month",
    icon="calendar",
    config_schema=closed(**days()),
    sample={
        "config": {"min": "2026-01-01"},
        "valid": ["2026-03-01"],
        "invalid": ["2025-12-01", "2026-13-01"],
    },
)
