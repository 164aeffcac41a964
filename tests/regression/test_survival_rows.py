"""Rows checked, sorted and cut into blocks."""

from __future__ import annotations

import numpy as np
import pytest
from slow_cox import make_data

from custservice.errors import EstimationError
from custservice.regression import survival_rows
from custservice.regression.cox import fit_cox
from custservice.regression.standardised import standardised_difference
from custservice.regression.survival_rows import arrange

NAMES = ["a", "b", "c"]


def test_regressors_are_deviations_and_come_back_as_passed_in() -> None:
    data = make_data(1)
    rows = arrange(data.time, data.event, data.x, data.strata, None)
    for s in range(5):
        assert np.allclose(rows.x[:, rows.strata == s].sum(axis=1), 0, atol=1e-12)
    assert np.allclose(rows.raw(1, slice(None)), data.x[rows.order, 1])
    assert rows.n_strata == 5


def test_the_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data(2, n=400, n_strata=20)
    rows = {"strata": data.strata, "clusters": data.clusters, "entry": data.entry}
    one = fit_cox(data.time, data.event, data.x, NAMES, **rows)
    monkeypatch.setattr(survival_rows, "BLOCK", 30)
    many = fit_cox(data.time, data.event, data.x, NAMES, **rows)
    assert len(one.model.rows.blocks) == 1
    assert len(many.model.rows.blocks) > 8
    for a, b in ((one, many), (standardised_difference(one, 20), standardised_difference(many, 20))):
        assert np.allclose(a.estimate.coef, b.estimate.coef, atol=1e-12)
        assert np.allclose(a.estimate.influence, b.estimate.influence, atol=1e-12)
        assert np.allclose(a.estimate.covariance, b.estimate.covariance, atol=1e-12)
        assert np.allclose(a.estimate.dof, b.estimate.dof)


def test_what_is_passed_in_is_not_changed() -> None:
    data = make_data(3)
    before = [a.copy() for a in (data.time, data.event, data.x, data.strata, data.entry, data.clusters)]
    fit = fit_cox(data.time, data.event, data.x, NAMES, strata=data.strata, clusters=data.clusters, entry=data.entry)
    standardised_difference(fit, 10)
    after = (data.time, data.event, data.x, data.strata, data.entry, data.clusters)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_impossible_rows_are_errors() -> None:
    time, event, x = np.array([1.0, 2.0]), np.array([True, False]), np.array([[0.0], [1.0]])
    with pytest.raises(EstimationError, match="No return was seen in 2 visits"):
        arrange(time, ~event & False, x, None, None)
    with pytest.raises(EstimationError, match="1 visits have a negative time"):
        arrange(time - 1.5, event, x, None, None)
    with pytest.raises(EstimationError, match="must not be missing"):
        arrange(time, event, x * np.nan, None, None)
    with pytest.raises(EstimationError, match="1 visits come under observation when theirs has ended"):
        arrange(time, event, x, None, np.array([0.0, 2.0]))
    with pytest.raises(EstimationError, match="one row per visit"):
        arrange(time, event, x[:1], None, None)
