"""The staff rating that customers gave beside what their words recover of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custservice.errors import EstimationError, StudyError
from custservice.given_rating import by_given_rating, rating_and_words, what_ratings_tell

LOUNGE = Path(__file__).parents[1] / "../shared/data/lounge.csv"


def panel_of(n: int = 4000, heard: float = 0.5) -> pd.DataFrame:
    """Return visits whose rating drives returns, and words that follow the rating in a share of them."""
    rng = np.random.default_rng(3)
    panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str)})
    panel["location_id"] = (np.arange(n) % 20).astype(str)
    panel["stars"] = rng.integers(1, 6, n).astype(float)
    said = rng.random(n) < heard
    panel["warmth_praise"] = (said & (panel["stars"] >= 4)).astype(int)
    panel["courtesy_blame"] = (said & (panel["stars"] <= 2)).astype(int)
    panel["returned"] = (rng.random(n) < 0.1 + 0.08 * panel["stars"]).astype(int)
    return panel


def test_counts_add_up_and_words_lie_between() -> None:
    panel = panel_of()
    table = by_given_rating(panel, "stars")
    assert table["rating"].tolist() == ["1", "2", "3", "4", "5"]
    assert table["visits"].sum() == len(panel)
    assert table["returns"].sum() == panel["returned"].sum()
    rises = {name: table[name].iloc[-1] - table[name].iloc[0] for name in ("returned", "from_words")}
    assert 0 < rises["from_words"] < rises["returned"]
    assert (table["from_words"] * table["visits"]).sum() == pytest.approx(100 * panel["returned"].sum())


def test_the_trend_is_recovered_and_words_that_say_all_say_as_much() -> None:
    trends = rating_and_words(panel_of(20_000, heard=1.0), "stars").set_index("measure")
    rating = trends.loc["rating given, lowest to highest"]
    assert abs(rating["effect"] - 320) < 3 * rating["std_error"]  # 4 steps of .08
    assert rating["within_low"] - 10 < 320 < rating["within_high"] + 10
    words = trends.loc["words found, blame to praise"]
    assert abs(words["effect"] - 240) < 3 * words["std_error"]  # 4.5 stars against 1.5


def test_fewer_than_ten_locations_are_clustered_by_customer() -> None:
    panel = panel_of().assign(location_id="one")
    assert rating_and_words(panel, "stars")["low"].notna().all()


def test_the_sentence_says_what_can_be_told() -> None:
    panel = panel_of()
    text = what_ratings_tell(by_given_rating(panel, "stars"), rating_and_words(panel, "stars"))
    assert "Both can be told from chance" in text
    assert f"{int(panel['returned'].sum()):,} returns" in text
    few = panel_of(150, heard=0.1)
    levels, trends = by_given_rating(few, "stars"), rating_and_words(panel, "stars")
    trends.loc[1, ["low", "high"]] = [-5.0, 5.0]
    assert "the second cannot" in what_ratings_tell(levels, trends)


def test_many_values_become_ranges_and_bad_columns_are_refused() -> None:
    panel = panel_of()
    panel["score"] = np.arange(len(panel)) % 100
    assert len(by_given_rating(panel, "score")) == 5
    with pytest.raises(StudyError, match="did you mean 'stars'"):
        by_given_rating(panel, "star")
    with pytest.raises(StudyError, match="not a number"):
        by_given_rating(panel.assign(stars="good"), "stars")
    with pytest.raises(EstimationError, match="Fewer than two ratings"):
        rating_and_words(panel.assign(stars=3.0), "stars")
    with pytest.raises(EstimationError, match="does not differ"):
        rating_and_words(panel.assign(warmth_praise=0, courtesy_blame=0), "stars")


@pytest.mark.skipif(not LOUNGE.exists(), reason="needs ../shared/data/lounge.csv")
def test_on_lounge_returns_rise_with_the_rating_and_words_recover_a_part() -> None:
    from custservice.study import open_study

    study = open_study(Path(__file__).parent / "studies" / "lounge.toml")
    assert study.config.staff_rating == "staff_service_rating"
    table = by_given_rating(study.panel, study.config.staff_rating).set_index("rating")
    assert table["returned"].round(1)[["1", "5"]].tolist() == [3.7, 8.6]
    assert table["returns"].sum() == 112
    rises = {name: table.loc["5", name] - table.loc["1", name] for name in ("returned", "from_words")}
    assert 0 < rises["from_words"] < rises["returned"]
