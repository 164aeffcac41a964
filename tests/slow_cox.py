"""The Cox model written out, with case weights: one loop over every event of every risk set, slow and plain to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Data:
    """Rows as `fit_cox` takes them; entry is -1 for those who are watched from the beginning."""

    time: Floats
    event: Bools
    x: Floats
    strata: Ints
    entry: Floats
    clusters: Ints

    def keep(self, rows: Bools) -> Data:
        codes = [np.unique(c[rows], return_inverse=True)[1] for c in (self.strata, self.clusters)]
        return Data(self.time[rows], self.event[rows], self.x[rows], codes[0], self.entry[rows], codes[1])


def make_data(
    seed: int, n: int = 150, n_strata: int = 5, ties: bool = True, late: bool = True, clusters: str = "cross"
) -> Data:
    """Make returns within a year, in strata with hazards of their own; the last stratum sees none."""
    rng = np.random.default_rng(seed)
    strata = rng.integers(0, n_strata, n)
    x = (rng.random((n, 3)) < [0.2, 0.35, 0.5]).astype(float)
    slow = np.exp(x @ [0.6, -0.5, 0.2] + 0.5 * rng.normal(size=n_strata)[strata])
    to_return, follow_up = 300 * rng.exponential(1, n) / slow, np.minimum(365, rng.uniform(60, 900, n))
    time = np.minimum(to_return, follow_up)
    time = np.ceil(time / 14) if ties else time
    entry = np.where(rng.random(n) < 0.4, np.floor(time * 0.6 * rng.random(n)), -1.0) if late else np.full(n, -1.0)
    entry = np.where(entry < time, entry, -1.0)
    codes = {"cross": rng.integers(0, 12, n), "nested": strata // 2, "strata": strata, "rows": np.arange(n)}[clusters]
    event = (to_return <= follow_up) & (strata != n_strata - 1)
    return Data(time, event, x, strata, entry, np.unique(codes, return_inverse=True)[1])


def risk_sets(data: Data) -> Iterator[tuple[int, float, Bools, Bools]]:
    """Yield stratum, time, who is at risk and who returns, for each event time."""
    for s in np.unique(data.strata):
        here = data.strata == s
        for t in np.unique(data.time[here & data.event]):
            yield s, t, here & (data.time >= t) & (data.entry < t), here & (data.time == t) & data.event


@dataclass(frozen=True)
class Slow:
    """Log-likelihood, score, information, score residuals and baseline steps (stratum, time, increment)."""

    loglik: float
    score: Floats
    information: Floats
    residuals: Floats
    steps: list[tuple[int, float, float]]


def likelihood(data: Data, beta: Floats, weight: Floats | None = None, scale: dict[float, float] | None = None) -> Slow:
    """Evaluate Efron's partial likelihood; ``scale`` multiplies what each event time adds."""
    n, k = data.x.shape
    w = np.ones(n) if weight is None else weight
    loglik, score, info, residuals = 0.0, np.zeros(k), np.zeros((k, k)), np.zeros((n, k))
    steps = []
    for s, t, at_risk, dying in risk_sets(data):
        d, g = int(dying.sum()), 1.0 if scale is None else scale[t]
        mean_weight = w[dying].mean()
        loglik += g * w[dying] @ (data.x[dying] @ beta)
        score += g * w[dying] @ data.x[dying]
        residuals[dying] += g * data.x[dying]
        step = 0.0
        for l_th in range(d):
            share = np.where(dying, 1 - l_th / d, 1.0) * at_risk * w * np.exp(data.x @ beta)
            total = share.sum()
            mean = share @ data.x / total
            centred = data.x - mean
            loglik -= g * mean_weight * np.log(total)
            score -= g * mean_weight * mean
            info += g * mean_weight * (centred.T * share) @ centred / total
            residuals[dying] -= g * mean / d
            residuals -= g * (share / w / total)[:, None] * centred * mean_weight
            step += mean_weight / total
        steps.append((int(s), float(t), step))
    return Slow(loglik, score, info, residuals, steps)


def solve(data: Data, weight: Floats | None = None) -> Floats:
    """Return the coefficients at the maximum."""
    beta = np.zeros(data.x.shape[1])
    for _ in range(30):
        there = likelihood(data, beta, weight)
        step = np.linalg.solve(there.information, there.score)
        beta = beta + step
        if np.abs(step).max() < 1e-13:
            break
    return beta


def difference(data: Data, window: float, weight: Floats | None = None) -> Floats:
    """Return the weighted mean over rows of what each column changes in the probability to return."""
    beta = solve(data, weight)
    baseline = np.zeros(int(data.strata.max()) + 1)
    for s, t, step in likelihood(data, beta, weight).steps:
        baseline[s] += step * (t <= window)
    out = []
    for j in range(data.x.shape[1]):
        stays = []
        for value in (0.0, 1.0):
            x = data.x.copy()
            x[:, j] = value
            stays.append(np.exp(-baseline[data.strata] * np.exp(x @ beta)))
        out.append(np.average(stays[0] - stays[1], weights=weight))
    return np.array(out)
