"""Numbers as a clinic says them, natural choices, subtotals from their own grain, and marks in sight."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from report_engine.chart import CHARTS
from report_engine.drawing.numbers import full, short, signed, ticks
from report_engine.drawing.palette import change, ink
from report_engine.drawing.paper_shapes import squares
from report_engine.figures import figure as as_meant
from report_engine.table import Column, Table, Total
from tests.reports.charts.making import (
    BEFORE,
    CHANGE,
    CHANNEL,
    COUNT,
    DOCTOR,
    GOAL,
    HOUR,
    MONTH,
    PAID,
    RATE,
    WEEKDAY,
    dimension,
    flag,
    months,
    table,
)


@pytest.mark.parametrize(
    ("value", "form", "said", "briefly"),
    [
        (Decimal("1234.5"), "money", "¥1,234.50", "¥1,235"),
        (Decimal("123456.78"), "money", "¥123,456.78", "¥12.35万"),
        (Decimal("-250000000"), "money", "-¥250,000,000.00", "-¥2.5亿"),
        (Decimal("0.1234"), "percent", "12.3%", "12.3%"),
        (98765, "integer", "98,765", "9.88万"),
        (None, "money", "–", "–"),
        (float("nan"), "number", "–", "–"),
        (93_600, "duration", "1 天 2 小时", "1.1 天"),
        (date(2026, 3, 1), "month", "2026年3月", "2026年3月"),
        (4, "weekday", "周四", "周四"),
    ],
)
def test_numbers_are_said_as_a_clinic_says_them(value: Any, form: str, said: str, briefly: str) -> None:
    assert full(value, form, "zh") == said
    assert short(value, form, "zh") == briefly


def test_ticks_share_one_unit() -> None:
    assert ticks(0, 1_500_000, "money", "zh")[1] == ["0", "¥50万", "¥100万", "¥150万"]
    assert ticks(0, 3, "integer", "zh")[0] == [0, 1, 2, 3]
    assert ticks(0, 0.4, "percent", "zh")[1][-1] == "40%"


def test_a_change_is_coloured_by_whether_it_is_welcome() -> None:
    assert change(0.1, "up") == "good"
    assert change(0.1, "down") == "bad"
    assert change(0.1, None) == "muted"
    assert signed(Decimal("0.123"), "percent", "zh") == "+12.3%"
    assert ink("c1/25") == "rgba(15,133,130,0.25)"


@given(
    st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.sampled_from(["money", "number", "percent", "duration"])
)
def test_an_axis_holds_what_it_shows_in_a_few_equal_steps_with_little_left_empty(
    low: float, span: float, form: str
) -> None:
    assume(span > abs(low) * 1e-6)
    high = low + span
    places, words = ticks(low, high, form, "zh")
    steps = [b - a for a, b in pairwise(places)]
    slack = span * 1e-6
    assert places[0] <= low + slack
    assert places[-1] >= high - slack
    assert 3 <= len(steps) <= 6
    assert max(steps) - min(steps) <= max(abs(low), span) * 1e-6
    assert places[-1] - places[0] <= span * 5 / 3
    assert len(words) == len(places)


@given(st.integers(-500, 500), st.integers(0, 9000), st.sampled_from(["zh", "en"]))
def test_what_is_counted_has_no_halves_on_its_axis(low: int, span: int, lang: str) -> None:
    high = low + span
    places, words = ticks(low, high, "integer", lang)
    if max(abs(low), abs(high)) < 1000:
        assert all(place == int(place) for place in places)
        assert len(set(words)) == len(words) <= 7
    assert places[0] <= low
    assert places[-1] >= high


def best(given: Table) -> str:
    return max(CHARTS, key=lambda chart: chart.fits(given)).kind


def test_the_natural_chart_follows_the_table() -> None:
    one = Decimal(1)
    five = [dimension("step", "阶段"), COUNT]
    assert best(table([PAID], [one])) == "kpi"
    assert best(table([MONTH, PAID], *[[day, one] for day in months(6)])) == "line"
    assert best(table([CHANNEL, PAID], *[[f"c{n}", one] for n in range(5)])) == "bar"
    assert best(table([CHANNEL, PAID], *[[f"c{n}", one] for n in range(20)])) == "bar_horizontal"
    assert best(table(five, *[[f"s{n}", 9 - n] for n in range(5)])) == "funnel"
    assert best(table([HOUR, WEEKDAY, RATE], [9, 1, one], [9, 2, one])) == "heat_map"
    assert best(table([MONTH, PAID, RATE], [months(1)[0], one, one])) == "combination"
    assert best(table([CHANNEL, DOCTOR, MONTH, PAID], ["a", "b", months(1)[0], one])) == "crosstab"


def crosstab(given: Table, **config: Any) -> dict[str, Any]:
    chart = CHARTS.get("crosstab")
    return chart.figure(chart.settings(config, given), given, "zh")


def test_a_crosstab_has_subtotals_on_every_level_of_both_axes() -> None:
    rows = [
        [c, d, m, Decimal(n + 1)]
        for n, (c, d, m) in enumerate((c, d, m) for c in "ab" for d in "xy" for m in months(2))
    ]
    given = table([CHANNEL, DOCTOR, MONTH, PAID], *rows)
    figure = crosstab(given, rows=["channel", "doctor"], columns=["month"])
    assert [[head["text"] for head in line["side"]] for line in figure["body"]] == [
        ["a", "x"],
        ["y"],
        ["小计"],
        ["b", "x"],
        ["y"],
        ["小计"],
        ["合计"],
    ]
    assert [cell["text"] for cell in figure["body"][2]["cells"]] == ["¥4.00", "¥6.00", "¥10.00"]
    assert figure["body"][-1]["cells"][-1]["text"] == "¥36.00"
    assert figure["body"][0]["side"][0]["span"] == 3


def test_an_average_without_its_own_total_is_blank_rather_than_wrong() -> None:
    rows = [["a", months(1)[0], Decimal("0.2")], ["b", months(1)[0], Decimal("0.6")]]
    bare = table([CHANNEL, MONTH, RATE], *rows)
    assert crosstab(bare, rows=["channel"], columns=["month"])["body"][-1]["cells"][0]["text"] == "–"
    own = Total(("month",), ((None, months(1)[0], Decimal("0.31")),))
    known = table([CHANNEL, MONTH, RATE], *rows, totals=[own])
    assert crosstab(known, rows=["channel"], columns=["month"])["body"][-1]["cells"][0]["text"] == "31%"


def test_two_people_of_one_name_stay_two_bars() -> None:
    person = Column("owner", {"zh": "顾问", "en": "owner"}, "dimension", form="user")
    given = Table(
        (person, PAID), (("1", Decimal(5)), ("2", Decimal(7))), labels={"user": {"1": "张伟", "2": "张伟"}}
    )
    chart = CHARTS.get("bar")
    (trace,) = chart.figure(chart.settings({}, given), given, "zh")["data"]
    assert trace["y"] == [5.0, 7.0]
    assert [pick["owner"] for pick in trace["customdata"]] == ["1", "2"]


def test_immature_bars_are_pale_and_small_samples_hatched_and_the_figure_says_so() -> None:
    given = table(
        [CHANNEL, PAID, flag("small"), flag("immature")],
        ["a", Decimal(5), True, False],
        ["b", Decimal(7), False, True],
    )
    chart = CHARTS.get("bar")
    figure = chart.figure(chart.settings({}, given), given, "zh")
    marker = figure["data"][0]["marker"]
    assert marker["pattern"]["shape"] == ["/", ""]
    assert marker["color"] == ["c1", "c1/40"]
    assert len(figure["notes"]) == 2


def test_a_forecast_is_dashed_with_its_interval_as_a_band() -> None:
    columns = [MONTH, PAID, flag("low"), flag("high"), flag("forecast")]
    rows = [
        [day, Decimal(n + 5), Decimal(n) if n > 3 else None, Decimal(n + 9) if n > 3 else None, n > 3]
        for n, day in enumerate(months(6))
    ]
    chart = CHARTS.get("line")
    given = table(columns, *rows)
    data = chart.figure(chart.settings({}, given), given, "zh")["data"]
    assert [trace.get("fill") for trace in data] == [None, "tonexty", None, None]
    assert data[-1]["line"]["dash"] == "dash"
    assert data[2]["y"][-1] is None


def test_a_card_has_its_goal_its_change_and_a_line() -> None:
    whole = Total((), ((None, Decimal(80), Decimal("0.1"), Decimal(100)),))
    given = table(
        [MONTH, PAID, CHANGE, GOAL], *[[day, Decimal(40), None, None] for day in months(2)], totals=[whole]
    )
    chart = CHARTS.get("kpi")
    card = chart.figure(chart.settings({}, given), given, "zh")
    assert card["value"] == "¥80"
    assert card["goal"]["text"] == "80%"
    assert card["changes"] == [{"name": "同比", "was": "", "text": "+10%", "way": "up", "colour": "good"}]
    assert [point["value"] for point in card["trend"]] == [40.0, 40.0]


def test_a_card_says_what_each_working_day_left_has_to_bring_while_the_goal_is_ahead() -> None:
    needed = Column("paid@goal.per_day", {"zh": "还需", "en": "needed"}, "compare", "money", of="paid")
    chart = CHARTS.get("kpi")
    behind, there = (
        chart.figure(chart.settings({}, given), given, "zh")
        for rest in (Decimal("3.16"), Decimal(0))
        for given in (table([PAID, GOAL, needed], [Decimal(40), Decimal(100), rest]),)
    )
    assert behind["goal"]["catch_up"] == "每天还需 ¥3.2"
    assert there["goal"]["catch_up"] == ""


def test_a_card_says_the_other_figures_of_its_table_and_what_a_change_is_held_against() -> None:
    cost = Column("cost", {"zh": "成本", "en": "Cost"}, "measure", "money")
    given = table([PAID, cost, BEFORE, CHANGE], [Decimal(80), Decimal(20), Decimal(50), Decimal("0.6")])
    chart = CHARTS.get("kpi")
    card = chart.figure(chart.settings({}, given), given, "zh")
    assert card["others"] == [{"name": "成本", "value": "¥20.00"}]
    assert [one["was"] for one in card["changes"]] == ["去年同期 ¥50.00"]


def test_every_kind_has_its_twin_in_the_browser(repository: Path) -> None:
    folder = repository / "designer_ui" / "src" / "charts"
    assert {path.stem for path in folder.glob("*.tsx")} == set(CHARTS.all())
    for kind in CHARTS.all():
        assert f'kind: "{kind}"' in (folder / f"{kind}.tsx").read_text("utf-8")


def test_a_waterfall_leads_from_one_sum_to_the_other() -> None:
    columns = (
        Column("factor", {"zh": "因素", "en": "Factor"}, "dimension"),
        Column("part", {"zh": "影响", "en": "Part"}, "measure", "integer", "up"),
        Column("then", {"zh": "对比期", "en": "Then"}, "measure", "integer", adds_up=False),
        Column("now", {"zh": "本期", "en": "Now"}, "measure", "integer", adds_up=False),
    )
    table = Table(columns, (("people", 30, 100, 110), ("ticket", -20, 100, 110)))
    chart = CHARTS.get("waterfall")
    drawn = chart.figure(chart.settings({"x": "factor", "value": "part"}, table), table, "zh")
    bar = drawn["data"][1]
    assert (bar["base"], bar["y"]) == ([0, 100, 110, 0], [100, 30, 20, 110])
    assert drawn["layout"]["xaxis"]["ticktext"] == ["对比期", "people", "ticket", "本期"]
    assert bar["customdata"][1] == {"factor": "people"}
    assert bar["customdata"][0] is None


def on_paper(kind: str, given: Table, **config: Any) -> str:
    chart = CHARTS.get(kind)
    made = chart.svg(chart.settings(config, given), given, "zh")
    assert made is not None
    return made


def test_a_rate_beside_an_amount_has_its_own_numbers_on_paper() -> None:
    rows = [[day, Decimal(1000 * n), Decimal(n) / 100] for n, day in enumerate(months(6), 1)]
    drawing = on_paper("combination", table([MONTH, PAID, RATE], *rows))
    assert ">¥7,500<" in drawing
    assert ">7.5%<" in drawing
    assert "<polyline" in drawing


def test_areas_within_areas_are_as_large_as_their_numbers() -> None:
    spots = squares([6.0, 3.0, 2.0, 1.0], (0.0, 0.0, 60.0, 40.0))
    assert [round(w * h, 6) for _, _, w, h in spots] == [1200.0, 600.0, 400.0, 200.0]
    assert all(max(w, h) / min(w, h) < 3 for _, _, w, h in spots)


def test_a_ring_of_parts_closes() -> None:
    rows = [[c, d, Decimal(v)] for c, d, v in (("a", "x", 3), ("a", "y", 1), ("b", "x", 4))]
    drawing = on_paper("sunburst", table([CHANNEL, DOCTOR, PAID], *rows))
    paths = drawing.split('<path d="M')[1:]
    assert len(paths) == 5
    # The ring of the second level begins and ends at its top.
    assert paths[1].startswith("360.00 8.00")
    assert "1 360.00 8.00L" in paths[-1]


def test_streams_leave_and_arrive_as_wide_as_they_are() -> None:
    rows = [["a", "x", 3], ["a", "y", 1], ["b", "y", 4]]
    drawing = on_paper("sankey", table([CHANNEL, DOCTOR, COUNT], *rows))
    assert drawing.count("<path") == 3
    assert drawing.count("<rect") == 4


def shown(*rows: list[Any]) -> dict[str, Any]:
    return as_meant({"chart": {"kind": "funnel"}}, table([dimension("step", "阶段"), COUNT], *rows), "zh")


def test_a_funnel_of_too_many_steps_is_drawn_as_bars_and_says_so() -> None:
    assert shown(*[[f"s{n}", 20 - n] for n in range(12)])["kind"] == "funnel"
    long = shown(*[[f"s{n}", 20 - n] for n in range(13)])
    assert long["kind"].startswith("bar")
    assert long["notes"] == ["漏斗最多画 12 步，这里有 13 步，改画成条形"]


def test_a_funnel_of_losses_is_drawn_as_bars_and_says_so() -> None:
    made = shown(["a", 5], ["b", -2], ["c", 1])
    assert made["kind"].startswith("bar")
    assert made["notes"] == ["有负数，漏斗画不出来，改画成条形"]
