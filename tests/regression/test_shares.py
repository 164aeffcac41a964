"""Importance of drivers: totals against statsmodels, intervals against known shares, and refusals."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.errors import EstimationError
from custservice.regression.importance import lmg_shares
from custservice.regression.shares import driver_importance


def shared_out(seed: int, n: int = 3000, effects: tuple[float, ...] = (0.25, 0.15, 0.15, 0.02)) -> pd.DataFrame:
    """Return a panel of drivers that are independent and equally common: true shares go with squared effects."""
    rng = np.random.default_rng(seed)
    panel = make_panel(seed, n).drop(columns=["promises_blame", "ownership_blame", "topic_price_blame"])
    names = ["warmth_praise", "courtesy_blame", "listening_praise", "attention_blame"]
    for name in names:
        panel[name] = (rng.random(n) < 0.3).astype(int)
    shift = np.array([0.01 * int(place) for place in panel["location_id"]])
    chance = 0.25 + shift + panel[names].to_numpy() @ np.array(effects)
    return panel.assign(returned=(rng.random(n) < chance).astype(int))


def test_totals_equal_statsmodels_and_shares_the_cross_products_written_out() -> None:
    import statsmodels.api as sm

    panel = shared_out(1)
    found = driver_importance(panel, controls=["first_visit", "prior_visits"], draws=50)
    y = panel["returned"].to_numpy(float)
    place = pd.get_dummies(panel["location_id"]).to_numpy(float)
    held = np.column_stack([panel["first_visit"], np.log1p(panel["prior_visits"])])
    x = panel[["warmth_praise", "courtesy_blame", "listening_praise", "attention_blame"]].to_numpy(float)
    alone, less, more = (sm.OLS(y, np.hstack(parts)).fit().ssr for parts in ([place], [place, held], [place, held, x]))
    assert found.r2_added == pytest.approx((less - more) / alone)
    assert found.r2_adjusters == pytest.approx(1 - less / alone)
    wall = np.hstack([place, held])
    both = np.column_stack([x, y])
    left = both - wall @ np.linalg.lstsq(wall, both, rcond=None)[0]
    by_hand = lmg_shares(left.T @ left, [[0], [1], [2], [3]])
    shares = found.table.set_index("driver")["share"]
    expected = dict(zip(["warmth", "courtesy", "listening", "attention"], by_hand / by_hand.sum(), strict=True))
    assert shares.to_dict() == pytest.approx(expected)
    assert found.table["r2"].sum() == pytest.approx(found.r2_added)


def test_praise_and_blame_count_together_and_families_join_drivers() -> None:
    rng = np.random.default_rng(2)
    panel = shared_out(2)
    panel["warmth_blame"] = (rng.random(len(panel)) < 0.2).astype(int)
    drivers = driver_importance(panel, draws=50).table.set_index("driver")
    assert drivers.loc["warmth", "columns"] == 2
    families = driver_importance(panel, of="family", draws=50).table
    assert families["family"].is_unique
    assert families["columns"].sum() == 5
    assert families["share"].sum() == pytest.approx(1)


def test_drivers_that_cannot_be_told_apart_share_a_group() -> None:
    found = driver_importance(shared_out(3, n=6000), draws=300)
    table = found.table.set_index("driver")
    assert table.index[0] == "warmth"
    assert table.loc["warmth", "group"] == 1
    assert table.loc["courtesy", "group"] == table.loc["listening", "group"] == 2
    assert table.loc["attention", "group"] == 3
    pair = found.differences.set_index(["first", "second"])
    assert pair.loc[("warmth", "attention"), "low"] > 0
    assert len(pair) == 6


def test_nothing_is_shared_out_where_chance_could_have_made_it_all() -> None:
    panel = shared_out(4, effects=(0.0, 0.0, 0.0, 0.0))
    with pytest.raises(EstimationError, match="nothing to share out"):
        driver_importance(panel)


def test_the_same_seed_gives_the_same_intervals_and_many_clusters_are_bundled() -> None:
    panel = shared_out(5)
    first, again = (driver_importance(panel, cluster="customer_id", draws=60) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert any("500 clusters or bundles" in note for note in first.notes)


@pytest.mark.slow
def test_intervals_hold_the_true_shares() -> None:
    """True shares: squared effects over their sum, all drivers independent and equally common."""
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "100"))
    truth = pd.Series({"warmth": 0.25**2, "courtesy": 0.15**2, "listening": 0.15**2, "attention": 0.02**2})
    truth = truth / truth.sum()
    held = []
    for seed in range(repetitions):
        table = driver_importance(shared_out(100 + seed, n=2000), controls=[], draws=200).table.set_index("driver")
        held.append(table["low"].le(truth).reindex(truth.index) & table["high"].ge(truth).reindex(truth.index))
    share = pd.DataFrame(held).mean()
    assert (share[["warmth", "courtesy", "listening"]] > 0.95 - 3 * np.sqrt(0.05 * 0.95 / repetitions) - 0.03).all()
