"""LMG shares: the published example, brute force over all orders, and what must not change them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.importance import lmg_shares

#: Fertility, Agriculture, Examination, Education, Catholic, Infant.Mortality of 47 provinces of Switzerland about 1888
#: (Mosteller and Tukey 1977, Data Analysis and Regression; R's data set `swiss`).
SWISS = """
80.2 17 15 12 9.96 22.2   83.1 45.1 6 9 84.84 22.2  92.5 39.7 5 5 93.4 20.2    85.8 36.5 12 7 33.77 20.3
76.9 43.5 17 15 5.16 20.6 76.1 35.3 9 7 90.57 26.6  83.8 70.2 16 7 92.85 23.6  92.4 67.8 14 8 97.16 24.9
82.4 53.3 12 7 97.67 21   82.9 45.2 16 13 91.38 24.4 87.1 64.5 14 6 98.61 24.5 64.1 62 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1  68.9 60.7 19 12 4.43 22.7 61.7 69.3 22 5 2.82 18.7   68.3 72.6 18 2 24.2 21.2
71.7 34 17 8 3.3 20       55.7 19.4 26 28 12.11 20.2 54.3 15.2 31 20 2.15 10.8 65.1 73 19 9 2.84 20
65.5 59.8 22 10 5.23 18   65 55.1 14 3 4.52 22.4    56.6 50.9 22 12 15.14 16.7 57.4 54.1 20 6 4.2 15.3
72.5 71.2 12 1 2.4 21     74.2 58.1 14 8 5.23 23.8  72 63.5 6 3 2.56 18        60.5 60.8 16 10 7.72 16.3
58.3 26.8 25 19 18.46 20.9 65.4 49.5 15 8 6.1 22.5  75.5 85.9 3 2 99.71 15.1   69.3 84.9 7 6 99.68 19.8
77.3 89.7 5 2 100 18.3    70.5 78.2 12 6 98.96 19.4 79.4 64.9 7 3 98.22 20.2   65 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3  79.3 63.1 13 13 96.83 18.1 70.4 38.4 26 12 5.62 20.3 65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9 64.4 17.6 35 32 16.92 23 77.6 37.6 15 7 4.97 20     67.6 18.7 25 7 8.65 19.5
35 1.2 37 53 42.34 18     44.7 46.6 16 29 50.43 18.2 42.8 27.7 22 29 58.33 19.3
"""
PUBLISHED = [0.057091, 0.171173, 0.260135, 0.105570, 0.112766]


def gram_of(data: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cross products of deviations, outcome (the first column) last."""
    deviations = np.roll(data - data.mean(axis=0), -1, axis=1)
    return deviations.T @ deviations


@pytest.fixture
def swiss() -> NDArray[np.float64]:
    return np.array(SWISS.split(), dtype=float).reshape(47, 6)


def r2(gram: NDArray[np.float64], columns: list[int]) -> float:
    if not columns:
        return 0.0
    block, cross = gram[np.ix_(columns, columns)], gram[columns, -1]
    return float(cross @ np.linalg.pinv(block) @ cross / gram[-1, -1])


def test_the_published_shares_of_the_swiss_data(swiss: NDArray[np.float64]) -> None:
    shares = lmg_shares(gram_of(swiss), [[0], [1], [2], [3], [4]])
    assert shares == pytest.approx(PUBLISHED, abs=1e-6)
    assert shares.sum() == pytest.approx(0.706735, abs=1e-6)


def test_rescaling_a_column_changes_nothing(swiss: NDArray[np.float64]) -> None:
    rescaled = swiss * [1, 1, 1e-8, 1, 1, 1]
    groups = [[0], [1], [2], [3], [4]]
    assert lmg_shares(gram_of(rescaled), groups) == pytest.approx(lmg_shares(gram_of(swiss), groups), rel=1e-9)


def test_groups_equal_brute_force_over_all_orders(swiss: NDArray[np.float64]) -> None:
    gram = gram_of(swiss)
    groups = [[0, 3], [1], [2, 4]]
    gains = np.zeros(3)
    for order in permutations(range(3)):
        joined: list[int] = []
        for j in order:
            before = r2(gram, joined)
            joined = joined + groups[j]
            gains[j] += (r2(gram, joined) - before) / 6
    assert lmg_shares(gram, groups) == pytest.approx(gains, abs=1e-12)


def test_samples_are_computed_alike(swiss: NDArray[np.float64]) -> None:
    grams = np.stack([gram_of(swiss), gram_of(swiss[:30])])
    both = lmg_shares(grams, [[0], [1, 2], [3, 4]])
    assert both[1] == pytest.approx(lmg_shares(grams[1], [[0], [1, 2], [3, 4]]))


def test_a_copy_shares_with_its_original_and_noise_gets_nothing(swiss: NDArray[np.float64]) -> None:
    twin = np.column_stack([swiss[:, :2], swiss[:, 1], np.zeros(47)])
    shares = lmg_shares(gram_of(twin), [[0], [1], [2]])
    assert shares[0] == pytest.approx(shares[1])
    assert shares.sum() == pytest.approx(r2(gram_of(swiss), [0]))
    assert shares[2] == 0


def test_too_many_groups_are_refused() -> None:
    with pytest.raises(EstimationError, match="up to 12"):
        lmg_shares(np.eye(14), [[i] for i in range(13)])
