"""A fitted Cox model: what its uncertainty, its check and its predictions are computed from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.regression.grouping import Grouping
from custservice.regression.partial_likelihood import Hazards, Moments, RowParts, hazards_at, moments, row_parts
from custservice.regression.survival_rows import Block, SurvivalRows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """A block at the fitted coefficients: regressors (k, n), linear predictor (n,), hazards and moments."""

    block: Block
    x: Floats
    eta: Floats
    hazards: Hazards
    sums: Moments

    def parts(self, through: Floats | None = None) -> RowParts:
        """Return what each row adds to the score and to the information, or to combinations (m, k) of the score."""
        if through is None:
            return row_parts(self.block.risk, self.hazards, self.x, self.sums)
        return row_parts(self.block.risk, self.hazards, through @ self.x, self.sums.combine(through))


@dataclass(frozen=True)
class Contributions:
    """Of m combinations of coefficients: the influence of each row, (n, m), and the weight of each cluster, (G, m)."""

    influence: Floats
    weights: Floats


@dataclass(frozen=True)
class CoxModel:
    """Coefficients at the maximum, with the sorted rows.

    Attributes
    ----------
    rows
        Sorted rows with the columns that could be estimated.
    names, beta
        Of all these columns, shape (k,).
    information, bread
        Minus the second derivative of the log-likelihood, and its inverse A, shape (k, k).
    clusters
        Cluster of each sorted row, shape (n,).
    n_clusters
        G.
    """

    rows: SurvivalRows
    names: tuple[str, ...]
    beta: Floats
    information: Floats
    bread: Floats
    clusters: Ints
    n_clusters: int

    def pieces(self) -> Iterator[Piece]:
        """Yield the blocks at the fitted coefficients."""
        for block, x, eta in self.rows.parts(self.beta):
            hazards = hazards_at(block.risk, eta)
            yield Piece(block, x, eta, hazards, moments(block.risk, hazards, x))

    def contributions(self, directions: Floats) -> Contributions:
        """Return influence functions of ``directions' beta``, directions of shape (k, m), as the rows were passed in.

        The influence of a row is ``r_i' A a`` with r its score residual. The weight of a cluster,
        ``gamma_g = sum_{i in g} (q_i' A a)^2`` with q from `row_parts`, is the analogue of the squared rows of X A in
        a linear regression, from which the effective number of clusters follows.
        """
        through = (self.bread @ directions).T
        influence = np.zeros((len(self.rows.time), len(through)))
        squares = np.zeros(influence.shape)
        for piece in self.pieces():
            rows, parts = piece.block.rows, piece.parts(through)
            influence[self.rows.order[rows]] = parts.residual.T
            squares[rows] = np.square(parts.spread, out=parts.spread).T
        return Contributions(influence, Grouping(self.clusters, self.n_clusters).sums(squares))
