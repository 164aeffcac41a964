"""A logit written out with dummy variables and case weights: the slow twin of the fast one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Dense:
    """Slopes and intercepts (k + G,), average changes of the first m columns, and the design with its dummies."""

    beta: Floats
    changes: Floats
    design: Floats
    chance: Floats


def curve(eta: Floats) -> Floats:
    return 1 / (1 + np.exp(-eta))


def make_data(seed: int, n: int = 500, n_groups: int = 10) -> tuple[Floats, Floats, Ints]:
    """Return outcome, three 0/1 exposures and a number, and groups."""
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, n_groups, n))
    groups[:n_groups] = np.arange(n_groups)
    x = (rng.random((n, 4)) < np.array([0.1, 0.3, 0.4, 0.2])).astype(float)
    x[:, 3] = rng.normal(size=n)
    eta = x @ np.array([0.8, -0.5, 0.0, 0.4]) + rng.normal(size=n_groups)[groups] - 0.5
    return (rng.random(n) < curve(eta)).astype(float), x, groups


def fit_dense(y: Floats, x: Floats, groups: Ints, m: int, weight: Floats | None = None) -> Dense:
    """Fit by Newton steps on all dummies; groups without weight are left out."""
    case = np.ones(len(y)) if weight is None else weight
    design = np.hstack([x, (groups[:, None] == np.arange(groups.max() + 1)).astype(float)])
    design = design[:, (design * case[:, None]).any(axis=0)]
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        chance = curve(design @ beta)
        hessian = (design * (case * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(hessian, design.T @ (case * (y - chance)))
        beta = beta + step
        if np.abs(step).max() < 1e-13:
            break
    eta = design @ beta
    with_it = np.column_stack([curve(eta + (1 - x[:, j]) * beta[j]) for j in range(m)])
    without = np.column_stack([curve(eta - x[:, j] * beta[j]) for j in range(m)])
    return Dense(beta, case @ (with_it - without) / case.sum(), design, curve(eta))
