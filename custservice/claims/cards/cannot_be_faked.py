"""Lip service does not work."""

from __future__ import annotations

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, smallest
from custservice.claims.facts import Facts


def lip_service(facts: Facts) -> Measured:
    """Return how returns after thanks differ where staff are called insincere."""
    rows = facts.reviewed[facts.reviewed["appreciation_praise"] > 0]
    return adjusted(facts, rows, rows[["sincerity_blame"]], threshold=-smallest(facts), beside=facts.topics)


CLAIM = Claim(
    id="cannot_be_faked",
    words="It cannot be faked: lip service does not work.",
    predicts="Of customers who were thanked, those who call staff insincere come back less.",
    parts=(
        Part("", "Returns after thanks with blame for insincerity against thanks without.", MATTERS, -1, lip_service),
    ),
)
