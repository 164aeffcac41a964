"""The placebo and the topics that staff do not make: worlds that pass them and worlds that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.errors import EstimationError
from custservice.regression.checks import negative_control, placebo
from custservice.regression.linear import fit_linear


def test_mentions_that_do_not_depend_on_the_past_pass_the_placebo() -> None:
    found = placebo(make_panel())
    assert set(found.table["driver"]) == {"warmth", "courtesy"}
    assert (found.table["p_value"] > 0.01).all()
    assert "0 go with the number of earlier visits" in found.sentence
    assert set(found.table["unit"]) == {"earlier visits per 1,000 visits"}


def test_mentions_of_regulars_fail_it_and_recognition_is_expected_to() -> None:
    rng = np.random.default_rng(1)
    panel = make_panel()
    regular = panel["prior_visits"].to_numpy() > 4
    panel["warmth_praise"] = (rng.random(len(panel)) < 0.2 + 0.2 * regular).astype(int)
    panel["recognition_praise"] = (rng.random(len(panel)) < 0.1 + 0.3 * regular).astype(int)
    found = placebo(panel)
    assert "1 go with the number of earlier visits, which they cannot have caused: warmth praise." in found.sentence
    assert "Recognition goes with it, as expected" in found.sentence
    row = found.table.set_index("driver").loc["recognition"]
    assert row["expected"]
    assert row["low"] > 0


def test_the_placebo_is_the_regression_without_history() -> None:
    panel = make_panel()
    place = pd.factorize(panel["location_id"])[0]
    x = panel[["warmth_praise", "courtesy_blame"]].to_numpy(float)
    found = placebo(panel, controls=["first_visit", "prior_visits"])  # both leave
    rare = panel[["promises_blame", "ownership_blame"]].max(axis=1).to_numpy(float)
    held = np.column_stack([x, rare])
    fit = fit_linear(
        panel["prior_visits"].to_numpy(float), held, ["a", "b", "c"], groups=place, clusters=place
    ).estimate
    assert np.allclose(found.table["effect"], 1000 * fit.coef[:2])


def displeased(seed: int, staff: float, topic: float, n: int = 6000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    panel = make_panel(seed, n)
    for name in ("courtesy_blame", "topic_price_blame"):
        panel[name] = (rng.random(n) < 0.2).astype(int)
    chance = 0.5 + staff * panel["courtesy_blame"] + topic * panel["topic_price_blame"]
    return panel.assign(returned=(rng.random(n) < chance).astype(int))


def test_staff_that_matter_more_than_displeasure_are_told_from_it() -> None:
    found = negative_control(displeased(1, -0.25, -0.05))
    last = found.table.iloc[-1]
    assert last["driver"] == "staff less topics"
    assert last["low"] < -200 < last["high"] < 0
    assert "not displeasure alone" in found.sentence
    topic = found.table.set_index("driver").loc["topic_price"]
    assert topic["low"] < -50 < topic["high"]


def test_displeasure_in_general_is_not_called_staff() -> None:
    found = negative_control(displeased(2, -0.15, -0.15))
    assert "cannot be told from displeasure in general" in found.sentence
    with pytest.raises(EstimationError, match="Too few reviews blame staff, or topics"):
        negative_control(make_panel().drop(columns="topic_price_blame"))
