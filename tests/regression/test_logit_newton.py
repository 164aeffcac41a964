"""Newton steps with intercepts profiled out: the maximum, its derivatives, and units that do not matter."""

from __future__ import annotations

import numpy as np
from slow_logit import fit_dense, make_data

from custservice.regression.grouping import Grouping, Rows
from custservice.regression.logit_newton import Place, look, maximise


def test_the_maximum_is_that_of_the_written_out_model() -> None:
    y, x, groups = make_data(1)
    place = maximise(Rows(y, x, Grouping(groups, 10)))
    assert isinstance(place, Place)
    dense = fit_dense(y, x, groups, 3)
    assert np.allclose(np.concatenate([place.beta, place.alpha]), dense.beta, atol=1e-9)
    assert np.isclose(place.likelihood, np.log(np.where(y == 1, dense.chance, 1 - dense.chance)).sum())


def test_score_and_information_are_the_profiled_derivatives() -> None:
    y, x, groups = make_data(2)
    rows = Rows(y, x, Grouping(groups, 10))
    place = look(rows, np.array([0.3, -0.2, 0.1, 0.5]), np.linspace(-1, 0, 10))
    design = fit_dense(y, x, groups, 3).design
    chance = 1 / (1 + np.exp(-place.eta))
    whole = (design * (chance * (1 - chance))[:, None]).T @ design
    a, b, d = whole[:4, :4], whole[:4, 4:], whole[4:, 4:]
    score = design.T @ (y - chance)
    assert np.allclose(place.information, a - b @ np.linalg.solve(d, b.T))
    assert np.allclose(place.score, score[:4] - b @ np.linalg.solve(d, score[4:]))


def test_units_and_far_away_starts_do_not_matter() -> None:
    y, x, groups = make_data(3)
    plain = maximise(Rows(y, x, Grouping(groups, 10)))
    scale = np.array([1.0, 1.0, 1.0, 1e-7])
    tiny = maximise(Rows(y, x * scale, Grouping(groups, 10)))
    assert isinstance(plain, Place)
    assert isinstance(tiny, Place)
    assert np.allclose(tiny.beta * scale, plain.beta, atol=1e-8)
    rows = Rows(y, x, Grouping(groups, 10))
    far = maximise(rows, look(rows, np.array([2.0, -2, 2, 2]), np.full(10, -2.0)))
    assert isinstance(far, Place)
    assert np.allclose(far.beta, plain.beta, atol=1e-8)
