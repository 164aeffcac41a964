"""What if happy and unhappy customers write as often as somebody else found: a scenario, not an estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.estimate import Estimate
from custservice.silent.feeling import Feelings
from custservice.silent.reviewing import estimate_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEVELS = {"unhappy": -1.0, "indifferent": 0.0, "happy": 1.0}
#: How often customers of one film rental shop reviewed what they had seen (Chen, Zheng and Ceran, "The power of
#: silence: an analysis of the aggregation and reporting biases in user-generated contents"). Another business will
#: have other numbers.
PUBLISHED: Mapping[str, float] = {"unhappy": 0.06, "indifferent": 0.23, "happy": 0.32}


@dataclass(frozen=True)
class Stated:
    """A share under stated probabilities of writing.

    Attributes
    ----------
    estimate
        The share of all visits that were unhappy.
    chances
        What was stated.
    expected, seen
        Share of visits that would be heard of if the stated numbers were right as they stand, and that is.
    possible
        Whether the stated numbers, all made larger or smaller alike until they fit ``seen``, stay below 1.
    """

    estimate: Estimate
    chances: Mapping[str, float]
    expected: float
    seen: float
    possible: bool


def stated_share(feelings: Feelings, clusters: Ints, chances: Mapping[str, float] = PUBLISHED) -> Stated:
    """Estimate the share unhappy if unhappy, indifferent and happy customers write with stated probabilities.

    Each heard visit of level k stands for ``1 / chance_k`` visits: ``(n_u / c_u) / sum_k (n_k / c_k)``. Only the
    ratios of the probabilities matter; whether they also fit how many visits are heard of is said beside it.

    Parameters
    ----------
    feelings
        As `find_feelings` returns it.
    clusters
        Codes from 0, shape (n,).
    chances
        Probability of writing for ``unhappy``, ``indifferent`` and ``happy``; put in your own (a survey of visits, with
        and without a review, tells them).

    Raises
    ------
    EstimationError
        A probability is missing, or none.

    Examples
    --------
    >>> level = np.array([-1.0] * 6 + [1.0] * 32 + [np.nan] * 162)
    >>> stated = stated_share(Feelings(level, "rating", ""), np.arange(200))
    >>> round(float(stated.estimate.coef[0]), 3), round(stated.expected, 3), round(stated.seen, 3), stated.possible
    (0.5, 0.19, 0.19, True)
    """
    if set(chances) != set(LEVELS) or not all(0 < c <= 1 for c in chances.values()):
        raise EstimationError(
            f"Stated probabilities of writing must name {', '.join(LEVELS)}, each above 0 and at most 1; given are "
            f"{', '.join(f'{k} {v:g}' for k, v in chances.items()) or 'none'}."
        )
    heard = feelings.heard
    weights = np.zeros(len(heard))
    for name, level in LEVELS.items():
        weights[feelings.level == level] = 1 / chances[name]
    total = float(weights.sum())
    if not total:
        raise EstimationError("No customer was heard, so there is nothing to weigh.")
    y = feelings.unhappy.astype(np.float64)
    share = float(weights @ y / total)
    estimate = estimate_of("unhappy", share, weights * (y - share) / total, weights, clusters)
    expected, seen = float(heard.sum() / total), float(heard.mean())
    largest = max(chances[name] for name, level in LEVELS.items() if (feelings.level == level).any())
    return Stated(estimate, dict(chances), expected, seen, largest * seen / expected <= 1)
