"""Who differs: levels keep their own effects and errors, and chance is not called a difference."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel, make_watched_panel

from custservice.errors import EstimationError
from custservice.regression import estimate_effects
from custservice.regression.by_level import Level, stack
from custservice.regression.linear import fit_linear


def different(seed: int, extra: float, n: int = 4000, places: int = 20) -> pd.DataFrame:
    """Return a panel where praise of warmth is worth `extra` more on a first visit."""
    panel = make_panel(seed, n, places)
    rng = np.random.default_rng(seed + 500)
    chance = 0.4 + 0.1 * panel["warmth_praise"] + extra * panel["warmth_praise"] * panel["first_visit"]
    return panel.assign(returned=(rng.random(n) < chance).astype(int))


def test_levels_have_the_effects_and_intervals_of_their_own_rows() -> None:
    panel = different(1, 0.3)
    effects = estimate_effects(panel, by="first_visit")
    assert effects.by is not None
    for level in ("0", "1"):
        rows = panel[panel["first_visit"] == int(level)]
        own = estimate_effects(rows, controls=["month", "prior_visits", "history_days", "topics"]).table
        part = effects.by[effects.by["level"] == level]
        assert part["driver"].tolist() == own["driver"].tolist()
        for column in ("effect", "low", "high", "p_value"):
            assert np.allclose(part[column], own[column])
    test = effects.by.drop_duplicates("driver").set_index("driver")
    assert test.loc["warmth", "interaction_q_value"] < 0.01
    assert test.loc["courtesy", "interaction_p_value"] > 0.01
    pd.testing.assert_frame_equal(effects.table, estimate_effects(panel).table)


def test_the_difference_equals_a_fully_interacted_model() -> None:
    panel = different(2, 0.1)
    late = panel["first_visit"].to_numpy()
    place = pd.factorize(panel["location_id"])[0]
    x = panel["warmth_praise"].to_numpy(float)
    y = panel["returned"].to_numpy(float)
    wide = np.column_stack([x * late, x * (1 - late)])
    joint = fit_linear(y, wide, ["1", "0"], groups=place * 2 + late, clusters=place).estimate
    levels = []
    for value in (0, 1):
        at = late == value
        own = fit_linear(y[at], x[at, None], ["w"], groups=place[at], clusters=place[at]).estimate
        levels.append(Level(pd.DataFrame(), own, np.arange(20).astype(object)))
    stacked = stack(levels)
    assert np.allclose(stacked.coef, joint.coef[::-1])
    assert np.allclose(stacked.covariance, joint.covariance[::-1, ::-1])
    assert np.allclose(np.sqrt(np.diag(stacked.covariance)), [level.estimate.std_error[0] for level in levels])


def test_few_locations_in_one_level_make_customers_the_clusters_of_all() -> None:
    panel = different(3, 0.0)
    panel["kind"] = np.where(panel["location_id"].astype(int) < 6, "small", "large")
    effects = estimate_effects(panel, by="kind")
    assert effects.by is not None
    assert set(effects.by["level"]) == {"large", "small"}


@pytest.mark.parametrize(("model", "outcome"), [("logit", "returned"), ("cox", "returned"), ("poisson", "visits_next")])
def test_other_models_can_be_asked_too(model: str, outcome: str) -> None:
    effects = estimate_effects(make_watched_panel(), model=model, outcome=outcome, by="first_visit")
    assert effects.by is not None
    assert effects.by["interaction_p_value"].between(0, 1).all()


def test_levels_that_cannot_be_compared_are_said_or_refused() -> None:
    panel = different(4, 0.0)
    panel["kind"] = np.where(np.arange(len(panel)) < 25, "tiny", np.where(panel["first_visit"] == 1, "new", "known"))
    effects = estimate_effects(panel, by="kind")
    assert any("kind = tiny cannot be estimated" in note for note in effects.notes)
    with pytest.raises(EstimationError, match="has 9 levels"):
        estimate_effects(panel, by="prior_visits")
    with pytest.raises(EstimationError, match="did you mean 'first_visit'"):
        estimate_effects(panel, by="first_visits")
    with pytest.raises(EstimationError, match="known only after the visit"):
        estimate_effects(panel, by="returned")


@pytest.mark.slow
def test_levels_that_do_not_differ_are_seldom_called_different() -> None:
    repetitions = int(os.environ.get("CUSTSERVICE_REPETITIONS", "60"))
    p = []
    for seed in range(repetitions):
        by = estimate_effects(different(seed + 50, 0.0, n=1500), by="first_visit", exposures=["warmth_praise"]).by
        assert by is not None
        p.append(by["interaction_p_value"].iloc[0])
    assert (np.array(p) < 0.05).mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions)
