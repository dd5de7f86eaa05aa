"""Alerts: a number is held against a limit, its past or a silence; people are told once, and not at night."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_engine.alerts.judging import Reading, readings
from report_engine.alerts.questions import questions
from report_engine.alerts.rule import Rule, rule_of
from report_engine.alerts.standing import Known, Standing, acknowledged, from_json, look, name_of, to_json
from report_engine.table import Cell, Column, Table

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)


def rule(compare: str = "fixed", threshold: str = "0.2", **more: Any) -> Rule:
    return Rule("r1", "noshow_rate", {"zh": "爽约率", "en": "No-shows"}, compare, Decimal(threshold), **more)


def answer(*rows: Sequence[Cell], by: int = 0) -> Table:
    columns = [Column(f"d{at}", {"zh": "维度", "en": "d"}, "dimension") for at in range(by)]
    columns.append(Column("value", {"zh": "值", "en": "value"}, "measure", "percent"))
    columns.append(Column("value@small", {"zh": "少", "en": "few"}, "mark", "boolean", of="value"))
    width = len(columns)
    return Table(tuple(columns), tuple(tuple(row) if len(row) == width else (*row, False) for row in rows))


def judged(one: Rule, **answers: Table) -> list[bool | None]:
    return [reading.is_bad for reading in readings(one, answers, NOW, TODAY)]


def test_a_fixed_threshold_is_the_limit_itself() -> None:
    assert judged(rule(direction="above"), now=answer([Decimal("0.21")])) == [True]
    assert judged(rule(direction="above"), now=answer([Decimal("0.2")])) == [False]
    assert judged(rule(direction="below"), now=answer([Decimal("0.19")])) == [True]


def test_with_a_benchmark_the_threshold_is_how_far_off_is_too_far() -> None:
    benchmark = rule("benchmark", benchmark=Decimal(100), direction="below")
    assert judged(benchmark, now=answer([Decimal("79.99")])) == [True]
    assert judged(benchmark, now=answer([Decimal(80)])) == [False]


def test_a_change_is_held_against_the_same_days_before_group_by_group() -> None:
    change = rule("previous_period", direction="below", by=("channel",))
    now = answer(["douyin", 70], ["wechat", 90], ["new", 5], by=1)
    assert judged(change, now=now, usual=answer(["douyin", 100], ["wechat", 100], by=1)) == [
        True,
        False,
        None,
    ]


def test_without_a_direction_both_ways_are_told() -> None:
    change = rule("year_on_year", by=("channel",))
    now = answer(["a", 130], ["b", 70], ["c", 110], by=1)
    usual = answer(["a", 100], ["b", 100], ["c", 100], by=1)
    assert judged(change, now=now, usual=usual) == [True, True, False]


def test_too_few_cases_say_nothing() -> None:
    assert judged(rule(), now=answer([Decimal("0.9"), True])) == [None]
    assert judged(rule(), now=answer([None])) == [None]
    assert judged(rule("previous_period"), now=answer([9]), usual=answer([0])) == [True]


def test_small_counts_are_not_compared() -> None:
    value = Column("value", {"zh": "值", "en": "value"}, "measure", "integer")
    now, usual = Table((value,), ((3,),)), Table((value,), ((1,),))
    assert judged(rule("previous_period", least=20), now=now, usual=usual) == [None]
    assert judged(rule("previous_period", least=3), now=now, usual=usual) == [True]


def test_an_anomaly_is_judged_on_weekdays_like_it_and_never_on_what_comes_later() -> None:
    days = [(YESTERDAY - timedelta(days=n), 100 if (YESTERDAY - timedelta(days=n)).isoweekday() < 6 else 20) for n in range(1, 80)]  # fmt: skip
    usual_sunday = answer(*[list(one) for one in days], [YESTERDAY, 21], by=1)
    odd_sunday = answer(*[list(one) for one in days], [YESTERDAY, 60], by=1)
    later = answer(*[list(one) for one in days], [YESTERDAY, 60], [TODAY, 0], by=1)
    sigma = rule("mean_2_sigma")
    assert judged(sigma, days=usual_sunday) == [False]
    assert judged(sigma, days=odd_sunday) == [True]
    assert judged(sigma, days=later) == [True]
    assert judged(rule("mean_2_sigma", direction="below"), days=odd_sunday) == [False]
    assert judged(sigma, days=answer(*[list(one) for one in days[1:]], by=1)) == [None]


def test_silence_is_told_after_the_hours_set() -> None:
    silent = rule("missing", missing_h=3)
    assert judged(silent, last=answer([NOW - timedelta(hours=4)])) == [True]
    assert judged(silent, last=answer([NOW - timedelta(hours=2)])) == [False]
    assert judged(silent, last=answer([None])) == [None]


def test_what_is_asked_fits_the_schedule() -> None:
    asked = questions(rule("previous_period", by=("channel",), least=20), "lead", TODAY, is_rate=True)
    assert asked["now"]["period"] == "yesterday"
    assert asked["usual"]["period"] == {"from": "2026-11-15", "to": "2026-11-15"}
    assert asked["now"]["measures"] == [{"key": "value", "of": "noshow_rate", "min_n": 20}]
    weekly = questions(rule("previous_period", schedule="mondays"), "lead", TODAY)
    assert weekly["usual"]["period"] == {"from": "2026-11-09", "to": "2026-11-15"}
    assert questions(rule("mean_2_sigma"), "lead", TODAY)["days"]["period"]["to"] == "2026-11-22"


BAD, GOOD, UNKNOWN = Reading((), 9, None, True), Reading((), 1, None, False), Reading((), None)


def looks(one: Rule, *found: Reading, every: timedelta = timedelta(hours=1)) -> list[int]:
    """Return how many groups were told of at each look."""
    standing: Any = {}
    told = []
    for n, reading in enumerate(found):
        step = look(one, standing, [reading], NOW + n * every)
        standing = from_json(to_json(step.after))
        told.append(len(step.tell))
    return told


def test_one_incident_is_told_once_until_it_may_be_told_again() -> None:
    assert looks(rule(), BAD, BAD, BAD) == [1, 0, 0]
    assert looks(rule(rearm_h=2), BAD, BAD, BAD, BAD) == [1, 0, 1, 0]


def test_a_number_that_flaps_is_not_told_at_every_turn() -> None:
    assert looks(rule(), BAD, GOOD, BAD, GOOD, BAD) == [1, 0, 0, 0, 0]


def test_for_how_long_counts_looks_in_a_row() -> None:
    assert looks(rule(times=3), BAD, BAD, GOOD, BAD, BAD, BAD) == [0, 0, 0, 0, 0, 1]
    assert looks(rule(times=2), BAD, UNKNOWN, BAD) == [0, 0, 1]


def test_what_is_well_again_is_told_once() -> None:
    first = look(rule(), {}, [BAD], NOW)
    second = look(rule(), first.after, [GOOD], NOW)
    assert second.over == (name_of(GOOD),)
    assert look(rule(), second.after, [GOOD], NOW).over == ()


@pytest.mark.parametrize(("until_h", "expected"), [(None, [0]), (3, [0, 3]), (1, [0, 1, 3])])
def test_what_is_known_is_told_again_when_its_time_is_over(until_h: int | None, expected: list[int]) -> None:
    one = rule(rearm_h=2)
    until = None if until_h is None else NOW + timedelta(hours=until_h)
    standings: Mapping[str, Standing] = {}
    told = []
    for at in range(5):
        step = look(one, from_json(to_json(standings)), [BAD], NOW + timedelta(hours=at))
        told += [at] if step.tell else []
        standings = step.after
        if at == 0:
            [key] = standings
            standings = {key: acknowledged(standings[key], Known("u", NOW, until, "知道"))}
    # Once its time is over the usual pause counts again.
    assert told == expected


def test_what_was_well_between_is_known_no_more() -> None:
    one = rule(rearm_h=1)
    [(key, first)] = look(one, {}, [BAD], NOW).after.items()
    known = {key: acknowledged(first, Known("u", NOW))}
    well = look(one, known, [GOOD], NOW + timedelta(hours=1))
    assert well.over == (key,)
    assert well.after[key].known is None
    assert look(one, well.after, [BAD], NOW + timedelta(hours=3)).tell == (BAD,)


def test_what_is_due_again_in_quiet_hours_is_told_after_them() -> None:
    one = rule(rearm_h=24)
    [(key, first)] = look(one, {}, [BAD], NOW).after.items()
    known = {key: acknowledged(first, Known("u", NOW, NOW + timedelta(hours=1)))}
    held = look(one, known, [BAD], NOW + timedelta(hours=2), is_quiet=True)
    assert (held.tell, held.held) == ((), True)
    assert look(one, held.after, [BAD], NOW + timedelta(hours=3)).tell == (BAD,)


def test_in_quiet_hours_nobody_is_told_and_nothing_is_forgotten() -> None:
    held = look(rule(), {}, [BAD], NOW, is_quiet=True)
    assert (held.tell, held.held) == ((), True)
    assert look(rule(), held.after, [BAD], NOW).tell == (BAD,)


@pytest.mark.parametrize(
    ("at", "until"),
    [("21:59", None), ("22:00", "08:00"), ("03:00", "08:00"), ("08:00", None)],
)
def test_quiet_hours_may_go_over_midnight(at: str, until: str | None) -> None:
    night = rule(quiet=(time(22), time(8)))
    local = datetime.combine(TODAY, time.fromisoformat(at), UTC)
    found = night.quiet_until(local)
    assert (None if found is None else f"{found:%H:%M}") == until
    assert found is None or found > local
    assert found is None or found - local <= timedelta(hours=10)


@given(st.lists(st.sampled_from([BAD, GOOD, UNKNOWN]), max_size=40), st.integers(1, 4), st.integers(1, 10))
def test_nobody_hears_of_a_group_twice_within_the_time_set(
    found: list[Reading], times: int, rearm: int
) -> None:
    told = looks(rule(times=times, rearm_h=rearm), *found)
    at = [n for n, count in enumerate(told) if count]
    assert all(later - earlier >= rearm for earlier, later in itertools.pairwise(at))
    assert all(found[n] is BAD for n in at)


def test_a_record_of_the_form_becomes_a_rule_and_odd_values_do_no_harm() -> None:
    made = rule_of(
        {"id": "r", "metric": "leads", "compare": "odd", "threshold": None, "schedule": "odd", "quiet_from": "x", "dims": None},
        {"leads": {"zh": "线索量", "en": "Leads"}},
    )  # fmt: skip
    assert (made.name["zh"], made.compare, made.schedule, made.quiet, made.times) == ("线索量", "fixed", "daily_0830", None, 1)  # fmt: skip
    kept = rule_of(
        {"id": "r", "metric": "leads", "quiet_from": "22:00", "quiet_until": time(8), "for_times": 3}, {}
    )
    assert (kept.quiet, kept.times) == ((time(22), time(8)), 3)
    assert from_json(to_json({"a": Standing(1, NOW, None, True)})) == {"a": Standing(1, NOW, None, True)}
