"""The sentences of the demo study: labels that exist, enough of each, and text that can be filled and split."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

FILE = Path(__file__).parents[1] / "custservice" / "demo_sentences.toml"

DRIVERS = frozenset(
    [
        "attention",
        "listening",
        "promptness",
        "warmth",
        "empathy",
        "appreciation",
        "recognition",
        "courtesy",
        "dignity",
        "sincerity",
        "knowledge",
        "explanation",
        "helpfulness",
        "professionalism",
        "ownership",
        "empowerment",
        "hand_offs",
        "follow_up",
        "apology",
        "promises",
        "general",
    ]
)
TOPICS = frozenset(
    f"topic_{name}" for name in ["product", "price", "place", "waiting", "facilities", "location", "others", "policy"]
)
POLARITIES = ("praise", "blame")
DIRECT = ("plain", "negated", "narrated")
KINDS = (*DIRECT, "mixed", "misleading", "none")
PLACEHOLDERS = frozenset({"name", "drink", "cake", "companion", "place"})

_BOTH = ["attention", "promptness", "warmth", "courtesy", "helpfulness", "explanation", "professionalism", "general"]
COMMON = [(driver, polarity) for driver in _BOTH for polarity in POLARITIES] + [
    ("knowledge", "praise"),
    ("recognition", "praise"),
    ("appreciation", "praise"),
    ("listening", "blame"),
]
RARE = sorted({(driver, polarity) for driver in DRIVERS for polarity in POLARITIES} - set(COMMON))
TOPIC_MINIMUM = {
    ("topic_product", "praise"): 30,
    ("topic_product", "blame"): 25,
    ("topic_price", "praise"): 12,
    ("topic_price", "blame"): 25,
    ("topic_place", "praise"): 20,
    ("topic_place", "blame"): 15,
    ("topic_waiting", "blame"): 12,
    ("topic_facilities", "praise"): 8,
    ("topic_facilities", "blame"): 8,
    ("topic_location", "praise"): 8,
    ("topic_location", "blame"): 4,
    ("topic_others", "praise"): 4,
    ("topic_others", "blame"): 10,
    ("topic_policy", "blame"): 8,
}
KIND_MINIMUM = {"none": 60, "misleading": 40, "mixed": 40}


class Sentence(NamedTuple):
    """One sentence of the file with what its group says of it."""

    text: str
    mentions: tuple[tuple[str, str], ...]
    kind: str

    @property
    def has_staff(self) -> bool:
        return any(driver in DRIVERS for driver, _ in self.mentions)


def _read() -> list[Sentence]:
    with FILE.open("rb") as file:
        groups = tomllib.load(file)["group"]
    return [
        Sentence(text, tuple((driver, polarity) for driver, polarity in group["mentions"]), group["kind"])
        for group in groups
        for text in group["sentences"]
    ]


SENTENCES = _read()


def _texts(pair: tuple[str, str], kinds: tuple[str, ...] = KINDS) -> list[Sentence]:
    return [sentence for sentence in SENTENCES if pair in sentence.mentions and sentence.kind in kinds]


def test_groups_hold_the_three_keys_and_are_not_empty() -> None:
    with FILE.open("rb") as file:
        groups = tomllib.load(file)["group"]
    for group in groups:
        assert set(group) == {"mentions", "kind", "sentences"}
        assert group["sentences"]


def test_each_set_of_mentions_stands_once_per_kind() -> None:
    with FILE.open("rb") as file:
        groups = tomllib.load(file)["group"]
    keys = Counter((group["kind"], frozenset(map(tuple, group["mentions"]))) for group in groups)
    assert [key for key, count in keys.items() if count > 1] == []


def test_there_are_500_to_650_sentences() -> None:
    assert 500 <= len(SENTENCES) <= 650


def test_labels_are_valid() -> None:
    for text, mentions, kind in SENTENCES:
        assert kind in KINDS, text
        assert len(set(mentions)) == len(mentions), text
        for driver, polarity in mentions:
            assert driver in DRIVERS | TOPICS, text
            assert polarity in POLARITIES, text


def test_kind_agrees_with_the_mentions() -> None:
    allowed = {"mixed": (2, 3), "misleading": (0, 1), "none": (0,)} | dict.fromkeys(DIRECT, (1,))
    for sentence in SENTENCES:
        assert len(sentence.mentions) in allowed[sentence.kind], sentence.text
        assert not (sentence.kind == "misleading" and sentence.has_staff), sentence.text


@pytest.mark.parametrize("pair", COMMON, ids=" ".join)
def test_common_drivers_have_fourteen_sentences_of_their_own_in_all_three_forms(pair: tuple[str, str]) -> None:
    own = _texts(pair, DIRECT)
    assert len(own) >= 14
    assert {sentence.kind for sentence in own} == set(DIRECT)


@pytest.mark.parametrize("pair", RARE, ids=" ".join)
def test_other_drivers_have_four_sentences(pair: tuple[str, str]) -> None:
    assert len(_texts(pair)) >= 4
    assert len(_texts(pair, DIRECT)) >= 3


@pytest.mark.parametrize(("pair", "least"), TOPIC_MINIMUM.items(), ids=map(" ".join, TOPIC_MINIMUM))
def test_topics_have_enough_sentences_without_staff(pair: tuple[str, str], least: int) -> None:
    assert len([sentence for sentence in _texts(pair) if not sentence.has_staff]) >= least


@pytest.mark.parametrize(("kind", "least"), KIND_MINIMUM.items())
def test_each_special_kind_is_frequent_enough(kind: str, least: int) -> None:
    assert len([sentence for sentence in SENTENCES if sentence.kind == kind]) >= least


def test_forty_mixed_sentences_tell_of_staff() -> None:
    assert len([sentence for sentence in SENTENCES if sentence.kind == "mixed" and sentence.has_staff]) >= 40


def test_no_sentence_stands_twice() -> None:
    bare = Counter(re.sub(r"[^a-z0-9{}]+", " ", sentence.text.lower()).strip() for sentence in SENTENCES)
    assert [text for text, count in bare.items() if count > 1] == []


def test_placeholders_are_known_and_can_be_filled() -> None:
    for text, *_ in SENTENCES:
        assert set(re.findall(r"\{([^}]*)\}", text)) <= PLACEHOLDERS, text
        assert re.sub(r"\{\w+\}", "", text).count("{") == 0, text
        # "a {drink}" fails for "americano", and "my sister" would open the sentence in lower case.
        assert not re.search(r"\b(?:a|an|my|his|her|our) \{(?:companion|name)\}|\ban? \{", text, re.I), text
        assert not text.startswith(("{companion}", "{drink}", "{cake}")), text


def test_names_belong_to_sentences_about_staff_and_are_sparing() -> None:
    named = [sentence for sentence in SENTENCES if "{name}" in sentence.text]
    assert all(sentence.has_staff for sentence in named)
    assert 0 < len(named) <= len(SENTENCES) // 10


def test_each_is_one_short_sentence() -> None:
    for text, *_ in SENTENCES:
        assert text == " ".join(text.split())
        assert len(text) <= 220, text
        # A sentence ends once, with an emoji behind the mark at most, so that labels stay with their sentence.
        assert re.search(r"[.!?][\u2019\u201d]?(?: [^\w\s]+)?$", text), text
        assert not re.search(r"[.!?][\u2019\u201d)]? +\w", text), text
