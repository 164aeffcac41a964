"""Products with the regressors, which mostly hold zeros: a mention stands in a few of a hundred reviews."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Rows taken at a time where values are dense: a block and its weighted copy stay in the processor's cache.
BLOCK = 512
#: With more than this share of values other than 0 dense products are quicker.
_DENSE = 0.25


@dataclass(frozen=True)
class Sparse:
    """Regressors (n, k) as their values other than 0; made by `find_sparse`.

    Attributes
    ----------
    values
        By row, a scipy array.
    transposed
        The same, transposed.
    row
        The row of each.
    """

    values: Any
    transposed: Any
    row: Ints

    def cross(self, values: Floats) -> Floats:
        """Return ``x' values`` for values of shape (n,) or (n, m)."""
        return np.asarray(self.values.T @ values)

    def gram(self, weight: Floats) -> Floats:
        """Return ``x' diag(weight) x``, shape (k, k)."""
        weighted = self.values.copy()
        weighted.data *= weight[self.row]
        return np.asarray((self.transposed @ weighted).toarray())

    def sums(self, codes: Ints, size: int, weight: Floats) -> Floats:
        """Return the weighted sum of the rows of each of ``size`` groups, shape (k, size)."""
        k = self.values.shape[1]
        place = self.values.indices * np.int64(size) + codes[self.row]
        found = np.bincount(place, weight[self.row] * self.values.data, minlength=size * k)
        return np.asarray(found.reshape(k, size), dtype=np.float64)

    def keep(self, columns: Ints) -> Sparse:
        """Return some of the columns."""
        return _sparse(self.values[:, columns])


def find_sparse(x: Floats) -> Sparse | None:
    """Return the values other than 0, or None where there are too many.

    Examples
    --------
    >>> found = find_sparse(np.eye(5))
    >>> found.gram(np.arange(5.0)).diagonal().tolist(), find_sparse(np.ones((5, 1)))
    ([0.0, 1.0, 2.0, 3.0, 4.0], None)
    """
    from scipy import sparse

    n, k = x.shape
    flat = np.flatnonzero(x != 0)
    if len(flat) > _DENSE * n * k:
        return None
    row, column = np.divmod(flat, max(k, 1))
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))])
    return _sparse(sparse.csr_array((x.ravel()[flat], column, starts), shape=(n, k)))


def _sparse(values: Any) -> Sparse:
    return Sparse(values, values.T.tocsr(), np.repeat(np.arange(values.shape[0]), np.diff(values.indptr)))


@dataclass(frozen=True)
class Columns:
    """Regressors ``x`` (n, k), and the products with them that estimators need, whether or not most values are 0.

    Examples
    --------
    >>> columns = Columns(np.array([[1.0, 0], [0, 0], [0, 2], [0, 0], [0, 0]]))
    >>> columns.times(np.array([1.0, 10])).tolist(), columns.cross(np.arange(5.0)).tolist()
    ([1.0, 0.0, 20.0, 0.0, 0.0], [0.0, 4.0])
    >>> columns.gram(np.ones(5)).tolist(), columns.sums(np.array([0, 0, 1, 1, 1]), 2, np.ones(5)).tolist()
    ([[1.0, 0.0], [0.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]])
    """

    x: Floats

    def times(self, slopes: Floats) -> Floats:
        """Return ``x slopes``, shape (n,)."""
        return np.asarray((self.x if self._sparse is None else self._sparse.values) @ slopes)

    def cross(self, values: Floats) -> Floats:
        """Return ``x' values`` for values of shape (n,) or (n, m)."""
        return np.asarray(self.x.T @ values) if self._sparse is None else self._sparse.cross(values)

    def gram(self, weight: Floats) -> Floats:
        """Return ``x' diag(weight) x``, shape (k, k), for weights of 0 or more (n,)."""
        if self._sparse is not None:
            return self._sparse.gram(weight)
        total = np.zeros((self.x.shape[1], self.x.shape[1]))
        for start in range(0, len(self.x), BLOCK):
            part = slice(start, start + BLOCK)
            rooted = self.x[part] * np.sqrt(weight[part])[:, None]
            total += rooted.T @ rooted
        return total

    def sums(self, codes: Ints, size: int, weight: Floats) -> Floats:
        """Return the weighted sum of the rows of each of ``size`` groups, shape (size, k)."""
        if self._sparse is None:
            return group_sums(codes, size, self.x, weight)
        return self._sparse.sums(codes, size, weight).T

    @cached_property
    def _sparse(self) -> Sparse | None:
        return find_sparse(self.x)


def group_sums(codes: Ints, size: int, values: NDArray[np.floating], weight: NDArray[np.floating]) -> NDArray[Any]:
    """Return the weighted sums of the rows of ``values`` (n, k) over each group, shape (size, k)."""
    from scipy import sparse

    n = len(codes)
    # one entry per column: the product walks through the rows once, in their order
    indicator = sparse.csc_array((weight, codes, np.arange(n + 1)), shape=(size, n))
    return np.asarray(indicator @ values)
