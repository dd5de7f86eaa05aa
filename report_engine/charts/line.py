"""Line (折线图): how measures move over time; other periods dotted, goals and forecasts dashed, intervals as a band."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, Series, frame
from report_engine.drawing.paper import lines
from report_engine.drawing.plot import band, end_names, figure, layout, line, numbers, points, positions
from report_engine.drawing.reading import dimensions, is_ordered, is_time, measures
from report_engine.drawing.settings import DIMENSION, VALUES, check_columns, check_needs, most, natural
from report_engine.table import Table

DENSE = 40


def strokes(made: Frame, one: Series, lang: str) -> list[dict[str, Any]]:
    """Return the traces of one series: band, the line as it was, and the dashed line of what is foretold."""
    each = {**points(made, one, lang), "type": "scatter", **line(one, is_dense=len(one.values) > DENSE)}
    foretold = [at for at, mark in enumerate(one.marks) if mark == "forecast"]
    if not foretold:
        return [*band(one), each]
    start = max(0, foretold[0] - 1)
    ahead = {
        **each,
        "y": [value if at >= start else None for at, value in enumerate(one.values)],
        "showlegend": False,
    }
    ahead |= {"mode": "lines", "line": {"color": one.colour, "width": 2, "dash": "dash"}}
    each["y"] = [
        value if mark != "forecast" else None for value, mark in zip(one.values, one.marks, strict=True)
    ]
    if start < foretold[0]:
        # The joint is told once, by the line that was.
        ahead["hovertext"] = [None if at == start else text for at, text in enumerate(each["hovertext"])]
        ahead["hoverinfo"] = "text"
    return [*band(one), each, ahead]


class Line(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        return natural(super().settings(given, table), table, wants_time=True)

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        if not measures(table) or not axes or not any(is_ordered(one) for one in axes):
            return 0
        timely = any(is_time(one) for one in axes)
        return {1: 85 if timely else 55, 2: 60 if timely else 30}.get(len(axes), 10)

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, config, lang, config.get("most", 400))
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        low, high = made.span()
        named = 1 < len(made.series) <= 5
        shape = layout(
            xaxis=positions(made, lang),
            yaxis=numbers(low, high * 1.04, made.series[0].column, lang),
            showlegend=len(made.series) > 5,
            hovermode="x",
            annotations=end_names(made, (low, high)) if named else [],
            meta={"axis": made.axis},
        )
        if named:
            shape["margin"] = {
                **shape["margin"],
                "r": 14 + 12 * max(min(8, len(one.name)) for one in made.series),
            }
        return figure(
            self.kind, [trace for one in made.series for trace in strokes(made, one, lang)], shape, made.notes
        )

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return lines(frame(table, config, lang, config.get("most", 400)), lang)


CHART = Line(
    kind="line",
    zh="折线图",
    en="Line chart",
    config_schema=closed(x=DIMENSION, split=DIMENSION, values=VALUES, most=most(400, 1000)),
    sample={"values": ["paid"]},
)
