"""Spans as people write them, days that come every year, cron."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions.calendar_cn import solar_term
from engine.problems import Rejected
from flow_engine.calendar import Span, read_span
from flow_engine.calendar.cron import check_cron, cron_times, missed, next_cron
from flow_engine.calendar.yearly import (
    TERMS,
    LunarDay,
    from_lunar,
    lunar_day,
    next_lunar,
    next_solar_term,
    next_yearly,
    solar_term_day,
)
from tests.flow_engine.calendar.making import BERLIN, SHANGHAI, at, shown

days = st.dates(date(1920, 1, 1), date(2095, 1, 1))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2h", Span(time=timedelta(hours=2))),
        ("3d", Span(days=3)),
        ("15min", Span(time=timedelta(minutes=15))),
        ("1 month", Span(months=1)),
        ("1d 4h", Span(days=1, time=timedelta(hours=4))),
        ("2周", Span(days=14)),
        ("1年6个月", Span(months=18)),
        ("-30 Min", Span(time=timedelta(minutes=30), sign=-1)),
    ],
)
def test_spans_as_people_write_them(text, means):
    assert read_span(text) == means


@pytest.mark.parametrize("text", ["", "soon", "3", "h", "3 x", "3d!", "1e3d", "999999999y", "1d" * 40])
def test_what_is_no_span_is_refused_at_its_place(text):
    with pytest.raises(Rejected) as refused:
        read_span(text, "/nodes/2/after")
    assert refused.value.problems[0].path == "/nodes/2/after"


def test_a_birthday_on_the_leap_day():
    assert next_yearly(date(2000, 2, 29), date(2026, 1, 1)) == date(2026, 2, 28)
    assert next_yearly(date(2000, 2, 29), date(2026, 1, 1), "mar1") == date(2026, 3, 1)
    assert next_yearly(date(2000, 2, 29), date(2027, 3, 1)) == date(2028, 2, 29)


def test_a_lunar_birthday():
    assert lunar_day(date(1990, 1, 27)) == LunarDay(1990, 1, 1)
    assert next_lunar(date(1990, 1, 27), date(2026, 1, 1)) == date(2026, 2, 17)
    assert next_lunar(date(1990, 1, 27), date(2026, 2, 18)) == date(2027, 2, 6)


def test_who_was_born_in_a_leap_month_has_a_birthday_every_year():
    born = date(2025, 7, 26)
    assert lunar_day(born) == LunarDay(2025, 6, 2, is_leap=True)
    assert lunar_day(next_lunar(born, date(2026, 1, 1))) == LunarDay(2026, 6, 2)


def test_who_was_born_on_the_30th_keeps_the_29th_of_a_short_month():
    assert lunar_day(from_lunar(2025, 12, 30)) == LunarDay(2025, 12, 29)


@given(days, days)
def test_every_day_comes_back_within_the_year(anchor, start):
    assert start <= next_yearly(anchor, start) <= start + timedelta(days=366)
    again = next_lunar(anchor, start)
    assert start <= again <= start + timedelta(days=385)
    born, found = lunar_day(anchor), lunar_day(again)
    assert found.month == born.month
    assert found.day == born.day or (born.day == 30 and found.day == 29)


@given(days)
def test_a_lunar_date_read_and_written_is_the_same_day(day):
    lunar = lunar_day(day)
    assert from_lunar(lunar.year, lunar.month, lunar.day, lunar.is_leap) == day


@given(st.integers(1901, 2099), st.sampled_from(TERMS))
def test_solar_terms_agree_with_the_formula(year, term):
    assert solar_term(solar_term_day(year, term)) == term


def test_the_next_solar_term():
    assert next_solar_term("立冬", date(2026, 11, 8)) == date(2027, 11, 7)
    with pytest.raises(Rejected):
        next_solar_term("春天", date(2026, 1, 1))


def test_cron_in_the_zone_of_the_clinic():
    assert shown(next_cron("0 9 * * 1-5", SHANGHAI, at("2026-03-06 09:00"))) == "2026-03-09 09:00"
    assert shown(next_cron("0 2 29 2 *", SHANGHAI, at("2026-03-06 09:00"))) == "2028-02-29 02:00"


def test_cron_over_a_change_to_summer_time():
    times = islice(cron_times("30 2 * * *", BERLIN, at("2026-03-28 00:00", BERLIN)), 3)
    assert [shown(one, BERLIN) for one in times] == [
        "2026-03-28 02:30",
        "2026-03-29 03:00",
        "2026-03-30 02:30",
    ]


def test_runs_that_were_missed():
    after, until = at("2026-03-05 08:00"), at("2026-03-08 10:00")
    told = {
        policy: missed("0 9 * * *", SHANGHAI, after, until, policy) for policy in ("all", "latest", "none")
    }
    assert [shown(one) for one in told["all"]] == [f"2026-03-0{day} 09:00" for day in (5, 6, 7, 8)]
    assert told["latest"] == told["all"][-1:]
    assert told["none"] == []


@pytest.mark.parametrize(
    "text", ["", "* * * *", "* * * * * *", "61 * * * *", "@daily", "0 9 31 2 *", "x" * 300]
)
def test_what_is_no_cron_is_refused(text):
    with pytest.raises(Rejected):
        check_cron(text, "/trigger/cron")
