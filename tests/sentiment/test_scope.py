"""Whom a statement is about, by the patterns and their rules alone."""

from __future__ import annotations

import pytest

from custservice.sentiment.engine import read_line
from custservice.sentiment.mentions import compiled
from custservice.sentiment.reading import mentions_of, read_sentence

CASES = """
We had a lovely week, and Zorblax was very friendly. => warmth+
Zorblax was kind and patient. => warmth+ empathy+
Lavender is pleasant. =>
Our nurse was prompt, helpful and gave clear instructions. => promptness+ helpfulness+ explanation+
Zorblax was very receptive, overall superb value. => listening+
The vet was great at communicating. => explanation+
Our instructor was short tempered. => courtesy-
Their communication was friendly and polite. => warmth+ courtesy+
The porter welcomed us when we arrived, and offered help with the bags. => warmth+ helpfulness+
We were seated by a porter, who helped us with the bags. => helpfulness+
Everyone we met was polite. => courtesy+
I loved her cottage. =>
Loved our waiter Zorblax! => general+
Zorblax and his wife were very helpful. => helpfulness+
The waiter smiled, the soup was great. => warmth+
The service is friendly for a bar, the food is great. => warmth+
They were understanding and polite great apartment. => empathy+ courtesy+
We cannot recommend them enough. => general+
Our hosts were nothing short of hospitable. => warmth+
The waiter never smiled, explained the menu, or refilled our water. => warmth- explanation- attention-
The waiter never smiled, and explained the menu. => warmth- explanation+
Good food with staff being courteous. => courtesy+
We are sorry we could only stay a night. =>
Poor service very slow. => general- promptness-
The people where nice. => warmth+
The tutor had poor English. => explanation-
The staff were really great about communicating. => explanation+
The flat met our needs and Linda is charming. => warmth+
Linda's home is quiet, clean, and fun. =>
Linda's cottage was beautiful. =>
Our porter was wonderful in helping with the bags. => helpfulness+
It should be noted that the staff are helpful. => helpfulness+
"""


def cases(text: str) -> list[tuple[str, str]]:
    return [
        (sentence.strip(), labels.strip())
        for sentence, labels in (line.rsplit("=>", 1) for line in text.strip().splitlines())
    ]


def read(sentence: str) -> list[str]:
    """Return the mentions of a sentence of our own, as driver+ or driver-."""
    tables = compiled()
    found = mentions_of(read_sentence(tables, read_line(tables, sentence).tokens, topics=False))
    return sorted(
        f.driver + ("+" if f.polarity == "praise" else "-") for f in found if not f.driver.startswith("topic")
    )


@pytest.mark.parametrize(("sentence", "labels"), cases(CASES))
def test_whom_it_is_about(sentence: str, labels: str) -> None:
    assert read(sentence) == sorted(labels.split())
