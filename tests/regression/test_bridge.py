"""The vendors' impact reproduced exactly, and what leads from it to ours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.regression import estimate_effects
from custservice.regression.bridge import vendor_bridge


def test_the_impact_is_the_score_of_all_less_that_without_the_theme() -> None:
    panel = make_panel()
    found = vendor_bridge(panel).set_index("driver")
    for name, driver in (("warmth_praise", "warmth"), ("courtesy_blame", "courtesy")):
        y, carried = panel["returned"].to_numpy(float), panel[name].to_numpy(bool)
        row = found.loc[driver]
        assert row["impact"] == pytest.approx(1000 * (y.mean() - y[~carried].mean()))
        assert row["impact"] == pytest.approx(row["prevalence"] * row["raw_difference"])
        assert row["impact"] == pytest.approx(row["adjusted"] + row["confounding"])
    effects = estimate_effects(panel).table.set_index("driver")
    assert np.allclose(found["adjusted"], effects["effect_per_1000_reviewed"])
    assert np.allclose(found["low"], effects["low"] * effects["share_mentioned"])


def test_confounding_by_place_is_found_and_none_is_not() -> None:
    """In the made-up panel blame is commoner where customers return less; warmth is spread evenly."""
    found = vendor_bridge(make_panel(n=20000)).set_index("driver")
    assert found.loc["courtesy", "confounding_high"] < 0
    assert found.loc["warmth", "confounding_low"] < 0 < found.loc["warmth", "confounding_high"]


@pytest.mark.slow
def test_the_interval_of_the_confounding_is_that_of_a_bootstrap_by_location() -> None:
    panel = make_panel(seed=3, n=4000, places=60)
    found = vendor_bridge(panel, controls=[]).set_index("driver")
    rng = np.random.default_rng(1)
    rows = dict(list(panel.groupby("location_id")))
    again = []
    for _ in range(120):
        drawn = rng.choice(list(rows), len(rows))
        parts = [rows[place].assign(location_id=str(i)) for i, place in enumerate(drawn)]
        again.append(vendor_bridge(pd.concat(parts), controls=[]).set_index("driver")["confounding"])
    width = found["confounding_high"] - found["confounding_low"]
    assert np.allclose(width / 4, pd.DataFrame(again).std()[width.index], rtol=0.25)
