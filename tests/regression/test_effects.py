"""The one call: samples, pooling, refusals, and what the table says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.errors import EstimationError
from custservice.regression import estimate_effects
from custservice.regression.design import build_controls, choose_exposures, refuse_control
from custservice.regression.effects import COLUMNS


def test_table_has_the_public_columns_and_finds_the_truth() -> None:
    effects = estimate_effects(make_panel())
    table = effects.table.set_index(["driver", "polarity"])
    assert list(effects.table.columns[: len(COLUMNS)]) == list(COLUMNS)
    for key, truth in {("warmth", "praise"): 100, ("courtesy", "blame"): -150}.items():
        row = table.loc[key]
        assert abs(row["effect"] - truth) < 3.5 * row["std_error"]
        assert row["low"] < row["effect"] < row["high"]
    assert table.loc[("warmth", "praise"), "share_mentioned"] == pytest.approx(0.3, abs=0.03)
    assert set(table["unit"]) == {"returns per 1,000 visits"}
    product = table["effect"] * table["share_mentioned"]
    assert np.allclose(table["effect_per_1000_reviewed"], product)


def test_estimate_behind_the_table_has_influence_that_sums_to_zero() -> None:
    estimate = estimate_effects(make_panel()).estimate
    assert np.allclose(estimate.influence.sum(axis=0), 0, atol=1e-10)
    assert estimate.left_out is not None
    assert len(estimate.left_out) == 20


def test_only_reviewed_visits_with_a_known_outcome_count() -> None:
    panel = make_panel()
    panel.loc[:999, "review_id"] = None
    panel.loc[1000:1099, "returned"] = pd.NA
    assert estimate_effects(panel).counts["sample"] == 1900


def test_rare_drivers_are_pooled_into_their_family_and_listed() -> None:
    effects = estimate_effects(make_panel())
    rare = effects.too_rare.set_index("driver")
    assert rare["n_mentions"].to_dict() == {"promises": 20, "ownership": 8}
    assert set(rare["pooled_into"]) == {"other responsibility"}
    assert "other responsibility" not in set(effects.table["driver"])  # 28 mentions: still too rare
    more = make_panel().assign(apology_blame=(np.arange(3000) % 500 == 3).astype(int))
    pooled = estimate_effects(more).table.set_index("driver").loc["other responsibility"]
    assert (pooled["n_mentions"], pooled["pooled"]) == (34, 3)


def test_a_pool_that_is_too_rare_is_still_held_constant() -> None:
    panel = make_panel()
    with_pool, without = (
        estimate_effects(p).estimate for p in (panel, panel.drop(columns=["promises_blame", "ownership_blame"]))
    )
    assert with_pool.names == without.names
    assert not np.allclose(with_pool.coef, without.coef)


def test_drivers_in_few_places_are_too_rare_however_often_mentioned() -> None:
    panel = make_panel()
    panel["warmth_praise"] = ((panel["location_id"].astype(int) < 9) & (panel["first_visit"] == 1)).astype(int)
    clusters = pd.factorize(panel["location_id"])[0].astype(np.int64)
    assert "warmth" in set(choose_exposures(panel, clusters, None).too_rare["driver"])


def test_a_family_pool_without_mentions_is_left_out() -> None:
    panel = make_panel().assign(hand_offs_praise=0, listening_praise=0)
    effects = estimate_effects(panel)
    assert "other attention" not in set(effects.table["driver"])
    assert {"hand_offs", "listening"} <= set(effects.too_rare["driver"])


def test_few_locations_cluster_by_customer_and_say_so() -> None:
    effects = estimate_effects(make_panel(places=6))
    assert effects.estimate.n_clusters > 6
    assert any("6 locations" in note and "these locations only" in note for note in effects.notes)


def test_locations_with_one_visit_are_left_out_and_counted() -> None:
    panel = make_panel()
    panel.loc[:2, "location_id"] = ["alone-1", "alone-2", "alone-3"]
    effects = estimate_effects(panel)
    assert effects.counts["sample"] == len(panel) - 3
    assert any("3 visits stand alone" in note for note in effects.notes)


def test_missing_controls_get_an_indicator_and_are_counted() -> None:
    panel = make_panel()
    panel.loc[:49, "history_days"] = np.nan
    controls = build_controls(panel, ["history_days"])
    assert controls.columns["history_days_missing"].sum() == 50
    assert controls.columns.notna().all(axis=None)
    assert any("50 rows" in note for note in estimate_effects(panel).notes)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"controls": ["rating"]}, "star rating lies between"),
        ({"controls": ["returned"]}, "known only after the visit"),
        ({"controls": ["mnth"]}, "did you mean 'month'"),
        ({"controls": ["staff_service_rating"]}, "star rating lies between"),
        ({"controls": "month"}, r"controls must be a list of names; write \['month'\]"),
        ({"controls": ["customer_id"]}, "tells single visits or customers apart"),
        ({"absorb": "rating"}, "star rating lies between"),
        ({"exposures": ["ever_praised"]}, "immortal-time bias"),
        ({"exposures": "warmth_praise"}, r"exposures must be a list of names; write \['warmth_praise'\]"),
        ({"exposures": ["warmth_praise"] * 2}, "exposures name warmth_praise more than once"),
        ({"outcome": "rating"}, "allowed are returned"),
        ({"model": "forest"}, "allowed are linear, logit"),
        ({"cluster": "shop"}, "no column 'shop'"),
        ({"absorb": "shop"}, "no column 'shop'"),
    ],
)
def test_bad_questions_are_refused_with_the_reason(asked: dict[str, object], reason: str) -> None:
    with pytest.raises(EstimationError, match=reason):
        estimate_effects(make_panel(), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "rating",
        "overall_rating",
        "staff_service_rating",
        "Service-Rating",
        "rating_in_file",
        "recommended",
        "stars",
        "score",
        "satisfaction",
        "csat",
        "overallRating",
        "satisfaction_score",
    ],
)
def test_a_rating_by_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(EstimationError, match="lies between"):
        refuse_control(name, [name])


@pytest.mark.parametrize("name", ["operating_hours", "month", "starting_time", "underscore", "spend", "recommender"])
def test_what_only_sounds_like_a_rating_is_none(name: str) -> None:
    refuse_control(name, [name])


def test_drivers_that_are_always_mentioned_together_are_not_told_apart() -> None:
    panel = make_panel()
    twins = panel.assign(apology_praise=panel["warmth_praise"])
    one, both = estimate_effects(panel), estimate_effects(twins)
    assert set(one.table["driver"]) == {"warmth", "courtesy"}
    assert both.table["driver"].tolist() == ["courtesy"]
    assert both.estimate.coef == pytest.approx(one.table.set_index("driver").loc[["courtesy"], "effect"] / 1000)
    notes = [note for note in both.notes if note.startswith("Not estimable")]
    assert len(notes) == 1
    assert notes[0].endswith(": warmth_praise, apology_praise.")
    with pytest.raises(EstimationError, match="No driver can be told apart"):
        estimate_effects(twins, exposures=["apology_praise", "warmth_praise"])


def test_a_driver_that_is_a_combination_of_others_takes_none_of_their_effects() -> None:
    panel = make_panel()
    rng = np.random.default_rng(5)
    panel["apology_praise"] = panel["warmth_praise"] * rng.integers(0, 2, len(panel))
    panel["listening_praise"] = panel["warmth_praise"] - panel["apology_praise"]
    effects = estimate_effects(panel)
    assert effects.table["driver"].tolist() == ["courtesy"]
    assert any(note.endswith(": warmth_praise, apology_praise, listening_praise.") for note in effects.notes)


def test_a_driver_that_a_control_or_the_location_determines_is_not_estimable() -> None:
    panel = make_panel()
    alike = panel.assign(weekend=panel["warmth_praise"])
    effects = estimate_effects(alike, controls=["weekend"])
    assert effects.table["driver"].tolist() == ["courtesy"]
    by_place = panel.assign(warmth_praise=(panel["location_id"].astype(int) < 12).astype(int))
    effects = estimate_effects(by_place)
    assert effects.table["driver"].tolist() == ["courtesy"]
    assert any(note.endswith("from what is held constant): warmth_praise.") for note in effects.notes)
    assert "warmth" in set(estimate_effects(by_place, absorb=None).table["driver"])


def test_customers_compared_with_themselves_are_labelled() -> None:
    label = "a sensitivity check and no result to act on"
    assert any(label in note for note in estimate_effects(make_panel(), absorb="customer_id").notes)
    assert not any(label in note for note in estimate_effects(make_panel()).notes)


def test_nothing_to_estimate_is_said() -> None:
    panel = make_panel()
    with pytest.raises(EstimationError, match="No reviewed visit has a known outcome"):
        estimate_effects(panel.assign(returned=pd.array([pd.NA] * len(panel), dtype="Int8")))
    with pytest.raises(EstimationError, match=r"The outcome is the same \(0\) after all 3,000"):
        estimate_effects(panel.assign(returned=0))
    silent = panel.assign(**{c: 0 for c in panel.columns if c.endswith(("_praise", "_blame"))})
    with pytest.raises(EstimationError, match="No staff behaviour is mentioned often enough"):
        estimate_effects(silent)


def test_other_outcomes_have_their_own_units() -> None:
    panel = make_panel().assign(visits_next=np.arange(3000) % 2, spend_next=np.arange(3000.0))
    assert estimate_effects(panel, outcome="spend_next").table["unit"].iloc[0] == "money per 1,000 visits"
    assert estimate_effects(panel, outcome="visits_next").table["unit"].iloc[0] == "visits per 1,000 visits"


def test_the_panel_given_is_not_changed() -> None:
    panel = make_panel()
    before = panel.copy()
    estimate_effects(panel)
    pd.testing.assert_frame_equal(panel, before)


def test_mentions_that_nearly_always_go_together_are_named() -> None:
    panel = make_panel()
    assert not any("inflation" in note for note in estimate_effects(panel).notes)
    together = panel["warmth_praise"].to_numpy().copy()
    together[::60] = 1 - together[::60]
    panel["helpfulness_praise"] = together
    notes = [note for note in estimate_effects(panel).notes if "inflation" in note]
    assert len(notes) == 1
    assert "warmth_praise" in notes[0]
    assert "helpfulness_praise" in notes[0]
    assert "courtesy_blame" not in notes[0]
