"""Mentions of staff attitude and of topics in review texts."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from custservice.sentiment.batches import Texts, frame_of, run_batches
from custservice.sentiment.chunks import pieces
from custservice.sentiment.compiled import Chunk, Tables
from custservice.sentiment.engine import survey
from custservice.sentiment.lexicon import TOPIC, Lexicon, load_lexicon
from custservice.sentiment.reading import mentions_of, read_sentence

TYPES = {
    **{"text_id": "int64", "sentence": "int64", "family": "str", "driver": "str", "polarity": "str", "evidence": "str"},
    **{"start": "int64", "end": "int64"},
}
COLUMNS = tuple(TYPES)
#: What is looked for.
_Kind = Literal["behaviours", "topics", "all"]
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
    >>> find_all(["Awful food, lovely waitress."])["driver"].tolist()
    ['topic_product', 'warmth']
    """
    return _run(texts, lexicon, "all", workers)


def compiled(lexicon: AnyLexicon = None) -> Tables:
    """Return the tables of a lexicon, made once.

    Examples
    --------
    >>> compiled() is compiled()
    True
    """
    return _tables(lexicon if isinstance(lexicon, Lexicon) else load_lexicon(lexicon))


@lru_cache(maxsize=8)
def _tables(lexicon: Lexicon) -> Tables:
    # Half a million small objects that all stay: searching them for rubbish meanwhile is a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return Tables(lexicon)
    finally:
        if collecting:
            gc.enable()


def _run(texts: Texts, lexicon: AnyLexicon, kind: _Kind, workers: int) -> pd.DataFrame:
    # A lexicon that cannot be used is told of before any process starts.
    compiled(lexicon)
    return run_batches(partial(_batch, lexicon=lexicon, kind=kind), texts, workers)


def _batch(texts: list[Any], lexicon: AnyLexicon, kind: _Kind) -> pd.DataFrame:
    """Return the mentions of a batch, ``text_id`` being the place in it."""
    tables = compiled(lexicon)
    known = tables.lexicon.families.items()
    families = {driver: family for driver, family in known if kind == "all" or (family == TOPIC) == (kind == "topics")}
    topics = any(driver.startswith(TOPIC) for driver in families)
    rows = [
        (place, number, families[driver], driver, polarity, text[start:end], start, end)
        for place, text in enumerate(texts)
        if isinstance(text, str)
        for number, driver, polarity, start, end in _text_mentions(tables, text, topics)
        if driver in families
    ]
    return frame_of(rows, TYPES)


def _text_mentions(tables: Tables, text: str, topics: bool) -> Iterator[tuple[int, str, str, int, int]]:
    for number, piece in enumerate(pieces(text, tables.chunks)):
        chunks = piece.parts
        line = survey(tables, chunks, topics=topics)
        if line is None:
            continue
        for finding in mentions_of(read_sentence(tables, line.tokens, topics=topics)):
            place, first = _chunk_of(chunks, line.source(finding.first, 0))
            start = piece.start(place) + chunks[place].spans(tables.token_types)[first][0]
            place, last = _chunk_of(chunks, line.source(finding.last, 1))
            end = piece.start(place) + chunks[place].spans(tables.token_types)[last][1]
            yield number, finding.driver, finding.polarity, start, end


def _chunk_of(chunks: Sequence[Chunk], token: int) -> tuple[int, int]:
    """Return the chunk that holds a token of the sentence, and the token's place in it."""
    for place, chunk in enumerate(chunks):
        if token < len(chunk.tokens):
            return place, token
        token -= len(chunk.tokens)
    raise IndexError(token)


__all__ = ["COLUMNS", "TOPIC", "find_all", "find_mentions", "find_topics"]
