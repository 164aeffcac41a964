from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from silent_worlds import make_world

from custservice.errors import EstimationError
from custservice.silent import find_feelings, overlap, reviewing_model


def test_chances_are_those_of_a_logit_with_dummies() -> None:
    panel = make_world(1, "columns", n=3000, places=12).panel
    heard = panel["review_id"].notna().to_numpy()
    model = reviewing_model(panel, heard)
    x = pd.DataFrame({"first": panel["first_visit"], "price": np.log1p(panel["spend"])}).astype(float)
    x = pd.concat([x, pd.get_dummies(panel["location_id"], dtype=float)], axis=1)
    x = pd.concat(
        [x, pd.get_dummies(panel["time_zero"].dt.month, dtype=float, drop_first=True).add_prefix("m")], axis=1
    )
    peer = sm.GLM(heard.astype(float), x, family=sm.families.Binomial()).fit()
    np.testing.assert_allclose(model.chance, peer.fittedvalues, atol=1e-6)


def test_influence_is_what_a_refit_without_each_visit_changes() -> None:
    panel = make_world(2, "both", n=500, places=4).panel
    feelings = find_feelings(panel)
    y = feelings.unhappy.astype(float)

    def share(rows: np.ndarray) -> float:
        weights = reviewing_model(panel[rows].reset_index(drop=True), feelings.heard[rows]).weights()
        return float(weights @ y[rows] / weights.sum())

    everything = np.ones(len(panel), dtype=bool)
    model, whole = reviewing_model(panel, feelings.heard), share(everything)
    w = model.weights()
    influence = model.influence((y - whole) / w.sum(), w)
    assert abs(influence.sum()) < 1e-10
    some = np.r_[np.flatnonzero(feelings.heard)[:12], np.flatnonzero(~feelings.heard)[:8]]
    left_out = [whole - share(everything & (np.arange(len(panel)) != i)) for i in some]
    assert np.corrcoef(influence[some], left_out)[0, 1] > 0.99
    np.testing.assert_allclose(influence[some], left_out, rtol=0.15, atol=2e-4)


def test_weights_average_about_one_and_can_be_cut() -> None:
    panel = make_world(3, "columns").panel
    model = reviewing_model(panel, panel["review_id"].notna().to_numpy())
    told = model.weights()[model.heard]
    assert told.mean() == pytest.approx(1, abs=0.02)
    assert model.weights(most=1.5).max() == 1.5
    assert not model.weights()[~model.heard].any()


def test_overlap_shows_what_weighting_mends_and_whom_it_cannot_reach() -> None:
    panel = make_world(4, "columns", n=6000).panel
    heard = panel["review_id"].notna().to_numpy()
    found = overlap(reviewing_model(panel, heard))
    balance = found.balance.set_index("column")
    assert balance.loc["first_visit", "unlike"] > 0.2
    assert balance["unlike_weighted"].abs().max() < 0.03
    assert found.effective < found.n_heard
    assert found.beyond < 0.01
    quiet = heard & (panel["location_id"] != "p3").to_numpy()  # nobody writes about this one
    gone = overlap(reviewing_model(panel, quiet))
    place = gone.balance.set_index("column").loc["location"]
    assert place["unlike_weighted"] < -0.15
    assert "except in location" in gone.sentence
    assert gone.beyond == pytest.approx((panel["location_id"] == "p3").mean(), abs=0.01)


def test_a_world_without_silence_is_refused() -> None:
    panel = make_world(5, "columns", n=200).panel
    with pytest.raises(EstimationError, match="nothing to compare"):
        reviewing_model(panel, np.ones(200, dtype=bool))
