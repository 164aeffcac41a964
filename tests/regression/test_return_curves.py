"""Kaplan-Meier curves against statsmodels, and what they are read off a panel."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel
from slow_cox import make_data

from custservice.errors import EstimationError
from custservice.regression.return_curves import kaplan_meier, return_curves, return_times


def panel_with_times(seed: int = 1, n: int = 2000) -> pd.DataFrame:
    """Return a panel in which friendly service makes returning faster."""
    rng = np.random.default_rng(seed)
    panel = make_panel(seed, n)
    days = 1 + rng.exponential(300 / (1 + panel["warmth_praise"]), n)
    panel["follow_up_days"] = rng.uniform(0, 800, n)
    panel["days_to_return"] = np.where(days <= panel["follow_up_days"], days, np.nan)
    return panel


@pytest.mark.parametrize("ties", [False, True])
def test_curve_and_greenwood_equal_statsmodels(ties: bool) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    data = make_data(61, n=300, ties=ties, late=False)
    peer = SurvfuncRight(data.time, data.event.astype(int))
    curve = kaplan_meier(data.time, data.event, peer.surv_times)
    assert np.allclose(curve["share"], 1 - peer.surv_prob)
    assert np.allclose(curve["std_error"], peer.surv_prob_se)
    assert curve["at_risk"].tolist() == peer.n_risk.astype(int).tolist()
    assert curve["returns"].tolist() == np.cumsum(peer.n_events).astype(int).tolist()


def test_intervals_are_symmetric_in_the_log_of_minus_log() -> None:
    data = make_data(62, n=300, late=False)
    curve = kaplan_meier(data.time, data.event, np.array([4.0, 12.0]))
    stay = 1 - curve["share"]
    centre, reach = np.log(-np.log(stay)), 1.959964 * curve["std_error"] / stay / np.abs(np.log(stay))
    assert np.allclose(np.log(-np.log(1 - curve["high"])), centre + reach, atol=1e-6)
    assert np.allclose(np.log(-np.log(1 - curve["low"])), centre - reach, atol=1e-6)
    assert (kaplan_meier(data.time, data.event, np.array([4.0]), level=0.5)["high"] < curve["high"].iloc[0]).all()


def test_before_the_first_return_the_interval_is_the_binomial_bound() -> None:
    time, event = np.append(np.full(99, 50.0), 40), np.append(np.zeros(99), 1) > 0
    curve = kaplan_meier(time, event, np.array([0.0, 30.0, 45.0, 60.0]))
    assert curve["high"].iloc[1] == pytest.approx(1 - 0.025 ** (1 / 100))
    assert curve["low"].iloc[1] == 0
    assert curve["share"].iloc[2] == pytest.approx(0.01)
    assert curve.loc[3, ["share", "std_error", "low", "high"]].isna().all()
    assert curve["at_risk"].tolist() == [100, 100, 99, 0]


def test_where_all_returned_the_curve_stays_at_one() -> None:
    curve = kaplan_meier(np.array([1.0, 2.0]), np.array([True, True]), np.array([1.0, 2.0, 9.0]))
    assert curve["share"].tolist() == [0.5, 1.0, 1.0]
    assert curve["high"].iloc[1] == 1
    assert np.isnan(curve["low"].iloc[1])


def test_clustered_errors_are_greenwoods_for_rows_and_do_not_shrink_with_copies() -> None:
    data = make_data(63, n=400, late=False)
    days = np.array([3.0, 10.0, 20.0])
    plain = kaplan_meier(data.time, data.event, days)["std_error"]
    rows = np.arange(400)
    by_row = kaplan_meier(data.time, data.event, days, rows)["std_error"]
    assert np.allclose(by_row, plain, rtol=0.02)
    twice = [np.repeat(v, 2) for v in (data.time, data.event, rows)]
    assert np.allclose(kaplan_meier(twice[0], twice[1], days, twice[2])["std_error"], by_row, rtol=1e-9)


def test_clustered_errors_are_those_of_leaving_clusters_out() -> None:
    data = make_data(64, n=400, late=False, clusters="rows")
    clusters = data.clusters % 80
    days = np.array([8.0])
    out = [kaplan_meier(data.time[clusters != g], data.event[clusters != g], days)["share"][0] for g in range(80)]
    jackknife = np.sqrt(79 / 80 * np.sum((np.array(out) - np.mean(out)) ** 2))
    assert kaplan_meier(data.time, data.event, days, clusters)["std_error"][0] == pytest.approx(jackknife, rel=0.02)


def test_curves_with_and_without_a_mention() -> None:
    panel = panel_with_times()
    curves = return_curves(panel, "warmth_praise", window_days=365)
    assert list(curves.columns) == [
        "mentioned", "day", "at_risk", "returns", "share", "std_error", "low", "high"
    ]  # fmt: skip
    assert curves["day"].max() == 364
    carried, without = (curves[curves["mentioned"] == m].set_index("day") for m in (True, False))
    assert (carried.loc[28:, "share"] > without.loc[28:, "share"]).all()
    truth = 1 - np.exp(-(182 - 1) * 2 / 300)
    assert carried.loc[182, "low"] < truth < carried.loc[182, "high"]
    assert (curves["low"] <= curves["share"]).all()
    assert carried.loc[0, "at_risk"] + without.loc[0, "at_risk"] == len(panel)


def test_only_visits_that_were_read_count() -> None:
    panel = panel_with_times()
    panel.loc[:499, "review_id"] = None
    panel["warmth_praise"] = panel["warmth_praise"].astype("Int8")
    panel.loc[500:599, "warmth_praise"] = pd.NA
    start = return_curves(panel, "warmth_praise", [0.0])
    assert start["at_risk"].sum() == len(panel) - 600


def test_days_by_week_by_day_or_as_given() -> None:
    panel = panel_with_times()
    assert np.diff(return_curves(panel, "warmth_praise")["day"].unique()).tolist()[:3] == [7, 7, 7]
    distinct = return_curves(panel, "warmth_praise", "distinct", window_days=60)
    assert set(distinct["day"]) <= set(range(61))
    assert return_curves(panel, "warmth_praise", [90, 365], cluster="customer_id")["day"].tolist() == [90, 365] * 2


def test_the_window_ends_the_watch() -> None:
    panel = panel_with_times()
    times = return_times(panel, 100)
    assert times.time.max() == 100
    assert times.event.sum() == (panel["days_to_return"] <= 100).sum()
    at_window, later = (return_curves(panel, "warmth_praise", [100], window_days=w) for w in (100, None))
    pd.testing.assert_frame_equal(at_window, later)


def test_the_panel_given_is_not_changed() -> None:
    panel = panel_with_times()
    before = panel.copy()
    return_curves(panel, "warmth_praise", cluster="customer_id")
    pd.testing.assert_frame_equal(panel, before)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"column": "warmth_prase"}, "did you mean 'warmth_praise'"),
        ({"column": "rating"}, "no driver or topic column"),
        ({"cluster": "shop"}, "no column 'shop'"),
        ({"days": "months"}, "allowed are weeks, distinct"),
        ({"days": [30, 10]}, "in order"),
    ],
)
def test_bad_questions_are_refused(asked: dict[str, object], reason: str) -> None:
    with pytest.raises(EstimationError, match=reason):
        return_curves(panel_with_times(), **({"column": "warmth_praise"} | asked))  # type: ignore[arg-type]


def test_nothing_to_compare_is_said() -> None:
    panel = panel_with_times()
    with pytest.raises(EstimationError, match="no reviewed visit with 'warmth_praise'"):
        return_curves(panel.assign(warmth_praise=0), "warmth_praise")
    with pytest.raises(EstimationError, match="no column 'follow_up_days'"):
        return_times(panel.drop(columns="follow_up_days"))
