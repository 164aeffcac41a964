"""The maximum of Cox's partial likelihood by Newton steps, without the columns whose coefficient does not exist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.linear import independent_columns
from custservice.regression.partial_likelihood import (
    hazards_at,
    information,
    moments,
    score,
    sparse_information,
    sparse_moments,
    sparse_score,
)
from custservice.regression.risk_sets import RiskSets
from custservice.regression.survival_rows import Block, SurvivalRows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Newton steps stop when the next would raise the log-likelihood by less than half of this: score residuals then sum
#: to zero as far as rounding lets them. Where rounding is larger, they stop when nothing more is gained.
_TOLERANCE = 1e-20
_ROUNDING = 1e-12
_MOST_STEPS = 60
_MOST_HALVINGS = 30
#: A coefficient that moves the log hazard by this much over its column's range is looked at more closely,
_SUSPICIOUS = 4.0
#: and this much stands for infinity (a hazard ratio of three million).
_LIMIT = 15.0
#: A column that runs off has less than this share of its information left.
_VANISHED = 1e-4


@dataclass(frozen=True)
class Point:
    """Log-likelihood, score (k,) and information (k, k) at some coefficients."""

    loglik: float
    score: Floats
    information: Floats

    def step(self) -> Floats:
        """Return the Newton step; a direction without information is left alone."""
        scale = 1 / np.sqrt(np.maximum(np.diag(self.information), np.finfo(float).tiny))
        scaled = self.information * np.outer(scale, scale)
        return np.asarray(np.linalg.lstsq(scaled, self.score * scale, rcond=1e-12)[0] * scale, dtype=np.float64)


@dataclass(frozen=True)
class Maximum:
    """Where the partial likelihood is largest.

    Attributes
    ----------
    rows
        The rows with the columns that are left; coefficients at a limit are in the offset.
    columns, beta
        Positions of those columns among all, and their coefficients.
    point, null_loglik
        What is known there, and the log-likelihood without any column.
    dropped
        Positions of columns that do not vary among those at risk, or follow from earlier ones.
    runaway
        Position of each column whose likelihood has no maximum, with the sign of its infinite coefficient.
    steps
        How many Newton steps it took.
    """

    rows: SurvivalRows
    columns: Ints
    beta: Floats
    point: Point
    null_loglik: float
    dropped: tuple[int, ...]
    runaway: dict[int, int]
    steps: int


def evaluate_part(risk: RiskSets, x: Floats, eta: Floats) -> Point:
    """Return the part of the log-likelihood, score and information that some whole strata add."""
    k = len(x)
    if not len(risk.times):
        return Point(0.0, np.zeros(k), np.zeros((k, k)))
    hazards = hazards_at(risk, eta)
    return Point(hazards.loglik, score(hazards, x), information(hazards, x, moments(risk, hazards, x)))


def _evaluate_sparse(block: Block, eta: Floats) -> Point:
    x = block.sparse
    assert x is not None
    hazards = hazards_at(block.risk, eta)
    sums = sparse_moments(block.risk, hazards, x)
    return Point(hazards.loglik, sparse_score(hazards, x), sparse_information(hazards, x, sums))


def evaluate(rows: SurvivalRows, beta: Floats) -> Point:
    """Return log-likelihood, score and information of all rows."""
    k = len(beta)
    loglik, slope, curve = 0.0, np.zeros(k), np.zeros((k, k))
    # a step too far overflows, or leaves nothing of a late entrant's risk set; the caller halves it
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for block, x, eta in rows.parts(beta):
            part = evaluate_part(block.risk, x, eta) if block.sparse is None else _evaluate_sparse(block, eta)
            loglik, slope, curve = loglik + part.loglik, slope + part.score, curve + part.information
    return Point(loglik, slope, curve)


def maximise(rows: SurvivalRows) -> Maximum:
    """Climb from zero coefficients; drop and hold what cannot be estimated.

    A column whose likelihood rises for ever (nobody with it returned while others at risk did, or only they did) is
    held where its hazard ratio is three million or its inverse, so that the other coefficients are what they tend to.

    Raises
    ------
    EstimationError
        Nothing varies among those at risk, too many columns for the events, or no convergence.
    """
    columns = np.arange(len(rows.x))
    point = evaluate(rows, np.zeros(len(columns)))
    start, kept = point, _informative(rows, point)
    dropped = tuple(np.setdiff1d(columns, kept).tolist())
    n_events = int(rows.event.sum())
    if len(kept) >= n_events:
        raise EstimationError(f"There are {n_events:,} returns for {len(kept):,} columns; use fewer controls.")
    rows, columns, point = rows.keep(kept), columns[kept], _part(point, kept)
    beta, at_first = np.zeros(len(kept)), np.diag(point.information)
    gain, cleared = np.inf, set[int]()
    runaway: dict[int, int] = {}
    for steps in range(_MOST_STEPS):
        if not len(columns):
            raise EstimationError("No column varies among those at risk when somebody returned.")
        step = point.step()
        last, gain = gain, float(step @ point.score)
        if gain < _TOLERANCE or last <= gain < _ROUNDING:
            return Maximum(rows, columns, beta, point, start.loglik, dropped, runaway, steps)
        beta, point = _climb(rows, beta, step, point)
        for j in np.flatnonzero(np.abs(beta) * rows.span > _SUSPICIOUS)[::-1]:
            sign = _runs_off(rows, int(j), cleared, int(columns[j]))
            far = abs(beta[j]) * rows.span[j] > _LIMIT
            if not sign and far and point.information[j, j] < _VANISHED * at_first[j]:
                sign = int(np.sign(beta[j]))
            if sign:
                runaway[int(columns[j])] = sign
                rows = rows.hold(int(j), sign * _LIMIT / float(rows.span[j]))
                columns, beta, at_first = np.delete(columns, j), np.delete(beta, j), np.delete(at_first, j)
                point = evaluate(rows, beta)
    raise EstimationError(
        f"The Cox model found no maximum in {_MOST_STEPS} steps; use fewer controls, or the linear model."
    )


def _climb(rows: SurvivalRows, beta: Floats, step: Floats, point: Point) -> tuple[Floats, Point]:
    """Take the step, halved until the log-likelihood does not fall (by more than rounding)."""
    slack = 1e-12 * (1 + abs(point.loglik))
    for _ in range(_MOST_HALVINGS):
        there = evaluate(rows, beta + step)
        known = np.isfinite(there.loglik) and np.isfinite(there.information).all()
        if known and there.loglik >= point.loglik - slack:
            return beta + step, there
        step = step / 2
    raise EstimationError("The Cox model's likelihood does not rise in any direction; check the columns for outliers.")


def _informative(rows: SurvivalRows, point: Point) -> Ints:
    """Columns that vary among those at risk and do not follow from earlier ones, by the information at zero."""
    lengths = np.maximum(rows.mean_square * rows.event.sum(), np.finfo(float).tiny)
    scale = 1 / np.sqrt(lengths)
    values, vectors = np.linalg.eigh(point.information * np.outer(scale, scale))
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    return independent_columns(root, np.ones(len(lengths)))


def _part(point: Point, kept: Ints) -> Point:
    return Point(point.loglik, point.score[kept], point.information[np.ix_(kept, kept)])


def _runs_off(rows: SurvivalRows, j: int, cleared: set[int], name: int) -> int:
    """Return 1 (-1) if at every event the column is the largest (smallest) it can be among those at risk."""
    if name in cleared:
        return 0
    everything = rows.raw(j, slice(None))
    low, high = float(everything.min()), float(everything.max())
    slack = 1e-6 * (high - low)
    up = down = True
    for block in rows.blocks:
        values, risk = everything[block.rows], block.risk
        n_at_risk, total = risk.sums(np.ones(len(values))), risk.sums(values - low)
        events = risk.event_sums(values - low)
        mixed = (total > slack) & (total < (high - low) * n_at_risk - slack)
        up &= not (mixed & (events < (high - low) * risk.deaths - slack)).any()
        down &= not (mixed & (events > slack)).any()
    if not (up or down):
        cleared.add(name)
    return int(up) - int(down)
