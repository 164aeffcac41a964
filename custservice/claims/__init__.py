"""Confident sentences about customer service, put to the test on a study's own data."""

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.ledger import Ledger, registry, test_claims
from custservice.claims.told import MEANING, Card, in_words, numbers, overview, summary, whose

__all__ = [
    "MEANING",
    "Card",
    "Claim",
    "Facts",
    "Ledger",
    "Measured",
    "Part",
    "in_words",
    "numbers",
    "overview",
    "registry",
    "summary",
    "test_claims",
    "whose",
]
