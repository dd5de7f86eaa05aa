"""Sunburst (旭日图): rings of parts, the whole in the middle."""

from collections.abc import Mapping
from typing import Any

from engine.schema import closed
from report_engine.chart import Figure
from report_engine.drawing.numbers import short
from report_engine.drawing.paper_shapes import sunburst as on_paper
from report_engine.drawing.plot import LEGIBLE, figure, layout
from report_engine.drawing.settings import GROUPS, MEASURE
from report_engine.drawing.trees import Tree, TreeChart
from report_engine.table import Table


class Sunburst(TreeChart):
    fit = 18

    def drawn(self, made: Tree, lang: str) -> Figure:
        middle = f"<b>{short(made.whole, made.one.format, lang)}</b>"
        shape = layout(
            margin={"l": 4, "r": 4, "t": 4, "b": 4},
            uniformtext=LEGIBLE,
            annotations=[
                {
                    "text": middle,
                    "x": 0.5,
                    "y": 0.5,
                    "showarrow": False,
                    "font": {"size": 14, "color": "text"},
                }
            ],
        )
        trace = made.trace("sunburst")
        # A root of its own leaves the middle free for the whole.
        trace["parents"] = [parent or "root" for parent in trace["parents"]]
        for name, first in (
            ("ids", "root"),
            ("parents", ""),
            ("labels", ""),
            ("values", made.whole),
            ("text", ""),
            ("hovertext", middle),
            ("customdata", None),
        ):
            trace[name] = [first, *trace[name]]
        trace["marker"] = {**trace["marker"], "colors": ["none", *trace["marker"]["colors"]]}
        trace |= {
            "insidetextorientation": "radial",
            "textinfo": "label",
            "textfont": {"size": 12, "color": "bg"},
            "leaf": {"opacity": 1},
        }
        return figure(self.kind, [trace], shape)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return on_paper(self.figure(config, table, lang))


CHART = Sunburst(
    kind="sunburst",
    zh="旭日图",
    en="Sunburst",
    config_schema=closed(levels=GROUPS, value=MEASURE),
    sample={"levels": ["channel", "doctor"], "value": "paid"},
)
