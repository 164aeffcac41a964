"""Rows of a survival model, checked, sorted once, and cut into runs of whole strata that fit a processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.columns import Sparse, find_sparse
from custservice.regression.risk_sets import RiskSets, make_risk_sets, sort_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Rows of a block: the regressors of a block, and what is made of them, should stay in the cache.
BLOCK = 16_384
#: A column with a squared mean of more than this many variances is centred before squares are summed.
_FAR = 100.0


@dataclass(frozen=True)
class Block:
    """A run of whole strata with at least one event: its place among the sorted rows, and its risk sets.

    ``sparse`` are the regressors without the means of strata taken out, where most values are 0 and nobody enters late.
    """

    rows: slice
    risk: RiskSets
    sparse: Sparse | None = None

    def keep(self, columns: Ints) -> Block:
        """Return the same with some of the regressors."""
        return self if self.sparse is None else replace(self, sparse=self.sparse.keep(columns))


@dataclass(frozen=True)
class SurvivalRows:
    """n rows sorted by stratum and latest time first, with k regressors as deviations from stratum means.

    Attributes
    ----------
    order
        Position of each sorted row in what the user passed in, shape (n,).
    time, event, strata, entry
        Sorted, shape (n,); strata are codes from 0; entry may be None.
    x, means
        Regressors less the means of their stratum, shape (k, n), and the means, shape (k, S).
    offset
        What is added to the linear predictor: coefficients held at a limit, shape (n,).
    span, mean_square
        Range and mean square of each regressor as passed in, shape (k,).
    blocks
        Runs of whole strata; those without an event are left out, as they add nothing to a likelihood.
    """

    order: Ints
    time: Floats
    event: Bools
    strata: Ints
    entry: Floats | None
    x: Floats
    means: Floats
    offset: Floats
    span: Floats
    mean_square: Floats
    blocks: tuple[Block, ...]

    @property
    def n_strata(self) -> int:
        """Number of strata, S."""
        return int(self.means.shape[1])

    def parts(self, beta: Floats) -> Iterator[tuple[Block, Floats, Floats]]:
        """Yield each block with its regressors (k, n_block) and its linear predictor (n_block,)."""
        for block in self.blocks:
            x = self.x[:, block.rows]
            yield block, x, self.offset[block.rows] + beta @ x

    def raw(self, j: int, rows: slice | Ints) -> Floats:
        """Return a regressor as it was passed in, for some of the sorted rows."""
        return np.asarray(self.x[j, rows] + self.means[j, self.strata[rows]], dtype=np.float64)

    def subset(self, rows: Ints) -> RiskSets:
        """Return the risk sets of some of the rows, given by ascending positions."""
        entry = None if self.entry is None else self.entry[rows]
        return make_risk_sets(self.time[rows], self.event[rows], self.strata[rows], entry)

    def keep(self, columns: Ints) -> SurvivalRows:
        """Return the same rows with some of the regressors."""
        if len(columns) == len(self.x):
            return self
        span, mean_square = self.span[columns], self.mean_square[columns]
        x, means, blocks = self.x[columns], self.means[columns], tuple(block.keep(columns) for block in self.blocks)
        return replace(self, x=x, means=means, span=span, mean_square=mean_square, blocks=blocks)

    def hold(self, j: int, value: float) -> SurvivalRows:
        """Return the same rows with the coefficient of regressor j held at a value."""
        held = replace(self, offset=self.offset + value * self.x[j])
        return held.keep(np.delete(np.arange(len(self.x)), j))


def arrange(time: Floats, event: Bools, x: Floats, strata: Ints | None, entry: Floats | None) -> SurvivalRows:
    """Check, sort and cut up survival data; what is passed in stays as it is.

    Raises
    ------
    EstimationError
        Shapes that differ, missing values, negative times, or an entry at or after the end of a row.
    """
    n = len(time)
    codes = np.zeros(n, dtype=np.int64) if strata is None else strata
    _check(time, event, x, codes, entry)
    order = sort_rows(time, codes)
    sorted_codes, sorted_time, sorted_event = codes[order], time[order], event[order]
    sorted_entry = None if entry is None else entry[order]
    starts = np.flatnonzero(np.diff(sorted_codes, prepend=-1))
    cuts = np.unique(starts[np.searchsorted(starts, np.arange(0, n, BLOCK), side="right") - 1])
    columns = np.empty((x.shape[1], n))
    means = np.zeros((x.shape[1], int(codes.max()) + 1))
    mean_square = np.einsum("ij,ij->j", x, x) / n
    shift = x.mean(axis=0)
    shift[shift**2 <= _FAR * (mean_square - shift**2)] = 0.0
    blocks = []
    for a, b in zip(cuts, [*cuts[1:], n], strict=True):
        rows = slice(int(a), int(b))
        raw = x.take(order[rows], axis=0)
        inside = starts[(starts >= a) & (starts < b)]
        size = np.diff(inside, append=b)
        mean = np.add.reduceat(raw, inside - a, axis=0) / size[:, None]
        means[:, sorted_codes[inside]] = mean.T
        columns[:, rows] = (raw - np.repeat(mean, size, axis=0)).T
        if sorted_event[rows].any():
            late = None if sorted_entry is None else sorted_entry[rows]
            risk = make_risk_sets(sorted_time[rows], sorted_event[rows], sorted_codes[rows], late)
            blocks.append(Block(rows, risk, find_sparse(raw - shift) if late is None else None))
    return SurvivalRows(
        order=order,
        time=sorted_time,
        event=sorted_event,
        strata=sorted_codes,
        entry=sorted_entry,
        x=columns,
        means=means,
        offset=np.zeros(n),
        span=x.max(axis=0) - x.min(axis=0),
        mean_square=mean_square,
        blocks=tuple(blocks),
    )


def _check(time: Floats, event: Bools, x: Floats, strata: Ints, entry: Floats | None) -> None:
    n = len(time)
    if not (len(event) == len(x) == len(strata) == n) or (entry is not None and len(entry) != n):
        raise EstimationError("Times, events, regressors, strata and entries must have one row per visit each.")
    if not event.any():
        raise EstimationError(
            f"No return was seen in {n:,} visits, so nothing can be said about returning; wait longer or join places."
        )
    if not (np.isfinite(time).all() and np.isfinite(x).all()):
        raise EstimationError("Times and regressors must not be missing; leave such visits out or add an indicator.")
    if (time < 0).any():
        raise EstimationError(f"{int((time < 0).sum()):,} visits have a negative time to return or follow-up.")
    late = 0 if entry is None else int((~(entry < time)).sum())
    if late:
        raise EstimationError(f"{late:,} visits come under observation when theirs has ended; leave them out.")
