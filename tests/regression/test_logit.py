"""The logit with location effects against statsmodels with dummies, and what it leaves out."""

from __future__ import annotations

import numpy as np
import pytest
from slow_logit import fit_dense, make_data

from custservice.errors import EstimationError
from custservice.regression.logit import fit_logit

NAMES = list("abcd")


def test_coefficients_and_average_changes_equal_statsmodels_with_dummies() -> None:
    import statsmodels.api as sm

    y, x, groups = make_data(1)
    fit = fit_logit(y, x, NAMES, groups=groups, clusters=groups, wanted=3)
    design = fit_dense(y, x, groups, 3).design
    peer = sm.Logit(y, design).fit(disp=0, tol=1e-12)
    margins = peer.get_margeff(at="overall", dummy=True)
    assert np.allclose(fit.slopes.coef, peer.params[:3], atol=1e-8)
    assert np.allclose(fit.changes.coef, margins.margeff[:3], atol=1e-8)
    assert np.allclose(fit.eta, design @ peer.params, atol=1e-7)


@pytest.mark.parametrize("crossing", [False, True])
def test_cr1_of_slopes_and_changes_equals_a_sandwich_written_out(crossing: bool) -> None:
    y, x, groups = make_data(2)
    n, m = len(y), 3
    clusters = np.random.default_rng(3).integers(0, 25, n) if crossing else groups
    fit = fit_logit(y, x, NAMES, groups=groups, clusters=clusters, wanted=m)
    dense = fit_dense(y, x, groups, m)
    weight = dense.chance * (1 - dense.chance)
    scores = dense.design * (y - dense.chance)[:, None]
    through = scores @ np.linalg.inv((dense.design * weight[:, None]).T @ dense.design)
    slope = _jacobian(dense.beta, dense.design, m)
    influence = through @ slope.T + (_changes(dense.beta, dense.design, m) - dense.changes) / n
    sums = np.array([influence[clusters == g].sum(axis=0) for g in range(clusters.max() + 1)])
    n_params = 4 + (10 if crossing else 0)  # intercepts nested in clusters are not counted
    g = len(sums)
    factor = g / (g - 1) * (n - 1) / (n - n_params)
    assert np.allclose(fit.changes.cr1_covariance, factor * sums.T @ sums, rtol=1e-6)
    plain = np.array([through[clusters == c, :m].sum(axis=0) for c in range(g)])
    assert np.allclose(fit.slopes.cr1_covariance, factor * plain.T @ plain, rtol=1e-7)


def _changes(beta: np.ndarray, design: np.ndarray, m: int) -> np.ndarray:
    eta, x = design @ beta, design[:, :m]
    with_it, without = eta[:, None] + (1 - x) * beta[:m], eta[:, None] - x * beta[:m]
    return 1 / (1 + np.exp(-with_it)) - 1 / (1 + np.exp(-without))


def _jacobian(beta: np.ndarray, design: np.ndarray, m: int) -> np.ndarray:
    steps = np.eye(len(beta)) * 1e-5
    ways = [_changes(beta + s, design, m).mean(axis=0) - _changes(beta - s, design, m).mean(axis=0) for s in steps]
    return np.column_stack(ways) / 2e-5


def test_influence_sums_to_zero_and_is_the_derivative_in_case_weights() -> None:
    y, x, groups = make_data(4, n=300)
    fit = fit_logit(y, x, NAMES, groups=groups, clusters=groups, wanted=3)
    for estimate in (fit.changes, fit.slopes):
        assert np.allclose(estimate.influence.sum(axis=0), 0, atol=1e-11)
    for row in range(0, 300, 29):
        more, less = np.ones(300), np.ones(300)
        more[row] += 1e-4
        less[row] -= 1e-4
        up, down = (fit_dense(y, x, groups, 3, weight) for weight in (more, less))
        assert np.allclose((up.changes - down.changes) / 2e-4, fit.changes.influence[row], atol=1e-8)
        assert np.allclose((up.beta - down.beta)[:3] / 2e-4, fit.slopes.influence[row], atol=1e-7)


def test_what_says_nothing_is_left_out_counted_and_said() -> None:
    y, x, groups = make_data(5)
    y, x = y.copy(), x.copy()
    y[groups == 3] = 0  # a location without a return
    x[:, 2] = (np.arange(len(y)) % 40 == 0) * 1.0
    y[x[:, 2] == 1] = 0  # a mention after which nobody returned
    wide = np.column_stack([x, x[:, 3] * 2])
    fit = fit_logit(y, wide, [*NAMES, "twice d"], groups=groups, clusters=groups, wanted=3)
    rest = (groups != 3) & (x[:, 2] == 0)
    again = fit_dense(y[rest], x[rest][:, [0, 1, 3]], np.unique(groups[rest], return_inverse=True)[1], 2)
    assert np.allclose(fit.changes.coef, again.changes, atol=1e-9)
    assert fit.changes.names == ("a", "b")
    assert fit.separated == ("c",)
    assert fit.dropped == ("twice d",)
    assert fit.n_constant + fit.n_separated == len(y) - rest.sum() == (~fit.kept).sum()
    assert any("same outcome" in note for note in fit.notes)
    assert any("No finite logit estimate for c" in note for note in fit.notes)


def test_small_groups_advise_the_linear_model() -> None:
    y, x, _ = make_data(6)
    few, many = (
        fit_logit(y, x, NAMES, groups=g, clusters=g, wanted=3) for g in (np.arange(500) % 60, np.arange(500) % 10)
    )
    assert any("incidental parameters" in note for note in few.notes)
    assert not any("incidental parameters" in note for note in many.notes)
    assert (few.n_groups, few.median_group_size) == (60, 8)


def test_effects_of_what_cannot_be_are_errors() -> None:
    y, x, groups = make_data(7)
    with pytest.raises(EstimationError, match="only one cluster"):
        fit_logit(y, x, NAMES, groups=groups, clusters=np.zeros(500, dtype=np.int64), wanted=3)
    with pytest.raises(EstimationError, match="outcome of 0 and 1"):
        fit_logit(y * 2, x, NAMES, groups=groups, clusters=groups, wanted=3)
    with pytest.raises(EstimationError, match="'d' holds other values than 0 and 1"):
        fit_logit(y, x, NAMES, groups=groups, clusters=groups)
    with pytest.raises(EstimationError, match="can estimate no exposure"):
        fit_logit(y * (1 - x[:, 0]), x[:, :1], ["a"], groups=None, clusters=groups)
    with pytest.raises(EstimationError, match="nothing to compare"):
        fit_logit(y, y[:, None], ["a"], groups=None, clusters=groups)
