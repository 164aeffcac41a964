"""Leaving one cluster out of a logit or Poisson fit by one Newton step: slopes and average discrete changes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.clusters import LeaveOneOut, Leverage
from custservice.regression.discrete import Changes, Flip, flip
from custservice.regression.grouping import Floats, Grouping, Ints, Rows, spanning
from custservice.regression.logit_newton import Place

#: Eigenvalues of the remaining information, as a share of the whole, below which a direction is gone.
_SINGULAR = 1e-8


@dataclass(frozen=True)
class Responses:
    """How slopes (the first m columns) and average changes (the next m) respond to the score of a cluster's rows.

    Attributes
    ----------
    rows
        ``v_i`` of each row of the cluster, shape (n_c, 2m).
    local
        The groups that the cluster touches, numbered from 0.
    present
        Their codes, shape (t,).
    spans
        Which of them have rows elsewhere, shape (t,).
    deviations
        x less the weighted group means, shape (n_c, k).
    sampled
        Change of the averages because the cluster's rows no longer count, shape (m,).
    """

    rows: Floats
    local: Grouping
    present: Ints
    spans: NDArray[np.bool_]
    deviations: Floats
    sampled: Floats


def leave_one_out_logit(
    rows: Rows, place: Place, bread: Floats, clusters: Grouping, changes: Changes, flip: Flip = flip
) -> tuple[LeaveOneOut, LeaveOneOut]:
    """Return how slopes and average discrete changes move when each cluster is left out: one Newton step each.

    From the full maximum, the information that remains without cluster c is, after eliminating the intercepts,

        J = S - X~_c' w X~_c - sum_g M_gc' M_gc / (W_g - W_gc)

    with S the profiled information, x~ deviations from weighted group means, M_gc and W_gc the sums of ``w x~`` and w
    over the rows of group g in c (groups that lie within c leave with it). For any average whose derivatives over the
    *remaining* rows are b (slopes) and a_g (intercepts), the step moves it by

        - sum_{i in c} (y_i - p_i) (x~_i'q + q_g),
        q = J^-1 (b + sum_g M_gc a_g / (W_g - W_gc)),   q_g = (a_g + M_gc'q) / (W_g - W_gc)

    and for average discrete changes the rows that leave move it further, by ``(n_c theta - sum_{i in c} d_i) / (n -
    n_c)``. Slopes are the case b = unit vectors, a = 0. The step is that of MacKinnon, Nielsen and Webb (2024,
    "Cluster-robust jackknife and bootstrap inference for logistic regression models", arXiv 2406.00650), here with
    absorbed intercepts and for averages. Where a cluster alone carries a direction, that direction goes with it.

    The leverages are those of the weighted least squares that the step solves (Pregibon 1981, Ann. Stat. 9); those of
    average changes hold beside it the sampling part, spread over clusters by their share of rows.
    """
    m, k = changes.by_slope.shape
    spanning = _spanning_levels(rows.groups, clusters)
    root = np.asarray(np.linalg.cholesky(bread), dtype=np.float64)
    order = np.argsort(clusters.codes, kind="stable")
    bounds = np.searchsorted(clusters.codes[order], np.arange(clusters.size + 1))
    moves, sampled = np.empty((clusters.size, 2 * m)), np.empty((clusters.size, m))
    squares = np.empty((2, clusters.size, m, m))
    loadings = np.zeros((2, clusters.size, k + int(spanning.max(initial=-1)) + 1, m))
    for c in range(clusters.size):
        inside = order[bounds[c] : bounds[c + 1]]
        found = _responses(rows, place, root, changes, inside, flip)
        weighted = found.rows * place.weight[inside, None]
        moves[c] = -(place.residual[inside] @ found.rows)
        sampled[c] = found.sampled
        levels = found.present[found.spans]
        at_levels = found.local.sums(weighted)[found.spans] / np.sqrt(place.group_weight[levels, None])
        at_slopes = root.T @ (found.deviations.T @ weighted)
        for kind, columns in enumerate((slice(0, m), slice(m, 2 * m))):
            squares[kind, c] = found.rows[:, columns].T @ weighted[:, columns]
            loadings[kind, c, :k] = at_slopes[:, columns]
            loadings[kind, c, k + spanning[levels]] = at_levels[:, columns]
    share = np.diff(bounds) / (len(rows.y) - np.diff(bounds))
    squares[1] += share[:, None, None] ** 2 * (sampled.T @ sampled) / np.sum(share**2)
    slopes = LeaveOneOut(moves[:, :m], Leverage(squares[0], loadings[0]))
    return slopes, LeaveOneOut(moves[:, m:] + sampled, Leverage(squares[1], loadings[1]))


def count_spanning(groups: Grouping, clusters: Grouping) -> int:
    """Return how many groups have rows in more than one cluster.

    Examples
    --------
    >>> count_spanning(Grouping(np.array([0, 0, 1, 1]), 2), Grouping(np.array([0, 1, 1, 1]), 2))
    1
    """
    return int(_spanning_levels(groups, clusters).max(initial=-1)) + 1


def _spanning_levels(groups: Grouping, clusters: Grouping) -> Ints:
    """Return for each group its number among those that span clusters, or -1, shape (G,)."""
    spans = spanning(groups, clusters.codes)
    return np.where(spans, np.cumsum(spans) - 1, -1)


def _responses(rows: Rows, place: Place, root: Floats, changes: Changes, inside: Ints, flip: Flip) -> Responses:
    x, codes, w = rows.x[inside], rows.groups.codes[inside], place.weight[inside]
    m, left = len(changes.by_slope), len(rows.y) - len(inside)
    present, where = np.unique(codes, return_inverse=True)
    local = Grouping(where, len(present))
    rest = place.group_weight[present] - local.total(w)
    spans = rest > _SINGULAR * place.group_weight[present]
    per_rest = np.where(spans, 1 / np.where(spans, rest, 1.0), 0.0)[:, None]
    deviations = x - place.means[codes]
    moved = local.sums(deviations, w)
    taken = deviations.T @ (deviations * w[:, None]) + moved.T @ (moved * per_rest)
    flips = flip(place.eta[inside], x[:, :m], place.beta[:m])
    by_slope = changes.by_slope - flips.tilt.T @ deviations
    by_slope[:, :m] -= np.diag(flips.other.sum(axis=0))
    b = np.hstack([np.eye(x.shape[1], m), by_slope.T / left])
    a = np.hstack([np.zeros((len(present), m)), (changes.by_intercept[present] - local.sums(flips.tilt)) / left])
    q = _inverse_remaining(root, taken) @ (b + moved.T @ (per_rest * a))
    q_levels = per_rest * (a + moved @ q)
    sampled = (len(inside) * changes.averages.coef - flips.change.sum(axis=0)) / left
    return Responses(deviations @ q + q_levels[where], local, present, spans, deviations, sampled)


def _inverse_remaining(root: Floats, taken: Floats) -> Floats:
    """Return the (generalised) inverse of the information less what is taken, with ``root root'`` the whole inverse."""
    values, vectors = np.linalg.eigh(np.eye(len(root)) - root.T @ taken @ root)
    keep = values > _SINGULAR
    half = root @ vectors[:, keep]
    return np.asarray((half / values[keep]) @ half.T, dtype=np.float64)
