"""Who has come back by which day: three groups, none of them counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice.coming_back import driver_curves, drivers_to_draw
from custservice.errors import EstimationError
from custservice.regression.return_curves import return_curves


def panel_of(n: int = 900) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": (np.arange(n) // 2).astype(str)})
    panel["warmth_praise"], panel["warmth_blame"] = rng.integers(0, 2, n), (rng.random(n) < 0.3).astype(int)
    panel["days_to_return"] = np.where(rng.random(n) < 0.6, rng.uniform(1, 100, n), np.nan)
    panel["follow_up_days"] = np.where(panel["days_to_return"].isna(), rng.uniform(10, 200, n), 200.0)
    return panel


def test_groups_do_not_overlap_and_visits_with_both_are_counted() -> None:
    panel = panel_of()
    curves = driver_curves(panel, "warmth", 60)
    both = int((panel["warmth_praise"] & panel["warmth_blame"]).sum())
    assert curves.attrs["both"] == both > 0
    assert sum(curves.attrs["visits"].values()) + both == len(panel)
    assert curves["group"].unique().tolist() == ["praise", "blame", "neither"]
    assert (curves["low"].dropna() <= curves["share"].dropna()).all()
    assert curves["day"].max() == 60


def test_a_driver_without_blame_agrees_with_curves_by_mention() -> None:
    panel = panel_of().assign(warmth_blame=0)
    ours = driver_curves(panel, "warmth", 60).set_index(["group", "day"])
    theirs = return_curves(panel, "warmth_praise", [30, 60], window_days=60, cluster="customer_id")
    for group, mentioned in (("praise", True), ("neither", False)):
        rows = theirs[theirs["mentioned"] == mentioned].set_index("day")
        for column in ("share", "low", "high", "at_risk"):
            assert ours.loc[(group, 30.0), column] == pytest.approx(rows.loc[30.0, column])


def test_rare_groups_are_left_out_and_too_little_is_refused() -> None:
    panel = panel_of()
    panel["warmth_blame"] = (np.arange(len(panel)) < 20).astype(int)
    assert "blame" not in driver_curves(panel, "warmth", 60).attrs["visits"]
    with pytest.raises(EstimationError, match="Fewer than 30"):
        driver_curves(panel.assign(warmth_praise=0), "warmth", 60)
    with pytest.raises(EstimationError, match="did you mean 'warmth'"):
        driver_curves(panel, "warmt", 60)


def test_one_driver_of_blame_and_one_of_praise_is_drawn_service_in_general_never() -> None:
    rows = [
        ("general", "blame", 0.001, 900, -50.0),
        ("courtesy", "blame", 0.01, 100, -9.0),
        ("attention", "blame", 0.01, 50, -3.0),
        ("warmth", "praise", 0.02, 200, 8.0),
        ("knowledge", "praise", 0.5, 999, 20.0),
    ]
    table = pd.DataFrame(rows, columns=["driver", "polarity", "q_value", "n_mentions", "effect_per_1000_reviewed"])
    assert drivers_to_draw(table) == ["courtesy", "warmth"]
    assert drivers_to_draw(table.assign(q_value=0.5)) == ["knowledge"]
    assert drivers_to_draw(table.iloc[:1]) == []
    assert drivers_to_draw(pd.DataFrame()) == []
