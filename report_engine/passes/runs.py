"""The order in which a report is worked out. Each step takes a draft and returns one."""

from collections.abc import Callable

from report_engine.draft import Draft
from report_engine.passes.bands import find_bands
from report_engine.passes.few import few
from report_engine.passes.fill import fill
from report_engine.passes.having import having
from report_engine.passes.labels import label
from report_engine.passes.marks import marks
from report_engine.passes.measure import measure
from report_engine.passes.order import cut, order
from report_engine.passes.shows import shows
from report_engine.passes.top import choose_top
from report_engine.passes.totals import totals

PASSES: tuple[Callable[[Draft], Draft], ...] = (
    find_bands,
    choose_top,
    measure,
    fill,
    having,
    order,
    shows,
    cut,
    totals,
    few,
    marks,
    label,
)
