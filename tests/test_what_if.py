"""What fewer complaints would be worth: by hand, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.errors import EstimationError
from custservice.rates import shrunk_rates
from custservice.regression import Effects, estimate_effects
from custservice.what_if import HEADING, what_if


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    days = np.random.default_rng(1).integers(0, 731, 3000)
    days[:2] = 0, 730
    made = make_panel().assign(time_zero=pd.Timestamp("2023-01-01") + pd.to_timedelta(days, "D"))
    return made.assign(spend_next=10.0 * made["returned"].astype(float))


@pytest.fixture(scope="module")
def effects(panel: pd.DataFrame) -> Effects:
    return estimate_effects(panel)


def test_gains_are_effect_times_excess_times_visits_in_a_year(panel: pd.DataFrame, effects: Effects) -> None:
    found = what_if(panel, effects, spend=estimate_effects(panel, outcome="spend_next"))
    rates = shrunk_rates(panel, "courtesy_blame").set_index("location_id")["shrunk"]
    best = np.quantile(rates, 0.25)
    assert set(found["location_id"]) == set(rates.index[rates > best])
    effect = effects.estimate.coef[effects.estimate.names.index("courtesy_blame")]
    row = found.iloc[0]
    per_year = (panel["location_id"] == row["location_id"]).sum() / 730 * 365.25
    assert row["returns_per_year"] == pytest.approx(-effect * (rates[row["location_id"]] - best) / 100 * per_year)
    assert row["low"] < row["returns_per_year"] < row["high"]
    assert found["returns_per_year"].is_monotonic_decreasing
    assert np.allclose(found["money_per_year"], 10 * found["returns_per_year"])
    assert found.attrs["heading"] == HEADING
    assert set(found["driver"]) == {"courtesy"}


def test_a_driver_that_locations_do_not_differ_in_has_no_rows(panel: pd.DataFrame) -> None:
    even = panel.assign(courtesy_blame=(np.arange(len(panel)) % 5 == 0).astype(int))
    even["location_id"] = (np.arange(len(panel)) // 5 % 20).astype(str)
    found = what_if(even, estimate_effects(even))
    assert found.empty
    assert "returns_per_year" in found


def test_where_nothing_can_be_said_the_reason_is(panel: pd.DataFrame, effects: Effects) -> None:
    with pytest.raises(EstimationError, match="span 0 days"):
        what_if(panel.assign(time_zero=pd.Timestamp("2023-01-01")), effects)
    with pytest.raises(EstimationError, match="Fewer than 4 locations"):
        what_if(panel, effects, min_reviews=10_000)
    praise = estimate_effects(panel, exposures=["warmth_praise"])
    with pytest.raises(EstimationError, match="nothing to bring down"):
        what_if(panel, praise)
