"""The sentences behind a number."""

from __future__ import annotations

import pytest

from custservice.errors import StudyError
from custservice.study import Study, open_study

STUDY = """
title = "Two cafes"
window_days = 30
observed_until = 2024-12-31
[reviews]
files = "reviews.csv"
"""
REVIEWS = """review_id,customer_id,location_id,date,text
r1,ann,a,2024-01-03,Nice place. The waiter was rude to us!
r2,ann,a,2024-01-20,Friendly staff.
r3,bob,b,2024-06-05,"The waitress was rude, but the manager was friendly."
r4,cy,b,2024-07-01,Good coffee.
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("two")
    (folder / "reviews.csv").write_text(REVIEWS, encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return open_study(folder / "study.toml")


def test_the_whole_sentence_stands_beside_its_evidence(study: Study) -> None:
    rude = study.quotes(driver="courtesy", polarity="blame")
    assert rude["review_id"].tolist() == ["r3", "r1"]
    assert rude["sentence"].tolist() == [
        "The waitress was rude, but the manager was friendly.",
        "The waiter was rude to us!",
    ]
    assert all(e in s for e, s in zip(rude["evidence"], rude["sentence"], strict=True))


def test_each_filter_narrows(study: Study) -> None:
    assert set(study.quotes(location="a")["review_id"]) == {"r1", "r2"}
    assert set(study.quotes(since="2024-01-20", driver="warmth")["review_id"]) == {"r2", "r3"}
    assert set(study.quotes(returned=True)["review_id"]) == {"r1"}  # ann wrote again within 30 days
    assert set(study.quotes(returned=False)["review_id"]) == {"r2", "r3", "r4"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"driver": "curtesy"}, r"No mention has the driver 'curtesy' \(did you mean 'courtesy'"),
        ({"polarity": "bad"}, "No mention has the polarity 'bad'"),
        ({"location": "c"}, "No mention has the location 'c'"),
        ({"since": "soon"}, "'soon' is no date; write it as 2024-12-31"),
    ],
)
def test_what_is_not_there_is_said(study: Study, asked: dict[str, str], sentence: str) -> None:
    with pytest.raises(StudyError, match=sentence):
        study.quotes(**asked)  # type: ignore[arg-type]
