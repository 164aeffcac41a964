"""Rows that a logit fits perfectly: their coefficients run away to infinity, so they are found and set aside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.grouping import Floats, Rows

Flags = NDArray[np.bool_]
#: Overlap that counts as rounding, as a share of the largest distance from the boundary between y = 0 and y = 1.
_ROUNDING = 1e-8
#: Squared movement that counts as none, as a share of a column's squared length.
_STILL = 1e-10


@dataclass(frozen=True)
class Divergence:
    """Where the likelihood has no finite maximum.

    Attributes
    ----------
    rows
        Rows that are fitted perfectly, shape (n,).
    columns
        Columns whose coefficients run away, shape (k,).
    """

    rows: Flags
    columns: Flags


def separated_by(rows: Rows, direction: Floats, settled: Flags) -> Divergence | None:
    """Return what a direction of the slopes separates, or None where it does not separate.

    With ``c = x'direction`` and a free intercept in each group, the direction separates when in no group the largest c
    of the rows with y = 0 is above the smallest c of those with y = 1 (Albert and Anderson 1984, Biometrika 71, with
    an intercept per group). Rows off that boundary are fitted perfectly: going on along the direction takes their
    probability to 0 or 1 and changes no other row. What remains after leaving them out has the same maximum
    (Correia, Guimaraes and Zylkin 2019, "Verifying the existence of maximum likelihood estimates for generalized
    linear models", working paper).

    Parameters
    ----------
    rows
        What is fitted.
    direction
        Where the steps of a maximiser go, shape (k,). It comes near to a separating direction only, so what moves the
        settled rows is projected out of it first; after that the condition is checked without slack, but for rounding.
    settled
        Rows whose fit no longer changes, shape (n,).

    Examples
    --------
    >>> from custservice.regression.grouping import Grouping
    >>> y, x = np.array([0.0, 0, 1, 0, 1]), np.array([[0.0], [1], [1], [1], [2]])
    >>> rows, nobody = Rows(y, x, Grouping(np.zeros(5, dtype=np.int64), 1)), np.zeros(5, dtype=bool)
    >>> separated_by(rows, np.array([1.0]), nobody).rows.tolist()
    [True, False, False, False, True]
    >>> separated_by(rows, np.array([-1.0]), nobody) is None
    True
    """
    exact = _leaving_alone(rows.where(settled), direction)
    if not exact.any():
        return None
    codes, size, ones = rows.groups.codes, rows.groups.size, rows.y > 0
    c = rows.x @ exact
    if settled.any():  # what rounding left
        anchor = np.zeros(size)
        anchor[codes[settled]] = c[settled]
        c[settled] = anchor[codes[settled]]
    lowest, highest = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(lowest, codes[ones], c[ones])
    np.maximum.at(highest, codes[~ones], c[~ones])
    distance = np.abs(c - ((lowest + highest) / 2)[codes])
    rounding = _ROUNDING * float(distance.max())
    if rounding == 0 or (lowest - highest).min() < -rounding:
        return None
    moved = np.abs(exact) * np.ptp(rows.x, axis=0)
    return Divergence(distance > rounding, moved > _ROUNDING * moved.max())


def _leaving_alone(settled: Rows, direction: Floats) -> Floats:
    """Return the part of a direction along which no settled row moves against another of its group."""
    length = np.sqrt((settled.x**2).sum(axis=0))
    length[length == 0] = 1.0
    sums = settled.groups.sums(settled.x)
    counts = settled.groups.total(np.ones(len(settled.y)))
    gram = settled.x.T @ settled.x - sums.T @ (sums / counts[:, None])
    values, vectors = np.linalg.eigh(gram / np.outer(length, length))
    free = vectors[:, values < _STILL]
    return np.asarray((free @ (free.T @ (direction * length))) / length, dtype=np.float64)


def one_sided(rows: Rows) -> Divergence | None:
    """Return the 0/1 columns among whose ones (or zeros) y never varies, with those rows, or None.

    The commonest separation, seen without any fit: a mention after which nobody returned.

    Examples
    --------
    >>> from custservice.regression.grouping import Grouping
    >>> y, x = np.array([0.0, 1, 0, 1]), np.array([[1.0, 1], [0, 1], [0, 0], [0, 0]])
    >>> found = one_sided(Rows(y, x, Grouping(np.zeros(4, dtype=np.int64), 1)))
    >>> found.rows.tolist(), found.columns.tolist()
    ([True, False, False, False], [True, False])
    """
    n, total = len(rows.y), rows.y.sum()
    count, hits = rows.columns.cross(np.ones(n)), rows.columns.cross(rows.y)
    among_ones = (hits == 0) | (hits == count)
    among_zeros = (hits == total) | (total - hits == n - count)
    found, columns = np.zeros(n, dtype=bool), np.zeros(rows.x.shape[1], dtype=bool)
    for j in np.flatnonzero((among_ones | among_zeros) & (count > 0) & (count < n)):
        column = rows.x[:, j]
        if not ((column == 0) | (column == 1)).all():
            continue
        columns[j] = True
        found |= column == (1 if among_ones[j] else 0)
    return Divergence(found, columns) if columns.any() else None


def without_variation(y: Floats, codes: NDArray[np.int64]) -> Flags:
    """Return the rows in groups where y never varies: their intercept is infinite, and they tell the slopes nothing.

    Examples
    --------
    >>> without_variation(np.array([0.0, 0, 0, 1]), np.array([0, 0, 1, 1])).tolist()
    [True, True, False, False]
    """
    size, ones = np.bincount(codes), np.bincount(codes, y)
    return np.asarray(((ones == 0) | (ones == size))[codes], dtype=np.bool_)
