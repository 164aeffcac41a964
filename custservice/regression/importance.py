"""How much of what mentions explain each driver explains: LMG (Shapley) shares of R2."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError

Floats = NDArray[np.float64]
#: All subsets are visited, so groups are few: 2^12 = 4,096.
MOST_GROUPS = 12
_NOTHING_LEFT = 1e-10


def lmg_shares(gram: Floats, groups: Sequence[Sequence[int]]) -> Floats:
    """Split the R2 of a regression among groups of columns.

    Each share is the R2 that a group adds when it joins, averaged over all orders of joining (Lindeman, Merenda and
    Gold 1980; Groemping 2007, Am. Stat. 61: the Shapley value). Shares add up to the R2 of all.

    Parameters
    ----------
    gram
        ``Z'Z`` of the columns and, last, the outcome, all as deviations (from means, from locations, from adjusters),
        shape (..., p + 1, p + 1); leading dimensions are samples, for example of a bootstrap.
    groups
        Positions of each group's columns among the p; at most 12 groups.

    Returns
    -------
    array
        Shape (..., number of groups).

    Raises
    ------
    EstimationError
        Too many groups.

    Examples
    --------
    >>> gram = np.array([[4.0, 0.0, 2.0], [0.0, 1.0, 0.5], [2.0, 0.5, 2.0]])
    >>> lmg_shares(gram, [[0], [1]]).round(6).tolist()
    [0.5, 0.125]
    """
    m = len(groups)
    if m > MOST_GROUPS:
        raise EstimationError(f"Shares are computed for up to {MOST_GROUPS} drivers or families, not {m}.")
    scale = np.sqrt(np.maximum(np.einsum("...ii->...i", gram), np.finfo(float).tiny))
    unit = gram / (scale[..., :, None] * scale[..., None, :])
    explained = np.zeros((*gram.shape[:-2], 2**m))
    order = [column for group in groups for column in group]
    ordered = unit[..., [*order, -1], :][..., [*order, -1]]
    _visit(ordered, [len(group) for group in groups], 0, 0, explained)
    sizes = np.array([mask.bit_count() for mask in range(2**m)])
    weight = np.array([factorial(s) * factorial(m - s - 1) / factorial(m) for s in range(m)])
    shares = []
    for j in range(m):
        without = np.flatnonzero([not mask >> j & 1 for mask in range(2**m)])
        gain = explained[..., without | 1 << j] - explained[..., without]
        shares.append((gain * weight[sizes[without]]).sum(axis=-1))
    return np.stack(shares, axis=-1)


def _visit(gram: Floats, sizes: list[int], mask: int, first: int, explained: Floats) -> None:
    """Write the R2 of every set of groups: each is reached once, by partialling out one more of the groups to come.

    ``gram`` holds the columns of the groups from ``first`` on, and the outcome.
    """
    explained[..., mask] = 1 - gram[..., -1, -1]
    for j in range(first, len(sizes)):
        _visit(_partial_out(gram, sizes[j]), sizes, mask | 1 << j, j + 1, explained)
        gram = gram[..., sizes[j] :, sizes[j] :]


def _partial_out(gram: Floats, count: int) -> Floats:
    """Take what the first columns explain out of the rest; one that is explained already counts for nothing."""
    for _ in range(count):
        row = gram[..., 0, 1:]
        own = gram[..., 0, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = np.where(own > _NOTHING_LEFT, 1 / own, 0.0)
        gram = gram[..., 1:, 1:] - (inverse[..., None] * row)[..., :, None] * row[..., None, :]
    return gram
