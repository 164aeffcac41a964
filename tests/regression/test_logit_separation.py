"""Rows fitted perfectly: those that a linear programme finds, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.logit_estimable import find_estimable
from custservice.regression.logit_separation import without_variation


def separated_rows(y: NDArray, x: NDArray, groups: NDArray) -> NDArray[np.bool_]:
    """Return the rows that some direction fits perfectly: the largest support of ``sign(y) (x, dummies) b >= 0``."""
    from scipy.optimize import linprog

    n = len(y)
    dummies = groups[:, None] == np.arange(groups.max() + 1)
    signed = np.hstack([x, dummies]) * (2 * y - 1)[:, None]
    width = signed.shape[1]
    found = linprog(
        np.concatenate([np.zeros(width), -np.ones(n)]),
        A_ub=np.hstack([-signed, np.eye(n)]),
        b_ub=np.zeros(n),
        bounds=[(None, None)] * width + [(0, 1)] * n,
    )
    return np.asarray(found.x[width:] > 0.5)


def random_case(rng: np.random.Generator) -> tuple[NDArray, NDArray, NDArray]:
    n, k = int(rng.integers(12, 50)), int(rng.integers(1, 5))
    groups = np.unique(rng.integers(0, 4, n), return_inverse=True)[1]
    x = (rng.random((n, k)) < rng.uniform(0.05, 0.6, k)) * 1.0
    if rng.random() < 0.5:
        x[:, -1] = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-2 * (x @ rng.normal(size=k)) + 0.5))) * 1.0
    return y, x, groups


@pytest.mark.parametrize("seed", range(4))
def test_the_rows_kept_are_those_of_the_linear_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = 0
    for _ in range(25):
        y, x, groups = random_case(rng)
        alive = ~without_variation(y, groups)
        wanted = np.zeros(len(y), dtype=bool)
        if alive.any():
            codes = np.unique(groups[alive], return_inverse=True)[1]
            wanted[alive] = ~separated_rows(y[alive], x[alive], codes)
        seen += bool((wanted != alive).any())
        if not wanted.any():
            with pytest.raises(EstimationError, match="nothing to compare"):
                find_estimable(y, x, groups, x.shape[1])
            continue
        assert np.array_equal(find_estimable(y, x, groups, x.shape[1]).kept, wanted)
    assert seen > 3


def test_a_combination_that_separates_is_found_and_its_columns_named() -> None:
    y = np.array([0.0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0])
    x = np.zeros((12, 3))
    x[:6, 0] = [1, 1, 0, 0, 1, 1]
    x[8:, 1] = [1.0, 2, 1, 0.5]  # a number: above 1 always 1, below always 0
    x[:8, 2] = [0, 0, 1, 1, 1, 0, 0, 1]
    groups = np.repeat([0, 1], [8, 4])
    found = find_estimable(y, x, groups, 3)
    assert 1 in found.separated
    assert not found.kept[8:].any()
    assert found.kept[:8].all()
