"""What every chart promises, whatever the table: a legal figure, in both languages, that JSON can carry."""

import json
from typing import Any
from xml.etree import ElementTree

import jsonschema
import plotly.graph_objects as go
import pytest

from engine.problems import CODES
from report_engine.chart import CHARTS, Chart
from report_engine.drawing.palette import NAMES, inked
from report_engine.table import Table
from tests.reports.charts import making

ALL = list(CHARTS)
PRINTED = set(CHARTS.all()) - {"crosstab"}
"""A crosstab is set as a table of the page, with its merged heads."""


def name(chart: Chart) -> str:
    return chart.kind


def drawn(chart: Chart, table: Table, lang: str = "zh", **config: Any) -> dict[str, Any]:
    return chart.figure(chart.settings(config, table), table, lang)


def plotly(figure: dict[str, Any]) -> go.Figure:
    """Return the figure as plotly's own classes read it; they refuse what is not legal."""
    return go.Figure(data=inked(figure["data"]), layout=inked(figure["layout"]))


def said(figure: Any) -> Any:
    """Return the figure without what a click carries, which nobody reads as words."""
    if isinstance(figure, dict):
        kept = {key: value for key, value in figure.items() if key not in ("customdata", "pick", "picks")}
        return {key: said(value) for key, value in kept.items()} | (
            {"customdata": figure["customdata"]} if "source" in figure else {}
        )
    return [said(each) for each in figure] if isinstance(figure, list) else figure


@pytest.mark.parametrize("case", list(making.CASES))
@pytest.mark.parametrize("chart", ALL, ids=name)
def test_a_figure_is_legal_whatever_the_table(chart: Chart, case: str) -> None:
    table = making.CASES[case](chart.kind)
    for lang in ("zh", "en"):
        figure = drawn(chart, table, lang)
        text = json.dumps(figure, allow_nan=False)
        assert figure["kind"] == chart.kind
        assert isinstance(figure["empty"], bool)
        assert len(text) < 400_000
        if chart.needs_plotly:
            plotly(figure)
            assert "<a href" not in json.dumps(said(figure))


@pytest.mark.parametrize("chart", ALL, ids=name)
def test_nothing_to_draw_is_said_to_be_empty(chart: Chart) -> None:
    assert drawn(chart, making.no_row(chart.kind))["empty"] is True
    assert drawn(chart, making.five(chart.kind))["empty"] is False


@pytest.mark.parametrize("case", list(making.CASES))
@pytest.mark.parametrize("chart", ALL, ids=name)
def test_paper_shows_the_same_or_leaves_it_to_the_table(chart: Chart, case: str) -> None:
    table = making.CASES[case](chart.kind)
    config = chart.settings({}, table)
    drawing = chart.svg(config, table, "zh")
    if chart.kind not in PRINTED or chart.figure(config, table, "zh")["empty"]:
        assert drawing is None
    else:
        assert drawing is not None
        root = ElementTree.fromstring(drawing)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "nan" not in drawing.lower()


@pytest.mark.parametrize("chart", ALL, ids=name)
def test_settings_accept_the_sample_and_refuse_the_rest(chart: Chart) -> None:
    validator = jsonschema.Draft202012Validator(chart.config_schema)
    assert not list(validator.iter_errors(dict(chart.sample)))
    assert list(validator.iter_errors({"no_such_setting": 1}))


@pytest.mark.parametrize("chart", ALL, ids=name)
def test_the_natural_settings_have_no_problem(chart: Chart) -> None:
    table = making.five(chart.kind)
    assert list(chart.check(chart.settings({}, table), table, "/chart")) == []


@pytest.mark.parametrize("chart", [one for one in ALL if one.kind != "table"], ids=name)
def test_a_column_that_is_not_there_is_named_with_its_place(chart: Chart) -> None:
    table = making.five(chart.kind)
    for key, rule in chart.config_schema["properties"].items():
        if rule.get("format") in ("dimension", "measure"):
            (found,) = list(chart.check({**chart.settings({}, table), key: "piad"}, table, "/chart"))
            assert found.code == "chart.unknown_column"
            assert found.path == f"/chart/{key}"


@pytest.mark.parametrize("chart", [one for one in ALL if one.kind not in ("table",)], ids=name)
def test_a_table_without_measures_is_a_problem_in_words(chart: Chart) -> None:
    bare = making.table([making.CHANNEL], ["douyin"])
    codes = {found.code for found in chart.check(chart.settings({}, bare), bare, "/chart")}
    assert codes & {"chart.needs", "chart.unknown_column"}
    assert all(code in CODES for code in codes)


@pytest.mark.parametrize("chart", [one for one in ALL if one.needs_plotly], ids=name)
def test_colours_are_names_of_the_theme(chart: Chart) -> None:
    found: set[str] = set()

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            for inner, each in value.items():
                walk(each, inner)
        elif isinstance(value, list):
            for each in value:
                walk(each, key)
        elif isinstance(value, str) and key.endswith(("color", "colors", "colorscale")):
            found.add(value.partition("/")[0])

    walk(drawn(chart, making.five(chart.kind)))
    assert found <= NAMES | {"none"}


@pytest.mark.parametrize("chart", ALL, ids=name)
def test_it_speaks_both_languages(chart: Chart) -> None:
    assert chart.zh
    assert chart.en
    assert chart.zh != chart.en
