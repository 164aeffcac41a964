"""BG/NBD against published numbers, against sums over many rates and chances of leaving, and against simulation."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import beta, gamma

from custservice.errors import EstimationError
from custservice.loaders import read_visits
from custservice.silent.rhythm import Rhythm, fit_rhythm, log_likelihood, simulate

CDNOW = Path(__file__).parents[2] / "../shared/data/cdnow.txt"
#: The sample of 2,357 customers that the paper uses, had from the authors' page; not in ../shared.
SAMPLE = Path(os.environ.get("CUSTSERVICE_CDNOW_SAMPLE", "-"))
PUBLISHED = Rhythm(0.243, 4.414, 0.793, 2.426)


def test_expected_visits_are_those_of_the_authors_spreadsheet() -> None:
    found = PUBLISHED.expected_of_new([0.1429, 1.0, 3.0, 31.8571, 78.0])
    # the spreadsheet has the parameters with more digits
    np.testing.assert_allclose(found, [0.0078, 0.0532, 0.1506, 1.0405, 1.8576], rtol=4e-3)
    assert PUBLISHED.expected(39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=5e-4)


def integral(of: str, x: int, last: float, watched: float, time: float = 0.0) -> float:
    """Add up a customer's likelihood over all rates and chances of leaving, still active or not."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    nodes, weights = (nodes + 1) / 2, weights / 2
    rate, p = gamma(2.0, scale=1 / 15).ppf(nodes)[:, None], beta(1.5, 3.0).ppf(nodes)[None, :]
    stays = (1 - p) ** x * rate**x * np.exp(-rate * watched)
    leaves = p * (1 - p) ** (x - 1) * rate**x * np.exp(-rate * last) if x else 0.0
    values = {"all": stays + leaves, "active": stays, "visits": stays * (1 - np.exp(-rate * p * time)) / p}
    return float(weights @ values[of] @ weights)


@pytest.mark.parametrize(("x", "last", "watched"), [(0, 0.0, 30.0), (1, 4.0, 30.0), (3, 25.0, 30.0)])
def test_formulas_are_those_of_adding_up_all_customers(x: int, last: float, watched: float) -> None:
    model = Rhythm(2.0, 15.0, 1.5, 3.0)
    value, _ = log_likelihood(np.array([2.0, 15.0, 1.5, 3.0]), *(np.array([float(v)]) for v in (x, last, watched)))
    everyone = integral("all", x, last, watched)
    assert value[0] == pytest.approx(np.log(everyone), abs=1e-5)
    active = integral("active", x, last, watched) / everyone
    assert model.p_active([x], [last], [watched])[0] == pytest.approx(active, rel=1e-4)
    ahead = integral("visits", x, last, watched, 20.0) / everyone
    assert model.expected(20, [x], [last], [watched])[0] == pytest.approx(ahead, rel=1e-4)


def test_very_many_visits_are_no_trouble() -> None:
    model = Rhythm(0.8, 6.0, 0.02, 3.0)
    many = np.array([5.0, 200.0, 900.0, 4000.0])
    found = model.expected(60, many, np.full(4, 699.0), np.full(4, 700.0))
    rate = 60 * (0.8 + many) / 706  # of one who never leaves
    assert np.isfinite(found).all()
    assert (found < rate).all()
    np.testing.assert_allclose(found[2:], rate[2:], rtol=0.01)


def test_slopes_are_derivatives() -> None:
    at = np.array([0.3, 5.0, 0.8, 2.4])
    seen = (np.array([0.0, 1, 4]), np.array([0.0, 3, 20]), np.array([30.0, 30, 35]))
    slopes = approx_fprime(at, lambda p: log_likelihood(p, *seen)[0].sum(), 1e-7)
    np.testing.assert_allclose(log_likelihood(at, *seen)[1].sum(axis=1), slopes, atol=1e-4)


def test_a_known_world_is_found_again_and_units_do_not_matter() -> None:
    rng = np.random.default_rng(4)
    n = 8000
    watched = rng.uniform(100, 300, n)
    x, last = simulate(rng, rng.gamma(1.5, 1 / 40, n), rng.beta(1.2, 4, n), watched)
    days, weeks = fit_rhythm(x, last, watched), fit_rhythm(x, last / 7, watched / 7)
    np.testing.assert_allclose([days.r, days.alpha], [1.5, 40], rtol=0.12)
    assert days.a / (days.a + days.b) == pytest.approx(1.2 / 5.2, rel=0.12)
    np.testing.assert_allclose(weeks.alpha * 7, days.alpha, rtol=1e-3)
    assert weeks.log_likelihood - float(x.sum()) * np.log(7) == pytest.approx(days.log_likelihood, abs=1e-3)


def test_probability_of_still_coming_is_how_many_still_do() -> None:
    rng = np.random.default_rng(5)
    n = 40_000
    model = Rhythm(2.0, 30.0, 1.0, 3.0)
    rate, leaves = rng.gamma(2.0, 1 / 30, n), rng.beta(1.0, 3.0, n)
    x, last = simulate(rng, rate, leaves, np.full(n, 100.0))
    p = model.p_active(x, last, np.full(n, 100.0))
    # who is active: draw from what a customer's own rate and chance make of the silence since the last visit
    odds = np.where(x > 0, leaves / (1 - leaves) * np.exp(rate * (100.0 - last)), 0.0)
    active = rng.random(n) < 1 / (1 + odds)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        rows = (p >= low) & (p < high) & (x > 0)
        assert p[rows].mean() == pytest.approx(active[rows].mean(), abs=0.02)


def test_what_cannot_be_fitted() -> None:
    with pytest.raises(EstimationError, match="Only 0 customers came a second time"):
        fit_rhythm(np.zeros(50), np.zeros(50), np.ones(50))
    with pytest.raises(EstimationError, match="after the end of the log"):
        fit_rhythm([1], [5], [4])


def cdnow_weeks(table: pd.DataFrame, until: str = "1997-09-30") -> tuple[np.ndarray, ...]:
    days = table.assign(day=table["visited_at"].dt.normalize()).drop_duplicates(["customer_id", "day"])
    seen = days[days["day"] <= until].groupby("customer_id")["day"].agg(["min", "max", "size"])
    last = (seen["max"] - seen["min"]).dt.days / 7
    watched = (pd.Timestamp(until) - seen["min"]).dt.days / 7
    return seen["size"].to_numpy() - 1.0, last.to_numpy(), watched.to_numpy()


@pytest.mark.skipif(not SAMPLE.exists(), reason="CUSTSERVICE_CDNOW_SAMPLE does not name the published sample")
def test_the_published_fit_is_found() -> None:
    fields = pd.read_csv(SAMPLE, sep=r"\s+", header=None, dtype={0: "str"})
    table = pd.DataFrame({"customer_id": fields[0], "visited_at": pd.to_datetime(fields[2].astype("str"))})
    found = fit_rhythm(*cdnow_weeks(table))
    np.testing.assert_allclose([found.r, found.alpha, found.a, found.b], [0.243, 4.414, 0.793, 2.426], atol=2e-3)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW data is not in ../shared")
def test_the_whole_cohort_is_fitted_as_by_another_package() -> None:
    seen = cdnow_weeks(read_visits(CDNOW).table)
    found = fit_rhythm(*seen)
    # what lifetimes 0.11.3 finds, in weeks
    peer = [0.251624, 4.788945, 0.723433, 2.161087]
    np.testing.assert_allclose([found.r, found.alpha, found.a, found.b], peer, rtol=1e-4)
    some = ([2, 0, 7], [20.0, 0.0, 30.0], [38.0, 30.0, 38.0])
    np.testing.assert_allclose(found.p_active(*some), [0.561079, 1, 0.715487], atol=1e-5)
    np.testing.assert_allclose(found.expected(39, *some), [0.964602, 0.245003, 3.810060], atol=1e-4)
    # ten times the customers of the published sample, whose log likelihood is -9,582.4
    assert found.log_likelihood / 10 == pytest.approx(-9582.4, rel=0.01)
