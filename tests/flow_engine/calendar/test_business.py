"""Deadlines in a branch's open time."""

from datetime import date, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.problems import Rejected
from flow_engine.calendar import BusinessTime, Hours, Moment, due, moved_to, resumed, time_left
from flow_engine.calendar.hours import Shifts, on_the_wall, without
from tests.flow_engine.calendar.making import (
    BERLIN,
    SHANGHAI,
    at,
    hours,
    instants,
    moment,
    shown,
    spans,
    weeks,
)


def test_two_hours_before_closing_run_over_into_the_next_morning():
    assert shown(due(at("2026-03-05 17:00"), "2h", moment(hours()))) == "2026-03-06 10:00"


def test_a_deadline_may_fall_on_the_closing_time():
    assert shown(due(at("2026-03-05 16:00"), "2h", moment(hours()))) == "2026-03-05 18:00"


def test_a_lead_that_comes_at_night_is_counted_from_the_morning():
    assert shown(due(at("2026-03-05 23:30"), "30min", moment(hours()))) == "2026-03-06 09:30"


def test_the_golden_week_is_skipped_and_its_make_up_day_is_worked():
    start = at("2026-09-30 17:30")
    assert shown(due(start, "1h", moment(hours()))) == "2026-10-08 09:30"
    # Saturday 10 October 2026 is worked in place of a day of the holiday
    assert shown(due(at("2026-10-09 17:30"), "1h", moment(hours()))) == "2026-10-10 09:30"


def test_a_clinic_open_every_day_may_stay_open_on_holidays():
    every_day = hours(range(7), keeps_holidays=False)
    assert shown(due(at("2026-09-30 17:30"), "1h", moment(every_day))) == "2026-10-01 09:30"


def test_days_of_its_own_win_over_everything():
    own = hours(days={date(2026, 10, 1): ((time(10), time(12)),), date(2026, 3, 6): ()})
    assert shown(due(at("2026-09-30 18:30"), "1h", moment(own))) == "2026-10-01 11:00"
    assert shown(due(at("2026-03-05 17:30"), "1h", moment(own))) == "2026-03-09 09:30"


def test_three_business_days_keep_the_time_of_the_clock():
    assert shown(due(at("2026-03-05 15:00"), "3d", moment(hours()))) == "2026-03-10 15:00"


def test_a_shorter_day_pulls_the_deadline_to_its_closing():
    shorter = hours(days={date(2026, 3, 6): ((time(9), time(12)),)})
    assert shown(due(at("2026-03-05 15:00"), "1d", moment(shorter))) == "2026-03-06 12:00"


def test_a_month_on_moves_to_the_next_opening():
    assert (
        shown(due(at("2026-01-31 10:00"), "1 month", moment(hours()))) == "2026-02-28 10:00"
    )  # worked Saturday
    assert shown(due(at("2026-06-05 10:00"), "1 month", moment(hours()))) == "2026-07-06 09:00"


def test_backwards_the_closed_time_is_skipped_too():
    assert shown(due(at("2026-03-09 10:00"), "-2h", moment(hours()))) == "2026-03-06 17:00"
    assert shown(due(at("2026-03-09 10:00"), "-1d", moment(hours()))) == "2026-03-06 10:00"


def test_a_time_of_the_day_in_closed_time_moves_to_the_opening():
    assert shown(due(at("2026-03-05 15:00"), "1d", moment(hours()), "20:00")) == "2026-03-09 09:00"
    assert shown(moved_to(at("2026-03-05 15:00"), "10:00", moment(hours()))) == "2026-03-05 10:00"


def test_the_clock_of_a_person_goes_by_the_roster():
    roster = {
        date(2026, 3, 6): (),
        date(2026, 3, 7): without(((time(13), time(21)),), ((time(17), time(18)),)),
    }
    person = Moment(SHANGHAI, BusinessTime(Shifts(roster, hours())))
    assert shown(due(at("2026-03-05 17:00"), "2h", person)) == "2026-03-07 14:00"
    assert shown(due(at("2026-03-07 13:00"), "4h 30min", person)) == "2026-03-07 18:30"


def test_a_night_shift_belongs_to_its_evening():
    night = hours(range(7), "20:00", "04:00")
    assert shown(due(at("2026-03-05 23:00"), "3h", moment(night))) == "2026-03-06 02:00"
    assert shown(due(at("2026-03-06 02:00"), "1d", moment(night))) == "2026-03-07 02:00"


def test_a_night_that_runs_over_the_next_mornings_hours_counts_once():
    saturday = Hours({2: ((time(0, 0), time(0, 1)),), 5: ((time(0, 3), time(0, 2)),)}, keeps_holidays=False)
    business = BusinessTime(saturday)  # Sunday 4 January 2026 is worked, with the hours of a Wednesday
    end = at("2026-01-07 00:01")
    assert shown(business.back(end, timedelta(days=1))) == "2026-01-03 00:03"
    assert business.add(at("2026-01-03 00:03"), timedelta(days=1)) == end


def test_a_clock_that_stood_still_goes_on_with_what_was_left():
    of = moment(hours())
    left = time_left(at("2026-03-05 17:00"), at("2026-03-06 11:00"), of)
    assert left == timedelta(hours=3)
    assert shown(resumed(at("2026-03-07 12:00"), left, of)) == "2026-03-09 12:00"


def test_a_branch_that_never_opens_is_told():
    with pytest.raises(Rejected) as refused:
        due(at("2026-03-05 10:00"), "1h", moment(Hours({})))
    assert refused.value.problems[0].code == "calendar.never_open"


@given(weeks, instants, spans)
def test_a_deadline_never_lands_in_closed_time(week, start, span):
    business = BusinessTime(week)
    end = business.add(start, span)
    assert business.is_open(end)
    assert end >= start
    assert business.between(start, end) == span


@given(weeks, instants, spans, spans)
def test_two_spans_one_after_the_other_are_their_sum(week, start, one, two):
    business = BusinessTime(week)
    assert business.add(business.add(start, one), two) == business.add(start, one + two)


@given(weeks, instants, instants, spans, spans)
def test_who_starts_later_or_has_longer_is_never_due_earlier(week, one, two, short, long):
    business = BusinessTime(week)
    early, late = sorted((one, two))
    less, more = sorted((short, long))
    assert business.add(early, less) <= business.add(late, more)


@given(weeks, instants, spans)
def test_back_is_the_way_back(week, start, span):
    assume(span)
    business = BusinessTime(week)
    end = business.add(start, span)
    began = business.back(end, span)
    assert business.is_open(began)
    assert business.between(began, end) == span


@given(weeks, instants, st.integers(0, 30))
def test_business_days_end_in_open_time(week, start, days):
    business = BusinessTime(week)
    assert business.is_open(business.add_days(start, days))
    assert business.is_open(business.back_days(start, days))


@given(instants, st.integers(0, 10), st.integers(0, 10))
def test_business_days_add_up_where_every_day_has_the_same_hours(start, one, two):
    business = BusinessTime(hours(range(6)))
    assert business.add_days(business.add_days(start, one), two) == business.add_days(start, one + two)


@given(weeks, instants, instants, instants)
def test_open_time_adds_up_over_a_middle(week, one, two, three):
    business = BusinessTime(week)
    first, middle, last = sorted((one, two, three))
    whole = business.between(first, last)
    assert whole == business.between(first, middle) + business.between(middle, last)


def test_summer_time_on_the_wall():
    wall = Moment(BERLIN)
    assert shown(due(at("2026-03-28 10:00", BERLIN), "1d", wall), BERLIN) == "2026-03-29 10:00"
    assert shown(due(at("2026-03-28 10:00", BERLIN), "24h", wall), BERLIN) == "2026-03-29 11:00"
    # 02:30 is left out in the night of 29 March: the moment of the change stands for it
    assert shown(due(at("2026-03-28 02:30", BERLIN), "1d", wall), BERLIN) == "2026-03-29 03:00"


def test_month_ends_on_the_wall():
    wall = Moment(SHANGHAI)
    assert shown(due(at("2026-01-31 10:00"), "1 month", wall)) == "2026-02-28 10:00"
    assert shown(due(at("2024-02-29 10:00"), "1 year", wall)) == "2025-02-28 10:00"
    assert shown(due(at("2026-03-31 10:00"), "-1 month", wall)) == "2026-02-28 10:00"


@given(instants)
def test_what_the_wall_shows_is_read_back(instant):
    local = instant.astimezone(BERLIN)
    assert on_the_wall(local.date(), local.timetz().replace(tzinfo=None), BERLIN) == instant


@given(st.dates(date(2026, 3, 28), date(2026, 3, 30)), st.times(), st.times())
def test_the_wall_never_goes_backwards_over_a_change(day, one, two):
    early, late = sorted((one, two))
    assert on_the_wall(day, early, BERLIN) <= on_the_wall(day, late, BERLIN)
