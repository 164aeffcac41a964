"""Leaving a cluster out by one Newton step: exact for weighted least squares, near for the logit."""

from __future__ import annotations

import numpy as np
import pytest
from slow_logit import fit_dense, make_data

from custservice.regression.grouping import Grouping
from custservice.regression.logit import fit_logit
from custservice.regression.logit_left_out import count_spanning


@pytest.mark.parametrize(("crossing", "within"), [(False, 0.03), (True, 0.01)])
def test_steps_are_near_refits(crossing: bool, within: float) -> None:
    y, x, groups = make_data(1, n=800)
    clusters = np.random.default_rng(5).integers(0, 25, len(y)) if crossing else groups
    fit = fit_logit(y, x, list("abcd"), groups=groups, clusters=clusters, wanted=3)
    whole = fit_dense(y, x, groups, 3)
    again = [fit_dense(y, x, groups, 3, (clusters != c) * 1.0) for c in range(clusters.max() + 1)]
    for estimate, change in (
        (fit.changes, np.array([w.changes - whole.changes for w in again])),
        (fit.slopes, np.array([w.beta[:3] - whole.beta[:3] for w in again])),
    ):
        assert estimate.left_out is not None
        typical = np.sqrt((change**2).mean(axis=0))
        assert (np.sqrt(((estimate.left_out - change) ** 2).mean(axis=0)) < 5 * within * typical).all()
        g = len(change)
        assert np.allclose(estimate.std_error, np.sqrt((g - 1) / g * (change**2).sum(axis=0)), rtol=within)


def test_degrees_of_freedom_of_slopes_are_those_of_the_weighted_regression() -> None:
    y, x, groups = make_data(2, n=200, n_groups=8)
    estimate = fit_logit(y, x, list("abcd"), groups=groups, clusters=groups, wanted=3).slopes
    dense = fit_dense(y, x, groups, 3)
    rooted = dense.design * np.sqrt(dense.chance * (1 - dense.chance))[:, None]
    inverse = np.linalg.pinv(rooted)
    rest = np.eye(len(y)) - rooted @ inverse
    for j in range(3):
        rows = []
        for g in range(8):
            inside = groups == g
            own = np.linalg.pinv(rest[np.ix_(inside, inside)], rcond=1e-8)
            rows.append(own @ inverse[j, inside] @ rest[inside])
        p = np.array(rows) @ np.array(rows).T
        assert estimate.dof[j] == pytest.approx(min(np.trace(p) ** 2 / np.trace(p @ p), 7), rel=1e-6)


def test_a_cluster_that_alone_carries_a_control_takes_it_along() -> None:
    y, x, groups = make_data(3)
    x = x.copy()
    x[:, 3] = (groups == 5) * (np.arange(len(y)) % 2)
    fit = fit_logit(y, x, list("abcd"), groups=groups, clusters=groups, wanted=3)
    rest = groups != 5
    again = fit_dense(y[rest], x[rest, :3], np.unique(groups[rest], return_inverse=True)[1], 3)
    assert fit.slopes.left_out is not None
    assert np.allclose(fit.slopes.coef + fit.slopes.left_out[5], again.beta[:3], atol=0.02)


def test_groups_that_lie_in_one_cluster_do_not_span() -> None:
    groups = Grouping(np.array([0, 0, 1, 1, 2]), 3)
    assert count_spanning(groups, groups) == 0
    assert count_spanning(groups, Grouping(np.array([0, 1, 0, 1, 1]), 2)) == 2
