"""Joint tests against statsmodels, and that one coefficient's test is its t test."""

from __future__ import annotations

import os

import numpy as np
import pytest

from custservice.regression.estimate import Estimate
from custservice.regression.joint import joint_test
from custservice.regression.linear import fit_linear


def estimate_of(seed: int, k: int = 4, places: int = 30) -> Estimate:
    rng = np.random.default_rng(seed)
    x, place = rng.normal(size=(600, k)), np.arange(600) % places
    shock = rng.normal(size=(places, k))[place]
    y = (x * shock).sum(axis=1) + rng.normal(size=600)
    return fit_linear(y, x, [f"x{j}" for j in range(k)], groups=place, clusters=place).estimate


def test_one_coefficient_has_the_p_value_of_its_t_test() -> None:
    estimate = estimate_of(1).select(["x2"])
    assert joint_test(estimate).p_value == pytest.approx(estimate.table()["p_value"].iloc[0], rel=1e-10)


def test_many_clusters_give_the_wald_test_of_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    x, clusters = rng.normal(size=(9000, 3)), np.arange(9000) // 2
    y = 0.02 * x[:, 0] + rng.normal(size=9000)
    estimate = fit_linear(y, x, list("abc"), groups=None, clusters=clusters).estimate
    peer = sm.OLS(y, sm.add_constant(x)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    wald = peer.wald_test(np.eye(4)[1:], use_f=True, scalar=True)
    found = joint_test(estimate)
    assert found.statistic == pytest.approx(float(wald.statistic), rel=2e-3)
    assert found.p_value == pytest.approx(float(wald.pvalue), rel=0.02)


def test_repeated_coefficients_count_once_and_too_few_clusters_say_nothing() -> None:
    estimate = estimate_of(3)
    twice = estimate.contrast(np.eye(4)[[0, 1, 1]], list("abc"))
    once = estimate.contrast(np.eye(4)[[0, 1]], list("ab"))
    assert joint_test(twice).p_value == pytest.approx(joint_test(once).p_value, rel=1e-6)
    assert np.isnan(joint_test(estimate_of(4, k=6, places=5)).p_value)


@pytest.mark.slow
def test_the_test_rejects_as_seldom_as_it_says() -> None:
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "600"))
    p = np.array([joint_test(estimate_of(100 + seed, places=15)).p_value for seed in range(repetitions)])
    assert (p < 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions)
