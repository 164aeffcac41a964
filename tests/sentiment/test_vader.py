"""Our sentiment scores against vaderSentiment itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from custservice.errors import InputError
from custservice.sentiment import score_sentiment
from custservice.sentiment.tokens import MARKUP, plain, split_sentences
from custservice.sentiment.vader import COLUMNS, score_sentence

SHARED = Path(__file__).parents[2] / "../shared"


@cache
def analyzer() -> Any:
    return SentimentIntensityAnalyzer()


def original(text: str) -> tuple[float, ...]:
    scores = analyzer().polarity_scores(plain(text))
    return tuple(scores[name] for name in ("compound", "pos", "neu", "neg"))


WORDS = [
    *("good", "bad", "great", "not", "no", "never", "kind", "of", "sort", "least", "very", "extremely", "but", "BUT"),
    *("GREAT", "terrible", "isn't", "without", "doubt", "so", "this", "nothing", "nor", "or", "at", "the", "shit"),
    *("So", "This", "THIS", "NEVER", "nice.", "bad?", "awful!!!", "hopeless??", "VERY", "barely", "uncool", "lol", "."),
    *("bomb", "yeah", "right", "kiss", "death", "die", "for", "staff", ":)", "😀", "hardly", "love", "HATE", "great!!"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_same_scores_on_rows_of_telling_words(words: list[str]) -> None:
    text = " ".join(words)
    assert score_sentence(text) == original(text)
    check_arrays([text, *words])


def check_arrays(texts: list[str]) -> None:
    """The arrays of a batch against the words of one sentence."""
    frame = score_sentiment(texts).dropna()
    spans = [text[a:b] for text in texts for a, b in split_sentences(text)]
    rows = list(frame[list(COLUMNS[2:])].itertuples(index=False, name=None))
    assert rows == [score_sentence(MARKUP.sub(" ", span)) for span in spans]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(), max_size=4))
def test_same_scores_in_a_batch(texts: list[str]) -> None:
    check_arrays(texts)


@settings(max_examples=200, deadline=None)
@given(st.text())
@example("")
@example("\x00")
@example("’")
@example("💘great 😁!!")
def test_same_scores_on_any_text(text: str) -> None:
    assert score_sentence(text) == original(text)


def test_one_row_per_sentence_and_missing_for_missing() -> None:
    frame = score_sentiment(pd.Series(["Great staff. Awful food.", None, ""], index=["a", "b", "c"]))
    assert tuple(frame.columns) == COLUMNS
    assert frame["text_id"].tolist() == ["a", "a", "b", "c"]
    assert frame["sentence"].tolist()[:2] == [0, 1]
    assert frame.iloc[2:, 1:].isna().all(axis=None)
    assert frame.loc[0, "compound"] == original("Great staff.")[0]


def test_curly_quotes_negate_like_straight_ones() -> None:
    assert score_sentence("They weren’t friendly") == original("They weren't friendly")


def test_no_texts() -> None:
    assert score_sentiment([]).empty


def real_texts() -> pd.Series:
    files = [("data/lounge.csv", "content"), ("data/albany_reviews.csv.gz", "comments")]
    if not all((SHARED / file).exists() for file, _ in files):
        pytest.skip("needs ../shared/data, which is not here")
    return pd.concat([pd.read_csv(SHARED / file)[column].dropna() for file, column in files], ignore_index=True)


def compare(texts: pd.Series) -> None:
    ours = score_sentiment(texts)
    sentences = [MARKUP.sub(" ", t[a:b]) for t in texts for a, b in split_sentences(t)]
    scored = ours.dropna(subset=["sentence"])
    assert len(scored) == len(sentences)
    theirs = [original(sentence) for sentence in sentences]
    assert list(scored[list(COLUMNS[2:])].itertuples(index=False, name=None)) == theirs


def test_same_scores_on_some_real_reviews() -> None:
    compare(real_texts().iloc[::150])


@pytest.mark.slow
def test_same_scores_on_all_real_reviews() -> None:
    compare(real_texts())


def test_nltk_engine_gives_its_own_scores() -> None:
    texts = ["No good. The staff weren’t kind!", None, "<br/>Kind? Very kind, not kind 😀"]
    nltk = score_sentiment(texts, engine="nltk")
    pd.testing.assert_frame_equal(nltk[["text_id", "sentence"]], score_sentiment(texts)[["text_id", "sentence"]])
    assert nltk["compound"].isna().tolist() == [False, False, True, False, False]
    # NLTK has no rule for "no"; both turn "not".
    assert nltk.loc[0, "compound"] > 0 > score_sentiment(texts).loc[0, "compound"]
    assert nltk.loc[1, "compound"] < 0


def test_nltk_engine_is_nltk() -> None:
    import nltk.sentiment.vader as theirs

    lexicon = analyzer().lexicon
    original = object.__new__(theirs.SentimentIntensityAnalyzer)
    original.lexicon, original.constants = lexicon, theirs.VaderConstants()
    for text in ("The staff were VERY kind, kind of.", "never so good but bad", "It was great :) and 'awful'..."):
        scores = original.polarity_scores(text)
        row = score_sentiment([text], engine="nltk").iloc[:, 2:].sum()
        assert row["compound"] == scores["compound"]
        assert row["negative"] == scores["neg"]


def test_unknown_engine_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'vadre' is no engine \(did you mean 'vader'"):
        score_sentiment(["Kind."], engine="vadre")
