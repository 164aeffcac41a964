"""Further questions to a study: each answers, or refuses with a table without rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from custservice.asked import ask
from custservice.demo import make_demo
from custservice.further import Further
from custservice.study import Study, open_study

STUDY = 'title = "Cafes"\nwindow_days = 60\n[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
TABLES = (
    "praise_and_blame",
    "families",
    "who_differs",
    "fragility",
    "placebo",
    "negative_control",
    "impact",
    "what_if",
)


def study_of(folder: Path, reviews: pd.DataFrame, visits: pd.DataFrame) -> Further:
    reviews.to_csv(folder / "reviews.csv", index=False)
    visits.to_csv(folder / "visits.csv", index=False)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return Further(ask(open_study(folder)))


@pytest.fixture(scope="module")
def further(tmp_path_factory: pytest.TempPathFactory) -> Further:
    demo = make_demo(n_visits=6000)
    return study_of(tmp_path_factory.mktemp("cafes"), demo.reviews, demo.visits)


@pytest.mark.parametrize("name", TABLES)
def test_each_question_is_answered(further: Further, name: str) -> None:
    table = getattr(further, name)()
    assert len(table)
    if {"low", "high", "effect"} <= set(table):
        assert (table["low"] <= table["effect"]).all()
        assert (table["effect"] <= table["high"]).all()


def test_only_sound_effects_are_shown(further: Further) -> None:
    measured = further.asked.measured
    sound = set(zip(measured["driver"], measured["polarity"], strict=True))
    for name in ("fragility", "impact"):
        table = getattr(further, name)()
        assert set(zip(table["driver"], table["polarity"], strict=True)) <= sound


def test_impact_is_confounding_and_effect(further: Further) -> None:
    table = further.impact()
    assert (table["impact"] - table["confounding"] - table["adjusted"]).abs().max() < 1e-9
    effects = further.asked.measured.set_index(["driver", "polarity"])["effect_per_1000_reviewed"]
    ours = table.set_index(["driver", "polarity"])["adjusted"]
    assert (ours - effects.reindex(ours.index)).abs().max() < 1e-6


def test_other_ways_are_drawn(further: Further) -> None:
    picture = further.other_ways()
    assert not picture.empty
    assert "ways of asking" in picture.title


def test_every_figure_is_drawn_and_says_what_it_shows(further: Further) -> None:
    pictures = [*further.forests(), further.waterfall(), further.placebo_picture(), *further.curves()]
    assert len(pictures) >= 4
    for picture in pictures:
        assert not picture.empty
        assert len(picture.alt) > 30
        assert picture.title
        assert picture.subtitle


def test_each_row_of_the_forest_leads_to_quotes_that_are_there(further: Further) -> None:
    said = further.quotes()
    places = {s.anchor for s in said} | {s.family_anchor for s in said}
    linked = [row for picture in further.forests() for row in picture.rows]
    assert len(linked) >= len(further.asked.measured)
    assert {row.anchor for row in linked} <= places
    assert all(len(s.quotes) for s in said)


def test_shares_add_up_or_are_refused_with_a_reason(further: Further) -> None:
    picture, table = further.importance(), further.shares()
    assert picture.empty == table.empty
    if picture.empty:
        assert "share" in picture.alt
    else:
        assert table["share"].sum() == pytest.approx(100)
        assert table["alike"].str.match("^[a-z]*$").all()


def test_shares_are_refused_where_most_drivers_have_too_few_returns(further: Further) -> None:
    effects = further.asked.effects
    assert effects is not None
    few = effects.table.assign(expected_outcomes=3.0)
    rare = Further(replace(further.asked, effects=replace(effects, table=few)))
    assert "fewer than 10 expected returns" in rare.importance().alt
    assert rare.shares().empty


def test_a_study_without_a_staff_rating_has_none_and_one_with_it_shows_it(further: Further) -> None:
    assert further.given_rating().empty
    assert further.rating_and_words().empty
    assert further.what_ratings_tell() == ""
    config = further.asked.study.config.model_copy(update={"staff_rating": "stars"})
    study = SimpleNamespace(config=config)
    panel = further.asked.panel
    stars = panel["review_id"].notna().astype(float) * (1 + np.arange(len(panel)) % 5)
    rated = Further(replace(further.asked, study=cast(Study, study), panel=panel.assign(stars=stars)))
    assert rated.given_rating()["rating"].tolist() == ["1", "2", "3", "4", "5"]
    assert len(rated.rating_and_words()) == 2
    assert "came back" in rated.what_ratings_tell()


def test_what_would_erase_is_said_for_clear_effects_only(further: Further) -> None:
    clear = [f for f in further.asked.findings if f.certainty == "clear"]
    said = further.what_would_erase
    assert len(said) == len(clear)
    assert all("hidden cause" in line for line in said)


def test_who_differs_is_said_in_short(further: Further) -> None:
    table = further.who_differs()
    none = further.differ_in_short(table.assign(interaction_q_value=0.5))
    assert none.startswith("None of ")
    one = table.assign(interaction_q_value=[0.01, *[0.5] * (len(table) - 1)])
    assert "1 of " in further.differ_in_short(one)
    assert further.differ_in_short(table.head(0)) == ""


def test_a_study_too_small_refuses_without_an_error(tmp_path: Path) -> None:
    demo = make_demo(n_visits=6000)
    few = demo.visits["customer_id"].isin(demo.visits["customer_id"].unique()[:12])
    reviews = demo.reviews[demo.reviews["customer_id"].isin(demo.visits.loc[few, "customer_id"])]
    further = study_of(tmp_path, reviews, demo.visits[few])
    assert further.asked.effects is None
    assert all(getattr(further, name)().empty for name in TABLES)
    for picture in (further.other_ways(), *further.forests(), further.waterfall(), further.importance()):
        assert picture.empty
        assert picture.alt
    assert further.placebo_picture().empty
    assert further.curves() == []
    assert further.quotes() == []
    assert further.what_would_erase == []
