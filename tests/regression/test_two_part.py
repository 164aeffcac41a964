"""Money in two parts against a slow twin with case weights, refits, and a truth that is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from slow_logit import curve, make_data

from custservice.errors import EstimationError
from custservice.regression.two_part import TwoPartFit, fit_two_part


def money(seed: int, n: int = 500) -> tuple[NDArray, NDArray, NDArray]:
    any_spend, x, groups = make_data(seed, n)
    rng = np.random.default_rng(seed + 50)
    mean = np.exp(3 + x @ np.array([0.4, -0.3, 0.0, 0.2]) + rng.normal(size=10)[groups] * 0.3)
    return any_spend * mean * rng.gamma(2.0, 0.5, n), x, groups


def fitted(y: NDArray, x: NDArray, groups: NDArray, clusters: NDArray | None = None) -> TwoPartFit:
    return fit_two_part(y, x, list("abcd"), groups=groups, clusters=groups if clusters is None else clusters, wanted=3)


def weighted(y: NDArray, x: NDArray, groups: NDArray, weight: NDArray) -> NDArray:
    """Return the average changes with case weights, both parts by plain Newton steps on dummies."""
    design = np.hstack([x, (groups[:, None] == np.arange(groups.max() + 1)) * 1.0])
    design = design[:, (design * weight[:, None]).any(axis=0)]
    width = design.shape[1]
    chance, amount = np.zeros(width), np.repeat([0.0, 3.0], [4, width - 4])
    spent, paid = (y > 0) * 1.0, weight * (y > 0)
    for _ in range(40):
        p, m = curve(design @ chance), np.exp(design @ amount)
        curved = (design * (weight * p * (1 - p))[:, None]).T @ design
        chance = chance + np.linalg.solve(curved, design.T @ (weight * (spent - p)))
        amount = amount + np.linalg.solve((design * (paid * m)[:, None]).T @ design, design.T @ (paid * (y - m)))
    moves = []
    for j in range(3):
        worlds = []
        for value in (1.0, 0.0):
            step = value - x[:, j]
            worlds.append(curve(design @ chance + step * chance[j]) * np.exp(design @ amount + step * amount[j]))
        moves.append(weight @ (worlds[0] - worlds[1]) / weight.sum())
    return np.array(moves)


def test_average_changes_and_influence_equal_the_slow_twin() -> None:
    y, x, groups = money(1, n=400)
    fit = fitted(y, x, groups)
    assert fit.kept.all()
    assert np.allclose(fit.changes.coef, weighted(y, x, groups, np.ones(400)), rtol=1e-9)
    assert np.allclose(fit.changes.influence.sum(axis=0), 0, atol=1e-9)
    for row in range(0, 400, 37):
        more, less = np.ones(400), np.ones(400)
        more[row], less[row] = 1 + 1e-4, 1 - 1e-4
        slope = (weighted(y, x, groups, more) - weighted(y, x, groups, less)) / 2e-4
        assert np.allclose(slope, fit.changes.influence[row], atol=1e-6)


@pytest.mark.parametrize("crossing", [False, True])
def test_leaving_clusters_out_is_near_refits(crossing: bool) -> None:
    y, x, groups = money(2, n=1000)
    clusters = np.random.default_rng(4).integers(0, 25, 1000) if crossing else groups
    fit = fitted(y, x, groups, clusters)
    g = clusters.max() + 1
    again = np.array([weighted(y, x, groups, (clusters != c) * 1.0) for c in range(g)]) - fit.changes.coef
    assert np.allclose(fit.changes.std_error, np.sqrt((g - 1) / g * (again**2).sum(axis=0)), rtol=0.06)


def test_an_exposure_that_one_part_cannot_estimate_is_said() -> None:
    y, x, groups = money(3)
    y = np.where(x[:, 0] == 1, 0.0, y)
    fit = fitted(y, x, groups)
    assert fit.dropped == ("a",)
    assert fit.changes.names == ("b", "c")
    assert any("cannot estimate a" in note for note in fit.notes)
    with pytest.raises(EstimationError, match="0 or more"):
        fitted(y - 1, x, groups)
