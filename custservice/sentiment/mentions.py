"""Mentions of staff attitude and of topics in review texts."""

from __future__ import annotations

from functools import lru_cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from custservice.sentiment.batches import Texts, frame_of, no_collecting, run_batches
from custservice.sentiment.compiled import Tables
from custservice.sentiment.lexicon import TOPIC, Lexicon, load_lexicon
from custservice.sentiment.read_texts import Kind, Reading

TYPES = {
    **{"text_id": "int64", "sentence": "int64", "family": "str", "driver": "str", "polarity": "str", "evidence": "str"},
    **{"start": "int64", "end": "int64"},
}
COLUMNS = tuple(TYPES)
SCORED = {**TYPES, "log_odds": "float64"}
AnyLexicon = Lexicon | str | Path | None


def find_mentions(texts: Texts, lexicon: AnyLexicon = None, *, workers: int = 1) -> pd.DataFrame:
    """Find what reviews say about how staff behaved.

    Parameters
    ----------
    texts
        Review texts; missing ones give no rows. A list is numbered from 0.
    lexicon
        A file that extends the built-in lexicon, or a ``Lexicon``; None for the built-in one.
    workers
        How many processes share the work, which pays from some ten thousand texts on.

    Returns
    -------
    DataFrame
        One row per mention: ``text_id`` (the index of a Series), ``sentence`` (its number in the text, from 0),
        ``family``, ``driver``, ``polarity`` (praise or blame), ``evidence`` and its ``start`` and ``end`` in the
        text. Each driver and polarity stands once per sentence.

    Raises
    ------
    LexiconError
        The lexicon file cannot be used.
    InputError
        ``workers`` is less than 1.

    Examples
    --------
    >>> found = find_mentions(["The food was awful but our waitress was lovely."])
    >>> found[["driver", "polarity", "evidence"]].values.tolist()
    [['warmth', 'praise', 'waitress was lovely']]
    """
    return _run(texts, lexicon, "behaviours", workers)


def find_topics(texts: Texts, lexicon: AnyLexicon = None, *, workers: int = 1) -> pd.DataFrame:
    """Find what reviews say about things that staff do not make: product, place, price, waiting and so on.

    Same arguments and columns as ``find_mentions``; ``family`` is "topic" and ``driver`` the topic.

    Examples
    --------
    >>> found = find_topics(["The food was awful but our waitress was lovely."])
    >>> found[["driver", "polarity"]].values.tolist()
    [['topic_product', 'blame']]
    """
    return _run(texts, lexicon, "topics", workers)


def find_all(texts: Texts, lexicon: AnyLexicon = None, *, workers: int = 1) -> pd.DataFrame:
    """Find mentions and topics in one pass; arguments and columns as for ``find_mentions``.

    Examples
    --------
    >>> find_all(["The food was awful, but our waitress was lovely."])["driver"].tolist()
    ['topic_product', 'warmth']
    """
    return _run(texts, lexicon, "all", workers)


def find_scored(texts: Texts, lexicon: AnyLexicon = None) -> pd.DataFrame:
    """Find mentions and topics as ``find_all`` does, and how sure each is.

    Returns
    -------
    DataFrame
        The columns of ``find_mentions``, and ``log_odds`` of each being true: infinite where patterns alone decide,
        which they do for topics and for the groups of an own lexicon.

    Examples
    --------
    >>> find_scored(["Our waiter was friendly and kind."])["log_odds"].gt(3).tolist()
    [True]
    """
    return _found(texts, lexicon, "all", 1)


def compiled(lexicon: AnyLexicon = None) -> Tables:
    """Return the tables of a lexicon, made once.

    Examples
    --------
    >>> compiled() is compiled()
    True
    """
    with no_collecting():
        return _tables(lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon))


@lru_cache(maxsize=8)
def _tables(lexicon: Lexicon) -> Tables:
    return Tables(lexicon)


def _run(texts: Texts, lexicon: AnyLexicon, kind: Kind, workers: int) -> pd.DataFrame:
    return _found(texts, lexicon, kind, workers)[list(COLUMNS)]


def _found(texts: Texts, lexicon: AnyLexicon, kind: Kind, workers: int) -> pd.DataFrame:
    # A lexicon that cannot be used is told of before any process starts.
    compiled(lexicon)
    return run_batches(partial(_batch, lexicon=lexicon, kind=kind), texts, workers)


def _batch(texts: list[Any], lexicon: AnyLexicon, kind: Kind) -> pd.DataFrame:
    """Return the mentions of a batch, ``text_id`` being the place in it."""
    tables = compiled(lexicon)
    known = tables.lexicon.families.items()
    families = {driver: family for driver, family in known if kind == "all" or (family == TOPIC) == (kind == "topics")}
    with no_collecting():
        reading = Reading(tables, texts, kind)
        found = [
            (sentence, *reading.span_of(sentence, one), one.driver, one.polarity, one.log_odds)
            for sentence, statements in reading.judged.items()
            for one in statements
            if one.driver in families
        ]
        found.sort(key=itemgetter(0, 1))
        columns = list(zip(*found, strict=True)) or [()] * 6
        where = np.array(columns[0], np.int64)
        starts, ends = (reading.edges(np.array(columns[1 + way], np.int64), way) for way in (0, 1))
    sentences = reading.sentences
    places = sentences.text[where].tolist()
    evidence = [texts[place][a:b] for place, a, b in zip(places, starts, ends, strict=True)]
    named = [families[driver] for driver in columns[3]]
    return frame_of([places, sentences.number[where], named, *columns[3:5], evidence, starts, ends, columns[5]], SCORED)


__all__ = ["COLUMNS", "TOPIC", "find_all", "find_mentions", "find_topics"]
