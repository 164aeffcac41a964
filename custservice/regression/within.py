"""Regressors less the means of their groups: products with them, without writing them out where that can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from custservice.regression.absorbed import TwoWay
from custservice.regression.columns import BLOCK, Columns, Floats, Ints
from custservice.regression.grouping import Grouping, RunningSums, demean

#: A column of which less than this share is left (in squares) is written out: differences of sums would lose digits.
_LITTLE = 1e-4


@dataclass(frozen=True)
class Deviations:
    """Columns (n, k) less their group means; made by `deviations`.

    Attributes
    ----------
    columns, means, codes
        Columns as they are, group means (G, k) and groups (n,); or written out, None and None.
    gram
        Cross products of the deviations, shape (k, k).
    lengths
        Squared length of each column before the means were taken out, shape (k,): what rounding is measured by.
    """

    columns: Columns
    means: Floats | None
    codes: Ints | None
    gram: Floats
    lengths: Floats

    def written(self, kept: Ints) -> Floats:
        """Return some of the deviations, shape (n, len(kept))."""
        x = self.x if len(kept) == self.x.shape[1] else self.x[:, kept]
        return x if self.codes is None else demean(x, self.codes)

    @property
    def x(self) -> Floats:
        """Columns as they are, or the deviations written out, shape (n, k)."""
        return self.columns.x

    def times(self, slopes: Floats) -> Floats:
        """Return the deviations times ``slopes`` (k,), shape (n,)."""
        found = self.columns.times(slopes)
        if self.means is not None and self.codes is not None:
            found -= (self.means @ slopes)[self.codes]
        return np.asarray(found, dtype=np.float64)

    def scores(self, slopes: Floats, residual: Floats, clusters: Ints) -> tuple[Floats, Floats]:
        """Return ``z_i e_i`` (n, m) with z the deviations times ``slopes`` (k, m), and sums of ``z_i^2`` over clusters.

        The sums are in some unit of their own and of single precision, because they only decide degrees of freedom.
        """
        n, m = len(self.x), slopes.shape[1]
        offset = None if self.means is None else self.means @ slopes
        length = np.sqrt(np.einsum("ij,ij->j", slopes, self.gram @ slopes) / n)
        unit = 1 / np.where(length > 0, length, 1.0)
        influence = np.empty((n, m))
        squares = RunningSums(Grouping(clusters, int(clusters.max()) + 1), m, np.float32)
        for start in range(0, n, BLOCK):
            part = slice(start, start + BLOCK)
            z = np.matmul(self.x[part], slopes, out=influence[part])
            if offset is not None and self.codes is not None:
                z -= offset.take(self.codes[part], axis=0)
            scaled = z * unit
            scaled *= scaled
            squares.add(scaled)
            z *= residual[part, None]
        return influence, squares.total()


def deviations(x: Floats, groups: Ints, two_way: TwoWay | None = None) -> Deviations:
    """Take out the means of one factor, or the dummies of two.

    Cross products are ``X'X - sum_g n_g mean_g mean_g'``, which skips the zeros of x, where enough digits are left.

    Examples
    --------
    >>> found = deviations(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1]))
    >>> found.gram.tolist(), found.lengths.tolist(), found.written(np.array([0])).ravel().tolist()
    ([[2.0]], [35.0], [-1.0, 1.0, 0.0])
    """
    if two_way is None:
        size, columns, once = np.bincount(groups), Columns(x), np.ones(len(x))
        means = columns.sums(groups, len(size), once) / np.maximum(size, 1)[:, None]
        whole = columns.gram(once)
        gram, lengths = whole - (means * size[:, None]).T @ means, np.diag(whole)
        if (np.diag(gram) >= _LITTLE * lengths).all():
            return Deviations(columns, np.ascontiguousarray(means), groups, gram, lengths)
    within = demean(x, groups) if two_way is None else two_way.deviations(x)
    return Deviations(Columns(within), None, None, within.T @ within, np.einsum("ij,ij->j", x, x))
