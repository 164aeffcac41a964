"""Rows that share an intercept, and sums over them that walk through the rows once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Rows taken at a time: small enough for a block and its weighted copy to stay in the processor's cache.
BLOCK = 1024


@dataclass(frozen=True)
class Grouping:
    """Rows that share an intercept.

    Attributes
    ----------
    codes
        Group of each row, codes from 0, shape (n,).
    size
        Number of groups, G.
    """

    codes: Ints
    size: int

    def total(self, values: Floats) -> Floats:
        """Return the sum of ``values`` (n,) over each group, shape (G,)."""
        return np.asarray(np.bincount(self.codes, values, minlength=self.size), dtype=np.float64)

    def sums(self, values: NDArray[np.floating], weights: Floats | None = None) -> Floats:
        """Return the (weighted) sum of the rows of ``values`` (n, k) over each group, shape (G, k).

        Sums of single precision values are of single precision.

        Examples
        --------
        >>> Grouping(np.array([0, 1, 0]), 2).sums(np.array([[1.0], [2.0], [4.0]])).ravel().tolist()
        [5.0, 2.0]
        """
        from scipy import sparse

        n = len(self.codes)
        weight = np.ones(n, dtype=values.dtype) if weights is None else weights
        # one entry per column: the product walks through the rows once, in their order
        indicator = sparse.csc_array((weight, self.codes, np.arange(n + 1)), shape=(self.size, n))
        return np.asarray(indicator @ values)


@dataclass(frozen=True)
class Rows:
    """What a logit is fitted to: outcomes of 0 and 1 (n,), regressors (n, k) without a constant, and the groups."""

    y: Floats
    x: Floats
    groups: Grouping

    def where(self, kept: NDArray[np.bool_]) -> Rows:
        """Return some of the rows, their groups numbered anew from 0."""
        if kept.all():
            return self
        codes = recode(self.groups.codes[kept])
        return Rows(self.y[kept], self.x[kept], Grouping(codes, int(codes.max(initial=-1)) + 1))


def recode(codes: Ints) -> Ints:
    """Return codes from 0 without gaps, in their order.

    Examples
    --------
    >>> recode(np.array([3, 0, 3])).tolist()
    [1, 0, 1]
    """
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)
