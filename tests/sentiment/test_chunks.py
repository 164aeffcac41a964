"""Texts cut at white space against the rules of sentences and tokens, which read every letter."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custservice.sentiment import chunks
from custservice.sentiment.compiled import Tables
from custservice.sentiment.lexicon import load_lexicon
from custservice.sentiment.tokens import TOKEN, split_sentences

SHARED = Path(__file__).parents[2] / "../shared"


@cache
def tables() -> Tables:
    return Tables(load_lexicon())


def check(text: str) -> None:
    known = tables()
    spans = split_sentences(text)
    found = known.chunks.read([None, text])
    types, first = known.chunks.types(found.chunks)
    assert found.text.tolist() == [1] * len(spans)
    assert found.number.tolist() == list(range(len(spans)))
    for number, (start, end) in enumerate(spans):
        slow = [
            (token, (start + mark.start(), start + mark.end()))
            for mark in TOKEN.finditer(text[start:end])
            for token in known.token_types[mark[0]]
        ]
        fast = []
        for place in range(*found.first[number : number + 2].tolist()):
            begin = int(found.starts(np.array([place]))[0])
            for within, token in enumerate(types[first[place] : first[place + 1]].tolist()):
                a, b = known.chunks.span(int(found.chunks[place]), within)
                fast.append((known.types[token], (begin + a, begin + b)))
        assert fast == slow


PARTS = [
    *("Great", "stay.", "dr.", "Dr.", "e.g.", "U.S.", "approx.", "(approx.", "10.", "1.", "3.5", "well...", "…", "."),
    *("good.Very", ".Net", "wow!)", "?!", "don’t", "<br/>", "<br/><br/>", "&nbsp;", "&", "a<b", "\n", "\r\n", "\n\n"),
    *("inc.", "incl.", "very-long-and-joined-up-words.", "“so”.", "'s", "--", "x", "5:30pm.", "😀", "\xa0", "ÉTÉ."),
    *('<a href="x?y=1 z!">', "</p>", ">1.", "a.b.c.", "hmm..", "İ.", "ﬁne.", "%.A", "\x85", "\x1c"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([" ", " ", "  ", ""])), max_size=12))
@example([("10.", " " * 30), ("10.", ""), ("A", " ")])
@example([("Dr.", " " * 300), ("who", "")])
def test_same_sentences_tokens_and_offsets_on_telling_parts(parts: list[tuple[str, str]]) -> None:
    check("".join(part + space for part, space in parts))


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_same_sentences_tokens_and_offsets_on_any_text(text: str) -> None:
    check(text)


def real_texts() -> pd.Series:
    files = [("data/lounge.csv", "content"), ("data/albany_reviews.csv.gz", "comments")]
    if not all((SHARED / file).exists() for file, _ in files):
        pytest.skip("needs ../shared/data, which is not here")
    return pd.concat([pd.read_csv(SHARED / file)[column].dropna() for file, column in files], ignore_index=True)


@pytest.mark.slow
def test_same_sentences_tokens_and_offsets_on_many_real_reviews() -> None:
    """All of them where simulations are long, too."""
    for text in real_texts().iloc[:: 1 if "CUSTSERVICE_REPETITIONS" in os.environ else 6]:
        check(text)


def test_same_sentences_tokens_and_offsets_on_some_real_reviews() -> None:
    for text in real_texts().iloc[::40]:
        check(text)


def test_too_many_chunks_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_MOST_CHUNKS", 3)
    texts = ["The staff were rude and slow.", "The host was lovely.", "Rude staff."] * 2
    for text in texts:
        check(text)
    assert len(tables().chunks.known) < 8
