"""Days that stand out: weekdays apart, holidays apart, and never by hindsight."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from report_engine.statistics.anomaly import LEAST_DAYS, verdicts

MONDAY = date(2026, 1, 5)


def days(values: list[float]) -> list[tuple[date, float]]:
    return [(MONDAY + timedelta(days=place), value) for place, value in enumerate(values)]


def test_a_quiet_sunday_is_usual_and_a_quiet_monday_is_not():
    weeks = [100.0, 98, 103, 99, 101, 60, 0]
    found = verdicts(days(weeks * 6 + [5]))
    assert not found[-2].stands_out(3)
    assert found[-1].stands_out(3)
    assert found[-1].usual == 100
    assert found[-1].score < 0


def test_the_first_days_are_not_judged():
    found = verdicts(days([1.0] * 7 * LEAST_DAYS))
    assert all(one.score is None for one in found)


def test_a_holiday_is_compared_with_holidays():
    values = [100.0] * 35
    holidays = {MONDAY + timedelta(days=7 * week + 2) for week in range(5)}
    for place in range(5):
        values[7 * place + 2] = 10.0
    judged = verdicts(days(values), lambda day: "holiday" if day in holidays else str(day.isoweekday()))
    assert not any(one.stands_out(3) for one in judged)


@given(st.lists(st.floats(0, 1000), min_size=10, max_size=60), st.lists(st.floats(0, 1000), max_size=10))
def test_what_comes_later_changes_no_verdict(values, later):
    assert verdicts(days(values + later))[: len(values)] == verdicts(days(values))
