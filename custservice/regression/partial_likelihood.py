"""Cox's partial likelihood with Efron's treatment of ties: value, score, information and score residuals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from custservice.regression.columns import Sparse
from custservice.regression.risk_sets import RiskSets

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hazards:
    """What the linear predictor makes of the risk sets.

    With ``w_i = exp(eta_i)``, ``S0`` its sum over those at risk at an event time with d events D, and ``S0_D`` its
    sum over D, Efron (1977, J. Am. Stat. Assoc. 72) takes the events one after the other with the denominators
    ``S0 - f S0_D``, ``f = l/d``, l = 0..d-1.

    Attributes
    ----------
    weight
        w, shape (n,).
    loglik
        ``sum_D eta - sum_l log(S0 - f S0_D)`` over all event times.
    step, step_own
        Increment of the cumulative hazard at each event time, ``sum_l 1/(S0 - f S0_D)`` (Breslow 1974, Biometrics 30,
        without ties), and how much less of it a tied row is exposed to, ``sum_l f/(...)``; shape (m,).
    squares
        ``sum_l f^p/(S0 - f S0_D)^2`` for p = 0, 1, 2, shape (3, m).
    mark
        1 for an event, 0 otherwise (times what `scaled` was given), shape (n,).
    cumulative
        Cumulative hazard of each row while at risk at ``eta = 0``, shape (n,).
    """

    weight: Floats
    loglik: float
    step: Floats
    step_own: Floats
    squares: Floats
    mark: Floats
    cumulative: Floats

    def scaled(self, risk: RiskSets, scale: Floats) -> Hazards:
        """Let each event time count ``scale`` times, shape (m,): functions of time, or a window."""
        mark = np.zeros_like(self.mark)
        mark[risk.event_rows] = scale[risk.own]
        step, own = self.step * scale, self.step_own * scale
        cumulative = risk.while_at_risk(step, own if risk.fraction is not None else None)
        squares = self.squares * scale
        return replace(self, step=step, step_own=own, squares=squares, mark=mark, cumulative=cumulative)


@dataclass(frozen=True)
class Moments:
    """Sums of w x over those at risk and over those with an event at each event time, shape (k, m)."""

    at_risk: Floats
    tied: Floats | None

    def combine(self, rows: Floats) -> Moments:
        """Return the moments of linear combinations of the columns, ``rows`` of shape (new, k)."""
        return Moments(rows @ self.at_risk, None if self.tied is None else rows @ self.tied)


def hazards_at(risk: RiskSets, eta: Floats) -> Hazards:
    """Evaluate the risk sets at a linear predictor, shape (n,)."""
    weight = np.exp(eta)
    total = risk.sums(weight)
    inverse = 1 / total
    mark = np.zeros(len(weight))
    mark[risk.event_rows] = 1.0
    if risk.fraction is None:
        step, own, squares = inverse, np.zeros_like(inverse), np.zeros((3, len(inverse)))
        squares[0] = inverse**2
        logs = np.log(total)
    else:
        f = risk.fraction
        denominator = total[risk.own] - f * risk.event_sums(weight)[risk.own]
        inverse = 1 / denominator
        step, own = risk.by_time(inverse), risk.by_time(f * inverse)
        squares = np.stack([risk.by_time(f**p * inverse**2) for p in (0, 1, 2)])
        logs = np.log(denominator)
    loglik = float(eta[risk.event_rows].sum() - logs.sum())
    cumulative = risk.while_at_risk(step, own if risk.fraction is not None else None)
    return Hazards(weight, loglik, step, own, squares, mark, cumulative)


def moments(risk: RiskSets, hazards: Hazards, x: Floats) -> Moments:
    """Sum w x over risk sets, x of shape (k, n)."""
    tied = None if risk.fraction is None else risk.event_sums(hazards.weight, x)
    return Moments(risk.sums(hazards.weight, x), tied)


def sparse_moments(risk: RiskSets, hazards: Hazards, x: Sparse) -> Moments:
    """Return the same where most values of x, (n, k), are 0 and nobody enters late: first sums by event time."""
    m = len(risk.times)
    at_risk = risk.since_latest(x.sums(risk.upto, m + 1, hazards.weight)[:, :m])
    if risk.fraction is None:
        return Moments(at_risk, None)
    event_time = np.full(len(risk.upto), m)
    event_time[risk.event_rows] = risk.own
    return Moments(at_risk, x.sums(event_time, m + 1, hazards.weight)[:, :m])


def score(hazards: Hazards, x: Floats) -> Floats:
    """Return the score through martingale residuals, ``sum_i x_i (mark_i - w_i cumulative_i)``, shape (k,)."""
    return np.asarray(x @ (hazards.mark - hazards.weight * hazards.cumulative), dtype=np.float64)


def information(hazards: Hazards, x: Floats, sums: Moments) -> Floats:
    """Return minus the second derivative, shape (k, k).

    ``sum_i w_i cumulative_i x_i x_i' - sum_l xbar_l xbar_l'``, with ``xbar_l = (S1 - f S1_D)/(S0 - f S0_D)``.
    """
    heavy = x * np.sqrt(np.maximum(hazards.weight * hazards.cumulative, 0.0))
    return heavy @ heavy.T - _of_means(hazards, sums)


def sparse_score(hazards: Hazards, x: Sparse) -> Floats:
    """Return the same as `score` where most values of x are 0, (n, k)."""
    return x.cross(hazards.mark - hazards.weight * hazards.cumulative)


def sparse_information(hazards: Hazards, x: Sparse, sums: Moments) -> Floats:
    """Return the same as `information` where most values of x are 0, (n, k)."""
    return x.gram(np.maximum(hazards.weight * hazards.cumulative, 0.0)) - _of_means(hazards, sums)


def _of_means(hazards: Hazards, sums: Moments) -> Floats:
    """Return ``sum_l xbar_l xbar_l'``."""
    zero, one, two = hazards.squares
    means = sums.at_risk * np.sqrt(zero)
    total = means @ means.T
    if sums.tied is not None:
        cross = (sums.at_risk * one) @ sums.tied.T
        total += (sums.tied * two) @ sums.tied.T - cross - cross.T
    return np.asarray(total, dtype=np.float64)


def hazard_slopes(hazards: Hazards, sums: Moments) -> tuple[Floats, Floats | None]:
    """Return ``sum_l xbar_l/(S0 - f S0_D)``, (k, m), minus the slope of each step in beta, and its own part."""
    zero, one, two = hazards.squares
    if sums.tied is None:
        return sums.at_risk * zero, None
    return sums.at_risk * zero - sums.tied * one, sums.at_risk * one - sums.tied * two


@dataclass(frozen=True)
class RowParts:
    """What each row adds to the score, and to the information as ``sum_i q_i q_i'`` (about); both of shape (k, n)."""

    residual: Floats
    spread: Floats


def row_parts(risk: RiskSets, hazards: Hazards, x: Floats, sums: Moments) -> RowParts:
    """Return score residuals and what each row adds to the information.

    ``r_i = event_i (x_i - mean_l xbar_l) - w_i sum_{t at risk} sum_l c_il (x_i - xbar_l)/(S0 - f S0_D)``, with
    ``c_il = 1 - f`` at the row's own event time and 1 before (Therneau and Grambsch 2000, Modeling Survival Data,
    with Efron's weights). They are the derivatives of the score in case weights and sum to the score.

    ``q_i = sqrt(w_i H_i) (x_i - xbar_i)``, with ``H_i`` the cumulative hazard of the row and ``xbar_i`` the risk-set
    mean averaged over it: the predictable variation of a row's score, were that mean constant in time.
    """
    slopes, own = hazard_slopes(hazards, sums)
    drift = risk.while_at_risk(slopes, own)
    exposed = np.maximum(hazards.cumulative, 0.0)
    inverse = np.divide(1.0, exposed, out=np.zeros_like(exposed), where=exposed > 0)
    spread = x * np.sqrt(hazards.weight * exposed)
    spread -= drift * np.sqrt(hazards.weight * inverse)
    drift *= hazards.weight
    drift += x * (hazards.mark - hazards.weight * hazards.cumulative)
    mean = sums.at_risk * hazards.step
    if sums.tied is not None:
        mean -= sums.tied * hazards.step_own
    drift[:, risk.event_rows] -= (mean / risk.deaths).take(risk.own, axis=1)
    return RowParts(drift, spread)
