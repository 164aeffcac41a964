from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custservice.sentiment.tokens import TOKEN, plain, split_sentences, words_of


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Great stay. Will return!", ["Great stay.", "Will return!"]),
        ("Dr. Lee and Mr. Ford helped us. Thanks!", ["Dr. Lee and Mr. Ford helped us.", "Thanks!"]),
        ("We paid 3.50 for tea. Rude staff.", ["We paid 3.50 for tea.", "Rude staff."]),
        ("Slow service.Rude staff.", ["Slow service.", "Rude staff."]),
        ("Slow service .Rude staff", ["Slow service .", "Rude staff"]),
        ("Staff were ok... nothing more", ["Staff were ok... nothing more"]),
        ("Staff were ok... The food was not.", ["Staff were ok...", "The food was not."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("a long line that\ngoes on here", ["a long line that\ngoes on here"]),
        ("one\n\ntwo", ["one", "two"]),
        ("Clean room<br/>Kind host<br/><br/>bye", ["Clean room", "Kind host", "bye"]),
        ("1. Staff\n2. Food", ["1. Staff", "2. Food"]),
        ("See booking.com for more. Bye", ["See booking.com for more.", "Bye"]),
        ('He said "never." She left.', ['He said "never."', "She left."]),
        ("Why so rude?! Never again", ["Why so rude?!", "Never again"]),
        ("e.g. the waiter", ["e.g. the waiter"]),
        ("  spaced  ", ["spaced"]),
        ("", []),
        ("   \n ", []),
        ("<br/>", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_sentences_lie_in_order_and_hold_all_words(text: str) -> None:
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    outside = "".join(text[a:b] for (_, a), (b, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True))
    assert not any(sign.isalnum() for sign in outside) or "<" in text or "&" in text


@pytest.mark.parametrize(
    ("surface", "words"),
    [
        ("Don’t", ("do", "not")),
        ("can't", ("can", "not")),
        ("won't", ("will", "not")),
        ("they're", ("they", "are")),
        ("host's", ("host", "'s")),
        ("FRIENDLY", ("friendly",)),
        ("sooooo", ("so",)),
        ("goood", ("good",)),
        ("...", (".",)),
        ("<br/>", ()),
        ("&nbsp;", ()),
    ],
)
def test_words_of(surface: str, words: tuple[str, ...]) -> None:
    assert words_of(surface, {}, {"so", "good"}) == words


def test_spelling_may_give_several_words() -> None:
    assert words_of("dont", {"dont": "do not"}) == ("do", "not")


def test_plain_keeps_length() -> None:
    assert plain("‘it’s’") == "'it's'"


@given(st.text(min_size=1))
def test_every_token_has_words_or_is_markup(text: str) -> None:
    for found in TOKEN.finditer(text):
        words = words_of(found[0], {})
        assert all(words)
        assert words or found[0][0] in "<&"
