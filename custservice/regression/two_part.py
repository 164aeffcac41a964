"""Money in two parts: whether anything is spent at all, and how much if so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.change_estimates import effective_number
from custservice.regression.discrete import Changes, Flips, slope_averages
from custservice.regression.estimate import CR3_MOST, Estimate
from custservice.regression.grouping import Floats, Grouping, Ints, Rows, recode
from custservice.regression.logit_estimable import Estimable, find_estimable
from custservice.regression.logit_left_out import count_spanning, leave_one_out_logit
from custservice.regression.logit_newton import Place, solve_scaled
from custservice.regression.poisson import find_maximum


@dataclass(frozen=True)
class TwoPartFit:
    """A fit in two parts.

    Attributes
    ----------
    changes
        Average discrete change of the expected amount, for each exposure that both parts can estimate.
    kept
        Which rows were used, shape (n,).
    dropped
        Names of exposures that one of the parts cannot estimate.
    notes
        What a reader should know, one sentence each.
    """

    changes: Estimate
    kept: NDArray[np.bool_]
    dropped: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """One part's fit, the positions of its m exposures, its regressors for all rows, and its derivatives."""

    rows: Rows
    place: Place
    inside: NDArray[np.bool_]
    exposures: Ints
    x: Floats
    by_slope: Floats
    by_intercept: Floats

    @property
    def profiled(self) -> Floats:
        """Derivative of the sum by the slopes while the intercepts follow, shape (m, k)."""
        return self.by_slope - self.by_intercept.T @ self.place.means


def fit_two_part(
    y: Floats, x: Floats, names: Sequence[str], *, groups: Ints | None, clusters: Ints, wanted: int | None = None
) -> TwoPartFit:
    """Fit ``P(y > 0)`` by a logit and ``E(y | y > 0)`` by a Poisson model, and average the change of their product.

    Parameters
    ----------
    y, x, names, groups, clusters, wanted
        As for `fit_poisson`.

    Returns
    -------
    TwoPartFit
        ``theta_j = mean_i [p_i(1) m_i(1) - p_i(0) m_i(0)]`` with ``p = Lambda(x'b + a_g)`` and ``m = exp(x'c + d_g)``
        (two-part model: Duan, Manning, Morris and Newhouse 1983, J. Bus. Econ. Stat. 1; with a log link fitted by
        pseudo maximum likelihood nothing has to be transformed back: Mullahy 1998, J. Health Econ. 17).
        The influence of a row adds who is in the sample, the score of the logit times the derivative of theta by its
        slopes and intercepts, and for rows with y > 0 the same of the second part. CR3: slopes of both parts one Newton
        step away for each cluster left out, times those derivatives, less what the cluster's rows add otherwise.

    Raises
    ------
    EstimationError
        A negative amount, or no exposure that both parts can estimate.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> place, mention = np.arange(4000) % 20, rng.integers(0, 2, 4000).astype(float)
    >>> y = (rng.random(4000) < 0.4 + 0.2 * mention) * rng.exponential(20 + 10 * mention)  # .6 x 30 - .4 x 20 = 10
    >>> fit = fit_two_part(y, mention[:, None], ["mention"], groups=place, clusters=place)
    >>> bool(8.5 < fit.changes.coef[0] < 11.5)
    True
    """
    m = x.shape[1] if wanted is None else wanted
    if (y < 0).any() or not np.isfinite(y).all():
        raise EstimationError("A model in two parts needs amounts of 0 or more; use the linear model for others.")
    found = find_estimable((y > 0).astype(np.float64), x, groups, m)
    kept, codes = found.kept, found.rows.groups
    paid = y[kept] > 0
    inner = x[kept]
    second = find_maximum(y[kept][paid], inner[paid], codes.codes[paid])
    reported = np.intersect1d(found.reported, np.setdiff1d(second.columns, second.separated))
    by_cluster = _grouped(clusters[kept])
    if not len(reported) or by_cluster.size < 2:
        raise EstimationError("A model in two parts can estimate no exposure here; use the linear model.")
    places = (np.searchsorted(found.reported, reported), np.searchsorted(second.columns, reported))
    matrices = (found.rows.x, inner[:, second.columns])
    change, parts = _evaluate(found, second.rows, second.place, paid, places, matrices)
    estimate = _estimate([names[j] for j in reported], change, parts, by_cluster, groups is None)
    dropped = tuple(names[j] for j in range(m) if j not in set(reported.tolist()))
    return TwoPartFit(estimate, kept, dropped, _notes(found, dropped, len(y), int(paid.sum())))


def _grouped(codes: Ints) -> Grouping:
    own = recode(codes)
    return Grouping(own, int(own.max()) + 1)


def _evaluate(
    found: Estimable, paid_rows: Rows, paid_place: Place, paid: NDArray[np.bool_], places: tuple[Ints, Ints],
    matrices: tuple[Floats, Floats],
) -> tuple[Floats, tuple[_Part, _Part]]:  # fmt: skip
    """Return each row's changes, (n, m), and the two parts with the derivatives of their sums."""
    groups, m = found.rows.groups, len(places[0])
    slopes = found.place.beta[places[0]], paid_place.beta[places[1]]
    eta = found.place.eta, matrices[1] @ paid_place.beta + paid_place.alpha[groups.codes]
    change = np.empty((len(groups.codes), m))
    by_slope = [np.empty((m, matrix.shape[1])) for matrix in matrices]
    by_intercept = [np.empty((groups.size, m)) for _ in matrices]
    for j in range(m):
        carried = found.rows.x[:, places[0][j]]
        worlds = []
        for value in (1.0, 0.0):
            chance = 1 / (1 + np.exp(-eta[0] - (value - carried) * slopes[0][j]))
            amount = np.exp(eta[1] + (value - carried) * slopes[1][j])
            worlds.append((chance * (1 - chance) * amount, chance * amount))
        change[:, j] = worlds[0][1] - worlds[1][1]
        for part, (matrix, place) in enumerate(zip(matrices, places, strict=True)):
            tilt = worlds[0][part] - worlds[1][part]
            other = np.where(carried == 1, worlds[1][part], worlds[0][part])
            by_slope[part][j] = tilt @ matrix
            by_slope[part][j, place[j]] += other.sum()
            by_intercept[part][:, j] = groups.total(tilt)
    everyone = np.ones(len(paid), dtype=bool)
    first = _Part(found.rows, found.place, everyone, places[0], matrices[0], by_slope[0], by_intercept[0])
    return change, (first, _Part(paid_rows, paid_place, paid, places[1], matrices[1], by_slope[1], by_intercept[1]))


def _estimate(
    names: Sequence[str], change: Floats, parts: tuple[_Part, _Part], clusters: Grouping, one_group: bool
) -> Estimate:
    n = len(change)
    mean = change.mean(axis=0)
    sampled = (change - mean) / n
    influence = sampled.copy()
    few = clusters.size <= CR3_MOST
    sizes = np.bincount(clusters.codes)
    left_out = -clusters.sums(sampled) * (n / (n - sizes))[:, None] if few else None
    spanning = count_spanning(parts[0].rows.groups, clusters)
    n_params = 1 if one_group else spanning
    for part in parts:
        n_params += part.rows.x.shape[1]
        bread = solve_scaled(part.place.information, np.eye(len(part.place.beta)))
        slopes = bread @ part.profiled.T / n
        levels = part.by_intercept / (n * part.place.group_weight[:, None])
        codes = part.rows.groups.codes
        residual = part.place.residual[:, None]
        influence[part.inside] += ((part.rows.x - part.place.means[codes]) @ slopes + levels[codes]) * residual
        if left_out is not None:
            left_out += _slopes_without(part, bread, clusters) @ part.profiled.T / n
            own = np.zeros_like(influence)
            own[part.inside] = levels[codes] * residual
            left_out -= clusters.sums(own)
    return Estimate(
        names=tuple(names),
        coef=mean,
        influence=influence,
        clusters=clusters.codes,
        factor=clusters.size / (clusters.size - 1) * (n - 1) / max(n - n_params, 1),
        dof=np.clip(effective_number(clusters.sums(influence**2)) - 1, 1.0, clusters.size - 1.0),
        left_out=left_out,
    )


def _slopes_without(part: _Part, bread: Floats, clusters: Grouping) -> Floats:
    """Return how all slopes of a part move when each cluster is left out, shape (G, k); none where it has no row."""
    codes = clusters.codes[part.inside]
    present = np.unique(codes)
    own = Grouping(recode(codes), len(present))
    k = part.rows.x.shape[1]
    averages = slope_averages(part.rows, part.place, bread, k, expected=False)
    still = Changes(averages, np.zeros((k, k)), np.zeros((part.rows.groups.size, k)))
    moves = np.zeros((clusters.size, k))
    moves[present] = leave_one_out_logit(part.rows, part.place, bread, own, still, _nothing)[0].change
    return moves


def _nothing(eta: Floats, exposed: Floats, slopes: Floats) -> Flips:
    none = np.zeros(exposed.shape)
    return Flips(none, none, none)


def _notes(found: Estimable, dropped: tuple[str, ...], n: int, n_paid: int) -> tuple[str, ...]:
    used = len(found.rows.y)
    notes = [
        f"Effects are average discrete changes of the probability of any amount times the mean amount if any, over "
        f"{used:,} rows, {n_paid:,} of them with an amount."
    ]
    if used < n:
        notes.append(
            f"{n - used:,} of {n:,} rows ({(n - used) / n:.0%}) lie in groups where all or none have an amount, or are "
            "fitted perfectly; they were left out."
        )
    if dropped:
        notes.append(f"The model in two parts cannot estimate {', '.join(dropped)}; the linear model can.")
    return tuple(notes)
