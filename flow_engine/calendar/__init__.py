"""Time as a clinic keeps it: opening hours, days off and make-up days, deadlines, yearly days, cron."""

from flow_engine.calendar.business import BusinessTime
from flow_engine.calendar.due import Moment, due, moved_to, resumed, time_left
from flow_engine.calendar.hours import Hours, Window
from flow_engine.calendar.span import Span, read_span

__all__ = [
    "BusinessTime", "Hours", "Moment", "Span", "Window", "due", "moved_to", "read_span", "resumed", "time_left",
]  # fmt: skip
