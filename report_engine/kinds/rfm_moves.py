"""RFM movement (RFM 迁移): which customers went from which group to which, month end by month end or between any two.

`settings` as those of RFM (`customer`, `amount`, `filter`, `edges`, `high`), and `months`: how many month ends before the last one;
or `whole`: one step alone, from the day before the period to its last day, whichever months these are.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from engine.problems import Rejected
from engine.schema import closed
from engine.text import Words
from report_engine.behind import NOTHING_BEHIND, Behind, with_ids
from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.kind import Kind
from report_engine.kinds.rfm import KIND as RFM
from report_engine.kinds.rfm import customer_form, groups_at
from report_engine.problems import EMPTY
from report_engine.statistics.rfm import GROUP_WORDS, moves
from report_engine.table import Cell, Column, Table

MONTHS = 6
NOBODY: Words = {"zh": "新客户", "en": "New customers"}
NEW = "(new)"
"""Stands for who was no customer yet."""
WORDS = {NEW: NOBODY, **GROUP_WORDS}
COLUMNS = (
    Column("month", {"zh": "月份", "en": "Month"}, "dimension", "month"),
    Column("from", {"zh": "原分层", "en": "From"}, "dimension", "text", labels=WORDS),
    Column("to", {"zh": "现分层", "en": "To"}, "dimension", "text", labels=WORDS),
    Column("customers", {"zh": "客户数", "en": "Customers"}, "measure", "integer"),
)


class RfmMoves(Kind):
    """A row for each way that somebody went, those who stayed among them."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        ends = ends_of(bound)
        found = [groups_at(bound, desk, end) for end in ends]
        order = {key: place for place, key in enumerate(WORDS)}
        rows: list[tuple[Cell, ...]] = []
        for end, before, after in zip(ends[1:], found, found[1:], strict=False):
            counts = moves(before, after)
            ways = sorted(
                (order[a or NEW], order[b or NEW], a or NEW, b or NEW, count)
                for (a, b), count in counts.items()
            )
            rows += [(end.replace(day=1), a, b, count) for _, _, a, b, count in ways]
        warnings = () if rows else (EMPTY.at(""),)
        notes: dict[str, Any] = {"ends": [end.isoformat() for end in ends]}
        return Table(COLUMNS, tuple(rows), as_of=bound.now, warnings=warnings, notes=notes)

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return the customers who went a way; without a month those of the last one."""
        form, ends = customer_form(bound), ends_of(bound)
        if form is None:
            raise Rejected(NOTHING_BEHIND.at("/measure"))
        month = str(dims.get("month") or ends[-1])[:7]
        at = next((at for at, end in enumerate(ends) if at and end.isoformat()[:7] == month), None)
        if at is None:
            raise Rejected(NOTHING_BEHIND.at("/dims"))
        before, after = groups_at(bound, desk, ends[at - 1]), groups_at(bound, desk, ends[at])
        ways = {who: (before.get(who, NEW), after.get(who, NEW)) for who in {**before, **after}}
        asked = dims.get("from"), dims.get("to")
        return with_ids(
            form, sorted(who for who, way in ways.items() if all(one in (None, there) for one, there in zip(asked, way, strict=True)))
        )  # fmt: skip


def ends_of(bound: Bound) -> list[date]:
    """Return the days whose groups are compared, oldest first: the ends of months, and the report's last day that is over."""
    last, first = bound.today - timedelta(days=1), None
    if bound.period is not None:
        first = bound.period.start
        last = min(last, bound.period.end - timedelta(days=1)) if bound.period.end is not None else last
    if bound.settings.get("whole") and first is not None:
        return [min(first - timedelta(days=1), last), last]
    ends = [last]
    day = last
    for _ in range(1 if bound.settings.get("whole") else int(bound.settings.get("months", MONTHS))):
        day = day.replace(day=1) - timedelta(days=1)
        ends.append(day)
    return ends[::-1]


KIND = RfmMoves(
    kind="rfm_moves",
    zh="RFM 迁移",
    en="RFM movement",
    needs=("form",),
    settings_schema=closed(
        **{
            name: RFM.settings_schema["properties"][name]
            for name in ("customer", "amount", "filter", "edges", "high")
        },
        months={"type": "integer", "minimum": 1, "maximum": 24},
        whole={"type": "boolean"},
    ),
)
