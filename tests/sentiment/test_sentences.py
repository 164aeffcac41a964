"""Sentences of our own and their near twins: what counts as a mention, of what, and which way."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from custservice.sentiment import families, find_mentions, find_topics
from custservice.sentiment.engine import read_line
from custservice.sentiment.mentions import compiled
from custservice.sentiment.reading import mentions_of, read_sentence

BEHAVIOURS = {driver for driver, family in families().items() if family != "topic"}
HERE = Path(__file__).parent


def cases(name: str) -> list[tuple[str, str]]:
    table = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    lines = [line for text in table.values() for line in text.strip().splitlines()]
    return [(sentence.strip(), labels.strip()) for sentence, labels in (line.rsplit("=>", 1) for line in lines)]


@pytest.mark.parametrize(
    ("sentence", "labels"), [*cases("sentences.toml"), *cases("takes.toml"), *cases("things.toml")]
)
def test_mentions(sentence: str, labels: str) -> None:
    frame = find_mentions([sentence])
    signs = frame["polarity"].map({"praise": "+", "blame": "-"})
    assert sorted(frame["driver"] + signs) == sorted(labels.split())


def test_the_patterns_read_them_without_the_learned_layer() -> None:
    rows, wrong = cases("sentences.toml"), 0
    for sentence, labels in rows:
        findings = mentions_of(read_sentence(compiled(), read_line(compiled(), sentence).tokens, topics=False))
        found = [f.driver + {"praise": "+", "blame": "-"}[f.polarity] for f in findings if f.driver in BEHAVIOURS]
        wrong += sorted(found) != sorted(labels.split())
    assert wrong <= 0.05 * len(rows)


@pytest.mark.parametrize(
    ("sentence", "labels"),
    [
        ("The food was delicious.", "topic_product+"),
        ("The food was not delicious.", "topic_product-"),
        ("The room was filthy.", "topic_place-"),
        ("Overpriced drinks.", "topic_price-"),
        ("Great value for money.", "topic_price+"),
        ("Great location.", "topic_location+"),
        ("The wifi was slow.", "topic_facilities-"),
        ("There was a long queue.", "topic_waiting-"),
        ("Noisy neighbours.", "topic_others-"),
        ("Ridiculous rules.", "topic_policy-"),
        ("Booking was simple.", "topic_policy+"),
        ("The staff were lovely.", ""),
        ("We arrived on Monday.", ""),
    ],
)
def test_topics(sentence: str, labels: str) -> None:
    frame = find_topics([sentence])
    signs = frame["polarity"].map({"praise": "+", "blame": "-"})
    assert sorted(frame["driver"] + signs) == sorted(labels.split())
