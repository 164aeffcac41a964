"""Least squares with absorbed groups against brute force: every shortcut has a slow twin here."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.clusters import effective_dof
from custservice.regression.grouping import demean
from custservice.regression.linear import fit_linear

Floats = NDArray[np.float64]


def made_up(seed: int, n: int = 240, n_groups: int = 12, k: int = 3) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, n_groups, n))
    groups[:n_groups] = np.arange(n_groups)
    x = (rng.random((n, k)) < rng.uniform(0.05, 0.6, k)).astype(float)
    y = x @ rng.normal(size=k) + rng.normal(size=n_groups)[groups] + rng.normal(size=n)
    return y, x, groups


def dummies(codes: NDArray[np.int64]) -> Floats:
    return (codes[:, None] == np.unique(codes)).astype(float)


def refit(y: Floats, x: Floats, groups: NDArray[np.int64]) -> Floats:
    return np.linalg.lstsq(np.hstack([x, dummies(groups)]), y, rcond=None)[0][: x.shape[1]]


def test_coefficients_and_cr1_equal_statsmodels_with_dummies() -> None:
    import statsmodels.api as sm

    y, x, groups = made_up(1)
    estimate = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=groups).estimate
    peer = sm.OLS(y, np.hstack([x, dummies(groups)])).fit(cov_type="cluster", cov_kwds={"groups": groups})
    n, g, k = len(y), 12, 3
    nested = (n - k - 12) / (n - k)  # absorbed groups nested in clusters do not count as parameters
    assert np.allclose(estimate.coef, peer.params[:k], rtol=1e-10)
    assert np.allclose(np.sqrt(np.diag(estimate.cr1_covariance)), peer.bse[:k] * np.sqrt(nested), rtol=1e-10)
    assert g == estimate.n_clusters


@pytest.mark.parametrize("crossing", [False, True])
def test_left_out_is_exact(crossing: bool) -> None:
    y, x, groups = made_up(2)
    clusters = np.random.default_rng(3).integers(0, 30, len(y)) if crossing else groups
    estimate = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=clusters).estimate
    assert estimate.left_out is not None
    for g in range(estimate.n_clusters):
        kept = clusters != g
        again = refit(y[kept], x[kept], groups[kept])
        assert np.allclose(estimate.coef + estimate.left_out[g], again, atol=1e-9)


def test_left_out_is_exact_where_a_cluster_alone_carries_a_control() -> None:
    y, x, groups = made_up(4)
    control = (groups == 5) * (np.arange(len(y)) % 2)
    full = np.column_stack([x, control])
    estimate = fit_linear(y, full, ["a", "b", "c", "d"], groups=groups, clusters=groups, wanted=3).estimate
    assert estimate.left_out is not None
    kept = groups != 5
    assert np.allclose(estimate.coef + estimate.left_out[5], refit(y[kept], x[kept], groups[kept]), atol=1e-9)


@pytest.mark.parametrize("crossing", [False, True])
def test_degrees_of_freedom_equal_the_explicit_quadratic_form(crossing: bool) -> None:
    y, x, groups = made_up(5, n=90, n_groups=9)
    clusters = np.random.default_rng(6).integers(0, 14, len(y)) if crossing else groups
    estimate = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=clusters).estimate
    design = np.hstack([x, dummies(groups)])
    hat = design @ np.linalg.pinv(design)
    projector = np.linalg.pinv(design)
    for j in range(3):
        rows = []
        for g in range(estimate.n_clusters):
            inside = clusters == g
            adjusted = (
                np.linalg.pinv(np.eye(inside.sum()) - hat[np.ix_(inside, inside)], rcond=1e-8) @ projector[j, inside]
            )
            rows.append(adjusted @ (np.eye(len(y)) - hat)[inside])
        p = np.array(rows) @ np.array(rows).T
        assert estimate.dof[j] == pytest.approx(
            min(np.trace(p) ** 2 / np.trace(p @ p), estimate.n_clusters - 1), rel=1e-8
        )


def test_influence_sums_to_zero_and_contrasts_are_linear() -> None:
    y, x, groups = made_up(7)
    estimate = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=groups).estimate
    assert np.allclose(estimate.influence.sum(axis=0), 0, atol=1e-12)
    both = estimate.contrast([[1, 1, 0], [0, 1, -1]], ["a+b", "b-c"])
    weights = np.array([[1, 1, 0], [0, 1, -1]])
    assert np.allclose(both.coef, weights @ estimate.coef)
    assert np.allclose(both.covariance, weights @ estimate.covariance @ weights.T)
    assert np.allclose(estimate.select(["b"]).dof, estimate.dof[1])


def test_contrast_degrees_of_freedom_do_not_depend_on_how_the_model_is_written() -> None:
    y, x, groups = made_up(8)
    sums = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=groups).estimate.contrast([[1, 1, 0]], ["a+b"])
    rotated = np.column_stack([x[:, 0], x[:, 1] - x[:, 0], x[:, 2]])
    direct = fit_linear(y, rotated, ["a+b", "b", "c"], groups=groups, clusters=groups).estimate.select(["a+b"])
    assert np.allclose([sums.coef, sums.std_error, sums.dof], [direct.coef, direct.std_error, direct.dof])


def test_many_clusters_use_cr1_and_the_effective_number() -> None:
    rng = np.random.default_rng(9)
    clusters = np.repeat(np.arange(1500), 2)
    x, groups = rng.normal(size=(3000, 1)), rng.integers(0, 5, 3000)
    estimate = fit_linear(rng.normal(size=3000), x, ["a"], groups=groups, clusters=clusters).estimate
    assert estimate.left_out is None
    assert np.allclose(estimate.covariance, estimate.cr1_covariance)
    # two squared normals a cluster: their coefficient of variation is 1, so half of the clusters count
    assert estimate.dof[0] == pytest.approx(750, rel=0.1)


def test_effective_number_of_clusters_falls_with_concentration() -> None:
    z = np.zeros((100, 1))
    z[:20] = 1.0
    assert effective_dof(z, np.repeat(np.arange(10), 10))[0] == pytest.approx(2 - 1)


def test_collinear_and_constant_columns_are_dropped_and_named() -> None:
    y, x, groups = made_up(10)
    wide = np.column_stack([x, x[:, 0] + x[:, 1], groups * 1.0, np.zeros(len(y))])
    fit = fit_linear(y, wide, ["a", "b", "c", "sum", "of_group", "zero"], groups=groups, clusters=groups)
    assert fit.dropped == ("sum", "of_group", "zero")
    assert fit.estimate.names == ("a", "b", "c")


def test_a_rescaled_column_gives_the_rescaled_coefficient() -> None:
    y, x, groups = made_up(11)
    plain = fit_linear(y, x, ["a", "b", "c"], groups=groups, clusters=groups).estimate
    tiny = fit_linear(y, x * [1, 1e-8, 1], ["a", "b", "c"], groups=groups, clusters=groups).estimate
    assert np.allclose(tiny.coef * [1, 1e-8, 1], plain.coef)


def test_too_little_is_an_error() -> None:
    y, x, _ = made_up(12, n=10, n_groups=2)
    with pytest.raises(EstimationError, match="only one cluster"):
        fit_linear(y, x, ["a", "b", "c"], groups=None, clusters=np.zeros(10, dtype=np.int64))
    with pytest.raises(EstimationError, match="4 parameters"):
        fit_linear(y[:4], x[:4] + np.eye(4)[:, :3], ["a", "b", "c"], groups=None, clusters=np.arange(4))


def test_variance_inflation_is_that_of_each_column_on_the_others_within_groups() -> None:
    y, x, groups = made_up(13)
    x = np.column_stack([x, x[:, 0] + 0.1 * np.random.default_rng(13).normal(size=len(y))])
    fit = fit_linear(y, x, ["a", "b", "c", "near_a"], groups=groups, clusters=groups)
    within = demean(x, groups)
    for j in range(4):
        others = np.delete(within, j, axis=1)
        left = within[:, j] - others @ np.linalg.lstsq(others, within[:, j], rcond=None)[0]
        assert fit.inflation[j] == pytest.approx((within[:, j] ** 2).sum() / (left**2).sum(), rel=1e-8)
    assert fit.inflation[0] > 10 > fit.inflation[1]
