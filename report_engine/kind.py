"""What a kind of question is: it makes a table of a bound report. One file in `report_engine/kinds/` holding `KIND`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed
from engine.text import Words
from report_engine.behind import Behind, counted
from report_engine.binding import Bound
from report_engine.dataset import Datasets
from report_engine.desk import Desk
from report_engine.table import Table


@dataclass(frozen=True)
class Kind:
    """A kind of question."""

    kind: str
    zh: str
    en: str
    settings_schema: Schema = field(default_factory=closed)
    """What the report's `settings` may say."""
    needs: tuple[str, ...] = ()
    """Properties of a report that this kind cannot do without."""

    opens: bool = True
    """Whether its numbers stand for records that can be listed."""

    def problems(self, report: Mapping[str, Any], data: Datasets) -> Iterable[Problem]:
        """Yield what is wrong with a report of this kind, besides its names and dates."""
        return ()

    def table(self, bound: Bound, desk: Desk) -> Table:
        """Return the answer. Rejected where the asker may not see what it needs."""
        raise NotImplementedError

    def meant(self, bound: Bound, dims: Mapping[str, Any], measure: str | None) -> str | None:
        """Return which of the report's measures a number of the table is about."""
        return measure

    def explained(self, bound: Bound, desk: Desk, dims: Mapping[str, Any]) -> tuple[Bound, Sequence[Words]]:
        """Return the question that explains a number, and what else narrows it, where its own dimensions do not say so."""
        return bound, ()

    def behind(self, bound: Bound, desk: Desk, dims: Mapping[str, Any], measure: str | None) -> Behind:
        """Return the records that one number stands for. `dims`: the values of the table's dimensions beside it."""
        return counted(bound, desk, dims, measure)


KINDS: Registry[Kind] = Registry("report_engine.kinds", "KIND", {"zh": "报表种类", "en": "kind of report"})
