"""Every model through the one call: the same table, its unit, its notes, and questions that it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import make_watched_panel

from custservice.errors import EstimationError
from custservice.regression import estimate_effects
from custservice.regression.fragility import fragility
from custservice.regression.models import MODELS

ASKED = [("logit", "returned"), ("cox", "returned"), ("poisson", "visits_next"), ("poisson", "spend_next"),
         ("two_part", "spend_next")]  # fmt: skip


@pytest.mark.parametrize(("model", "outcome"), ASKED)
def test_all_models_give_the_same_table_near_the_linear_one(model: str, outcome: str) -> None:
    panel = make_watched_panel()
    plain = estimate_effects(panel, outcome=outcome)
    other = estimate_effects(panel, outcome=outcome, model=model)
    assert list(other.table.columns) == list(plain.table.columns)
    assert other.table["unit"].tolist() == plain.table["unit"].tolist()
    assert other.table["driver"].tolist() == plain.table["driver"].tolist()
    assert (other.table["effect"] - plain.table["effect"]).abs().lt(1.5 * plain.table["std_error"]).all()
    assert other.table["std_error"].div(plain.table["std_error"]).between(0.5, 1.5).all()
    assert np.allclose(other.estimate.influence.sum(axis=0), 0, atol=1e-9)
    assert other.counts["mean"] == pytest.approx(plain.counts["mean"], rel=0.05)
    assert other.fit is None
    with pytest.raises(EstimationError, match="Only the linear model"):
        fragility(other)


def test_cox_counts_visits_as_long_as_they_were_followed() -> None:
    panel = make_watched_panel()
    effects = estimate_effects(panel, model="cox")
    assert effects.counts["sample"] == 3000 > estimate_effects(panel).counts["sample"]
    assert effects.counts["outcomes"] == (panel["days_to_return"] <= 365).sum()
    assert any("within 365 days after a Cox model" in note for note in effects.notes)
    assert any("hazard ratio" in note for note in effects.notes)
    panel.attrs = {}
    with pytest.raises(EstimationError, match="does not say how long its window is"):
        estimate_effects(panel, model="cox")


def test_the_logit_says_what_it_left_out() -> None:
    panel = make_watched_panel()
    panel.loc[panel["location_id"] == "3", "returned"] = 0
    panel.loc[panel["courtesy_blame"] == 1, "returned"] = 0
    effects = estimate_effects(panel, model="logit")
    assert "courtesy" not in set(effects.table["driver"])
    assert any("No finite logit estimate for courtesy_blame" in note for note in effects.notes)
    assert any("same outcome" in note for note in effects.notes)


def test_a_model_refuses_outcomes_that_it_cannot_explain_and_names_those_that_can() -> None:
    panel = make_watched_panel()
    with pytest.raises(EstimationError, match="for spend_next use linear or poisson or two_part"):
        estimate_effects(panel, model="logit", outcome="spend_next")
    with pytest.raises(EstimationError, match=f"allowed are {', '.join(MODELS)}"):
        estimate_effects(panel, model="probit")
