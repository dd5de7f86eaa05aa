"""Behind every number of the shipped dashboards stand the records it says, for each role that reads them."""

import json
import random
import re

import pytest

from tests.journeys.screen import JSON

pytestmark = pytest.mark.browser

BOARDS = [
    ("ops", "group"),
    ("director", "branch"),
    ("lead", "team"),
    ("marketing", "marketing"),
    ("consultant", "personal"),
    ("doctor", "personal_doctor"),
    ("service", "personal_service"),
]
MARKS = 10
"""Looked at on each board, by chance: the same at every run."""
WHOLE = re.compile(r"(?<![\d.,¥])(\d[\d,]*)(?![\d.,]|%|万|亿| ?个| ?天| ?小时| ?分)")


def answers(screen, key):
    """Return the answers of all charts of a board, and what its filters say at first."""
    board = screen.call("GET", f"/api/dashboards/{key}")
    filters = {one["key"]: one["default"] for one in board["filters"] if "default" in one}
    asked = [{"cell": one["key"], "filters": filters} for one in board["cells"] if one.get("report")]
    return screen.call("POST", f"/api/dashboards/{key}/ask", {"cells": asked})["cells"], filters


def leaves(given):
    """Yield what stands in lists, however deep."""
    for one in given:
        if isinstance(one, list):
            yield from leaves(one)
        else:
            yield one


def marks(figure):
    """Return the points of a figure that can be clicked: dimensions, measure, and what a pointer reads there."""
    found = []
    for trace in figure.get("data", ()):
        meta = trace.get("meta") or {}
        dims = list(leaves(trace.get("customdata") or meta.get("picks") or []))
        said = list(leaves(trace.get("hovertext") or []))
        for at, one in enumerate(dims):
            if isinstance(one, dict):
                found.append((one, meta.get("measure"), said[at] if len(said) == len(dims) else ""))
    if figure["kind"] == "kpi":
        found.append(({}, figure.get("measure"), ""))
    return found


def records(screen, key, point):
    """Return what a click on a point opens; None where it is told that this number is made of no records of one form."""
    told = screen.page.context.request.post(
        f"/api/dashboards/{key}/records", data=json.dumps(point), headers=JSON
    )
    if told.ok:
        return told.json()
    assert told.json()["code"] == "report.nothing_behind", told.text()
    return None


def listed(screen, behind):
    """Return how many records the list shows that a click opens."""
    query = {key: behind[key] for key in ("formula", "filter") if key in behind}
    told = screen.call("POST", f"/api/forms/{behind['form']}/query", {**query, "limit": 1, "count": True})
    return told["count"]["value"]


@pytest.mark.parametrize(("login", "key"), BOARDS)
def test_every_chart_answers_its_reader_and_its_numbers_open_as_many_records_as_they_say(open_as, login, key):
    screen = open_as(login)
    cells, filters = answers(screen, key)
    assert [one["cell"] for one in cells if "problem" in one] == []
    points = [
        (one["cell"], one["figure"]["kind"], *mark)
        for one in cells
        if one["opens"] and not one["figure"]["empty"]
        for mark in marks(one["figure"])
    ]
    assert points
    for cell, kind, dims, measure, said in random.Random(key).sample(points, min(MARKS, len(points))):
        point = {"question": {"cell": cell, "filters": filters}, "dims": dims, "measure": measure}
        explained = screen.call("POST", f"/api/dashboards/{key}/explain", point)
        behind = records(screen, key, point)
        if behind is None:
            assert kind != "funnel"
            continue
        assert listed(screen, behind) == behind["count"], (cell, dims)
        assert explained["value"] is not None
        if kind == "funnel":
            # What a pointer reads at a step: how many are there.
            count = WHOLE.search(re.sub(r"<b>.*?</b>", "", said))
            assert count is not None, said
            assert int(count[1].replace(",", "")) == behind["count"], (cell, dims, said)


@pytest.mark.parametrize(
    ("login", "key", "cell"), [("ops", "group", "lead_funnel"), ("director", "branch", "lead_funnel")]
)
def test_the_steps_of_a_funnel_are_each_as_many_as_the_records_they_open(open_as, login, key, cell):
    screen = open_as(login)
    cells, filters = answers(screen, key)
    figure = next(one["figure"] for one in cells if one["cell"] == cell)
    (trace,) = figure["data"]
    shown = dict(zip((one["step"] for one in trace["customdata"]), trace["x"], strict=True))
    found = {
        step: listed(screen, screen.call("POST", f"/api/dashboards/{key}/records", {
            "question": {"cell": cell, "filters": filters}, "dims": {"step": step}, "measure": "count"}))
        for step in shown
    }  # fmt: skip
    assert found == shown


def test_a_number_that_nothing_stands_behind_says_so(open_as):
    screen = open_as("ops")
    cells, filters = answers(screen, "group")
    figure = next(one["figure"] for one in cells if one["cell"] == "revisit_cohorts")
    empty = next(
        point
        for dims, measure, _ in marks(figure)
        if (
            point := {
                "question": {"cell": "revisit_cohorts", "filters": filters},
                "dims": dims,
                "measure": measure,
            }
        )
        and screen.call("POST", "/api/dashboards/group/records", point)["count"] == 0
    )
    behind = screen.call("POST", "/api/dashboards/group/records", empty)
    assert listed(screen, behind) == 0
