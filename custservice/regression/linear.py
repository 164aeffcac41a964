"""Linear (probability) model with absorbed factors, by least squares on deviations from group means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.absorbed import two_factors
from custservice.regression.clusters import effective_of, leave_one_out
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import Grouping, demean, spanning
from custservice.regression.within import deviations

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A column is a combination of earlier ones when less than this share of its length is left (in squares).
_COLLINEAR = 1e-10


@dataclass(frozen=True)
class LinearFit:
    """A least-squares fit.

    Attributes
    ----------
    estimate
        The first ``m`` coefficients asked for that could be estimated.
    dropped
        Names of columns that are constant within groups or combinations of earlier columns.
    residual
        Shape (n,).
    r2_within
        Share of the variation within groups that all columns explain.
    kept
        Names of all columns that could be estimated, controls included.
    beta, bread
        Their coefficients (k,) and ``A = (X'X)^-1`` (k, k).
    residual_dof
        Rows less all parameters, absorbed ones included.
    inflation
        Variance inflation factor of each column kept, (k,): how many times larger its variance is than if no other
        column went with it, ``A_jj sum_i x_ij^2`` on deviations from group means (Marquardt 1970, Technometrics 12).
    """

    estimate: Estimate
    dropped: tuple[str, ...]
    residual: Floats
    r2_within: float
    kept: tuple[str, ...]
    beta: Floats
    bread: Floats
    residual_dof: int
    inflation: Floats

    @property
    def classical_t(self) -> Floats:
        """Classical t statistics (independent errors of equal variance), shape (k,): what partial R2 are made of."""
        sigma2 = float(self.residual @ self.residual) / self.residual_dof
        return np.asarray(self.beta / np.sqrt(sigma2 * np.diag(self.bread)), dtype=np.float64)


def fit_linear(
    y: Floats,
    x: Floats,
    names: Sequence[str],
    *,
    groups: Ints | None,
    clusters: Ints,
    wanted: int | None = None,
    also: Ints | None = None,
) -> LinearFit:
    """Regress ``y`` on ``x`` with the group means absorbed.

    Parameters
    ----------
    y, x, names
        Outcome (n,), regressors (n, k) without a constant, their k names; what is wanted stands first.
    groups
        Codes from 0 of the absorbed factor, shape (n,), or None for a single constant.
    clusters
        Codes from 0 of the clusters, shape (n,).
    wanted
        How many of the leading columns are to be reported; all by default.
    also
        Codes from 0 of a second absorbed factor that crosses the first (see `TwoWay`); CR1 then, whatever the number
        of clusters.

    Returns
    -------
    LinearFit
        With ``beta = A X'y``, ``A = (X'X)^-1`` on deviations from group means (Frisch-Waugh-Lovell), influence rows
        ``A x_i e_i``, CR3 and Bell-McCaffrey degrees of freedom up to 1,000 clusters, CR1 and the effective number of
        clusters above (see `Estimate.covariance`).

    Raises
    ------
    EstimationError
        Fewer than two clusters, or more columns than rows.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [0.0], [1.0], [0.0], [1.0]])
    >>> place = np.array([0, 0, 1, 1, 2, 2])
    >>> fit = fit_linear(np.array([1.0, 3, 2, 5, 0, 3]), x, ["mention"], groups=place, clusters=place)
    >>> fit.estimate.coef.round(6).tolist()
    [2.666667]
    """
    n, n_clusters = len(y), int(clusters.max()) + 1 if len(clusters) else 0
    if n_clusters < 2:
        raise EstimationError(
            "There is only one cluster, so no uncertainty can be computed; use another cluster column."
        )
    one_group = np.zeros(n, dtype=np.int64) if groups is None else groups
    two_way = None if also is None else two_factors(one_group, also)
    y_within = (demean(y[:, None], one_group) if two_way is None else two_way.deviations(y[:, None]))[:, 0]
    design = deviations(x, one_group, two_way)
    kept = independent_in(design.gram, design.lengths)
    n_wanted = int((kept < (x.shape[1] if wanted is None else wanted)).sum())
    nested = groups is None or not spanning(Grouping(groups, int(groups.max()) + 1), clusters).any()
    spent = int(one_group.max()) + 1 if two_way is None else two_way.n_levels
    n_params = len(kept) + (1 if groups is None else spent - (int(one_group.max()) + 1 if nested else 0))
    if n_params >= n:
        raise EstimationError(
            f"There are {n:,} rows for {n_params:,} parameters; use fewer controls or a longer period."
        )
    bread: Floats = np.asarray(np.linalg.inv(design.gram[np.ix_(kept, kept)]), dtype=np.float64)
    placed = np.eye(x.shape[1])[:, kept] @ bread  # columns left out have no slope
    moments = design.columns.cross(y_within)[kept]
    beta = bread @ moments
    residual = y_within - design.times(placed @ moments)
    influence, squares = design.scores(placed[:, :n_wanted], residual, clusters)
    left_out, leverage = None, None
    if n_clusters > CR3_MOST or also is not None:
        dof = effective_of(squares)
    else:
        crossing = one_group if groups is None or not nested else None
        loo = leave_one_out(design.written(kept), residual, clusters, bread, crossing, n_wanted)
        left_out, leverage = loo.change, loo.leverage
        dof = np.clip(leverage.dof(), 1.0, n_clusters - 1.0)
    estimate = Estimate(
        names=tuple(names[i] for i in kept[:n_wanted]),
        coef=beta[:n_wanted],
        influence=influence,
        clusters=clusters,
        factor=n_clusters / (n_clusters - 1) * (n - 1) / (n - n_params),
        dof=dof,
        left_out=left_out,
        leverage=leverage,
    )
    dropped = tuple(name for i, name in enumerate(names) if i not in set(kept.tolist()))
    total = float(y_within @ y_within)
    r2 = 1 - float(residual @ residual) / total if total else 0.0
    left = n - len(kept) - spent
    inflation = np.diag(bread) * np.diag(design.gram)[kept]
    return LinearFit(estimate, dropped, residual, r2, tuple(names[i] for i in kept), beta, bread, left, inflation)


def partial_out(values: Floats, groups: Ints, also: Ints | None) -> Floats:
    """Return the residuals of each column (n, k) on the dummies of one factor, or of two."""
    return demean(values, groups) if also is None else two_factors(groups, also).deviations(values)


def independent_columns(x: Floats, lengths: Floats) -> Ints:
    """Return the positions of the columns that no earlier column explains.

    Parameters
    ----------
    x
        Columns (n, k), deviations from group means.
    lengths
        Squared length of each column before the means were taken out, shape (k,): what rounding is measured by.
    """
    return independent_in(x.T @ x, lengths)


def independent_in(gram: Floats, lengths: Floats) -> Ints:
    """Return the same from the cross products of the columns, ``x'x`` of shape (k, k)."""
    kept: list[int] = []
    own = np.diag(gram)
    scale = np.sqrt(np.maximum(own, np.finfo(float).tiny))
    gram = gram / np.outer(scale, scale)
    for j in range(len(gram)):
        if own[j] <= _COLLINEAR * lengths[j]:
            continue
        left = 1.0
        if kept:
            block = gram[np.ix_(kept, kept)]
            left = 1.0 - float(gram[kept, j] @ np.linalg.solve(block, gram[kept, j]))
        if left > np.sqrt(_COLLINEAR):
            kept.append(j)
    return np.array(kept, dtype=np.int64)
