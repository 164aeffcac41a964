"""Logit with an intercept per group, reported as average discrete changes in probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.change_estimates import Estimates, estimates_of
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import BLOCK, Floats, Grouping, Ints, recode
from custservice.regression.logit_estimable import Estimable, find_estimable

#: Fewer rows than this in the median group: the incidental parameters bias the logit, so the linear model is advised.
LEAST_GROUP = 20


@dataclass(frozen=True)
class LogitFit:
    """A logit fit.

    Attributes
    ----------
    changes
        The headline: average discrete change in probability of each exposure that could be estimated.
    estimates
        Behind them; also of their coefficients (log odds ratios).
    kept
        Which rows were used, shape (n,); rows of the estimates' influence and clusters are these, in order.
    dropped
        Names of columns that are constant within groups or combinations of earlier columns.
    separated
        Names of columns whose coefficient is infinite: rows that they fit perfectly were left out.
    n_constant, share_constant
        Rows left out because y does not vary in their group, and their share of all rows.
    n_separated
        Rows left out because separated columns fit them perfectly.
    n_groups, median_group_size
        Groups used, and the median number of their rows (None and None without groups).
    eta
        Log odds of the rows used, shape (kept.sum(),).
    notes
        What a reader should know, one sentence each.
    """

    changes: Estimate
    estimates: Estimates
    kept: NDArray[np.bool_]
    dropped: tuple[str, ...]
    separated: tuple[str, ...]
    n_constant: int
    share_constant: float
    n_separated: int
    n_groups: int | None
    median_group_size: float | None
    eta: Floats
    notes: tuple[str, ...]

    @property
    def slopes(self) -> Estimate:
        """Coefficients of the exposures, with their uncertainty; computed when asked for."""
        return self.estimates.slopes


def fit_logit(
    y: Floats,
    x: Floats,
    names: Sequence[str],
    *,
    groups: Ints | None,
    clusters: Ints,
    wanted: int | None = None,
) -> LogitFit:
    """Fit ``P(y=1) = Lambda(x'beta + alpha_group)`` and average the discrete change of each exposure over the rows.

    Parameters
    ----------
    y, x, names
        Outcome of 0 and 1 (n,), regressors (n, k) without a constant, their k names; exposures (0/1) stand first.
    groups
        Codes from 0 of the factor whose levels get an intercept each, shape (n,), or None for a single constant.
    clusters
        Codes from 0 of the clusters, shape (n,).
    wanted
        How many of the leading columns are exposures to be reported; all by default.

    Returns
    -------
    LogitFit
        Maximum likelihood by Newton steps with the intercepts profiled out (see `maximise`); average discrete changes
        ``mean_i [P(y=1 | x_j=1, rest_i) - P(y=1 | x_j=0, rest_i)]`` with the influence of slopes, intercepts and
        sampled covariates (see `influence`). Up to 1,000 clusters CR3 by one Newton step per cluster (see
        `leave_one_out_logit`); above CR1, ``G/(G-1) x (N-1)/(N-K)``, K without intercepts of groups nested in clusters
        (Cameron and Miller 2015, J. Human Resources 50), and the effective number of clusters.

    Raises
    ------
    EstimationError
        An outcome or exposure that is not 0/1, fewer than two clusters, more parameters than rows, or no exposure that
        has a finite estimate.

    Notes
    -----
    Intercepts of small groups are noisy, and the noise biases slopes away from zero (incidental parameters: Neyman and
    Scott 1948, Econometrica 16; with two rows a group the slope doubles, Chamberlain 1980, Rev. Econ. Stud. 47).
    Nothing is corrected here. The conditional logit would be free of it, but knows no intercepts, hence no
    probabilities and no average changes. With fewer than 20 rows in the median group a note advises the linear model.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> place = np.arange(4000) % 20
    >>> mention = rng.integers(0, 2, 4000).astype(float)
    >>> y = (rng.random(4000) < 0.3 + 0.2 * mention).astype(float)
    >>> fit = fit_logit(y, mention[:, None], ["mention"], groups=place, clusters=place)
    >>> bool(0.15 < fit.changes.coef[0] < 0.25), fit.changes.names
    (True, ('mention',))
    """
    n_wanted = x.shape[1] if wanted is None else wanted
    _check(y, x, names, n_wanted, clusters)
    found = find_estimable(y, x, groups, n_wanted)
    if not len(found.reported):
        raise EstimationError(_nothing_left(found, names))
    kept_clusters = recode(clusters[found.kept])
    by_cluster = Grouping(kept_clusters, int(kept_clusters.max()) + 1)
    if by_cluster.size < 2:
        raise EstimationError(
            "After leaving out groups without variation there is only one cluster, so no uncertainty can be computed; "
            "use another cluster column or the linear model."
        )
    reported = [names[j] for j in found.reported]
    estimates = estimates_of(found.rows, found.place, reported, by_cluster, groups is None)
    sizes = np.bincount(found.rows.groups.codes)
    return LogitFit(
        changes=estimates.changes,
        estimates=estimates,
        kept=found.kept,
        dropped=tuple(names[j] for j in found.dropped),
        separated=tuple(names[j] for j in found.separated),
        n_constant=found.n_constant,
        share_constant=found.n_constant / len(y),
        n_separated=found.n_separated,
        n_groups=None if groups is None else len(sizes),
        median_group_size=None if groups is None else float(np.median(sizes)),
        eta=found.place.eta,
        notes=_notes(found, names, n_wanted, None if groups is None else sizes, by_cluster.size),
    )


def _check(y: Floats, x: Floats, names: Sequence[str], n_wanted: int, clusters: Ints) -> None:
    if not len(clusters) or clusters.min() == clusters.max():
        raise EstimationError(
            "There is only one cluster, so no uncertainty can be computed; use another cluster column."
        )
    if not ((y == 0) | (y == 1)).all():
        raise EstimationError("A logit needs an outcome of 0 and 1; use the linear model for other outcomes.")
    for start in range(0, len(y), BLOCK):
        exposed = x[start : start + BLOCK, :n_wanted]
        other = exposed * exposed != exposed
        if other.any():
            j = int(np.flatnonzero(other.any(axis=0))[0])
            raise EstimationError(f"'{names[j]}' holds other values than 0 and 1, so it has no discrete change.")


def _nothing_left(found: Estimable, names: Sequence[str]) -> str:
    infinite = [names[j] for j in found.separated]
    reason = f"the outcome never varies with {', '.join(infinite)}" if infinite else "no exposure varies within groups"
    return f"The logit can estimate no exposure: {reason}; use the linear model."


def _notes(
    found: Estimable, names: Sequence[str], n_wanted: int, sizes: Ints | None, n_clusters: int
) -> tuple[str, ...]:
    n = len(found.kept)
    notes = [f"Effects are average discrete changes in probability over {len(found.rows.y):,} rows, after a logit."]
    if n_clusters <= CR3_MOST:
        notes.append("Each cluster was left out by one Newton step from the whole fit.")
    if found.n_constant:
        notes.append(
            f"{found.n_constant:,} of {n:,} rows ({found.n_constant / n:.0%}) lie in groups whose rows all have the "
            "same outcome; they say nothing about a logit with group effects and were left out."
        )
    exposures = [names[j] for j in found.separated if j < n_wanted]
    if exposures:
        notes.append(
            f"No finite logit estimate for {', '.join(exposures)}: the outcome is the same wherever it tells rows "
            "apart within a group. The linear model can estimate the effect."
        )
    if found.n_separated:
        notes.append(
            f"{found.n_separated:,} of {n:,} rows ({found.n_separated / n:.0%}) are fitted perfectly by columns with "
            "an infinite estimate and were left out."
        )
    if sizes is not None and np.median(sizes) < LEAST_GROUP:
        notes.append(
            f"The median group has {np.median(sizes):,.0f} rows: with fewer than {LEAST_GROUP} the logit with group "
            "effects is biased (incidental parameters); the linear model is recommended."
        )
    return tuple(notes)
