from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice.errors import EstimationError
from custservice.silent import find_feelings


def panel_of(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"review_id": ["a", "b", "c", None], **columns})


def test_stars_tell_where_most_reviews_have_them() -> None:
    found = find_feelings(panel_of(rating=[2.0, 3.0, 4.0, np.nan], warmth_praise=[1, 0, 0, None]))
    assert found.source == "rating"
    np.testing.assert_array_equal(found.level, [-1, 0, 1, np.nan])
    assert found.rule == "the review gives 2 stars or fewer"
    assert found.heard.tolist() == [True, True, True, False]


def test_words_tell_where_there_are_no_stars() -> None:
    panel = panel_of(warmth_praise=[0, 1, 1, None], courtesy_blame=[1, 1, 0, None], topic_price_blame=[1, 1, 1, None])
    found = find_feelings(panel)
    np.testing.assert_array_equal(found.level, [-1, 0, 1, np.nan])
    assert found.source == "words"


def test_a_survey_counts_where_it_answers_for_more_visits_and_is_heard_without_a_review() -> None:
    found = find_feelings(panel_of(rating=[1.0, 1.0, 1.0, np.nan], satisfaction=[9.0, 4.0, 5.0, 8.0]))
    np.testing.assert_array_equal(found.level, [1, -1, 0, 1])
    assert found.rule == "the customer answered the survey with 4 of 10 or fewer"
    assert (
        find_feelings(panel_of(rating=[1.0, 1.0, 1.0, np.nan], satisfaction=[9.0, None, None, 8.0])).source == "rating"
    )


def test_a_review_without_stars_among_others_with_stars_is_silent() -> None:
    assert find_feelings(panel_of(rating=[2.0, 5.0, np.nan, np.nan])).heard.sum() == 2


def test_what_cannot_be_told() -> None:
    with pytest.raises(EstimationError, match="no source of feelings 'stars'"):
        find_feelings(panel_of(), "stars")
    with pytest.raises(EstimationError, match="No visit has a number in the column 'rating'"):
        find_feelings(panel_of(), "rating")
    with pytest.raises(EstimationError, match="fits no scale"):
        find_feelings(panel_of(rating=[200.0, 5.0, 1.0, np.nan]))
