"""What is left out before a logit is fitted, and what is reported after."""

from __future__ import annotations

import numpy as np
from slow_logit import fit_dense, make_data

from custservice.regression.logit_estimable import find_estimable


def test_controls_far_from_zero_do_not_cost_digits() -> None:
    y, x, groups = make_data(1)
    shifted = np.column_stack([x, 2020 + np.arange(len(y)) % 5])
    found = find_estimable(y, shifted, groups, 3)
    dense = fit_dense(y, np.column_stack([x, np.arange(len(y)) % 5]), groups, 3)
    assert np.allclose(found.place.beta, dense.beta[:5], atol=1e-9)


def test_a_separated_column_with_other_rows_is_never_reported() -> None:
    y, x, groups = make_data(2)
    x = x.copy()
    y = np.where(x[:, 0] == 1, 1.0, y)
    found = find_estimable(y, x, groups, 3)
    assert found.separated.tolist() == [0]
    assert found.reported.tolist() == [1, 2]
    assert np.array_equal(found.kept, x[:, 0] == 0)
    assert found.n_separated == int(x[:, 0].sum())


def test_what_was_passed_in_stays_as_it_was() -> None:
    y, x, groups = make_data(3)
    x[:, 3] += 1000
    before = x.copy()
    find_estimable(y, x, groups, 3)
    assert np.array_equal(x, before)
