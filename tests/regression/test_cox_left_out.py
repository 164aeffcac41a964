"""One Newton step per left-out cluster against fitting anew without it."""

from __future__ import annotations

import numpy as np
import pytest
from slow_cox import Data, likelihood, make_data

from custservice.regression import cox_left_out
from custservice.regression.cox import CoxFit, fit_cox

NAMES = ["a", "b", "c"]


def fitted(data: Data, strata: bool = True) -> CoxFit:
    codes = data.strata if strata else None
    return fit_cox(data.time, data.event, data.x, NAMES, strata=codes, clusters=data.clusters, entry=data.entry)


def changes(data: Data, fit: CoxFit, strata: bool = True) -> np.ndarray:
    """Refit without each cluster."""
    rows = (data.keep(data.clusters != g) for g in range(fit.estimate.n_clusters))
    return np.array([fitted(kept, strata).estimate.coef - fit.estimate.coef for kept in rows])


@pytest.mark.parametrize(
    ("clusters", "strata"), [("cross", True), ("nested", True), ("strata", False)], ids=["cross", "nested", "whole"]
)
def test_standard_errors_equal_those_of_refits_within_two_percent(clusters: str, strata: bool) -> None:
    data = make_data(21, n=600, n_strata=14, clusters=clusters)
    fit = fitted(data, strata)
    again = changes(data, fit, strata)
    g = fit.estimate.n_clusters
    error = np.sqrt((g - 1) / g * (again**2).sum(axis=0))
    assert np.allclose(fit.estimate.std_error, error, rtol=0.02)
    assert fit.estimate.left_out is not None
    assert np.abs(fit.estimate.left_out - again).max() < 0.06 * np.abs(again).max()


def test_the_step_is_newtons_with_the_score_and_information_that_remain() -> None:
    data = make_data(22)
    fit = fitted(data)
    assert fit.estimate.left_out is not None
    for g in range(fit.estimate.n_clusters):
        rest = likelihood(data.keep(data.clusters != g), fit.estimate.coef)
        assert np.allclose(fit.estimate.left_out[g], np.linalg.solve(rest.information, rest.score), atol=1e-9)


def test_a_cluster_of_whole_strata_takes_its_residuals_with_it() -> None:
    data = make_data(23, n_strata=8, clusters="nested")
    fit = fitted(data)
    assert fit.estimate.left_out is not None
    whole = likelihood(data, fit.estimate.coef)
    for g in range(fit.estimate.n_clusters):
        gone = data.clusters == g
        left = whole.information - likelihood(data.keep(gone), fit.estimate.coef).information
        expected = -np.linalg.solve(left, whole.residuals[gone].sum(axis=0))
        assert np.allclose(fit.estimate.left_out[g], expected, atol=1e-9)


def test_the_approximation_for_many_rows_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data(24, n=600, n_strata=14)
    exact = fitted(data).estimate.std_error
    monkeypatch.setattr(cox_left_out, "EXACT_MOST", 0)
    near = fitted(data).estimate.std_error
    assert np.allclose(near, exact, rtol=0.1)
    assert not np.allclose(near, exact, rtol=1e-6)


def test_degrees_of_freedom_follow_from_the_quadratic_form() -> None:
    data = make_data(25, n=300)
    fit = fitted(data)
    model = fit.model
    shares = np.zeros((model.n_clusters, 3, 3))
    for piece in model.pieces():
        spread = piece.parts().spread
        for g in range(model.n_clusters):
            own = spread[:, model.clusters[piece.block.rows] == g]
            shares[g] += own @ own.T
    total = shares.sum(axis=0)
    for j in range(3):
        through = np.array([np.linalg.inv(total - share)[:, j] for share in shares])
        form = np.array([[-a @ s @ np.linalg.inv(total) @ t @ b for t, b in zip(shares, through, strict=True)]
                         for s, a in zip(shares, through, strict=True)])  # fmt: skip
        form += np.diag([a @ s @ a for s, a in zip(shares, through, strict=True)])
        assert fit.estimate.dof[j] == pytest.approx(np.trace(form) ** 2 / np.sum(form**2), rel=1e-6)


def test_a_mention_found_in_few_clusters_has_few_degrees_of_freedom() -> None:
    data = make_data(26, n=2000, n_strata=40, clusters="strata")
    data.x[:, 0] *= data.strata < 6
    dof = fitted(data).estimate.dof
    assert dof[0] < 7
    assert dof[2] > 20
    assert (dof <= fitted(data).estimate.n_clusters - 1).all()


def test_a_cluster_that_alone_carries_a_column_leaves_it_where_it_was() -> None:
    data = make_data(27, n=300, n_strata=8, clusters="strata")
    data.x[:, 2] *= data.strata == 3
    estimate = fitted(data).estimate
    assert estimate.left_out is not None
    assert np.isfinite(estimate.left_out).all()
    assert abs(estimate.left_out[3, 2]) < 0.01 * np.abs(estimate.left_out[:, :2]).max()
