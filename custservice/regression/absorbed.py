"""Which intercepts are absorbed: one column, columns joined by ``:``, or two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.grouping import Grouping, demean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: The system that is solved for two factors has as many rows as the smaller one has levels.
_MOST_LEVELS = 10_000


def factor_names(absorb: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the factors to absorb, at most two.

    Examples
    --------
    >>> factor_names("location_id:month"), factor_names(["location_id", "month"]), factor_names(None)
    (('location_id:month',), ('location_id', 'month'), ())
    """
    names = () if absorb is None else (absorb,) if isinstance(absorb, str) else tuple(dict.fromkeys(absorb))
    if len(names) > 2:
        raise EstimationError(
            f"At most two columns can be absorbed, not {len(names)}; join some, such as 'location_id:month', or hold "
            "them constant as controls."
        )
    return names


def factor_codes(sample: pd.DataFrame, name: str) -> Ints:
    """Return codes from 0 of a column, or of the combinations of columns joined by ``:``; missing is a level.

    Examples
    --------
    >>> factor_codes(pd.DataFrame({"place": ["a", "a", "b"], "month": [1, 2, 1]}), "place:month").tolist()
    [0, 1, 2]
    """
    codes = np.zeros(len(sample), dtype=np.int64)
    for column in name.split(":"):
        own, levels = pd.factorize(sample[column], use_na_sentinel=False)
        codes = pd.factorize(codes * max(len(levels), 1) + own)[0].astype(np.int64)
    return codes


def not_alone(factors: Sequence[Ints]) -> NDArray[np.bool_]:
    """Return the rows that are left when rows alone in a level of any factor leave, again and again.

    A row alone in its level is fitted by that level's intercept and says nothing; when it leaves, others may stand
    alone (Correia 2015, "Singletons, cluster-robust standard errors and fixed effects: a bad mix", working paper).

    Examples
    --------
    >>> not_alone([np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 2])]).tolist()
    [True, True, False, False, False, False]
    """
    kept = np.ones(len(factors[0]), dtype=bool)
    while True:
        before = int(kept.sum())
        for codes in factors:
            kept &= np.bincount(codes, kept, minlength=int(codes.max()) + 1)[codes] > 1
        if int(kept.sum()) == before:
            return kept


@dataclass(frozen=True)
class TwoWay:
    """Two crossing factors: codes from 0, shape (n,); ``large`` is the one with more levels."""

    large: Ints
    small: Ints

    @property
    def n_levels(self) -> int:
        """Parameters that the two factors spend: levels less connected parts (Abowd, Creecy and Kramarz 2002)."""
        return int(self.large.max()) + int(self.small.max()) + 2 - self.n_parts

    @property
    def n_parts(self) -> int:
        """Parts of the data that no level of either factor connects."""
        return len(self._pinned)

    def deviations(self, values: Floats) -> Floats:
        """Return the residuals of each column of ``values`` (n, k) on the dummies of both factors.

        The larger factor is taken out by its means; what is left of the smaller one's dummies makes a sparse system of
        as many rows as it has levels, ``(D2' M1 D2) c = D2' M1 v``, and the residual is ``M1 (v - D2 c)`` (Frisch and
        Waugh; the partitioned inverse). It is factorised once, so the answer is exact and does not depend on how well
        the factors are connected, as that of alternating projections does.
        """
        within = demean(values, self.large)
        size = int(self.small.max()) + 1
        level = self._solve(Grouping(self.small, size).sums(within))
        return demean(values - level[self.small], self.large)

    def _solve(self, right: Floats) -> Floats:
        return np.asarray(self._system.solve(right), dtype=np.float64).reshape(right.shape)

    @cached_property
    def _counts(self) -> object:
        from scipy import sparse

        shape = (int(self.large.max()) + 1, int(self.small.max()) + 1)
        return sparse.csr_array(sparse.coo_array((np.ones(len(self.large)), (self.large, self.small)), shape=shape))

    @cached_property
    def _pinned(self) -> Ints:
        """One level of the smaller factor per connected part: its coefficient is free, and set to zero."""
        from scipy import sparse
        from scipy.sparse.csgraph import connected_components

        counts = self._counts
        graph = sparse.block_array([[None, counts], [counts.T, None]])  # type: ignore[attr-defined]
        part = connected_components(graph, directed=False)[1][int(self.large.max()) + 1 :]
        return np.asarray(np.unique(part, return_index=True)[1], dtype=np.int64)

    @cached_property
    def _system(self) -> _Solver:
        from scipy import sparse
        from scipy.sparse.linalg import splu

        size = int(self.small.max()) + 1
        if size > _MOST_LEVELS:
            raise EstimationError(f"The smaller of two absorbed columns has {size:,} levels; {_MOST_LEVELS:,} is most.")
        counts = self._counts
        per_large = sparse.diags_array(1 / np.bincount(self.large))
        shared = counts.T @ (per_large @ counts)  # type: ignore[attr-defined]
        pin = np.zeros(size)
        pin[self._pinned] = 1.0
        system = sparse.diags_array(np.bincount(self.small) + pin) - shared
        return _Solver(splu(sparse.csc_matrix(system)))


def two_factors(one: Ints, other: Ints) -> TwoWay:
    """Return two factors by how many levels they have."""
    return TwoWay(one, other) if one.max() >= other.max() else TwoWay(other, one)


@dataclass(frozen=True)
class _Solver:
    factorised: object

    def solve(self, right: Floats) -> Floats:
        return np.asarray(self.factorised.solve(np.ascontiguousarray(right)))  # type: ignore[attr-defined]
