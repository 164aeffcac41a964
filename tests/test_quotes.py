"""Quotes: what is hidden, what is marked, and that nothing in a review can break a page."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custservice.quotes import LONGEST, Mask, choose_quotes, clean, quote_html

TEXTS = [
    "The barista was kind and the staff helped.",
    "We met Maya there and then Maya helped.",
    "I saw Tom, and Tom waved.",
] * 3


def reviews_of(texts: list[str]) -> pd.DataFrame:
    n = len(texts)
    return pd.DataFrame(
        {
            "review_id": [f"r{i}" for i in range(n)],
            "location_id": [f"Mill Lane {i}" for i in range(n)],
            "reviewed_at": pd.Timestamp("2024-05-06"),
            "text": texts,
        }
    )


def mentions_of(texts: list[str], evidence: str) -> pd.DataFrame:
    rows = [
        (f"r{i}", "warmth", "praise", t.index(evidence), t.index(evidence) + len(evidence)) for i, t in enumerate(texts)
    ]
    return pd.DataFrame(rows, columns=["review_id", "driver", "polarity", "start", "end"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("maya was kind", "[name] was kind"),
        ("Maya's smile", "[name]'s smile"),
        ("THE STAFF helped MAYA", "THE STAFF helped [name]"),
        ("Ask Xanthippe there", "Ask [name] there"),
        ("Write to jo.b+x@mail.example.org", "Write to [address]"),
        ("See www.example.org/me?x=1 now", "See [address] now"),
        ("Ring +44 (0)20 7946-0991.", "Ring [number]."),
        ("She is @maya_92 there", "She is [name] there"),
        ("The staff helped on Monday", "The staff helped on Monday"),
    ],
)
def test_names_and_contact_details_are_hidden(text: str, hidden: str) -> None:
    mask = Mask([*TEXTS, "ask, ring, see, write, she is there, to, on, now"])
    assert mask(text) == hidden


def test_first_words_that_are_no_names_stay() -> None:
    mask = Mask(TEXTS)
    assert mask("Thoughtful and waiting") == "Thoughtful and waiting"
    assert mask("Wonderfully kind") == "Wonderfully kind"
    assert mask("Emily and Kofi were kind") == "[name] and [name] were kind"


def test_the_same_text_is_quoted_once() -> None:
    texts = ["The barista was kind to all of us today."] * 6 + ["How kind of the woman at the till it was."]
    chosen = choose_quotes(reviews_of(texts), mentions_of(texts, "kind"), "warmth", "praise", 3)
    assert len(chosen) == 2


def test_words_of_places_stay() -> None:
    assert Mask(TEXTS)("Kind staff at Kiln Wharf") == "Kind staff at [name]"
    assert Mask(TEXTS, keep=["Kiln Wharf"])("Kind staff at Kiln Wharf") == "Kind staff at Kiln Wharf"


def test_evidence_is_marked_and_everything_is_escaped() -> None:
    texts = [f"the staff <b>{i}</b> were so kind & <script>alert(1)</script> quick to help us all" for i in range(6)]
    quotes = choose_quotes(reviews_of(texts), mentions_of(texts, "so kind"), "warmth", "praise", 2, Mask(texts))
    html = quote_html(quotes)
    assert html.count("<mark>so kind</mark>") == 2
    assert "<script" not in html
    assert "&amp;" in html
    assert len(quotes) == 2


def test_fewer_than_five_mentions_show_nobody() -> None:
    texts = ["the staff were so kind to all of us today"] * 4
    assert choose_quotes(reviews_of(texts), mentions_of(texts, "so kind"), "warmth", "praise").empty


def test_the_choice_is_the_same_in_every_run_and_prefers_other_places() -> None:
    texts = [f"the staff were so kind to us, number {i}" for i in range(30)]
    reviews = reviews_of(texts).assign(location_id=["a", "b", "c"] * 10)
    first = choose_quotes(reviews, mentions_of(texts, "so kind"), "warmth", "praise", 3, Mask(texts))
    again = choose_quotes(reviews.iloc[::-1], mentions_of(texts, "so kind"), "warmth", "praise", 3, Mask(texts))
    pd.testing.assert_frame_equal(first, again)
    assert sorted(first["location_id"]) == ["a", "b", "c"]


def test_long_sentences_are_cut_around_the_evidence() -> None:
    texts = ["word " * 400 + "so kind " + "word " * 400] * 6
    quotes = choose_quotes(reviews_of(texts), mentions_of(texts, "so kind"), "warmth", "praise", 1, Mask(texts))
    shown = "".join(quotes.loc[0, ["before", "evidence", "after"]])
    assert "so kind" in shown
    assert len(shown) < LONGEST + 10


@given(st.text())
def test_cleaned_text_is_one_safe_line(text: str) -> None:
    shown = clean(text)
    assert not any(c in shown for c in "\n\r\t\x00\u202e\u200f")
    assert clean(shown) == shown or "<" in text


@given(st.text(max_size=200))
def test_masking_never_fails(text: str) -> None:
    assert isinstance(Mask([text])(text), str)


def test_a_word_of_any_length_is_masked_at_once() -> None:
    texts = [f"The staff were kind, ask {'x' * 2_000_000}", f"Write to {'x' * 100}@{'y' * 100}.example"]
    assert "@" not in Mask(texts)(texts[1])
    assert Mask(texts)(texts[0]) == texts[0]  # would take hours if each letter were tried to the end


def test_what_agrees_in_feeling_is_quoted_first_and_what_masks_alike_once() -> None:
    texts = [f"{name} spoke to us near the {i} tables of the place." for i, name in enumerate("abcdef")]
    texts += ["Someone spoke to us with a wonderful smile, so lovely."]
    texts += ["It was horrible that nobody spoke to us, a terrible shame."]
    chosen = choose_quotes(reviews_of(texts), mentions_of(texts, "spoke to us"), "warmth", "praise", 8)
    first, last = chosen.iloc[0], chosen.iloc[-1]
    assert "wonderful" in first["after"]
    assert "horrible" in last["before"]
    named = [
        f"{name} spoke to us near the tables of the place." for name in ("Maya", "Tom", "Xanthippe", "Zeno", "Ida")
    ]
    alike = choose_quotes(reviews_of(named), mentions_of(named, "spoke to us"), "warmth", "praise", 3)
    assert len(alike) == 1
