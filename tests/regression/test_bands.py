"""Simultaneous bands: known reaches, seeds, and coverage by simulation."""

from __future__ import annotations

import os

import numpy as np
import pytest
from made_up import make_panel
from scipy.stats import norm, t

from custservice.regression import estimate_effects
from custservice.regression.bands import simultaneous_bands
from custservice.regression.estimate import Estimate
from custservice.regression.linear import fit_linear


def estimate_of(seed: int, k: int, places: int = 40, n: int = 2000) -> Estimate:
    rng = np.random.default_rng(seed)
    x, place = rng.normal(size=(n, k)), np.arange(n) % places
    names = [f"x{j}" for j in range(k)]
    return fit_linear(rng.normal(size=n), x, names, groups=place, clusters=place).estimate


def test_one_coefficient_keeps_its_own_interval() -> None:
    estimate = estimate_of(1, 4).select(["x2"])
    bands = simultaneous_bands(estimate)
    table = estimate.table()
    assert bands.critical == pytest.approx(1.96, abs=0.08)
    assert bands.low[0] <= table["low"].iloc[0] + 1e-12
    assert bands.high[0] == pytest.approx(table["high"].iloc[0], rel=0.05)


def test_equal_coefficients_reach_as_far_as_one_and_independent_ones_as_sidak_says() -> None:
    estimate = estimate_of(2, 10, places=400, n=8000)
    same = estimate.contrast(np.eye(10)[[0, 0, 0, 0]], list("abcd"))
    assert simultaneous_bands(same).critical == pytest.approx(1.96, abs=0.1)
    sidak = norm.ppf(0.5 + 0.95**0.1 / 2)
    assert simultaneous_bands(estimate).critical == pytest.approx(sidak, abs=0.1)


def test_the_reach_follows_each_coefficients_degrees_of_freedom() -> None:
    estimate = estimate_of(3, 3, places=8)
    bands = simultaneous_bands(estimate)
    reach = t.ppf(norm.cdf(bands.critical), estimate.dof) * estimate.std_error
    assert np.allclose(bands.high - estimate.coef, reach)


def test_the_table_holds_bands_wider_than_intervals_and_the_same_each_time() -> None:
    first, again = (estimate_effects(make_panel()).table for _ in range(2))
    assert (first["band_low"] <= first["low"]).all()
    assert (first["band_high"] >= first["high"]).all()
    assert first["band_low"].tolist() == again["band_low"].tolist()


@pytest.mark.slow
def test_bands_hold_all_coefficients_at_once() -> None:
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "400"))
    held = []
    for seed in range(repetitions):
        bands = simultaneous_bands(estimate_of(seed, 8, places=15, n=300), draws=1000, seed=seed)
        held.append(bool(((bands.low < 0) & (bands.high > 0)).all()))
    assert np.mean(held) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions)
