"""The Poisson model with absorbed intercepts against statsmodels, derivatives in case weights, and refits."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from slow_logit import make_data

from custservice.errors import EstimationError
from custservice.regression.poisson import PoissonFit, fit_poisson

NAMES = list("abcd")


def visits(seed: int, n: int = 500) -> tuple[NDArray, NDArray, NDArray]:
    _, x, groups = make_data(seed, n)
    rng = np.random.default_rng(seed + 100)
    mean = np.exp(x @ np.array([0.5, -0.4, 0, 0.2]) + rng.normal(size=10)[groups] * 0.5)
    return rng.poisson(mean).astype(float), x, groups


def fitted(y: NDArray, x: NDArray, groups: NDArray, clusters: NDArray | None = None) -> PoissonFit:
    return fit_poisson(y, x, NAMES, groups=groups, clusters=groups if clusters is None else clusters, wanted=3)


def weighted(y: NDArray, x: NDArray, groups: NDArray, weight: NDArray) -> NDArray:
    """Return the average changes of the first three columns, with case weights, by plain Newton steps on dummies."""
    design = np.hstack([x, (groups[:, None] == np.arange(groups.max() + 1)) * 1.0])
    design = design[:, (design * weight[:, None]).any(axis=0)]
    beta = np.repeat([0.0, np.log(y.mean())], [x.shape[1], design.shape[1] - x.shape[1]])
    for _ in range(40):
        mean = np.exp(design @ beta)
        beta = beta + np.linalg.solve((design * (weight * mean)[:, None]).T @ design, design.T @ (weight * (y - mean)))
    eta = design @ beta
    moves = [np.exp(eta + (1 - x[:, j]) * beta[j]) - np.exp(eta - x[:, j] * beta[j]) for j in range(3)]
    return np.array(moves) @ weight / weight.sum()


@pytest.mark.parametrize("money", [False, True])
def test_coefficients_and_cr1_equal_statsmodels_with_dummies(money: bool) -> None:
    from statsmodels.discrete.discrete_model import Poisson

    y, x, groups = visits(1)
    y = y * np.random.default_rng(1).exponential(20, len(y)) if money else y
    fit = fitted(y, x, groups)
    design = np.hstack([x, (groups[:, None] == np.arange(10)) * 1.0])
    start = np.concatenate([np.zeros(4), np.full(10, np.log(y.mean()))])
    peer = Poisson(y, design).fit(start, disp=0, method="newton", tol=1e-13, cov_type="cluster",
                                  cov_kwds={"groups": groups, "use_correction": False})  # fmt: skip
    assert np.allclose(fit.slopes.coef, peer.params[:3], atol=1e-8)
    n = len(y)
    factor = 10 / 9 * (n - 1) / (n - 4)
    assert np.allclose(fit.slopes.cr1_covariance, factor * peer.cov_params()[:3, :3], rtol=1e-6)
    assert np.allclose(fit.changes.coef, weighted(y, x, groups, np.ones(n)), rtol=1e-9)


def test_influence_is_the_derivative_in_case_weights_and_sums_to_zero() -> None:
    y, x, groups = visits(2, n=300)
    fit = fitted(y, x, groups)
    assert np.allclose(fit.changes.influence.sum(axis=0), 0, atol=1e-10)
    for row in range(0, 300, 41):
        more, less = np.ones(300), np.ones(300)
        more[row], less[row] = 1 + 1e-4, 1 - 1e-4
        slope = (weighted(y, x, groups, more) - weighted(y, x, groups, less)) / 2e-4
        assert np.allclose(slope, fit.changes.influence[row], atol=1e-7)


@pytest.mark.parametrize("crossing", [False, True])
def test_leaving_clusters_out_is_near_refits(crossing: bool) -> None:
    y, x, groups = visits(3, n=800)
    clusters = np.random.default_rng(4).integers(0, 25, 800) if crossing else groups
    fit = fitted(y, x, groups, clusters)
    g = clusters.max() + 1
    again = np.array([weighted(y, x, groups, (clusters != c) * 1.0) for c in range(g)]) - fit.changes.coef
    assert np.allclose(fit.changes.std_error, np.sqrt((g - 1) / g * (again**2).sum(axis=0)), rtol=0.03)


def test_a_mention_without_any_visit_and_empty_locations_are_left_out_and_said() -> None:
    y, x, groups = visits(5)
    y = np.where((x[:, 0] == 1) | (groups == 2), 0.0, y)
    fit = fitted(y, x, groups)
    rest = (x[:, 0] == 0) & (groups != 2)
    again = fit_poisson(y[rest], x[rest][:, 1:], NAMES[1:], groups=np.unique(groups[rest], return_inverse=True)[1],
                        clusters=np.unique(groups[rest], return_inverse=True)[1], wanted=2)  # fmt: skip
    assert fit.separated == ("a",)
    assert np.array_equal(fit.kept, rest)
    assert np.allclose(fit.changes.coef, again.changes.coef, rtol=1e-9)
    assert (fit.n_empty, fit.n_separated) == (int((groups == 2).sum()), int((~rest).sum() - (groups == 2).sum()))
    assert any("No finite Poisson estimate for a" in note for note in fit.notes)
    assert any("always 0" in note for note in fit.notes)


def test_a_negative_outcome_is_refused() -> None:
    y, x, groups = visits(6)
    with pytest.raises(EstimationError, match="0 or more"):
        fitted(y - 1, x, groups)
