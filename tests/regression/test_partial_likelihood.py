"""Efron's partial likelihood against the loop over every event, and residuals against numeric derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from slow_cox import Data, likelihood, make_data

from custservice.regression.partial_likelihood import (
    Hazards,
    Moments,
    hazards_at,
    information,
    moments,
    row_parts,
    score,
)
from custservice.regression.risk_sets import RiskSets, make_risk_sets, sort_rows

BETA = np.array([0.4, -0.6, 0.1])


def evaluated(data: Data) -> tuple[RiskSets, np.ndarray, np.ndarray, Hazards, Moments]:
    order = sort_rows(data.time, data.strata)
    entry = data.entry[order] if (data.entry >= 0).any() else None
    risk = make_risk_sets(data.time[order], data.event[order], data.strata[order], entry)
    x = np.ascontiguousarray(data.x[order].T)
    hazards = hazards_at(risk, BETA @ x)
    return risk, order, x, hazards, moments(risk, hazards, x)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_value_score_information_and_residuals_equal_the_loop(ties: bool, late: bool) -> None:
    data = make_data(5, ties=ties, late=late)
    risk, order, x, hazards, sums = evaluated(data)
    slow = likelihood(data, BETA)
    assert hazards.loglik == pytest.approx(slow.loglik, rel=1e-12)
    assert np.allclose(score(hazards, x), slow.score, atol=1e-11)
    assert np.allclose(information(hazards, x, sums), slow.information, atol=1e-11)
    assert np.allclose(row_parts(risk, hazards, x, sums).residual.T, slow.residuals[order], atol=1e-12)


def test_residuals_are_derivatives_of_the_score_in_case_weights() -> None:
    data = make_data(6)
    risk, order, x, hazards, sums = evaluated(data)
    residual = row_parts(risk, hazards, x, sums).residual
    assert np.allclose(residual.sum(axis=1), score(hazards, x), atol=1e-12)
    for place in range(0, len(order), 7):
        scores = []
        for shift in (1e-5, -1e-5):
            weight = np.ones(len(order))
            weight[order[place]] += shift
            scores.append(likelihood(data, BETA, weight).score)
        assert np.allclose((scores[0] - scores[1]) / 2e-5, residual[:, place], atol=1e-9)


def test_strata_without_an_event_give_exactly_zero() -> None:
    data = make_data(7)
    risk, order, x, hazards, sums = evaluated(data)
    parts = row_parts(risk, hazards, x, sums)
    silent = data.strata[order] == 4
    assert silent.sum() > 10
    assert not parts.residual[:, silent].any()
    assert not parts.spread[:, silent].any()


def test_weights_of_event_times_reach_score_information_and_residuals() -> None:
    data = make_data(8)
    risk, order, x, hazards, sums = evaluated(data)
    scaled = hazards.scaled(risk, risk.times**0.5)
    slow = likelihood(data, BETA, scale={t: t**0.5 for t in data.time})
    assert np.allclose(score(scaled, x), slow.score, atol=1e-10)
    assert np.allclose(information(scaled, x, sums), slow.information, atol=1e-10)
    assert np.allclose(row_parts(risk, scaled, x, sums).residual.T, slow.residuals[order], atol=1e-11)


def test_row_parts_are_linear_in_the_columns_and_add_up_to_the_information_of_a_flat_mean() -> None:
    data = make_data(9, n=4000, n_strata=2, ties=False, late=False)
    risk, _, x, hazards, sums = evaluated(data)
    parts = row_parts(risk, hazards, x, sums)
    rows = np.array([[1.0, -2.0, 0.5]])
    combined = row_parts(risk, hazards, rows @ x, sums.combine(rows))
    assert np.allclose(combined.residual, rows @ parts.residual)
    assert np.allclose(combined.spread, rows @ parts.spread)
    assert np.allclose(parts.spread @ parts.spread.T, information(hazards, x, sums), atol=5)
