"""Aggregate (汇总): measures by dimensions. The kind that all others are compared with."""

from report_engine.binding import Bound
from report_engine.desk import Desk
from report_engine.draft import Draft
from report_engine.kind import Kind
from report_engine.passes.runs import PASSES
from report_engine.table import Table


class Aggregate(Kind):
    """Measures of one or several facts, by the dimensions they share."""

    def table(self, bound: Bound, desk: Desk) -> Table:
        draft = Draft(bound, desk)
        for one in PASSES:
            draft = one(draft)
        assert draft.table is not None
        return draft.table


KIND = Aggregate(kind="aggregate", zh="汇总", en="Aggregate", needs=("measures",))
