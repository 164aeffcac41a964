"""Cox's proportional hazards for days to return: strata, Efron ties, delayed entry, cluster-robust throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from custservice.errors import EstimationError
from custservice.regression.clusters import LeaveOneOut, effective_dof
from custservice.regression.cox_left_out import leave_out
from custservice.regression.cox_model import CoxModel
from custservice.regression.cox_newton import Maximum, maximise
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.survival_rows import SurvivalRows, arrange

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    estimate
        Log hazard ratios of the columns wanted, as far as they could be estimated.
    dropped
        Names of columns that do not vary among those at risk, or follow from earlier columns.
    runaway
        Name of each column whose log hazard ratio is infinite, with its sign: -1 where nobody with it returned
        while others could, 1 where only those with it did. They are held at that limit.
    loglik
        Log partial likelihood without any column, and at the estimate.
    n_events
        How many returns were seen.
    steps
        How many Newton steps it took.
    left_out
        Change of all coefficients of ``model`` when each cluster is left out; None above 1,000 clusters.
    model
        What `check_proportional` and `standardised_difference` go on from.
    notes
        What a reader should know, one sentence each.
    """

    estimate: Estimate
    dropped: tuple[str, ...]
    runaway: dict[str, int]
    loglik: tuple[float, float]
    n_events: int
    steps: int
    left_out: LeaveOneOut | None
    model: CoxModel
    notes: tuple[str, ...]


def fit_cox(
    time: ArrayLike,
    event: ArrayLike,
    x: ArrayLike,
    names: Sequence[str],
    *,
    strata: Ints | None,
    clusters: Ints,
    entry: ArrayLike | None = None,
    wanted: int | None = None,
) -> CoxFit:
    """Fit ``hazard_i(t) = hazard0_s(i)(t) exp(x_i' beta)`` by partial likelihood.

    Parameters
    ----------
    time, event
        Days from time zero to the return (event 1) or to the end of what is known (event 0), shape (n,).
    x, names
        Regressors (n, k) without a constant, their k names; what is wanted stands first.
    strata
        Codes from 0, shape (n,), each with a baseline hazard of its own; None for one baseline.
    clusters
        Codes from 0, shape (n,).
    entry
        Days from time zero at which a row comes under observation (it is at risk where ``entry < t <= time``), shape
        (n,); from the beginning by default.
    wanted
        How many of the leading columns are to be reported; all by default.

    Returns
    -------
    CoxFit
        The model of Cox (1972, J. R. Stat. Soc. B 34), ties after Efron (1977, J. Am. Stat. Assoc. 72), strata and late
        entry by restricting risk sets (Therneau and Grambsch 2000, Modeling Survival Data). Influence rows are score
        residuals times the inverse information, so that the covariance is that of Lin and Wei (1989, J. Am. Stat.
        Assoc. 84) summed over clusters: CR3 with one Newton step for each cluster up to 1,000 clusters, CR1 with the
        factor G/(G-1) above. Degrees of freedom: see `cox_left_out.leave_out` and `CoxModel.contributions`.

    Raises
    ------
    EstimationError
        No return was seen, fewer than two clusters, times that cannot be, or nothing that varies among those at risk.

    Examples
    --------
    >>> days, seen = [9.0, 8, 7, 6, 5, 4, 3, 2], [0, 1, 1, 0, 1, 1, 1, 1]
    >>> fit = fit_cox(days, seen, [[0], [0], [1], [0], [1], [0], [1], [1]], ["mention"],
    ...               strata=None, clusters=np.arange(8))
    >>> fit.estimate.coef.round(4).tolist()
    [1.8226]
    """
    names = list(names)
    values = np.asarray(x, dtype=np.float64)
    codes = np.asarray(clusters, dtype=np.int64)
    n_clusters = int(codes.max()) + 1 if len(codes) else 0
    if n_clusters < 2:
        raise EstimationError(
            "There is only one cluster, so no uncertainty can be computed; use another cluster column."
        )
    days, seen = np.asarray(time, dtype=np.float64), np.asarray(event).astype(bool)
    late = None if entry is None else np.asarray(entry, dtype=np.float64)
    rows = arrange(days, seen, values, strata, late)
    top = maximise(rows)
    kept = tuple(names[i] for i in top.columns)
    bread = np.asarray(np.linalg.inv(top.point.information), dtype=np.float64)
    sorted_codes = codes[rows.order]
    model = CoxModel(top.rows, kept, top.beta, top.point.information, bread, sorted_codes, n_clusters)
    n_wanted = int((top.columns < (values.shape[1] if wanted is None else wanted)).sum())
    left_out = leave_out(model) if n_clusters <= CR3_MOST else None
    return CoxFit(
        estimate=_estimate(model, codes, n_wanted, left_out),
        dropped=tuple(names[j] for j in top.dropped),
        runaway={names[j]: sign for j, sign in sorted(top.runaway.items())},
        loglik=(top.null_loglik, top.point.loglik),
        n_events=int(seen.sum()),
        steps=top.steps,
        left_out=left_out,
        model=model,
        notes=(*_said(names, top), *_said_of_strata(model.rows)),
    )


def _estimate(model: CoxModel, clusters: Ints, n_wanted: int, loo: LeaveOneOut | None) -> Estimate:
    g = model.n_clusters
    directions = np.eye(len(model.beta))[:, :n_wanted]
    parts = model.contributions(directions)
    change, leverage = None, None
    if loo is None:
        dof = effective_dof(np.sqrt(parts.weights), np.arange(g))
    else:
        change, leverage = loo.change[:, :n_wanted], loo.leverage.combine(directions.T)
        dof = np.clip(leverage.dof(), 1.0, g - 1.0)
    return Estimate(
        names=model.names[:n_wanted],
        coef=model.beta[:n_wanted],
        influence=parts.influence,
        clusters=clusters,
        factor=g / (g - 1),
        dof=dof,
        left_out=change,
        leverage=leverage,
    )


def _said(names: Sequence[str], top: Maximum) -> list[str]:
    """Sentences on columns whose coefficient is infinite."""
    never = [names[j] for j, sign in sorted(top.runaway.items()) if sign < 0]
    only = [names[j] for j, sign in sorted(top.runaway.items()) if sign > 0]
    notes = []
    if never:
        notes.append(
            f"Nobody returned after a visit with {', '.join(never)} while others could be compared, so the hazard "
            "ratio is 0 without an interval: not reported; the linear model can still say something."
        )
    if only:
        notes.append(
            f"Wherever it could be compared, only visits with {', '.join(only)} were followed by a return, so the "
            "hazard ratio is infinite: not reported; the linear model can still say something."
        )
    return notes


def _said_of_strata(rows: SurvivalRows) -> list[str]:
    """Sentences on strata without an event."""
    if rows.n_strata < 2:
        return []
    silent = np.bincount(rows.strata, rows.event, minlength=rows.n_strata) == 0
    visits = np.bincount(rows.strata, minlength=rows.n_strata)
    silent &= visits > 0
    if not silent.any():
        return []
    n_strata, n_visits = int((visits > 0).sum()), int(visits[silent].sum())
    return [
        f"{int(silent.sum()):,} of {n_strata:,} strata saw no return: their {n_visits:,} visits say nothing about "
        "hazard ratios."
    ]
