"""Asymmetry and families: sums and averages of joint effects with the covariance that belongs to them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.regression import estimate_effects
from custservice.regression.linear import fit_linear


def panel_with_both(seed: int, praise: float, blame: float, n: int = 4000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    panel = make_panel(seed, n)
    panel["warmth_praise"] = (rng.random(n) < 0.3).astype(int)
    panel["warmth_blame"] = ((rng.random(n) < 0.3) & (rng.random(n) < 0.9)).astype(int)
    chance = 0.5 + praise * panel["warmth_praise"] + blame * panel["warmth_blame"]
    return panel.assign(returned=(rng.random(n) < chance).astype(int))


def test_asymmetry_is_the_sum_with_its_covariance() -> None:
    effects = estimate_effects(panel_with_both(1, 0.05, -0.2))
    found = effects.asymmetry().set_index("driver")
    table = effects.table.set_index(["driver", "polarity"])
    assert found.index.tolist() == ["warmth"]
    row = found.loc["warmth"]
    assert row["difference"] == pytest.approx(table.loc[("warmth", ["praise", "blame"]), "effect"].sum())
    at = [effects.estimate.names.index(name) for name in ("warmth_praise", "warmth_blame")]
    assert row["std_error"] == pytest.approx(1000 * np.sqrt(effects.estimate.covariance[np.ix_(at, at)].sum()))
    assert row["p_value"] < 0.01
    assert row["low"] < -150 < row["high"]
    assert row["unit"] == "returns per 1,000 visits"


def test_asymmetry_equals_a_model_written_in_sums_and_differences() -> None:
    """y = s (praise - blame) + d (praise + blame) / 2: d is the sum of both effects."""
    panel = panel_with_both(2, 0.1, -0.1)
    place = pd.factorize(panel["location_id"])[0]
    praise, blame = panel["warmth_praise"].to_numpy(float), panel["warmth_blame"].to_numpy(float)
    y = panel["returned"].to_numpy(float)
    fit = fit_linear(
        y, np.column_stack([(praise + blame) / 2, praise - blame]), ["d", "s"], groups=place, clusters=place
    )
    effects = estimate_effects(panel, exposures=["warmth_praise", "warmth_blame"], controls=[])
    row = effects.asymmetry().iloc[0]
    numbers = fit.estimate.table().loc["d"]
    assert row["difference"] == pytest.approx(1000 * numbers["coef"])
    assert row["p_value"] == pytest.approx(numbers["p_value"])


def test_without_a_driver_of_both_polarities_there_is_no_row() -> None:
    found = estimate_effects(make_panel()).asymmetry()
    assert found.empty
    assert "q_value" in found


def test_families_are_averages_weighted_by_mentions_with_pools() -> None:
    rng = np.random.default_rng(3)
    panel = make_panel().assign(
        apology_blame=(np.arange(3000) % 500 == 3).astype(int),
        follow_up_blame=(rng.random(3000) < 0.2).astype(int),
        empathy_praise=(rng.random(3000) < 0.1).astype(int),
    )
    effects = estimate_effects(panel)
    found = effects.families().set_index(["family", "polarity"])
    part = effects.table[effects.table["driver"].isin(["follow_up", "other responsibility"])]
    assert len(part) == 2
    row = found.loc[("responsibility", "blame")]
    assert (row["n_drivers"], row["n_mentions"]) == (2, part["n_mentions"].sum())
    assert row["effect"] == pytest.approx(np.average(part["effect"], weights=part["n_mentions"]))
    single = found.loc[("respect", "blame")]  # courtesy alone
    alone = effects.table.set_index("driver").loc["courtesy"]
    for column in ("effect", "low", "high", "p_value"):
        assert single[column] == pytest.approx(alone[column])
    assert single["joint_p_value"] == pytest.approx(alone["p_value"])
