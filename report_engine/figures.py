"""From a table to a figure: the chart that a report names, or the one that suits its table best."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.problems import Problem
from report_engine.chart import CHARTS, Chart, Figure
from report_engine.drawing.foretelling import proof
from report_engine.output import plain, shown
from report_engine.table import Column, Table

Json = Mapping[str, Any]
MOST_WORDS = 1_000


def chart_of(report: Json) -> str:
    """Return the kind of chart of a report, as far as that is known before its table."""
    if report.get("chart"):
        return str(report["chart"]["kind"])
    usual = {
        "funnel": "funnel",
        "retention": "heat_map",
        "forecast": "line",
        "list": "table",
        "customer_value": "table",
        "change": "waterfall",
    }
    if report.get("kind") in usual:
        return usual[str(report["kind"])]
    return "kpi" if not report.get("by") else "table" if report.get("kind") == "ranking" else "bar"


def figure(report: Json, table: Table, lang: str) -> Figure:
    """Return the figure of a table: by the report's own chart where it suits, else by the most natural one."""
    given = report.get("chart") or {}
    config = {key: value for key, value in given.items() if key != "kind"}
    kind = given.get("kind")
    chart = CHARTS.get(str(kind)) if kind in CHARTS else None
    wrong = list(wrong_with(chart, _settled(chart, config, table), table)) if chart else []
    if chart is None or wrong:
        chart, config = natural(table), {}
    made = chart.figure(_settled(chart, config, table), table, lang)
    # Why it is not drawn as it was meant to be.
    below = [*(one.message(lang) for one in wrong[:1]), *proof(table, lang)]
    return {**made, "notes": [*made.get("notes", ()), *below]} if below else made


def wrong_with(chart: Chart, settings: Json, table: Table) -> Iterator[Problem]:
    """Yield why a table cannot be drawn as it was meant to be."""
    yield from chart.check(settings, table, "/chart")
    yield from chart.unfit(settings, table)


def _settled(chart: Chart, config: Json, table: Table) -> Mapping[str, Any]:
    return chart.settings(config, table)


def natural(table: Table) -> Chart:
    """Return the chart that suits a table best."""
    return max(CHARTS.all().values(), key=lambda one: (one.fits(table), one.kind == "table"))


def words_of(table: Table, lang: str) -> dict[str, dict[str, str]]:
    """Return words for the values that points of a chart stand for."""
    made: dict[str, dict[str, str]] = {}
    for at, column in enumerate(table.columns):
        if column.role != "dimension":
            continue
        values = list(dict.fromkeys(row[at] for row in table.rows))[:MOST_WORDS]
        made[column.key] = {str(plain(value)): _word(value, column, table, lang) for value in values}
    return made


def _word(value: Any, column: Column, table: Table, lang: str) -> str:
    return str(plain(shown(value, column, table, lang)))


__all__ = ["chart_of", "figure", "natural", "words_of"]
