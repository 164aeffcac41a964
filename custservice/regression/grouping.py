"""Rows that share an intercept, and sums over them that walk through the rows once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from custservice.regression.columns import BLOCK, Columns, Floats, Ints, group_sums

__all__ = ["BLOCK", "Floats", "Grouping", "Ints", "Rows", "RunningSums", "demean", "recode", "spanning"]
#: Rows held at a time by `RunningSums`, where there are fewer groups.
_RUN = 16_384


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
        weight = np.ones(len(self.codes), dtype=values.dtype) if weights is None else weights
        return group_sums(self.codes, self.size, values, weight)


class RunningSums:
    """Sums over groups of rows that come block by block, and are held only until there are as many as groups.

    Examples
    --------
    >>> sums = RunningSums(Grouping(np.array([0, 1, 0]), 2), 1)
    >>> for rows in (np.array([[1.0]]), np.array([[2.0], [4.0]])):
    ...     sums.add(rows)
    >>> sums.total().ravel().tolist()
    [5.0, 2.0]
    """

    def __init__(self, groups: Grouping, columns: int, dtype: type[np.floating] = np.float64) -> None:
        self._groups = groups
        self._most = max(_RUN, groups.size)
        self._held = np.empty((min(self._most, len(groups.codes)) + BLOCK, columns), dtype=dtype)
        self._first = self._next = 0
        self._total = np.zeros((groups.size, columns))

    def add(self, values: NDArray[np.floating]) -> None:
        """Take the next rows, at most `BLOCK` of them."""
        at = self._next - self._first
        self._held[at : at + len(values)] = values
        self._next += len(values)
        if self._next - self._first >= self._most:
            self._sum()

    def total(self) -> Floats:
        """Return the sums over all rows taken, shape (G, columns)."""
        self._sum()
        return self._total

    def _sum(self) -> None:
        codes = self._groups.codes[self._first : self._next]
        self._total += Grouping(codes, self._groups.size).sums(self._held[: len(codes)])
        self._first = self._next


def spanning(groups: Grouping, clusters: Ints) -> NDArray[np.bool_]:
    """Return which groups have rows in more than one cluster, shape (G,); clusters are codes, shape (n,).

    Examples
    --------
    >>> spanning(Grouping(np.array([0, 0, 1, 1]), 2), np.array([0, 1, 1, 1])).tolist()
    [True, False]
    """
    one_of = np.zeros(groups.size, dtype=np.int64)
    one_of[groups.codes] = clusters
    out = np.zeros(groups.size, dtype=bool)
    out[groups.codes[one_of[groups.codes] != clusters]] = True
    return out


@dataclass(frozen=True)
class Rows:
    """What a logit is fitted to: outcomes of 0 and 1 (n,), regressors (n, k) without a constant, and the groups."""

    y: Floats
    x: Floats
    groups: Grouping

    @cached_property
    def columns(self) -> Columns:
        """Products with x."""
        return Columns(self.x)

    def where(self, kept: NDArray[np.bool_]) -> Rows:
        """Return some of the rows, their groups numbered anew from 0."""
        if kept.all():
            return self
        codes = recode(self.groups.codes[kept])
        return Rows(self.y[kept], self.x[kept], Grouping(codes, int(codes.max(initial=-1)) + 1))


def demean(values: Floats, groups: Ints) -> Floats:
    """Return the deviations of each column (n, k) from its group means.

    Examples
    --------
    >>> demean(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).ravel().tolist()
    [-1.0, 1.0, 0.0]
    """
    size = np.bincount(groups)
    means = Grouping(groups, len(size)).sums(values) / np.maximum(size, 1)[:, None]
    out = np.empty(values.shape)
    for start in range(0, len(values), BLOCK):
        part = slice(start, start + BLOCK)
        np.subtract(values[part], means.take(groups[part], axis=0), out=out[part])
    return out


def recode(codes: Ints) -> Ints:
    """Return codes from 0 without gaps, in their order.

    Examples
    --------
    >>> recode(np.array([3, 0, 3])).tolist()
    [1, 0, 1]
    """
    present = np.bincount(codes) > 0
    return np.asarray((np.cumsum(present) - 1)[codes], dtype=np.int64)
