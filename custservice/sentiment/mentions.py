"""Mentions of staff attitude and of topics in review texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.sentiment.chunks import pieces
from custservice.sentiment.compiled import Chunk, Tables
from custservice.sentiment.engine import join_phrases, may_tell_of_staff
from custservice.sentiment.lexicon import TOPIC, Lexicon, load_lexicon
from custservice.sentiment.reading import mentions_of, read_sentence

COLUMNS = ("text_id", "sentence", "family", "driver", "polarity", "evidence", "start", "end")
Texts = pd.Series | Sequence[str]
AnyLexicon = Lexicon | str | Path | None


def find_mentions(texts: Texts, lexicon: AnyLexicon = None) -> pd.DataFrame:
    """Find what reviews say about how staff behaved.

    Parameters
    ----------
    texts
        Review texts; missing ones give no rows. A list is numbered from 0.
    lexicon
        A file that extends the built-in lexicon, or a ``Lexicon``; None for the built-in one.

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

    Examples
    --------
    >>> found = find_mentions(["The food was awful but our waitress was lovely."])
    >>> found[["driver", "polarity", "evidence"]].values.tolist()
    [['warmth', 'praise', 'waitress was lovely']]
    """
    return _frame(texts, lexicon, lambda family: family != TOPIC)


def find_topics(texts: Texts, lexicon: AnyLexicon = None) -> pd.DataFrame:
    """Find what reviews say about things that staff do not make: product, place, price, waiting and so on.

    Same arguments and columns as ``find_mentions``; ``family`` is "topic" and ``driver`` the topic.

    Examples
    --------
    >>> found = find_topics(["The food was awful but our waitress was lovely."])
    >>> found[["driver", "polarity"]].values.tolist()
    [['topic_product', 'blame']]
    """
    return _frame(texts, lexicon, lambda family: family == TOPIC)


def find_all(texts: Texts, lexicon: AnyLexicon = None) -> pd.DataFrame:
    """Find mentions and topics in one pass; arguments and columns as for ``find_mentions``.

    Examples
    --------
    >>> find_all(["Awful food, lovely waitress."])["driver"].tolist()
    ['topic_product', 'warmth']
    """
    return _frame(texts, lexicon, lambda family: True)


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
    return Tables(lexicon)


def numbered(texts: Texts) -> Iterable[tuple[Any, Any]]:
    """Return pairs of text id and text, for a Series by its index and for a list from 0."""
    if isinstance(texts, pd.Series):
        return zip(texts.index, texts, strict=True)
    return enumerate(texts)


def _frame(texts: Texts, lexicon: AnyLexicon, wanted: Callable[[str], bool]) -> pd.DataFrame:
    tables = compiled(lexicon)
    families = {driver: family for driver, family in tables.lexicon.families.items() if wanted(family)}
    topics = any(driver.startswith(TOPIC) for driver in families)
    rows = [
        (text_id, number, families[driver], driver, polarity, text[start:end], start, end)
        for text_id, text in numbered(texts)
        if isinstance(text, str)
        for number, driver, polarity, start, end in _text_mentions(tables, text, topics)
        if driver in families
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    types = ("", "int64", "str", "str", "str", "str", "int64", "int64")
    frame = {
        name: pd.Series(list(column), dtype=kind or None)
        for name, kind, column in zip(COLUMNS, types, columns, strict=True)
    }
    if not rows:
        frame["text_id"] = pd.Series(texts.index[:0] if isinstance(texts, pd.Series) else [], dtype=None)
    return pd.DataFrame(frame)


def _text_mentions(tables: Tables, text: str, topics: bool) -> Iterator[tuple[int, str, str, int, int]]:
    for number, piece in enumerate(pieces(text, tables.chunks)):
        chunks = piece.parts
        if not topics and not may_tell_of_staff(chunks):
            continue
        line = join_phrases(tables, [token for chunk in chunks for token in chunk.tokens])
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
