"""Leaving one cluster out, and how many degrees of freedom are left when clusters differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.grouping import Grouping, spanning

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Eigenvalues of I - H_gg below this mean that the cluster alone carries a direction.
_SINGULAR = 1e-8


@dataclass(frozen=True)
class Leverage:
    """How each cluster weighs on m combinations of coefficients.

    With ``w_g`` = (I - H_gg)^-1 X_g A a, the part of the data through which cluster g moves combination a, the
    CR3 variance is a quadratic form in the errors with matrix P'P, ``P_gh = w_g' (1[g=h] I - H_gh) w_h``.

    Attributes
    ----------
    squares
        ``W_g' W_g`` of each cluster, shape (G, m, m).
    loadings
        Projection of ``W_g`` on an orthonormal basis of the design (regressors and crossing absorbed effects),
        shape (G, r, m), so that ``P = diag(w_g'w_g) - loadings loadings'``.
    """

    squares: Floats
    loadings: Floats

    def combine(self, rows: Floats) -> Leverage:
        """Return the leverage on linear combinations, ``rows`` of shape (m_new, m)."""
        return Leverage(rows @ self.squares @ rows.T, self.loadings @ rows.T)

    def dof(self) -> Floats:
        """Satterthwaite degrees of freedom of each combination under independent errors, shape (m,).

        Bell and McCaffrey (2002, Survey Methodology 28), in the form of Pustejovsky and Tipton (2018, J. Bus. Econ.
        Stat. 36) with the CR3 adjustment: ``(tr P)^2 / tr(P P)``.
        """
        own = np.einsum("gmm->gm", self.squares)
        shared = np.einsum("grm,grm->gm", self.loadings, self.loadings)
        trace = (own - shared).sum(axis=0)
        cross = np.einsum("grm,gsm->mrs", self.loadings, self.loadings, optimize=True)
        square = (own**2 - 2 * own * shared).sum(axis=0) + (cross**2).sum(axis=(1, 2))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(square > 0, trace**2 / square, 1.0)


@dataclass(frozen=True)
class LeaveOneOut:
    """Result of `leave_one_out`: ``change`` (G, m) of the coefficients, and the ``leverage`` of each cluster."""

    change: Floats
    leverage: Leverage


def leave_one_out(
    x: Floats, residual: Floats, clusters: Ints, bread: Floats, crossing: Ints | None, m: int
) -> LeaveOneOut:
    """Return how the first m coefficients change when each cluster is left out: exact for least squares.

    ``beta_(g) - beta = -A X_g' (I - H_gg)^-1 e_g`` with A the inverse of X'X (after partialling out) and H the hat
    matrix of the whole design, absorbed effects included unless they lie within one cluster (MacKinnon, Nielsen
    and Webb 2023). Where a cluster alone carries a direction, that direction goes with it (generalised inverse).

    Parameters
    ----------
    x, residual, clusters
        Demeaned regressors (n, k), residuals (n,), cluster codes from 0 (n,).
    bread
        A, shape (k, k).
    crossing
        Codes of an absorbed factor whose levels cross clusters, shape (n,), or None.
    m
        How many of the leading coefficients are wanted.
    """
    n_clusters = int(clusters.max()) + 1
    order = np.argsort(clusters, kind="stable")
    bounds = np.searchsorted(clusters[order], np.arange(n_clusters + 1))
    root = np.linalg.cholesky(bread)
    basis = x @ root
    level_share, level_of = _crossing_basis(crossing, clusters)
    n_levels = len(level_share)
    change = np.empty((n_clusters, m))
    squares = np.empty((n_clusters, m, m))
    loadings = np.zeros((n_clusters, x.shape[1] + n_levels, m))
    for g in range(n_clusters):
        rows = order[bounds[g] : bounds[g + 1]]
        z = basis[rows]
        columns = np.arange(x.shape[1])
        if n_levels:
            present, where = np.unique(level_of[rows], return_inverse=True)
            dummies = (where[:, None] == np.arange(len(present))) * level_share[present]
            inside = present >= 0
            z = np.hstack([z, dummies[:, inside]])
            columns = np.concatenate([columns, x.shape[1] + present[inside]])
        lifted = z @ _inverse_of_remainder(z.T @ z)  # (I - ZZ')^-1 Z = Z (I - Z'Z)^-1
        k = x.shape[1]
        w = lifted[:, :k] @ root.T[:, :m]
        change[g] = -(w.T @ residual[rows])
        squares[g] = w.T @ w
        loadings[g, columns] = z.T @ w
    return LeaveOneOut(change, Leverage(squares, loadings))


def _crossing_basis(crossing: Ints | None, clusters: Ints) -> tuple[Floats, Ints]:
    """Return 1/sqrt(size) of each level that spans clusters, and each row's such level (-1: within one cluster)."""
    if crossing is None:
        return np.empty(0), np.full(len(clusters), -1, dtype=np.int64)
    sizes = np.bincount(crossing)
    spans = spanning(Grouping(crossing, len(sizes)), clusters)
    code = np.where(spans, np.cumsum(spans) - 1, -1)
    sizes = sizes[spans]
    return 1 / np.sqrt(sizes), code[crossing]


def _inverse_of_remainder(gram: Floats) -> Floats:
    """(I - Z'Z)^-1, or its generalised inverse where the cluster alone carries a direction."""
    values, vectors = np.linalg.eigh(np.eye(len(gram)) - gram)
    keep = values > _SINGULAR
    return np.asarray((vectors[:, keep] / values[keep]) @ vectors[:, keep].T, dtype=np.float64)


def effective_dof(z: Floats, clusters: Ints) -> Floats:
    """Effective number of clusters less one, for each column of ``z`` (n, k), the rows of X A.

    ``G* = G / (1 + cv^2)`` with cv the coefficient of variation over clusters of ``gamma_g = sum_i z_i^2`` (Carter,
    Schnepel and Steigerwald 2017, Rev. Econ. Stat. 99, here with independent errors).

    Examples
    --------
    >>> effective_dof(np.ones((6, 1)), np.array([0, 0, 1, 1, 2, 2])).tolist()
    [2.0]
    """
    return effective_of(Grouping(clusters, int(clusters.max()) + 1).sums(z * z))


def effective_of(gamma: Floats) -> Floats:
    """Return the same from ``gamma_g``, (G, k), in whatever unit: ``G* = (sum_g gamma_g)^2 / sum_g gamma_g^2``."""
    n_clusters, squares = len(gamma), np.einsum("ij,ij->j", gamma, gamma)
    known = squares > 0
    effective = np.where(known, gamma.sum(axis=0) ** 2 / np.where(known, squares, 1.0), n_clusters)
    return np.asarray(np.clip(effective - 1, 1.0, n_clusters - 1.0), dtype=np.float64)
