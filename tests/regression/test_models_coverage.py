"""Intervals of logit, Poisson and two-part models hold a truth that is known from many draws."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from slow_logit import curve

from custservice.regression.logit import fit_logit
from custservice.regression.poisson import fit_poisson
from custservice.regression.two_part import fit_two_part

CHANCE, AMOUNT = np.array([0.6, -0.5]), np.array([0.3, -0.4])


@dataclass(frozen=True)
class World:
    """Visits at places with levels of their own; the second mention is commoner where customers return more."""

    x: NDArray
    place: NDArray
    log_odds: NDArray
    log_amount: NDArray

    def truth(self) -> NDArray:
        """Return the mean change by each mention, shape (2,), of probability, amount and their product."""
        rows = []
        for j in range(2):
            with_it, without = (
                (curve(self.log_odds + step * CHANCE[j]), np.exp(self.log_amount + step * AMOUNT[j]))
                for step in (1 - self.x[:, j], -self.x[:, j])
            )
            both = with_it[0] * with_it[1] - without[0] * without[1]
            rows.append([(with_it[0] - without[0]).mean(), (with_it[1] - without[1]).mean(), both.mean()])
        return np.array(rows)


def world(seed: int, n: int, places: int) -> World:
    rng = np.random.default_rng(seed)
    place = np.arange(n) % places
    first, second = rng.normal(size=(2, places))[:, place] * 0.5
    x = np.column_stack([rng.random(n) < 0.25, rng.random(n) < curve(first - 1.8), rng.normal(size=n)]).astype(float)
    log_odds = -0.3 + x[:, :2] @ CHANCE + 0.3 * x[:, 2] + first
    return World(x, place, log_odds, 1 + x[:, :2] @ AMOUNT + 0.2 * x[:, 2] + second)


@pytest.mark.slow
def test_intervals_of_the_other_models_hold_the_truth() -> None:
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "100"))
    truth = np.mean([world(seed, 400_000, 40_000).truth() for seed in range(3)], axis=0)
    held = np.zeros((2, 3))
    for seed in range(repetitions):
        made, rng = world(100 + seed, 1600, 20), np.random.default_rng(seed)
        back = (rng.random(1600) < curve(made.log_odds)) * 1.0
        visits = rng.poisson(np.exp(made.log_amount)) * 1.0
        spend = back * np.exp(made.log_amount) * rng.gamma(2, 0.5, 1600)
        rows = {"groups": made.place, "clusters": made.place, "wanted": 2}
        for k, (fit, y) in enumerate(((fit_logit, back), (fit_poisson, visits), (fit_two_part, spend))):
            table = fit(y, made.x, list("abc"), **rows).changes.table()
            held[:, k] += (table["low"] <= truth[:, k]) & (table["high"] >= truth[:, k])
    assert (held / repetitions > 0.95 - 3 * np.sqrt(0.05 * 0.95 / repetitions)).all()
