"""Periodontal charts (牙周): the figures of a chart, worked out by the control when it is saved."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.expressions.function import Function
from engine.expressions.problems import NOT_FOUND, Failure

FIGURES = frozenset({"teeth", "sites", "bop", "plaque", "pd_mean", "pd_max", "cal_mean", "deep4", "deep6"})


def _figure(chart: Any, figure: str) -> Decimal | None:
    if figure not in FIGURES:
        raise Failure(NOT_FOUND)
    summary = chart.get("summary") if isinstance(chart, Mapping) else None
    value = summary.get(figure) if isinstance(summary, Mapping) else None
    # By its digits: the summary is JSON, and 0.35 there means exactly that.
    return None if value is None else Decimal(str(value))


FUNCTIONS = (
    Function(
        name="PERIO",
        alias="牙周指标",
        zh="牙周大表的一项指标：bop、plaque（比例），pd_mean、pd_max、cal_mean（毫米），deep4、deep6（位点数），teeth、sites。",
        en="A figure of a perio chart: bop, plaque (shares), pd_mean, pd_max, cal_mean (mm), deep4, deep6 (sites), teeth, sites.",
        signature="chart: json, figure: text -> number",
        example='ISBLANK(PERIO(NULL, "bop"))',
        result=True,
        body=_figure,
        blank="pass",
    ),
)
