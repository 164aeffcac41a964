"""Leaving one cluster out of a Cox model: one Newton step each, with the score and information that remain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.clusters import LeaveOneOut, Leverage
from custservice.regression.cox_model import CoxModel
from custservice.regression.cox_newton import Point, evaluate_part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Directions with less than this share of the information left go with the cluster.
_SINGULAR = 1e-8
#: Up to this many rows are evaluated anew; beyond, what a cluster takes with it is approximated.
EXACT_MOST = 20_000_000


@dataclass(frozen=True)
class LeftOut:
    """A cluster, the strata it is part of, the sorted rows of these, and which rows are another cluster's."""

    cluster: int
    strata: tuple[int, ...]
    rows: Ints
    stay: NDArray[np.bool_]


def each_left_out(model: CoxModel) -> Iterator[LeftOut]:
    """Yield each cluster with the rows whose risk sets change when it goes: those of its strata."""
    rows = model.rows
    pair = np.unique(model.clusters * rows.n_strata + rows.strata)
    bounds = np.searchsorted(pair // rows.n_strata, np.arange(model.n_clusters + 1))
    starts = np.searchsorted(rows.strata, np.arange(rows.n_strata + 1))
    for g in range(model.n_clusters):
        touched = pair[bounds[g] : bounds[g + 1]] % rows.n_strata
        places = np.concatenate([np.arange(starts[s], starts[s + 1]) for s in touched])
        yield LeftOut(g, tuple(touched.tolist()), places, model.clusters[places] != g)


def rows_touched(model: CoxModel) -> int:
    """Return how many rows `each_left_out` yields in all."""
    rows = model.rows
    pair = np.unique(model.clusters * rows.n_strata + rows.strata)
    return int(np.bincount(rows.strata)[pair % rows.n_strata].sum())


def leave_out(model: CoxModel) -> LeaveOneOut:
    """Return how all k coefficients change when each cluster is left out, and the leverage of each cluster.

    ``beta_(g) - beta = I_(g)^-1 U_(g)``: score and information without cluster g at the coefficients of all, that is
    one Newton step of the refit. Risk sets of g's strata are formed anew without it; a stratum that belongs to g
    alone goes whole, and then ``U_(g) = -R_g``, minus the cluster's score residuals, and ``I_(g) = I - I_g``. Where
    more than `EXACT_MOST` rows would have to be evaluated, ``U_(g) = -R_g`` and ``I_(g) = I - J_g`` stand in.

    The leverage is that of a linear regression with ``X_g'X_g`` replaced by ``J_g = sum_{i in g} q_i q_i'``
    (`row_parts`): cluster scores are then independent with variance J_g, and Bell and McCaffrey's degrees of
    freedom follow as they do there.
    """
    k, n_clusters = len(model.beta), model.n_clusters
    shares, sums = _cluster_parts(model)
    total = shares.sum(axis=0)
    change, lifted = np.empty((n_clusters, k)), np.empty((n_clusters, k, k))
    for g in range(n_clusters):
        lifted[g] = _inverse(total - shares[g], total)
    if rows_touched(model) <= EXACT_MOST:
        known: dict[tuple[int, ...], Point] = {}  # clusters often share their strata
        for left in each_left_out(model):
            gone = _gone(model, left, known)
            change[left.cluster] = -(_inverse(model.information - gone.information, model.information) @ gone.score)
    else:
        for g in range(n_clusters):
            change[g] = -(lifted[g] @ sums[g])
    squares = lifted @ shares @ lifted
    loadings: Floats = np.asarray(np.linalg.solve(np.linalg.cholesky(total), shares @ lifted), dtype=np.float64)
    return LeaveOneOut(change, Leverage(squares, loadings))


def _gone(model: CoxModel, left: LeftOut, known: dict[tuple[int, ...], Point]) -> Point:
    """Return what goes with a cluster: its strata's part with it less their part without it."""
    if left.strata not in known:
        known[left.strata] = _evaluate(model, left.rows)
    whole = known[left.strata]
    stay = left.rows[left.stay]
    if not len(stay):
        return whole
    rest = _evaluate(model, stay)
    return Point(whole.loglik - rest.loglik, whole.score - rest.score, whole.information - rest.information)


def _evaluate(model: CoxModel, places: Ints) -> Point:
    contiguous = places[-1] - places[0] + 1 == len(places)
    where = slice(int(places[0]), int(places[-1]) + 1) if contiguous else places
    x = model.rows.x[:, where]
    return evaluate_part(model.rows.subset(places), x, model.rows.offset[where] + model.beta @ x)


def _cluster_parts(model: CoxModel) -> tuple[Floats, Floats]:
    """Return J_g, shape (G, k, k), and the sums of score residuals, (G, k)."""
    k = len(model.beta)
    shares, sums = np.zeros((model.n_clusters, k, k)), np.zeros((model.n_clusters, k))
    for piece in model.pieces():
        codes = model.clusters[piece.block.rows]
        order = np.argsort(codes, kind="stable")
        bounds = np.flatnonzero(np.diff(codes[order], prepend=-1))
        parts = piece.parts()
        spread = parts.spread[:, order]
        sums[codes[order[bounds]]] += np.add.reduceat(parts.residual[:, order], bounds, axis=1).T
        for a, b in zip(bounds, [*bounds[1:], len(codes)], strict=True):
            part = spread[:, a:b]
            shares[codes[order[a]]] += part @ part.T
    return shares, sums


def _inverse(left: Floats, whole: Floats) -> Floats:
    """Inverse of the information that is left; directions that went with the cluster stay where they were."""
    root = np.linalg.cholesky(whole)
    inner = np.linalg.solve(root, np.linalg.solve(root, left).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    keep = values > _SINGULAR
    half = np.linalg.solve(root.T, vectors[:, keep])
    return np.asarray((half / values[keep]) @ half.T, dtype=np.float64)
