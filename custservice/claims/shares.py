"""Shares of rows, and differences of shares, with errors by place (by customer where there are few places)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.claims.claim import CannotTellError, Measured
from custservice.claims.effects import counted
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import Grouping
from custservice.regression.question import LEAST_LOCATIONS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Fewer rows say nothing about a share.
LEAST_ROWS = 30
_EXTREME = 5


def share(rows: pd.DataFrame, flag: pd.Series, threshold: float, what: str) -> Measured:
    """Return the share of rows that are flagged.

    Parameters
    ----------
    rows
        Visits with ``customer_id`` and ``location_id``.
    flag
        0/1 for each of them.
    threshold
        Declared beforehand, such as 1/3.
    what
        What the rows are, for the sentence that says there are too few.

    Notes
    -----
    Where fewer than 5 rows are flagged, or are not, two of each kind are added (Agresti and Coull 1998, The American
    Statistician 52), because nearly all or nearly none would look surer than it is.
    """
    enough(rows, what)
    values, clusters = flag.to_numpy(dtype=np.float64), clusters_of(rows)
    if min(values.sum(), len(values) - values.sum()) < _EXTREME:
        values = np.append(values, [1, 1, 0, 0])
        clusters = np.append(clusters, clusters.max() + 1 + np.arange(4))
    influence = (values - values.mean())[:, None] / len(values)
    estimate = mean_like(influence, np.array([values.mean()]), ("share",), clusters)
    return Measured(estimate, threshold, "per 100", *counted(rows), per=100.0)


def share_difference(rows: pd.DataFrame, flag: pd.Series, among: pd.Series, threshold: float, what: str) -> Measured:
    """Return the share of flagged rows among some of them, less that among the others."""
    inside = among.to_numpy(dtype=bool)
    enough(rows[inside], what)
    enough(rows[~inside], f"other than {what}")
    values = flag.to_numpy(dtype=np.float64)
    means = np.array([values[inside].mean(), values[~inside].mean()])
    influence = np.where(inside, (values - means[0]) / inside.sum(), -(values - means[1]) / (~inside).sum())
    estimate = mean_like(influence[:, None], np.array([means[0] - means[1]]), ("difference",), clusters_of(rows))
    return Measured(estimate, threshold, "per 100", *counted(rows), per=100.0)


def enough(rows: pd.DataFrame, what: str, least: int = LEAST_ROWS) -> None:
    """Raise EstimationError where there are too few rows."""
    if len(rows) < least:
        raise CannotTellError(f"Too few {what} ({len(rows):,}): it takes {least}.")


def mean_like(influence: Floats, coef: Floats, names: tuple[str, ...], clusters: Ints) -> Estimate:
    """Return an estimate made of means: clusters are left out in turn by taking their influence away.

    Degrees of freedom follow from how unevenly rows spread over clusters, ``(sum n_g)^2 / sum n_g^2 - 1``.
    """
    n, sizes = int(clusters.max()) + 1, np.bincount(clusters)
    if n < 2:
        raise CannotTellError("All of it comes from one customer.")
    dof = max(1.0, float(sizes.sum() ** 2 / (sizes**2).sum()) - 1)
    rest = (1 - sizes / sizes.sum())[:, None]
    left_out = -Grouping(clusters, n).sums(influence) / rest if n <= CR3_MOST else None
    return Estimate(names, coef, influence, clusters, n / (n - 1), np.full(len(coef), dof), left_out)


def clusters_of(rows: pd.DataFrame) -> Ints:
    """Return the cluster of each row, from 0: its place, or its customer where there are fewer than 10 places."""
    column = "location_id" if rows["location_id"].nunique() >= LEAST_LOCATIONS else "customer_id"
    return pd.factorize(rows[column], use_na_sentinel=False)[0].astype(np.int64)
