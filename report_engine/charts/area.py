"""Area (面积图): how parts of a whole move over time, laid on each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.charts.stacked import shares, with_shares
from report_engine.drawing.frame import frame
from report_engine.drawing.palette import faint
from report_engine.drawing.paper_planes import areas
from report_engine.drawing.plot import figure, hovers, layout, numbers, points, positions
from report_engine.drawing.reading import dimensions, is_time, measures
from report_engine.drawing.settings import DIMENSION, VALUES, check_columns, check_needs, most, natural
from report_engine.table import Table


class Area(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        return natural(super().settings(given, table), table, wants_time=True)

    def fits(self, table: Table) -> int:
        axes, values = dimensions(table), measures(table)
        if not values or not values[0].adds_up or not any(is_time(one) for one in axes):
            return 0
        return 48 if len(axes) == 2 else 40 if len(axes) == 1 else 5

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, config, lang, config.get("most", 400))
        made.series = made.values
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        drawn = []
        for one, share in zip(made.series, shares(made), strict=True):
            each = points(made, one, lang)
            if len(made.series) > 1:
                each["hovertext"] = with_shares(hovers(made, one, lang), share, lang)
            # A gap would tear the stack: no record is nothing on top of the others.
            each |= {"y": [value or 0.0 for value in one.values], "stackgroup": "one", "type": "scatter"}
            mode = "lines" if len(made.labels) > 1 else "markers"
            drawn.append(
                {
                    **each,
                    "mode": mode,
                    "line": {"color": one.colour, "width": 1.5},
                    "fillcolor": faint(one.colour, 45),
                }
            )
        low, high = made.span(stacked=True)
        shape = layout(
            xaxis={**positions(made, lang), "range": [-0.2, max(0.2, len(made.labels) - 0.8)]},
            yaxis=numbers(low, high, made.series[0].column, lang),
            showlegend=len(drawn) > 1,
            hovermode="x",
            meta={"axis": made.axis},
        )
        return figure(self.kind, drawn, shape, made.notes)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        made = frame(table, config, lang, config.get("most", 400))
        made.series = made.values
        return areas(made, lang)


CHART = Area(
    kind="area",
    zh="面积图",
    en="Area chart",
    config_schema=closed(x=DIMENSION, split=DIMENSION, values=VALUES, most=most(400, 1000)),
    sample={"values": ["paid"]},
)
