"""Average discrete changes: their derivatives give statsmodels' delta-method errors."""

from __future__ import annotations

import numpy as np
from slow_logit import fit_dense, make_data

from custservice.regression.discrete import average_changes, flip, slope_averages
from custservice.regression.grouping import Grouping, Rows
from custservice.regression.logit_newton import maximise, solve_scaled


def test_flipped_rows_equal_the_curve_at_both_values() -> None:
    rng = np.random.default_rng(1)
    eta, x, slopes = rng.normal(size=30) * 4, (rng.random((30, 2)) < 0.5) * 1.0, np.array([0.7, -2.0])
    flips = flip(eta, x, slopes)
    base = eta[:, None] - x * slopes
    with_it, without = 1 / (1 + np.exp(-base - slopes)), 1 / (1 + np.exp(-base))
    assert np.allclose(flips.change, with_it - without)
    assert np.allclose(flips.tilt, with_it * (1 - with_it) - without * (1 - without))
    other = np.where(x == 1, without, with_it)
    assert np.allclose(flips.other, other * (1 - other))


def test_delta_method_errors_equal_statsmodels_margins() -> None:
    import statsmodels.api as sm

    y, x, groups = make_data(2)
    rows = Rows(y, x, Grouping(groups, 10))
    place = maximise(rows)
    bread = solve_scaled(place.information, np.eye(4))
    found = average_changes(rows, place, bread, 3, expected=True)
    by_slope = found.by_slope + found.by_intercept.T @ place.means  # intercepts held, as statsmodels holds its dummies
    jacobian = np.hstack([by_slope, found.by_intercept.T]) / len(y)
    peer = sm.Logit(y, fit_dense(y, x, groups, 3).design).fit(disp=0, tol=1e-12)
    margins = peer.get_margeff(at="overall", dummy=True)
    error = np.sqrt(np.diag(jacobian @ peer.cov_params() @ jacobian.T))
    assert np.allclose(error, margins.margeff_se[:3], rtol=1e-7)
    # with the intercepts eliminated the same error is the profiled one plus that of the intercepts
    intercepts = (found.by_intercept.T / place.group_weight) @ found.by_intercept
    profiled = np.sqrt(np.diag(found.by_slope @ bread @ found.by_slope.T + intercepts)) / len(y)
    assert np.allclose(error, profiled, rtol=1e-7)


def test_expected_squares_are_the_mean_of_squared_influence() -> None:
    y, x, groups = make_data(3, n=4000)
    rows = Rows(y, x, Grouping(groups, 10))
    place = maximise(rows)
    bread = solve_scaled(place.information, np.eye(4))
    for averages in (
        average_changes(rows, place, bread, 3, True).averages,
        slope_averages(rows, place, bread, 3, True),
    ):
        assert averages.expected is not None
        assert np.allclose(averages.expected.sum(axis=0), (averages.influence**2).sum(axis=0), rtol=0.1)
