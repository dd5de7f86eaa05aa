"""Funnel (漏斗图): how many reach each step, with the rate from the step before and what was lost."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Code, Problem
from engine.schema import closed
from report_engine.chart import Chart, Figure
from report_engine.drawing.frame import Frame, frame
from report_engine.drawing.numbers import full, number, short
from report_engine.drawing.palette import faint
from report_engine.drawing.paper import funnel
from report_engine.drawing.plot import figure, layout, points
from report_engine.drawing.reading import column, dimensions, measures, safe, say
from report_engine.drawing.settings import DIMENSION, MEASURE, VALUES, check_columns, check_needs, natural
from report_engine.table import Column, Table

STEPS = ("step", "stage")
MOST_STEPS = 12
TOO_MANY_STEPS = Code(
    "chart.too_many_steps",
    zh="漏斗最多画 {most} 步，这里有 {count} 步，改画成条形",
    en="A funnel shows {most} steps at most; there are {count} here, drawn as bars",
    hint_zh="减少步骤，或换一种图表",
    hint_en="Have fewer steps, or choose another kind of chart",
)
BELOW_ZERO = Code(
    "chart.below_zero",
    zh="有负数，漏斗画不出来，改画成条形",
    en="A funnel cannot show negative numbers; drawn as bars",
    hint_zh="负数可以用条形图、柱形图或瀑布图看",
    hint_en="Look at negative numbers as bars or as a waterfall",
)
STEP = {"zh": "较上一步", "en": "of the step before"}
WHY = {"zh": "流失原因：", "en": "Lost for:"}
OVERALL = {"zh": "总转化", "en": "overall"}


def rates(values: list[float | None]) -> list[tuple[float | None, float | None]]:
    """Return for each step its share of the step before and of the first step; a step after nothing has none."""
    first = values[0] if values else None
    return [
        (
            value / values[at - 1] if at and value is not None and values[at - 1] else None,  # type: ignore[operator]
            value / first if value is not None and first else None,
        )
        for at, value in enumerate(values)
    ]


def _wrongs(table: Table, x: Column, value: Column) -> Iterator[tuple[Code, dict[str, int]]]:
    """Yield why the rows are no steps of a funnel."""
    count = len({row[table.at(x.key)] for row in table.rows})
    if count > MOST_STEPS:
        yield TOO_MANY_STEPS, {"most": MOST_STEPS, "count": count}
    if any((number(row[table.at(value.key)]) or 0) < 0 for row in table.rows):
        yield BELOW_ZERO, {}


def named(made: Frame, lang: str) -> list[str]:
    """Return the words in each step: count, rate."""
    one = made.series[0]
    texts = []
    for cell, (step, _) in zip(one.exact, rates(one.values), strict=True):
        rate = f"  ↓ {full(step, 'percent', lang)}" if step is not None else ""
        texts.append(short(cell, one.column.format, lang) + rate)
    return texts


class Funnel(Chart):
    def settings(self, given: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
        chosen = natural(super().settings(given, table), table)
        steps = [one.key for one in dimensions(table) if one.key.rsplit(".", 1)[-1] in STEPS]
        if "x" not in given and steps:
            chosen["x"] = steps[0]
            if "split" not in given:
                chosen["split"] = next((one.key for one in dimensions(table) if one.key != steps[0]), None)
        values = chosen.pop("values")
        chosen = {"value": values[0] if values else None, **chosen}
        rest = [one.key for one in measures(table) if one.key != chosen["value"]]
        return {"details": rest[:5], **chosen}

    def fits(self, table: Table) -> int:
        axes = dimensions(table)
        if len(axes) == 1 and measures(table) and any(_wrongs(table, axes[0], measures(table)[0])):
            return 0
        is_steps = any(one.key.rsplit(".", 1)[-1] in STEPS for one in axes)
        return (
            95
            if is_steps and measures(table) and len(axes) <= 2
            else 8
            if len(axes) == 1 and measures(table)
            else 0
        )

    def check(self, config: Mapping[str, Any], table: Table, path: str) -> Iterator[Problem]:
        yield from check_needs({"zh": self.zh, "en": self.en}, table, path, {"dimension": 1, "measure": 1})
        yield from check_columns(self.config_schema, config, table, path)

    def unfit(self, config: Mapping[str, Any], table: Table) -> Iterator[Problem]:
        x, value = column(table, config.get("x")), column(table, config.get("value"))
        if x is not None and value is not None:
            for code, params in _wrongs(table, x, value):
                yield code.at("/chart", **params)

    def figure(self, config: Mapping[str, Any], table: Table, lang: str) -> Figure:
        made = frame(table, {**config, "values": [config.get("value")]}, lang, 20)
        made.series = made.values
        if made.is_empty:
            return figure(self.kind, [], layout(), is_empty=True)
        drawn = []
        for one in made.series:
            each = points(made, one, lang, flat=True)
            each["hovertext"] = self._hovers(made, each["hovertext"], one.values, config, table, lang)
            # The whole stands out; its steps are pale enough for words of the theme, in the light and in the dark.
            fill = [
                one.colour if at == 0 else faint(one.colour, max(34, 58 - 6 * at))
                for at in range(len(one.values))
            ]
            inside = ["bg" if at == 0 or len(made.series) > 1 else "text" for at in range(len(one.values))]
            # Inside or beside: plotly decides by the room, so that small steps keep their numbers.
            text = {
                "text": named(made, lang)
                if len(made.series) == 1
                else [short(c, one.column.format, lang) for c in one.exact]
            }
            fill_line = {"color": fill if len(made.series) == 1 else one.colour}
            drawn.append(
                {
                    **each,
                    **text,
                    "type": "funnel",
                    "textinfo": "text",
                    "textposition": "auto",
                    "constraintext": "none",
                    "insidetextfont": {"color": inside, "size": 12},
                    "outsidetextfont": {"color": "text", "size": 12},
                    "marker": fill_line,
                    "connector": {"fillcolor": faint(one.colour, 12), "line": {"width": 0}},
                }
            )
        axis = {
            "tickmode": "array",
            "tickvals": list(range(len(made.labels))),
            "ticktext": [safe(text) for text in made.labels],
            "range": [len(made.labels) - 0.5, -0.5],
            "showgrid": False,
            "fixedrange": True,
            "automargin": True,
            "ticks": "",
            "tickfont": {"color": "text", "size": 12},
        }
        shape = layout(
            yaxis=axis,
            xaxis={"visible": False, "fixedrange": True},
            showlegend=len(drawn) > 1,
            funnelgap=0.22,
            funnelmode="stack",
            meta={"axis": "category", "flat": True, "height": 40 + 44 * len(made.labels)},
        )
        return figure(self.kind, drawn, shape, made.notes)

    def _hovers(
        self,
        made: Frame,
        lines: list[str],
        values: list[float | None],
        config: Mapping[str, Any],
        table: Table,
        lang: str,
    ) -> list[str]:
        said = []
        more = [one for one in (column(table, key) for key in config.get("details", [])) if one is not None]
        extra = [frame(table, {**config, "values": [one.key]}, lang, 20).series for one in more]
        whys = self._reasons(made, table, lang) if not config.get("split") else {}
        for at, (line, (step, overall)) in enumerate(zip(lines, rates(values), strict=True)):
            parts = [line]
            if step is not None:
                parts.append(f"{STEP[lang]} {full(step, 'percent', lang)}")
            if overall is not None:
                parts.append(f"{OVERALL[lang]} {full(overall, 'percent', lang)}")
            for one, series in zip(more, extra, strict=True):
                if len(series) == 1 and at < len(series[0].exact):
                    parts.append(f"{safe(say(one.name, lang))} {full(series[0].exact[at], one.format, lang)}")
            if whys.get(at):
                parts.append(f"{WHY[lang]} {safe(whys[at])}")
            said.append("<br>".join(parts))
        return said

    def _reasons(self, made: Frame, table: Table, lang: str) -> dict[int, str]:
        """Return why records were lost at each step, in words."""
        told = column(table, "lost@reasons")
        if told is None or len(table.rows) != len(made.labels):
            return {}
        place = table.at(told.key)
        return {
            at: say(told.labels.get(str(row[place]), {}), lang)
            for at, row in enumerate(table.rows)
            if row[place]
        }

    def svg(self, config: Mapping[str, Any], table: Table, lang: str) -> str | None:
        made = frame(table, {**config, "split": None, "values": [config.get("value")]}, lang, 20)
        made.series = made.values
        return funnel(made, named(made, lang) if made.series else [])


CHART = Funnel(
    kind="funnel",
    zh="漏斗图",
    en="Funnel",
    config_schema=closed(x=DIMENSION, split=DIMENSION, value=MEASURE, details=VALUES),
    sample={"x": "channel", "value": "paid"},
)
