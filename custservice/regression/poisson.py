"""Poisson regression with an intercept per group, for visits and money to come: robust errors, absorbed intercepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.change_estimates import Estimates, estimates_of
from custservice.regression.discrete import flip_log
from custservice.regression.estimate import Estimate
from custservice.regression.grouping import Floats, Grouping, Ints, Rows, demean, recode
from custservice.regression.linear import independent_columns
from custservice.regression.logit_newton import Place, solve_scaled

#: A step that gains less, as a share of the sum of outcomes, is the last one: the next would be lost in rounding.
_TOLERANCE = 1e-12
_MOST_STEPS = 60
_MOST_HALVINGS = 30
#: Rows without an outcome whose expected outcome is below this share of the mean are fitted perfectly.
_NOTHING = 1e-7


@dataclass(frozen=True)
class PoissonFit:
    """A Poisson fit.

    Attributes
    ----------
    changes
        The headline: average discrete change in the expected outcome of each exposure that could be estimated.
    estimates
        Behind them; also of their coefficients (log ratios of means).
    kept
        Which rows were used, shape (n,).
    dropped, separated
        Names of columns that follow from others, and of those whose coefficient is infinite.
    n_empty, n_separated
        Rows left out because their group has no outcome above 0, and because separated columns fit them perfectly.
    rows, place
        What was fitted, and the maximum.
    notes
        What a reader should know, one sentence each.
    """

    changes: Estimate
    estimates: Estimates
    kept: NDArray[np.bool_]
    dropped: tuple[str, ...]
    separated: tuple[str, ...]
    n_empty: int
    n_separated: int
    rows: Rows
    place: Place
    notes: tuple[str, ...]

    @property
    def slopes(self) -> Estimate:
        """Coefficients of the exposures, with their uncertainty; computed when asked for."""
        return self.estimates.slopes


@dataclass(frozen=True)
class PoissonMaximum:
    """What has a finite maximum, and that maximum: rows and columns used, the rest as in `PoissonFit`."""

    rows: Rows
    place: Place
    kept: NDArray[np.bool_]
    columns: Ints
    separated: Ints
    n_empty: int
    n_separated: int


def fit_poisson(
    y: Floats, x: Floats, names: Sequence[str], *, groups: Ints | None, clusters: Ints, wanted: int | None = None
) -> PoissonFit:
    """Fit ``E(y) = exp(x'beta + alpha_group)`` and average the discrete change of each exposure over the rows.

    Parameters
    ----------
    y, x, names
        Outcome of 0 or more (n,), regressors (n, k) without a constant, their k names; exposures (0/1) stand first.
    groups, clusters
        Codes from 0, shape (n,); groups may be None for a single constant.
    wanted
        How many of the leading columns are exposures to be reported; all by default.

    Returns
    -------
    PoissonFit
        Pseudo maximum likelihood: only the mean has to be right, the outcome need not be a count (Gourieroux, Monfort
        and Trognon 1984, Econometrica 52; Wooldridge 1999, J. Econometrics 90). Intercepts are profiled out,
        ``exp(alpha_g) = sum_g y / sum_g exp(x'beta)``; unlike the logit's they do not bias the slopes, which are those
        of the conditional likelihood (Hausman, Hall and Griliches 1984, Econometrica 52; that both agree: Lancaster
        2002, Rev. Econ. Stud. 69). Average changes ``mean_i [exp(eta_i | x_j=1) - exp(eta_i | x_j=0)]`` with the
        influence of slopes, intercepts and sampled covariates; covariance and degrees of freedom as after `fit_logit`.

    Raises
    ------
    EstimationError
        A negative outcome, an exposure other than 0/1, fewer than two clusters, nothing with a finite estimate.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> place, mention = np.arange(4000) % 20, rng.integers(0, 2, 4000).astype(float)
    >>> y = rng.poisson(1 + mention).astype(float)
    >>> fit = fit_poisson(y, mention[:, None], ["mention"], groups=place, clusters=place)
    >>> fit.changes.coef.round(1).tolist()
    [1.0]
    """
    m = x.shape[1] if wanted is None else wanted
    if (y < 0).any() or not np.isfinite(y).all():
        raise EstimationError("A Poisson model needs outcomes of 0 or more; use the linear model for others.")
    if not ((x[:, :m] == 0) | (x[:, :m] == 1)).all():
        raise EstimationError("Exposures must be 0 or 1 to have a discrete change.")
    found = find_maximum(y, x, groups)
    reported = found.columns[(found.columns < m) & ~np.isin(found.columns, found.separated)]
    codes = recode(clusters[found.kept])
    by_cluster = Grouping(codes, int(codes.max()) + 1)
    if not len(reported) or by_cluster.size < 2:
        raise EstimationError(
            "The Poisson model can estimate no exposure: none varies where there is an outcome, or only one cluster "
            "is left; use the linear model."
        )
    first = np.concatenate([reported, np.setdiff1d(found.columns, reported)])
    at = np.searchsorted(found.columns, first)
    rows = Rows(found.rows.y, np.ascontiguousarray(found.rows.x[:, at]), found.rows.groups)
    place = found.place.narrowed(at)
    estimates = estimates_of(rows, place, [names[j] for j in reported], by_cluster, groups is None, flip_log)
    return PoissonFit(
        changes=estimates.changes,
        estimates=estimates,
        kept=found.kept,
        dropped=tuple(names[j] for j in range(x.shape[1]) if j not in {*found.columns, *found.separated}),
        separated=tuple(names[j] for j in found.separated),
        n_empty=found.n_empty,
        n_separated=found.n_separated,
        rows=rows,
        place=place,
        notes=_notes(found, names, m),
    )


def find_maximum(y: Floats, x: Floats, groups: Ints | None) -> PoissonMaximum:
    """Leave out what has no finite estimate until the rest has one, and return its maximum.

    Groups whose outcomes are all 0; then rows that some direction of the slopes sends to a mean of 0 although it leaves
    the others alone (Santos Silva and Tenreyro 2010, Economics Letters 107; Correia, Guimaraes and Zylkin 2019), seen
    by their expected outcome, which vanishes; columns that no longer vary go with them.
    """
    codes = np.zeros(len(y), dtype=np.int64) if groups is None else groups
    kept = np.ones(len(y), dtype=bool)
    gone = np.zeros(x.shape[1], dtype=bool)
    n_separated = 0
    while True:
        positive = np.bincount(codes, kept * y, minlength=int(codes.max(initial=0)) + 1) > 0
        kept &= positive[codes]
        if not kept.any():
            raise EstimationError("No outcome is above 0, so a Poisson model has nothing to compare.")
        local = recode(codes[kept])
        within = demean(x[kept], local)
        columns = independent_columns(within, (x[kept] ** 2).sum(axis=0))
        rows = Rows(y[kept], np.ascontiguousarray(x[np.ix_(kept, columns)]), Grouping(local, int(local.max()) + 1))
        place = maximise(rows)
        mean = np.exp(place.eta)
        vanishing = (rows.y == 0) & (mean < _NOTHING * rows.y.mean())
        if not vanishing.any():
            empty = int((~positive[codes]).sum())
            return PoissonMaximum(rows, place, kept, columns, np.flatnonzero(gone), empty, n_separated)
        n_separated += int(vanishing.sum())
        kept[np.flatnonzero(kept)[vanishing]] = False
        runs = np.abs(place.beta) * np.ptp(rows.x, axis=0) > -np.log(_NOTHING) / 2
        gone[columns[runs]] = True


def maximise(rows: Rows) -> Place:
    """Return the maximum of the Poisson likelihood by Newton steps on the slopes, intercepts in closed form.

    Raises
    ------
    EstimationError
        No maximum was reached.
    """
    place = _look(rows, np.zeros(rows.x.shape[1]))
    for _ in range(_MOST_STEPS):
        step = solve_scaled(place.information, place.score)
        gain = float(step @ place.score)
        if gain < _TOLERANCE * max(float(rows.y.sum()), 1.0):
            return _look(rows, place.beta + step)
        share, slack = 1.0, 1e-12 * abs(place.likelihood)
        for _ in range(_MOST_HALVINGS):
            after = _look(rows, place.beta + share * step)
            if after.likelihood >= place.likelihood - slack:
                break
            share /= 2
        else:
            return place
        if np.exp(after.eta).min() < _NOTHING**2 * rows.y.mean():  # something is running away, and far enough
            return after
        place = after
    raise EstimationError("The Poisson model did not reach a maximum; use the linear model, or fewer controls.")


def _look(rows: Rows, beta: Floats) -> Place:
    groups = rows.groups
    columns = rows.columns
    line = columns.times(beta)
    top = np.full(groups.size, -np.inf)
    np.maximum.at(top, groups.codes, line)
    sums = groups.total(np.exp(line - top[groups.codes]))
    total = groups.total(rows.y)
    alpha = np.log(total / sums) - top
    eta = line + alpha[groups.codes]
    mean = np.exp(eta)
    weight = np.maximum(groups.total(mean), np.finfo(float).tiny)
    means = columns.sums(groups.codes, groups.size, mean) / weight[:, None]
    residual = rows.y - mean
    return Place(
        beta=beta,
        alpha=alpha,
        eta=eta,
        residual=residual,
        weight=mean,
        likelihood=float(rows.y @ eta - mean.sum()),
        group_weight=weight,
        group_residual=groups.total(residual),
        means=means,
        score=columns.cross(residual),
        information=columns.gram(mean) - means.T @ (means * weight[:, None]),
    )


def _notes(found: PoissonMaximum, names: Sequence[str], m: int) -> tuple[str, ...]:
    n = len(found.kept)
    notes = [
        f"Effects are average discrete changes of the mean over {len(found.rows.y):,} rows, after a Poisson model."
    ]
    if found.n_empty:
        notes.append(
            f"{found.n_empty:,} of {n:,} rows ({found.n_empty / n:.0%}) lie in groups where the outcome is always 0; "
            "they say nothing about ratios and were left out."
        )
    infinite = [names[j] for j in found.separated if j < m]
    if infinite:
        notes.append(
            f"No finite Poisson estimate for {', '.join(infinite)}: the outcome is 0 wherever it tells rows apart. The "
            "linear model can estimate the effect."
        )
    if found.n_separated:
        notes.append(
            f"{found.n_separated:,} of {n:,} rows ({found.n_separated / n:.0%}) are fitted perfectly by columns with "
            "an infinite estimate and were left out."
        )
    return tuple(notes)
