"""Sums over groups against loops."""

from __future__ import annotations

import numpy as np

from custservice.regression.grouping import Grouping, Rows, recode


def test_sums_equal_loops_with_and_without_weights() -> None:
    rng = np.random.default_rng(1)
    codes, values, weights = rng.integers(0, 4, 50), rng.normal(size=(50, 3)), rng.random(50)
    groups = Grouping(codes, 5)  # the last one is empty
    for weight, found in ((np.ones(50), groups.sums(values)), (weights, groups.sums(values, weights))):
        by_hand = [(values[codes == g] * weight[codes == g, None]).sum(axis=0) for g in range(5)]
        assert np.allclose(found, by_hand)
    assert np.allclose(groups.total(weights), [weights[codes == g].sum() for g in range(5)])


def test_rows_chosen_are_numbered_anew_and_the_others_stay_as_they_were() -> None:
    rows = Rows(np.array([0.0, 1, 1]), np.arange(6.0).reshape(3, 2), Grouping(np.array([0, 1, 2]), 3))
    some = rows.where(np.array([True, False, True]))
    assert some.groups.codes.tolist() == [0, 1]
    assert some.groups.size == 2
    assert some.x.tolist() == [[0, 1], [4, 5]]
    assert rows.groups.codes.tolist() == [0, 1, 2]
    assert rows.where(np.ones(3, dtype=bool)) is rows
    assert recode(np.array([7, 2, 7])).tolist() == [1, 0, 1]
