"""Date range (日期区间)."""

from engine.schema import closed
from form_engine.controls._settings import whole
from form_engine.controls._spans import Span

CONTROL = Span(
    kind="daterange",
    zh="日期区间",
    en="Date range",
    value_type="date_range",
    icon="calendar",
    config_schema=closed(max_days=whole("最长跨度(天)", "Longest span, days", minimum=1)),
    sample={
        "config": {"max_days": 31},
        "valid": [{"from": "2026-03-01", "to": "2026-03-31"}],
        "invalid": [
            {"from": "2026-03-02", "to": "2026-03-01"},
            {"from": "2026-03-01", "to": "2026-04-01"},
            {"from": "x", "to": "y"},
        ],
    },
)
