"""The maximum, and columns for which there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from slow_cox import Data, make_data, solve

from custservice.errors import EstimationError
from custservice.regression.cox_newton import Maximum, evaluate, maximise
from custservice.regression.survival_rows import arrange


def maximum(data: Data, x: np.ndarray | None = None) -> Maximum:
    return maximise(arrange(data.time, data.event, data.x if x is None else x, data.strata, data.entry))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_the_maximum_is_where_the_slow_likelihood_has_it(ties: bool, late: bool) -> None:
    data = make_data(11, ties=ties, late=late)
    top = maximum(data)
    assert np.allclose(top.beta, solve(data), atol=1e-10)
    assert np.abs(top.point.score).max() < 1e-6
    assert top.point.loglik > top.null_loglik


def test_columns_that_cannot_be_told_apart_are_dropped() -> None:
    data = make_data(12)
    inside_silent = ((data.strata == 4) * (np.arange(len(data.time)) % 2)).astype(float)
    extra = [data.x[:, 0] - 2 * data.x[:, 1], data.strata * 3.0, np.full(len(data.time), 2000.0), inside_silent]
    top = maximum(data, np.column_stack([data.x, *extra]))
    assert top.dropped == (3, 4, 5, 6)
    assert np.allclose(top.beta, maximum(data).beta)


def test_a_column_without_returns_is_held_at_minus_infinity() -> None:
    data = make_data(13, n=300)
    never = ((np.arange(300) % 9 == 0) & ~data.event).astype(float)
    top = maximum(data, np.column_stack([never, data.x]))
    assert top.runaway == {0: -1}
    assert top.columns.tolist() == [1, 2, 3]
    # with a hazard of zero these rows might as well not be there
    assert np.allclose(top.beta, maximum(data.keep(never == 0)).beta, atol=1e-5)


def test_a_column_carried_by_all_who_return_is_held_at_infinity() -> None:
    data = make_data(14, n=300)
    always = (data.event | (np.arange(300) % 3 == 0)).astype(float)
    top = maximum(data, np.column_stack([always, data.x]))
    assert top.runaway == {0: 1}
    assert np.allclose(top.beta, maximum(data.keep(always == 1)).beta, atol=1e-5)


def test_columns_that_run_off_together_are_found() -> None:
    data = make_data(15, n=300, ties=False, late=False)
    rank = np.argsort(np.argsort(data.time)) / 300.0
    noise = np.random.default_rng(1).normal(size=300)
    # only their sum orders the returns perfectly: neither column does alone
    top = maximum(data, np.column_stack([noise, -40 * rank - noise, data.x]))
    assert len(top.runaway) >= 1
    assert np.isfinite(top.beta).all()


def test_an_outlying_column_is_climbed_in_halved_steps() -> None:
    data = make_data(16, n=300, late=False)
    spend = np.random.default_rng(2).lognormal(3, 2.5, 300)
    with_outliers = Data(data.time, data.event, np.column_stack([spend]), data.strata, data.entry, data.clusters)
    assert np.allclose(maximum(with_outliers).beta, solve(with_outliers), rtol=1e-6)


def test_a_rescaled_column_gives_the_rescaled_coefficient() -> None:
    data = make_data(17)
    assert np.allclose(maximum(data, data.x * [1, 1e-8, 1e6]).beta * [1, 1e-8, 1e6], maximum(data).beta)


def test_too_little_is_an_error() -> None:
    data = make_data(18)
    with pytest.raises(EstimationError, match="No column varies"):
        maximum(data, np.ones((150, 1)))
    few = Data(data.time, np.arange(150) < 2, data.x, data.strata, data.entry, data.clusters)
    with pytest.raises(EstimationError, match="There are 2 returns"):
        maximum(few)


def test_skipping_zeros_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    x = (rng.random((900, 4)) < 0.1).astype(float)
    x[:, 3] *= rng.normal(size=900)
    time, strata = rng.integers(1, 40, 900).astype(float), rng.integers(0, 6, 900)
    rows = arrange(time, rng.random(900) < 0.4, x, strata, None)
    assert all(block.sparse is not None for block in rows.blocks)
    written = replace(rows, blocks=tuple(replace(block, sparse=None) for block in rows.blocks))
    for held in (rows, written):
        assert held.hold(1, 2.0).keep(np.array([0, 2])).x.shape == (2, 900)
    for change in (lambda r: r, lambda r: r.hold(1, 2.0), lambda r: r.keep(np.array([3, 0]))):
        one, other = change(rows), change(written)
        beta = np.linspace(-0.5, 0.7, len(one.x))
        here, there = evaluate(one, beta), evaluate(other, beta)
        assert np.isclose(here.loglik, there.loglik, rtol=1e-13)
        assert np.allclose(here.score, there.score, atol=1e-10)
        assert np.allclose(here.information, there.information, atol=1e-10)


def test_a_sparse_column_beside_one_far_from_zero_keeps_its_digits() -> None:
    rng = np.random.default_rng(6)
    x = np.zeros((600, 9))
    x[:, :8] = rng.random((600, 8)) < 0.05
    x[:, 8] = 2_024 + rng.integers(0, 3, 600)
    rows = arrange(rng.integers(1, 40, 600).astype(float), rng.random(600) < 0.4, x, rng.integers(0, 3, 600), None)
    written = replace(rows, blocks=tuple(replace(block, sparse=None) for block in rows.blocks))
    assert all(block.sparse is not None for block in rows.blocks)
    assert np.allclose(evaluate(rows, np.zeros(9)).information, evaluate(written, np.zeros(9)).information, atol=1e-9)
