"""BG/NBD and gamma-gamma against the published fits of the CDNOW sample, and by their own laws."""

import csv
from pathlib import Path

import numpy as np
import pytest

from report_engine.statistics.customer_value import Histories, fit_bg_nbd, fit_gamma_gamma

SAMPLE = Path(__file__).resolve().parents[2] / "data/cdnow_sample.csv"


@pytest.fixture(scope="module")
def customers() -> list[dict[str, float]]:
    with SAMPLE.open(encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def histories(customers):
    return Histories.of(*([one[key] for one in customers] for key in ("repeats", "last", "age")))


@pytest.fixture(scope="module")
def model(histories):
    return fit_bg_nbd(histories)


def test_the_published_fit_is_found(model):
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (0.243, 4.414, 0.793, 2.426), rel=1e-3 * 2
    )
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_no_other_parameters_nearby_are_more_likely(histories, model):
    again = fit_bg_nbd(Histories(histories.repeats[::-1], histories.last[::-1], histories.age[::-1]))
    assert again.log_likelihood == pytest.approx(model.log_likelihood, abs=1e-4)


def test_spend_has_the_published_fit(customers):
    model = fit_gamma_gamma([one["repeats"] for one in customers], [one["mean_spend"] for one in customers])
    assert (model.p, model.q, model.v) == pytest.approx((6.25, 3.74, 15.44), rel=0.002)


def test_newcomers_are_expected_to_spend_what_all_spend():
    model = fit_gamma_gamma([3, 5, 2, 8], [100, 120, 80, 110])
    newcomer, known = model.mean(np.array([0.0, 20.0]), np.array([0.0, 110.0]))
    assert newcomer == pytest.approx(model.v * model.p / (model.q - 1))
    assert abs(known - 110) < abs(newcomer - 110)


def test_who_has_been_silent_for_long_is_less_likely_a_customer(model):
    alive = model.alive(Histories.of([5, 5, 0], [38, 5, 0], [39, 39, 39]))
    assert alive[0] > 0.85
    assert alive[1] < 0.1
    assert alive[2] == 1.0


def test_more_time_ahead_means_more_purchases_but_never_more_than_all_the_time_would_bring(histories, model):
    near, far = (model.expected(histories, ahead) for ahead in (13.0, 39.0))
    assert np.all(near > 0)
    assert np.all(far > near)
    assert np.all(far < 4 * near)


def test_the_expected_sum_is_near_what_the_holdout_brought(histories, model):
    # The same customers bought again 1,788 times in the 39 weeks that followed.
    assert model.expected(histories, 39.0).sum() == pytest.approx(1788, rel=0.1)
