"""Sentiment per sentence: the scores of vaderSentiment 3.3.2, computed by table.

The rules are those of Hutto and Gilbert (2014) as vaderSentiment 3.3.2 applies them, quirks included, so that the
numbers agree to the last digit it prints. What a word does is looked up once per kind of word (``vader_words``); the
rules stand twice, for one sentence (``vader_sentence``) and for many at once (``vader_arrays``).
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module, resources
from typing import Any

import numpy as np
import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.sentiment.batches import Texts, frame_of, no_collecting, run_batches
from custservice.sentiment.chunks import Sentences, sentences_of
from custservice.sentiment.tokens import plain
from custservice.sentiment.vader_arrays import Floats, WordFacts, score_sentences
from custservice.sentiment.vader_sentence import Scores, score_words
from custservice.sentiment.vader_words import WORDS

TYPES = {
    **{"text_id": "int64", "sentence": "Int64"},
    **dict.fromkeys(("compound", "positive", "neutral", "negative"), "float64"),
}
COLUMNS = tuple(TYPES)
_ENGINES = ("vader", "nltk")


def score_sentiment(texts: Texts, engine: str = "vader", *, workers: int = 1) -> pd.DataFrame:
    """Score the sentiment of each sentence as vaderSentiment 3.3.2 does, or as NLTK's version of it.

    Curly quotes are made straight and markup white space first.

    Parameters
    ----------
    texts
        Texts; a list is numbered from 0.
    engine
        "vader", or "nltk" for the scores of NLTK's analyzer, for comparison with older work. They differ: NLTK gives a
        repeated word the context of its first occurrence, has no rule for "no" and leaves emoji out.
    workers
        How many processes share the work, which pays from some ten thousand texts on.

    Returns
    -------
    DataFrame
        One row per sentence: ``text_id``, ``sentence`` (from 0), ``compound`` (-1 to 1), and the shares
        ``positive``, ``neutral`` and ``negative``. A missing or empty text gives one row with missing values.

    Raises
    ------
    InputError
        There is no such engine, or ``workers`` is less than 1.

    References
    ----------
    Hutto and Gilbert (2014), VADER: A parsimonious rule-based model for sentiment analysis of social media text.

    Examples
    --------
    >>> score_sentiment(["Great staff. Awful food."])["compound"].tolist()
    [0.6249, -0.4588]
    """
    if engine not in _ENGINES:
        raise InputError(f"'{engine}' is no engine{did_you_mean(engine, _ENGINES)}.")
    return run_batches(partial(_batch, engine=engine), texts, workers)


def _batch(texts: list[Any], engine: str) -> pd.DataFrame:
    with no_collecting():
        facts = _word_facts()
        sentences = sentences_of(texts, facts.chunks)
        known = facts.take_in()
        scores = score_sentences(sentences, known) if engine == "vader" else _score_by_nltk(sentences)
    missing = np.setdiff1d(np.arange(len(texts)), sentences.text)
    place = np.append(sentences.text, missing)
    order = np.argsort(place, kind="stable")
    number = pd.array(np.append(sentences.number, np.zeros_like(missing))[order], dtype="Int64")
    number[order >= len(sentences.text)] = pd.NA
    table = np.concatenate([scores, np.full((len(missing), 4), np.nan)])[order]
    return frame_of([place[order], number, *table.T], TYPES)


@cache
def _kept_facts() -> list[WordFacts]:
    return [WordFacts()]


def _word_facts() -> WordFacts:
    """Return what is known of words; begun anew when it is too much."""
    kept = _kept_facts()
    if kept[0].chunks.is_full:
        kept[0] = WordFacts()
    return kept[0]


def score_sentence(sentence: str) -> Scores:
    """Return VADER's scores of one sentence, after making curly quotes straight.

    Examples
    --------
    >>> score_sentence("The staff weren’t friendly").compound
    -0.3875
    """
    return score_words([WORDS[chunk] for chunk in sentence.split()])


def _score_by_nltk(sentences: Sentences) -> Floats:
    analyzer = _nltk_analyzer()
    said = (plain(" ".join(sentences.words(at))) for at in range(len(sentences.text)))
    scores = [analyzer.polarity_scores(sentence) for sentence in said]
    rows = [(each["compound"], each["pos"], each["neu"], each["neg"]) for each in scores]
    return np.array(rows, np.float64).reshape(-1, 4)


@cache
def _nltk_analyzer() -> Any:
    """Return NLTK's analyzer with the lexicon of vaderSentiment, which is the same; NLTK's own must be downloaded."""
    nltk_vader = import_module("nltk.sentiment.vader")
    lexicon = resources.files("vaderSentiment").joinpath("vader_lexicon.txt").read_text("utf-8")

    class Analyzer(nltk_vader.SentimentIntensityAnalyzer):  # type: ignore[misc, name-defined]
        # NLTK's loader refuses files outside its data folders, and hard links, which installers make.
        def __init__(self) -> None:
            self.lexicon_file = lexicon.strip()
            self.lexicon = self.make_lex_dict()
            self.constants = nltk_vader.VaderConstants()

    return Analyzer()
