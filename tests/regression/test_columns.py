"""Products that skip zeros are those of the written-out matrix."""

from __future__ import annotations

import numpy as np
import pytest

from custservice.regression.columns import Columns, find_sparse


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_products_are_those_of_the_matrix_however_many_zeros_it_holds(share: float) -> None:
    rng = np.random.default_rng(1)
    x = (rng.random((1_500, 4)) < share) * rng.normal(size=(1_500, 4))
    codes, weight, values = rng.integers(0, 7, 1_500), rng.random(1_500), rng.normal(size=(1_500, 2))
    columns = Columns(x)
    assert (find_sparse(x) is None) == (share == 0.9)
    assert np.allclose(columns.times(np.arange(4.0)), x @ np.arange(4.0), atol=1e-13)
    assert np.allclose(columns.cross(values), x.T @ values, atol=1e-11)
    assert np.allclose(columns.cross(values[:, 0]), x.T @ values[:, 0], atol=1e-11)
    assert np.allclose(columns.gram(weight), (x * weight[:, None]).T @ x, atol=1e-11)
    sums = np.array([(x * weight[:, None])[codes == g].sum(axis=0) for g in range(8)])
    assert np.allclose(columns.sums(codes, 8, weight), sums, atol=1e-12)


def test_some_columns_and_what_was_passed_in_stays() -> None:
    x = np.diag(np.arange(5.0))
    before = x.copy()
    found = find_sparse(x)
    assert found is not None
    kept = found.keep(np.array([3, 1]))
    assert kept.gram(np.ones(5)).tolist() == [[9.0, 0.0], [0.0, 1.0]]
    assert kept.sums(np.zeros(5, dtype=np.int64), 1, np.ones(5)).tolist() == [[3.0], [1.0]]
    assert np.array_equal(x, before)
