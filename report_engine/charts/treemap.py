"""Treemap (矩形树图): areas within areas: category, then project."""

from collections.abc import Mapping
from typing import Any

from engine.schema import closed
from report_engine.chart import Figure
from report_engine.drawing.paper_shapes import treemap as on_paper
from report_engine.drawing.plot import LEGIBLE, figure, layout
from report_engine.drawing.settings import GROUPS, MEASURE
from report_engine.drawing.trees import Tree, TreeChart
from report_engine.table import Table


class Treemap(TreeChart):
    fit = 20

    def drawn(self, made: Tree, lang: str) -> Figure:
        more = {
            "textinfo": "label+text",
            "tiling": {"pad": 2},
            "pathbar": {"visible": False},
            "textfont": {"size": 12, "color": "bg"},
        }
        shape = layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, uniformtext=LEGIBLE)
        return figure(self.kind, [{**made.trace("treemap"), **more}], shape)

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        return on_paper(self.figure(config, table, lang))


CHART = Treemap(
    kind="treemap",
    zh="矩形树图",
    en="Treemap",
    config_schema=closed(levels=GROUPS, value=MEASURE),
    sample={"levels": ["channel", "doctor"], "value": "paid"},
)
