"""Forecasts: a classic series, the laws of intervals, and what is too little to say anything."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.problems import Rejected
from report_engine.statistics.forecast import forecast, smape
from report_engine.statistics.models import MODELS

PASSENGERS = Path(__file__).resolve().parents[2] / "data/air_passengers.csv"
SEASON = [80, 90, 130, 100]


@pytest.fixture(scope="module")
def passengers() -> list[float]:
    with PASSENGERS.open(encoding="utf-8") as file:
        return [float(row["thousands"]) for row in csv.DictReader(file)]


def test_the_last_year_of_the_passengers_is_met_within_four_per_cent(passengers):
    found = forecast(passengers[:-12], 12, 12)
    assert smape(passengers[-12:], found.values) <= 4
    assert found.smape < found.naive_smape
    assert found.is_sure


def test_most_of_the_last_year_lies_within_the_interval(passengers):
    found = forecast(passengers[:-12], 12, 12)
    within = [
        low <= truth <= high for low, truth, high in zip(found.low, passengers[-12:], found.high, strict=True)
    ]
    assert 8 <= sum(within) <= 12


def test_a_season_without_noise_is_repeated():
    found = forecast(SEASON * 6, 4, 4)
    assert found.values == pytest.approx(SEASON, rel=0.02)


def test_a_flat_line_stays_flat():
    assert forecast([5.0] * 20, 1, 3).values == pytest.approx((5.0, 5.0, 5.0))


def test_less_than_two_seasons_is_said_to_be_unsure():
    found = forecast([10, 12, 9, 11, 13, 10, 12, 11], 12, 3)
    assert not found.is_sure


def test_too_short_a_past_is_refused_with_what_it_would_take():
    with pytest.raises(Rejected, match=r"forecast\.too_short"):
        forecast([1, 2, 3], 12, 3)


FEN = st.integers(0, 10**8).map(lambda fen: fen / 100)


@settings(max_examples=30)
@given(st.lists(FEN, min_size=6, max_size=40), st.sampled_from([1, 4, 7]), st.integers(1, 8))
def test_the_interval_holds_the_forecast_and_never_narrows_and_nothing_sinks_below_zero(past, season, ahead):
    found = forecast(past, season, ahead)
    assert len(found.values) == ahead
    for low, value, high in zip(found.low, found.values, found.high, strict=True):
        assert 0 <= low <= value <= high
    assert sum(found.models.values()) == pytest.approx(1)


@settings(max_examples=20)
@given(st.floats(0.01, 1000), st.sampled_from(sorted(MODELS)))
def test_other_units_give_the_same_forecast(factor, name):
    past = np.array(SEASON * 5, dtype=float) * np.linspace(1, 1.5, 20)
    assert MODELS[name](past * factor, 4, 4) == pytest.approx(MODELS[name](past, 4, 4) * factor, rel=1e-3)
