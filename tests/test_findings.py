"""From effects to sentences: what is said, and what is not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.findings import answer, find, how_sure, reportable, what_it_would_take
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
    assert "fewer returns per 1,000 visits in which it comes up (" in rude
    assert "Clear. It comes up in " in rude
    assert answer(effects, found) == (
        "Customers come back less often after rude staff, and more often after friendly staff."
    )


def test_blame_that_goes_with_more_returns_is_told_as_it_is(panel: pd.DataFrame) -> None:
    turned = panel.assign(returned=1 - panel["returned"].astype(int))
    effects = estimate_effects(turned)
    found = find(effects)
    assert answer(effects, found) == (
        "Customers come back less often after friendly staff, and more often after rude staff."
    )
    assert all("opposite of what one would expect" in f.text for f in found if f.certainty == "clear")


def test_the_largest_clear_effect_is_never_left_out(effects: Effects) -> None:
    table = effects.table
    small = table["driver"].eq("warmth")
    # warmth is mentioned more often and weighs more in all, rude staff has the larger effect
    weights = table["effect_per_1000_reviewed"].where(~small, 500.0)
    changed = dataclasses.replace(effects, table=table.assign(effect_per_1000_reviewed=weights))
    assert [f.driver for f in find(changed)][:2] == ["warmth", "courtesy"]
    assert [f.driver for f in find(changed, most=1)] == ["courtesy"]


def test_a_small_study_says_that_it_cannot_say(panel: pd.DataFrame) -> None:
    by_chance = panel.head(400).assign(returned=np.arange(400) % 2)
    small = estimate_effects(by_chance, controls=[])
    found = find(small)
    assert not [f for f in found if f.certainty == "clear"]
    assert "cannot say yet" in answer(small, found)
    assert "it would need about" in what_it_would_take(small)


def test_a_large_study_without_effects_says_how_small_they_are() -> None:
    large = make_panel(n=20000)
    large["returned"] = np.random.default_rng(5).permutation(large["returned"])
    effects = estimate_effects(large)
    found = find(effects)
    assert not [f for f in found if f.certainty == "clear"]
    said = answer(effects, found)
    assert "cannot say" not in said
    table = reportable(effects)
    worth = 250 * float(large["returned"].mean())
    assert (table[["low", "high"]].abs().max(axis=1) < worth).tolist() == [True, True, False, False]
    assert f"For 2 of 4 measured, a difference of {worth:.0f} or more returns per 1,000 visits" in said
    assert said.endswith("is ruled out; for the others there are too few mentions to say.")


def test_what_is_held_constant_is_what_was_asked_for(effects: Effects) -> None:
    assert ", alike in these: the month and busy." in how_sure(effects, ["month", "busy"], 60, False)[1]
    assert ", alike in nothing else." in how_sure(effects, [], 60, False)[1]
    assert not [line for line in how_sure(effects, [], 60, False) if "no others" in line]


def test_few_locations_speak_for_themselves_only() -> None:
    effects = estimate_effects(make_panel(n=4000, places=6))
    assert "With only 6 locations, this speaks for these locations and no others." in how_sure(effects, [], 60, False)


def test_nothing_estimated_is_said_too() -> None:
    assert find(None) == []
    assert answer(None, [], "Nobody came back.") == (
        "This study cannot say yet what brings customers back. Nobody came back."
    )
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


def test_a_study_without_an_estimate_says_how_far_it_is_from_one(panel: pd.DataFrame) -> None:
    few = panel.head(60)
    names = [c for c in few if c.endswith(("_praise", "_blame")) and not c.startswith("topic_")]
    most = int(few[names].sum().max())
    assert 0 < most < 30
    said = what_it_would_take(None, few)
    assert said.startswith("It has 60 reviewed visits that were followed for the whole return window")
    assert f"comes up in more than {most} of them; 30 is the least" in said
    need = int(said.split("about ")[1].split(" ")[0].replace(",", ""))
    assert need == pytest.approx(60 * 30 / most, rel=0.1)
    assert "it has 0" in what_it_would_take(None, panel.assign(returned=np.nan))


def test_service_in_general_is_named_only_where_nothing_else_is(effects: Effects) -> None:
    table = effects.table
    turned = table.assign(driver=table["driver"].replace("courtesy", "general"))
    found = find(dataclasses.replace(effects, table=turned))
    assert [f.driver for f in found if f.certainty == "clear"] == ["warmth", "general"]
    assert "less often after poor service in general" in answer(effects, found)
    both = [*found, dataclasses.replace(found[1], driver="courtesy")]
    assert "general" not in answer(effects, both)
