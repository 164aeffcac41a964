"""What the lexicon may miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from custservice.missed import Missed, find_missed
from custservice.study import Study, open_study

STUDY = 'title = "Cafes"\nwindow_days = 30\n[reviews]\nfiles = "reviews.csv"\n'
SAID = (
    "The waiter was rude.",  # found
    "Our waitress wore a happy lighthouse keeper costume tonight.",  # feeling, no pattern
    "The coffee was awful.",  # no staff
    "The manager wore a green tie.",  # no feeling
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder: Path = tmp_path_factory.mktemp("cafes")
    rows = [f"r{i},c{i},a,2024-01-{i + 1:02d},{SAID[i % 4]}" for i in range(24)]
    head = "review_id,customer_id,location_id,date,text"
    (folder / "reviews.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return open_study(folder)


@pytest.fixture(scope="module")
def missed(study: Study) -> Missed:
    return find_missed(study)


def test_only_feeling_about_staff_without_a_mention_is_missed(missed: Missed) -> None:
    assert missed.n_staff == 18
    assert set(missed.sentences["sentence"]) == {SAID[1]}
    assert missed.share == pytest.approx(6 / 18)
    assert missed.in_short.startswith("Of 18 sentences that name staff, 33% carry feeling")


def test_each_sentence_is_shown_once(missed: Missed, study: Study) -> None:
    assert missed.examples(study) == [SAID[1]]


def test_pairs_of_words_need_five_reviews_and_a_telling_word(missed: Missed) -> None:
    pairs = missed.pairs().set_index("pair")["reviews"]
    assert pairs["lighthouse keeper"] == 6
    assert "our waitress" not in pairs
    few = Missed(missed.sentences.head(4), 4, missed.staff)
    assert few.pairs().empty
