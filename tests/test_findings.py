"""From effects to sentences: what is said, and what is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.findings import answer, find, first_step, reportable, what_it_would_take
from custservice.regression import Effects, estimate_effects


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return make_panel(n=12000)


@pytest.fixture(scope="module")
def effects(panel: pd.DataFrame) -> Effects:
    return estimate_effects(panel)


def test_clear_effects_become_sentences_with_numbers(effects: Effects) -> None:
    found = find(effects)
    said = {(f.driver, f.polarity): f for f in found if f.certainty == "clear"}
    assert set(said) == {("courtesy", "blame"), ("warmth", "praise")}
    rude = said["courtesy", "blame"].text
    assert rude.startswith("Rude staff: about ")
    assert "fewer returns per 1,000 visits (" in rude
    assert answer(effects, found) == (
        "Customers come back less often after rude staff, and more often after friendly staff."
    )


def test_the_first_step_names_the_places_where_it_happens_most(effects: Effects, panel: pd.DataFrame) -> None:
    step = first_step(effects, panel, 30)
    assert step is not None
    assert (step.driver, step.polarity) == ("courtesy", "blame")
    assert "19" in step.where.split(" and ")[0]  # rudeness grows with the number of the place
    assert "on average" in step.where


def test_a_small_study_says_that_it_cannot_say(panel: pd.DataFrame) -> None:
    by_chance = panel.head(400).assign(returned=np.arange(400) % 2)
    small = estimate_effects(by_chance, controls=[])
    found = find(small)
    assert not [f for f in found if f.certainty == "clear"]
    assert "cannot say yet" in answer(small, found)
    assert "it would need about" in what_it_would_take(small)
    assert first_step(small, panel, 30) is None


def test_nothing_estimated_is_said_too() -> None:
    assert find(None) == []
    assert "cannot say yet" in answer(None, [])
    assert what_it_would_take(None)


def test_drivers_with_few_expected_returns_are_not_reported(panel: pd.DataFrame) -> None:
    """Nobody came back after 40 mentions while one in twenty does: that looks far surer than it is."""
    seldom = panel.assign(
        returned=(panel["returned"].astype(bool) & (panel["visit_id"].astype(int) % 10 == 0)).astype(int)
    )
    seldom["dignity_blame"] = ((seldom["returned"] == 0) & (seldom["visit_id"].astype(int) % 300 == 1)).astype(int)
    effects = estimate_effects(seldom)
    row = effects.table.set_index(["driver", "polarity"]).loc[("dignity", "blame")]
    assert row["n_mentions"] == 40
    assert row["p_value"] < 0.05
    assert ("dignity", "blame") not in {(f.driver, f.polarity) for f in find(effects)}
    assert "dignity" not in set(reportable(effects)["driver"])
