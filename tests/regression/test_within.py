"""Deviations from group means give the same products whether or not they are written out."""

from __future__ import annotations

import numpy as np

from custservice.regression.absorbed import TwoWay
from custservice.regression.within import Deviations, deviations


def check(found: Deviations, within: np.ndarray) -> None:
    rng = np.random.default_rng(2)
    slopes, residual = rng.normal(size=(within.shape[1], 2)), rng.normal(size=len(within))
    everything = np.arange(within.shape[1])
    assert np.allclose(found.written(everything), within, atol=1e-10)
    assert np.allclose(found.written(everything[1:]), within[:, 1:], atol=1e-10)
    assert np.allclose(found.gram, within.T @ within, rtol=1e-9, atol=1e-9)
    assert np.allclose(found.times(slopes[:, 0]), within @ slopes[:, 0], atol=1e-10)
    clusters = np.arange(len(within)) % 40
    influence, squares = found.scores(slopes, residual, clusters)
    z = within @ slopes
    sums = np.array([(z[clusters == g] ** 2).sum(axis=0) for g in range(40)])
    assert np.allclose(influence, z * residual[:, None], atol=1e-9)
    assert np.allclose(squares / squares.mean(axis=0), sums / sums.mean(axis=0), rtol=1e-5)


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return (rng.random((1_300, 3)) < 0.1).astype(float), rng.integers(0, 9, 1_300), rng.integers(0, 5, 1_300)


def plain(x: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return x - np.array([x[groups == g].mean(axis=0) for g in range(groups.max() + 1)])[groups]


def test_mentions_are_not_written_out() -> None:
    x, groups, _ = data()
    found = deviations(x, groups)
    assert found.means is not None
    check(found, plain(x, groups))
    assert np.allclose(found.lengths, (x**2).sum(axis=0))


def test_a_column_far_from_zero_is_written_out_so_that_digits_stay() -> None:
    x, groups, _ = data()
    x[:, 1] = 2_024.0 + 0.001 * x[:, 1]
    found = deviations(x, groups)
    assert found.means is None
    within = plain(x, groups)
    check(found, within)
    assert np.isclose(found.gram[1, 1], within[:, 1] @ within[:, 1], rtol=1e-12)


def test_a_column_that_is_constant_within_groups_has_nothing_left() -> None:
    x, groups, _ = data()
    x[:, 2] = groups / 7
    found = deviations(x, groups)
    assert found.gram[2, 2] < 1e-20 * found.lengths[2]


def test_two_factors() -> None:
    x, groups, others = data()
    dummies = np.column_stack([groups[:, None] == np.arange(9), others[:, None] == np.arange(5)]).astype(float)
    within = x - dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0]
    check(deviations(x, groups, TwoWay(groups, others)), within)
