"""Year (年份): kept as its first day."""

from engine.schema import closed
from form_engine.controls._days import days
from form_engine.controls._months import Period

CONTROL = Period(
    kind="year",
    zh="年份",
    en="Year",
    icon="calendar",
    config_schema=closed(**days()),
    sample={"config": {"max": "2030-01-01"}, "valid": ["2026-01-01"], "invalid": ["2031-01-01", "year"]},
)
