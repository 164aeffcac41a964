"""The one currency for inference: coefficients, and what each row contributed to their error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custservice.errors import EstimationError
from custservice.regression.clusters import Leverage
from custservice.regression.grouping import Grouping

Floats = NDArray[np.float64]
#: Up to this many clusters the leave-one-cluster-out (CR3) covariance is used, above it CR1.
CR3_MOST = 1000


@dataclass(frozen=True)
class Estimate:
    """Coefficients with row-wise influence functions, from which every uncertainty is read.

    Attributes
    ----------
    names
        Names of the k coefficients.
    coef
        Their values, shape (k,).
    influence
        What each row adds to the estimation error, shape (n, k): the error is about the sum of the rows, and each
        column sums to zero at the estimate.
    clusters
        Cluster of each row as a code from 0, shape (n,).
    factor
        Small-sample factor of the CR1 covariance, G/(G-1) x (N-1)/(N-K).
    dof
        Degrees of freedom of each t statistic, shape (k,), never more than G-1.
    left_out
        Change of the coefficients when a cluster is left out, shape (G, k); given up to 1,000 clusters (CR3).
    leverage
        What the degrees of freedom of contrasts are computed from; given with ``left_out``.
    notes
        What a reader should know, one sentence each.
    """

    names: tuple[str, ...]
    coef: Floats
    influence: Floats
    clusters: NDArray[np.int64]
    factor: float
    dof: Floats
    left_out: Floats | None = None
    leverage: Leverage | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def n_clusters(self) -> int:
        """Number of clusters, G."""
        return int(self.clusters.max()) + 1 if len(self.clusters) else 0

    @property
    def rule(self) -> str:
        """Which covariance is used, in words."""
        freedom = "degrees of freedom from the effective number of clusters"
        if self.left_out is not None:
            freedom = freedom if self.leverage is None else "Bell-McCaffrey degrees of freedom"
            return f"CR3: each of the {self.n_clusters:,} clusters left out in turn; {freedom}"
        return f"CR1: {self.n_clusters:,} clusters; {freedom}"

    @cached_property
    def covariance(self) -> Floats:
        """Cluster-robust covariance of the coefficients, shape (k, k).

        CR3 (MacKinnon, Nielsen and Webb 2023, J. Econometrics 232):
        ``(G-1)/G * sum_g d_g d_g'`` with ``d_g`` the change when cluster g is left out.
        CR1: ``factor * sum_g s_g s_g'`` with ``s_g`` the influence summed over cluster g.
        """
        if self.left_out is not None:
            g = self.n_clusters
            return (g - 1) / g * (self.left_out.T @ self.left_out)
        return self.cr1_covariance

    @cached_property
    def cr1_covariance(self) -> Floats:
        """CR1 covariance whatever the number of clusters, for comparison with other packages, shape (k, k)."""
        sums = Grouping(self.clusters, self.n_clusters).sums(self.influence)
        return np.asarray(self.factor * (sums.T @ sums), dtype=np.float64)

    @property
    def std_error(self) -> Floats:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Return a row per coefficient: coef, std_error, dof, low, high, p_value (two-sided t)."""
        from scipy.special import stdtr, stdtrit

        error = self.std_error
        reach = stdtrit(self.dof, 0.5 + level / 2) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            p = 2 * stdtr(self.dof, -np.abs(self.coef / error))
        columns = {"coef": self.coef, "std_error": error, "dof": self.dof}
        columns |= {"low": self.coef - reach, "high": self.coef + reach, "p_value": p}
        return pd.DataFrame(columns, index=pd.Index(self.names, name="name"))

    def select(self, names: Sequence[str]) -> Estimate:
        """Return the estimate of some of the coefficients, in the order given."""
        return self.contrast(np.eye(len(self.names))[[self._index(n) for n in names]], names)

    def contrast(self, weights: ArrayLike, names: Sequence[str]) -> Estimate:
        """Return the estimate of linear combinations of the coefficients.

        Parameters
        ----------
        weights
            One row per combination, shape (m, k).
        names
            Their m names.
        """
        rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        if rows.shape != (len(names), len(self.names)):
            raise EstimationError(
                f"The weights have shape {rows.shape}, but {len(names)} combinations of {len(self.names)} coefficients "
                "were named."
            )
        used = rows != 0
        if self.leverage is not None:
            leverage = self.leverage.combine(rows)
            dof = np.minimum(leverage.dof(), self.n_clusters - 1.0)
        else:  # conservative: the smallest among the coefficients combined
            leverage = None
            dof = np.array([self.dof[u].min() if u.any() else 1.0 for u in used])
        changes: dict[str, Any] = {"names": tuple(names), "coef": rows @ self.coef, "dof": dof}
        changes["influence"] = self.influence @ rows.T
        changes["left_out"] = None if self.left_out is None else self.left_out @ rows.T
        return replace(self, **changes, leverage=leverage)

    def _index(self, name: str) -> int:
        if name not in self.names:
            raise EstimationError(f"There is no coefficient '{name}'; there are {', '.join(self.names)}.")
        return self.names.index(name)


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Return q-values (Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57); missing p-values stay missing.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.02, 0.5]).round(3).tolist()
    [0.03, 0.03, 0.5]
    """
    p = np.asarray(p_values, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    known = np.flatnonzero(~np.isnan(p))  # written out: scipy.stats takes a second to import
    falling = known[np.argsort(-p[known], kind="stable")]
    steps = p[falling] * len(falling) / np.arange(len(falling), 0, -1)
    q[falling] = np.minimum(np.minimum.accumulate(steps), 1.0)
    return q
