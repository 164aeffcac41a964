"""Sums over risk sets by cumulative sums against sums over who is at risk."""

from __future__ import annotations

import numpy as np
import pytest
from slow_cox import Data, make_data, risk_sets

from custservice.regression.risk_sets import RiskSets, make_risk_sets, sort_rows


def arranged(data: Data) -> tuple[RiskSets, np.ndarray]:
    order = sort_rows(data.time, data.strata)
    entry = data.entry[order] if (data.entry >= 0).any() else None
    return make_risk_sets(data.time[order], data.event[order], data.strata[order], entry), order


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_sums_over_risk_sets_equal_the_definition(ties: bool, late: bool) -> None:
    data = make_data(1, ties=ties, late=late)
    risk, order = arranged(data)
    weight = np.random.default_rng(2).random(len(order))
    slow = {(s, t): (at_risk, dying) for s, t, at_risk, dying in risk_sets(data)}
    assert len(slow) == len(risk.times)
    assert (risk.fraction is not None) == ties
    assert (risk.late is not None) == late
    for m, key in enumerate(zip(data.strata[order][risk.last], risk.times, strict=True)):
        at_risk, dying = slow[key]
        assert risk.sums(weight)[m] == pytest.approx(weight[at_risk[order]].sum())
        assert np.allclose(
            risk.sums(weight, data.x[order].T)[:, m], weight[at_risk[order]] @ data.x[order][at_risk[order]]
        )
        assert risk.event_sums(weight)[m] == pytest.approx(weight[dying[order]].sum())
        assert risk.deaths[m] == dying.sum()


@pytest.mark.parametrize("late", [False, True])
def test_sums_while_at_risk_equal_the_definition(late: bool) -> None:
    data = make_data(3, late=late)
    risk, order = arranged(data)
    values, own = np.random.default_rng(4).random((2, 2, len(risk.times)))
    place = {(s, t): m for m, (s, t) in enumerate(zip(data.strata[order][risk.last], risk.times, strict=True))}
    expected = np.zeros((2, len(order)))
    for s, t, at_risk, dying in risk_sets(data):
        m = place[(s, t)]
        expected += np.outer(values[:, m], at_risk[order]) - np.outer(own[:, m], dying[order])
    assert np.allclose(risk.while_at_risk(values, own), expected)
    assert np.allclose(risk.by_stratum(values).sum(axis=1), values.sum(axis=1))


def test_a_heavy_stratum_does_not_blur_a_light_one() -> None:
    strata = np.repeat([0, 1], 50)
    time = np.tile(np.arange(50.0, 0, -1), 2)
    risk = make_risk_sets(time, np.ones(100, dtype=bool), strata)
    weight = np.where(strata == 0, 1e9, 1e-9) / 3
    assert np.allclose(risk.sums(weight)[50:] * 3e9, np.arange(1, 51), rtol=1e-7)


def test_risk_sets_of_later_entrants_only() -> None:
    time, entry = np.array([4.0, 3, 2, 1]), np.array([2.0, 0, 0, 0])
    risk = make_risk_sets(time, np.array([False, True, True, True]), np.zeros(4, dtype=np.int64), entry)
    assert risk.times.tolist() == [3, 2, 1]
    assert risk.sums(np.ones(4)).tolist() == [2, 2, 3]
