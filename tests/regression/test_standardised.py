"""Standardised differences against the slow twin, numeric derivatives, refits and known truths."""

from __future__ import annotations

import os

import numpy as np
import pytest
from slow_cox import Data, difference, make_data

from custservice.errors import EstimationError
from custservice.regression import standardised
from custservice.regression.cox import CoxFit, fit_cox
from custservice.regression.standardised import standardised_difference

NAMES = ["a", "b", "c"]


def fitted(data: Data, wanted: int = 3, strata: bool = True) -> CoxFit:
    rows = {"clusters": data.clusters, "entry": data.entry, "wanted": wanted}
    return fit_cox(data.time, data.event, data.x, NAMES, strata=data.strata if strata else None, **rows)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_differences_equal_the_slow_twin(ties: bool, late: bool) -> None:
    data = make_data(41, ties=ties, late=late)
    window = float(np.quantile(data.time, 0.8))
    found = standardised_difference(fitted(data, wanted=2), window)
    assert np.allclose(found.estimate.coef, difference(data, window)[:2], atol=1e-10)
    assert np.allclose(found.with_mention - found.without, found.estimate.coef)
    assert ((found.without > 0) & (found.with_mention < 1)).all()


@pytest.mark.parametrize("late", [False, True])
def test_influence_is_the_derivative_in_case_weights_and_sums_to_zero(late: bool) -> None:
    data = make_data(42, n=120, late=late)
    estimate = standardised_difference(fitted(data), 15).estimate
    assert np.allclose(estimate.influence.sum(axis=0), 0, atol=1e-9)
    for row in range(0, 120, 11):
        weight = np.ones((2, 120))
        weight[:, row] += (1e-4, -1e-4)
        slope = (difference(data, 15, weight[0]) - difference(data, 15, weight[1])) / 2e-4
        assert np.allclose(estimate.influence[row], slope, atol=1e-8)


@pytest.mark.parametrize(
    ("clusters", "strata"), [("cross", True), ("nested", True), ("strata", False)], ids=["cross", "nested", "whole"]
)
def test_leaving_clusters_out_equals_refits_within_two_percent(clusters: str, strata: bool) -> None:
    data = make_data(43, n=600, n_strata=14, clusters=clusters)
    estimate = standardised_difference(fitted(data, strata=strata), 20).estimate
    g = estimate.n_clusters
    again = np.array(
        [
            standardised_difference(fitted(data.keep(data.clusters != i), strata=strata), 20).estimate.coef
            for i in range(g)
        ]
    )
    error = np.sqrt((g - 1) / g * ((again - estimate.coef) ** 2).sum(axis=0))
    assert np.allclose(estimate.std_error, error, rtol=0.02)


def test_the_approximation_for_many_rows_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_data(44, n=600, n_strata=14)
    fit = fitted(data)
    exact = standardised_difference(fit, 20).estimate.std_error
    monkeypatch.setattr(standardised, "EXACT_MOST", 0)
    assert np.allclose(standardised_difference(fit, 20).estimate.std_error, exact, rtol=0.1)


def test_without_an_effect_on_the_hazard_the_difference_is_zero() -> None:
    data = make_data(45, n=100)
    both = Data(*(np.concatenate([v, v]) for v in (data.time, data.event, data.x, data.strata, data.entry)),
                np.arange(200))  # fmt: skip
    both.x[:, 0] = np.repeat([0.0, 1.0], 100)  # each row once with it and once without
    found = standardised_difference(fitted(both, wanted=1), 20)
    assert found.estimate.coef[0] == pytest.approx(0, abs=1e-12)
    assert found.with_mention[0] == pytest.approx(found.without[0])


def test_one_exposure_alone_gives_about_the_difference_of_two_kaplan_meier_curves() -> None:
    from custservice.regression.return_curves import kaplan_meier

    rng = np.random.default_rng(46)
    mention = rng.integers(0, 2, 6000)
    to_return, watched = rng.exponential(300 / (1 + mention)), rng.uniform(100, 900, 6000)
    time, event = np.minimum(to_return, watched), to_return <= watched
    fit = fit_cox(time, event, mention[:, None], ["mention"], strata=None, clusters=np.arange(6000))
    shares = [kaplan_meier(time[mention == m], event[mention == m], np.array([200.0]))["share"][0] for m in (1, 0)]
    found = standardised_difference(fit, 200).estimate
    assert found.coef[0] == pytest.approx(shares[0] - shares[1], abs=0.02)
    assert found.coef[0] == pytest.approx(np.exp(-200 / 300) - np.exp(-400 / 300), abs=3.5 * found.std_error[0])
    assert found.rule.startswith("CR1")


def test_a_later_window_counts_later_returns() -> None:
    data = make_data(47)
    early, late = (standardised_difference(fitted(data), window) for window in (5, 26))
    assert (early.with_mention < late.with_mention).all()


def test_what_cannot_be_asked_is_an_error() -> None:
    data = make_data(48)
    with pytest.raises(EstimationError, match="longest follow-up"):
        standardised_difference(fitted(data), 1000)
    data.x[:, 1] *= 2
    with pytest.raises(EstimationError, match="'b' has values other than 0 and 1"):
        standardised_difference(fitted(data), 10)
    assert standardised_difference(fitted(data, wanted=1), 10).estimate.names == ("a",)


def test_places_without_returns_or_without_follow_up_are_said() -> None:
    data = make_data(49, n=600, n_strata=40, ties=False, late=False)
    short = data.strata < 2
    cut = Data(np.where(short, np.minimum(data.time, 50), data.time), data.event & ~(short & (data.time > 50)),
               data.x, data.strata, data.entry, data.clusters)  # fmt: skip
    notes = " ".join(standardised_difference(fitted(cut), 300).notes)
    assert "are in strata without a return within 300 days" in notes
    assert "nobody was followed for 300 days" in notes
    assert "fewer than 20 visits" in notes


@pytest.mark.slow
def test_intervals_hold_the_truth() -> None:
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "60"))
    truth, hits = _world(np.random.default_rng(1), 4000)[3], []
    for seed in range(repetitions):
        time, event, x, _, place = _world(np.random.default_rng(seed + 2), 30)
        fit = fit_cox(time, event, x, NAMES[:2], strata=place, clusters=place)
        row = standardised_difference(fit, 365).estimate.table()
        hits.append((row["low"].to_numpy() <= truth) & (truth <= row["high"].to_numpy()))
    rate, error = np.mean(hits, axis=0), np.sqrt(0.95 * 0.05 / repetitions)
    assert (rate > 0.95 - 3 * error).all()


def _world(rng: np.random.Generator, places: int) -> tuple[np.ndarray, ...]:
    """Returns at places of 80 visits that differ in how fast customers return; the second mention is uneven."""
    place = np.repeat(np.arange(places), 80)
    tempo = 0.5 * rng.normal(size=places)[place]
    x = (rng.random((len(place), 2)) < np.column_stack([np.full(len(place), 0.3), 0.25 + 0.1 * np.tanh(tempo)])) * 1.0
    beta = np.array([0.5, -0.6])
    rate = np.exp(tempo - 6.6)
    to_return, watched = rng.exponential(1 / (rate * np.exp(x @ beta))), rng.uniform(100, 900, len(place))
    truth = []
    for j in range(2):
        other = rate * np.exp(x @ beta - x[:, j] * beta[j])
        truth.append(np.mean(np.exp(-365 * other) - np.exp(-365 * other * np.exp(beta[j]))))
    return np.minimum(to_return, watched), to_return <= watched, x, np.array(truth), place
