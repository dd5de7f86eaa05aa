"""Every kind of chart drawn by the browser with clinic numbers, under the page's own rules: on a desk, on a phone, in the dark."""

import json

import pytest
from playwright.sync_api import expect

from report_engine.chart import CHARTS
from tests.journeys.test_dashboards import drawn
from tools.chart_extremes import EXTREMES
from tools.chart_extremes import figures as figures_at
from tools.chart_samples import figures

pytestmark = pytest.mark.browser

PICTURES = figures()
OWN = {"kpi", "table", "crosstab"}
"""Drawn without plotly."""
CUT = """() => [...document.querySelectorAll('.chart-plot text')].filter((word) => {
  const room = word.closest('.chart-plot').getBoundingClientRect(), box = word.getBoundingClientRect();
  const chart = word.closest('.chart-plot');
  return word.textContent.trim() && box.width > 0 && chart.scrollWidth <= room.width + 1 && !chart.matches('.is-tall')
    && (box.left < room.left - 1 || box.right > room.right + 1 || box.top < room.top - 1 || box.bottom > room.bottom + 1);
}).map((word) => word.textContent)"""
"""Words that stick out of the room of their chart, where it does not scroll."""
COVERED = """() => [...document.querySelectorAll('.chart-plot')].flatMap((chart) => {
  const words = [...chart.querySelectorAll('.ytick text, .xtick text, .textpoint text, .legendtext')]
    .filter((one) => one.textContent.trim() && getComputedStyle(one).opacity !== '0');
  const boxes = words.map((one) => [one.textContent, one.getBoundingClientRect(), one.getAttribute('transform') ?? '']);
  return boxes.flatMap(([a, one, turned], at) => boxes.slice(at + 1).flatMap(([b, two, other]) => {
    const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const along = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    const slanted = /rotate\\(-/.test(turned) || /rotate\\(-/.test(other);
    return !slanted && across > 6 && along > 6 ? [`${a} | ${b}`] : [];
  }));
})"""
"""Words beside axes, dots and in legends that lie over each other; slanted ones are apart though their boxes are not."""


def board(pictures):
    """Return a dashboard with a cell for each kind."""
    cells, x, y = [], 0, 0
    for kind, one in pictures.items():
        wide = 24 if kind == "crosstab" else 12
        if x + wide > 24:
            x, y = 0, y + 9
        cells.append(
            {
                "key": kind,
                "title": one["name"],
                "chart": kind,
                "report": kind,
                "x": x,
                "y": y,
                "w": wide,
                "h": 9,
            }
        )
        x += wide
    return {
        "key": "group",
        "name": {"zh": "全部图表", "en": "All charts"},
        "level": "group",
        "filters": [],
        "cells": cells,
    }


def answers(route, pictures):
    asked = json.loads(route.request.post_data)["cells"]
    made = [
        {"cell": one["cell"], "figure": pictures[one["cell"]]["figure"], "as_of": "2026-11-22T08:00:00Z", "deeper": [],
         "words": {}, "opens": False, "period": None, "row_count": 12}
        for one in asked
    ]  # fmt: skip
    route.fulfill(json={"cells": made})


def gallery(open_as, pictures=PICTURES, **look):
    """Open a dashboard whose answers are the samples: everything else is the product."""
    screen = open_as("admin", **look)
    screen.page.route("**/api/dashboards/group", lambda route: route.fulfill(json=board(pictures)))
    screen.page.route("**/api/dashboards/group/ask", lambda route: answers(route, pictures))
    screen.go("/dashboards/group")
    drawn(screen)
    return screen


def cell(screen, kind):
    return screen.page.locator(f'.dash-cell[aria-label="{PICTURES[kind]["name"]["zh"]}"]')


def test_there_is_a_sample_of_every_kind():
    assert set(PICTURES) == set(CHARTS.all())
    assert not [kind for kind, one in PICTURES.items() if one["figure"]["empty"]]


@pytest.mark.parametrize(
    "look", [{}, {"dark": True}, {"phone": True}, {"phone": True, "dark": True}], ids=["desk", "dark", "phone", "dark-phone"]
)  # fmt: skip
def test_every_kind_is_drawn_and_nothing_of_it_is_cut(open_as, look, tmp_path):
    screen = gallery(open_as, **look)
    for kind in PICTURES:
        spot = cell(screen, kind)
        spot.scroll_into_view_if_needed()
        inside = ".kpi-value, table" if kind in OWN else ".chart-plot .main-svg"
        expect(spot.locator(inside).first).to_be_visible()
        expect(spot.locator(".chart-failed")).to_have_count(0)
    screen.page.evaluate("document.fonts.ready")
    assert screen.page.evaluate(CUT) == []
    screen.fits()
    screen.speaks()
    screen.accessible()


@pytest.mark.parametrize(
    ("extreme", "phone"),
    [
        *((extreme, False) for extreme in EXTREMES),
        *((extreme, True) for extreme in ("many", "long", "losses")),
    ],
)
def test_nothing_breaks_or_is_cut_at_the_extremes(open_as, extreme, phone):
    driven = figures_at(extreme)
    screen = gallery(open_as, driven, phone=phone)
    for kind, one in driven.items():
        spot = cell(screen, kind)
        spot.scroll_into_view_if_needed()
        inside = ".dash-cell-state" if one["figure"]["empty"] else ".kpi-value, table, .chart-plot .main-svg"
        expect(spot.locator(inside).first).to_be_visible()
        expect(spot.locator(".chart-failed")).to_have_count(0)
    screen.page.evaluate("document.fonts.ready")
    assert screen.page.evaluate(CUT) == []
    assert screen.page.evaluate(COVERED) == []
    screen.fits()
    screen.speaks()


def test_a_calendar_wider_than_its_room_shows_its_newest_days(open_as):
    screen = gallery(open_as, phone=True)
    room = cell(screen, "calendar_heat_map").locator(".chart-plot")
    expect(room.locator(".main-svg").first).to_be_visible()
    left, widest, wide = room.evaluate("(one) => [one.scrollLeft, one.scrollWidth, one.clientWidth]")
    assert widest > wide
    assert left >= widest - wide - 1
