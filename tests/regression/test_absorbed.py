"""Two absorbed factors, joined factors and rows that stand alone, against dummies written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression import estimate_effects, question
from custservice.regression.absorbed import TwoWay, factor_codes, factor_names, not_alone
from custservice.regression.linear import fit_linear


def two_factors(seed: int, n: int = 300) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 40, n), rng.integers(0, 12, n)
    first[:40], second[:12] = np.arange(40), np.arange(12)
    x = (rng.random((n, 3)) < 0.3) * 1.0
    y = x @ np.array([1.0, -1, 0]) + rng.normal(size=40)[first] + rng.normal(size=12)[second] + rng.normal(size=n)
    return y, x, first, second


def dummies(*factors: NDArray) -> NDArray:
    return np.hstack([(f[:, None] == np.unique(f)) * 1.0 for f in factors])


@pytest.mark.parametrize("split", [False, True], ids=["connected", "two parts"])
def test_deviations_are_residuals_on_both_sets_of_dummies(split: bool) -> None:
    _, x, first, second = two_factors(1)
    if split:  # the first twenty levels meet the first six of the other only
        second = np.where(first < 20, second % 6, 6 + second % 6)
    both = TwoWay(first, second)
    wall = dummies(first, second)
    residual = x - wall @ np.linalg.lstsq(wall, x, rcond=None)[0]
    assert np.allclose(both.deviations(x), residual, atol=1e-10)
    assert both.n_parts == (2 if split else 1)
    assert both.n_levels == np.linalg.matrix_rank(wall)


def test_coefficients_and_cr1_with_two_factors_equal_statsmodels_with_dummies() -> None:
    import statsmodels.api as sm

    y, x, first, second = two_factors(2)
    fit = fit_linear(y, x, ["a", "b", "c"], groups=first, clusters=first, also=second)
    design = np.hstack([x, dummies(first), dummies(second)[:, 1:]])
    peer = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": first})
    n, counted = len(y), 3 + 11  # the first factor is nested in the clusters
    assert np.allclose(fit.estimate.coef, peer.params[:3], rtol=1e-9)
    factor = np.sqrt((n - design.shape[1]) / (n - counted))
    assert np.allclose(np.sqrt(np.diag(fit.estimate.cr1_covariance)), peer.bse[:3] * factor, rtol=1e-9)
    assert fit.residual_dof == n - design.shape[1]
    assert fit.estimate.left_out is None


def test_rows_that_stand_alone_leave_again_and_again() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.integers(0, 60, 150), rng.integers(0, 50, 150)
    kept = not_alone([first, second])
    assert 0 < kept.sum() < 150
    frame = pd.DataFrame({"a": first, "b": second})[kept]
    assert frame["a"].value_counts().min() > 1
    assert frame["b"].value_counts().min() > 1
    for row in np.flatnonzero(~kept):  # together with those that stay, none that left could have stayed
        again = kept.copy()
        again[row] = True
        alone = [np.bincount(f, again)[f[row]] == 1 for f in (first, second)]
        assert any(alone) or not_alone([first[again], second[again]]).all()


def test_both_ways_of_two_factors_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = make_panel()
    few = estimate_effects(panel, absorb=["location_id", "month"])
    as_control = estimate_effects(panel)  # months as dummies is what the default does
    assert np.allclose(few.estimate.coef, as_control.estimate.coef)
    assert np.allclose(few.estimate.std_error, as_control.estimate.std_error)
    monkeypatch.setattr(question, "MOST_DUMMIES", 0)
    many = estimate_effects(panel, absorb=["location_id", "month"])
    assert np.allclose(many.estimate.coef, as_control.estimate.coef)
    assert np.allclose(many.estimate.cr1_covariance, as_control.estimate.cr1_covariance)
    with pytest.raises(EstimationError, match="'logit' absorbs two columns only"):
        estimate_effects(panel, absorb=["location_id", "month"], model="logit")


def test_joined_columns_have_an_intercept_per_combination() -> None:
    panel = make_panel()
    joined = estimate_effects(panel, absorb="location_id:month")
    by_hand = estimate_effects(panel.assign(both=panel["location_id"] + panel["month"]), absorb="both",
                               controls=["first_visit", "prior_visits", "history_days", "topics"])  # fmt: skip
    assert np.allclose(joined.estimate.coef, by_hand.estimate.coef)
    assert np.allclose(joined.estimate.std_error, by_hand.estimate.std_error)
    frame = pd.DataFrame({"a": ["x", None, None], "b": [1, 1, 2]})
    assert factor_codes(frame, "a:b").tolist() == [0, 1, 2]
    assert factor_codes(frame, "a").tolist() == [0, 1, 1]


def test_three_columns_and_consequences_are_refused() -> None:
    with pytest.raises(EstimationError, match="At most two columns"):
        factor_names(["location_id", "month", "staff_id"])
    with pytest.raises(EstimationError, match="star rating lies between"):
        estimate_effects(make_panel(), absorb="location_id:rating")
    with pytest.raises(EstimationError, match="no column 'shop' to absorb"):
        estimate_effects(make_panel(), absorb=["location_id", "shop"])
