"""What a chart is: it maps a table to a plotly figure as a plain dict. One file in `report_engine/charts/` holding `CHART`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.problems import Problem
from engine.registry import Registry
from engine.schema import Schema, closed, with_defaults
from report_engine.table import Table

Figure = dict[str, Any]
"""`{"data": [...], "layout": {...}}` for plotly, or `{"kind": "kpi"|"table"|"crosstab", …}` for those drawn without it.
Colours are names of the theme (`c1` … `c10`, `good`, `bad`, `muted`), put in by the browser and the printer."""


@dataclass(frozen=True)
class Chart:
    """A kind of chart. It never asks for data; it is tested with five rows."""

    kind: str
    zh: str
    en: str
    config_schema: Schema = field(default_factory=closed)
    """What the report's `chart` may say besides `kind`: which columns go where."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    needs_plotly: bool = True

    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        """Return the settings with what was left out chosen from the table's columns."""
        return with_defaults(self.config_schema, dict(given))

    def fits(self, table: Table) -> int:
        """Return how well it suits the table, 0 (not at all) to 100: the natural default is the best."""
        return 0

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        """Yield what is wrong with the settings for such a table."""
        return iter(())

    def unfit(self, config: Mapping[str, Any], table: Table) -> Iterator[Problem]:
        """Yield why these rows cannot be drawn so, whatever the settings: too many, below zero."""
        return iter(())

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        """Return the figure."""
        raise NotImplementedError

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        """Return a drawing for paper and mail; None: the table is printed instead."""
        return None


CHARTS: Registry[Chart] = Registry("report_engine.charts", "CHART", {"zh": "图表", "en": "chart"})
