"""Bounds against everything the silent ones could have thought: by trial of all cases, and by linear programmes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm

from custservice.errors import EstimationError
from custservice.silent import difference_bounds, imbens_manski, share_bounds


def case(seed: int, n: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    level = rng.integers(-1, 2, n)
    level[:2] = [-1, 1]
    heard = rng.random(n) < 0.4
    heard[:2] = True
    return level, heard, rng.random(n) < 0.5


@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_those_of_all_that_the_silent_could_have_thought(seed: int) -> None:
    level, heard, back = case(seed)
    silent = np.flatnonzero(~heard)
    shares, differences = [], []
    for thought in product((-1, 0, 1), repeat=len(silent)):
        full = level.copy()
        full[silent] = thought
        shares.append((full == -1).mean())
        differences.append(back[full == -1].mean() - back[full == 1].mean())
    clusters = np.arange(len(level))
    share = share_bounds(level == -1, heard, clusters)
    assert (share.low, share.high) == pytest.approx((min(shares), max(shares)))
    found = difference_bounds(level == -1, level == 1, heard, back, clusters)
    assert (found.low, found.high) == pytest.approx((min(differences), max(differences)))


@pytest.mark.parametrize("seed", range(3))
def test_bounds_on_returns_are_those_of_linear_programmes(seed: int) -> None:
    """Shares of a crowd may be split: a ratio of sums is turned into a linear programme (Charnes and Cooper 1962)."""
    level, heard, back = case(seed, n=40)
    a, b = float((~heard & back).sum()), float((~heard & ~back).sum())

    def most(level_of: int, sign: int) -> float:
        mine = heard & (level == level_of)
        # x = t (silent with and without return who feel so), t; the mean is linear once its denominator is set to 1
        objective = -sign * np.array([1.0, 0.0, (mine & back).sum()])
        inside = np.array([[1.0, 0.0, -a], [0.0, 1.0, -b]])
        found = linprog(objective, A_ub=inside, b_ub=np.zeros(2), A_eq=[[1.0, 1.0, mine.sum()]], b_eq=[1.0])
        return -sign * float(found.fun)

    found = difference_bounds(level == -1, level == 1, heard, back, np.arange(40))
    assert found.low == pytest.approx(most(-1, -1) - most(1, 1))
    assert found.high == pytest.approx(most(-1, 1) - most(1, -1))


def test_intervals_reach_the_value_and_not_the_whole_range() -> None:
    low, high = imbens_manski(0.2, 0.6, (0.02, 0.01), 1e9)
    assert (0.2 - low) / 0.02 == pytest.approx(norm.ppf(0.95), abs=1e-6)
    assert (high - 0.6) / 0.01 == pytest.approx(norm.ppf(0.95), abs=1e-6)
    together = imbens_manski(0.5, 0.5, (0.02, 0.02), 1e9)
    assert (together[1] - 0.5) / 0.02 == pytest.approx(norm.ppf(0.975), abs=1e-6)
    assert imbens_manski(0.2, 0.6, (0.0, 0.0), 10) == (0.2, 0.6)


def test_errors_of_the_ends_are_those_of_a_bootstrap() -> None:
    rng = np.random.default_rng(5)
    n = 1500
    level, heard, back = rng.integers(-1, 2, n), rng.random(n) < 0.4, rng.random(n) < 0.5
    found = difference_bounds(level == -1, level == 1, heard, back, np.arange(n))
    reach = (found.high - found.low, found.to - found.high)
    ends = []
    for _ in range(300):
        rows = rng.integers(0, n, n)
        again = difference_bounds(level[rows] == -1, level[rows] == 1, heard[rows], back[rows], np.arange(n))
        ends.append(again.high)
    assert reach[1] == pytest.approx(norm.ppf(0.95) * np.std(ends), rel=0.15)
    assert reach[0] > 10 * reach[1]


def test_nobody_unhappy_is_refused() -> None:
    with pytest.raises(EstimationError, match="Nobody is known to be unhappy"):
        difference_bounds(np.zeros(4, bool), np.ones(4, bool), np.ones(4, bool), np.ones(4, bool), np.arange(4))
