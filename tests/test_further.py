"""Further questions to a study: each answers, or refuses with a table without rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from custservice.asked import ask
from custservice.demo import make_demo
from custservice.further import Further
from custservice.study import open_study

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


def test_a_study_too_small_refuses_without_an_error(tmp_path: Path) -> None:
    demo = make_demo(n_visits=6000)
    few = demo.visits["customer_id"].isin(demo.visits["customer_id"].unique()[:12])
    reviews = demo.reviews[demo.reviews["customer_id"].isin(demo.visits.loc[few, "customer_id"])]
    further = study_of(tmp_path, reviews, demo.visits[few])
    assert further.asked.effects is None
    assert all(getattr(further, name)().empty for name in TABLES)
    assert further.other_ways().empty
