"""Treating customers with respect is almost always repaid with repeat business."""

from __future__ import annotations

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, mention_effect
from custservice.claims.facts import Facts
from custservice.claims.shares import share

RESPECT = ("courtesy_praise", "dignity_praise")
ALMOST_ALWAYS = 0.8


def almost_always(facts: Facts) -> Measured:
    """Return the share of visits with praise of respect that were followed by a return."""
    there = [name for name in RESPECT if name in facts.drivers]
    rows = facts.reviewed[facts.reviewed["returned"].notna()]
    rows = rows[rows[there].max(axis=1) > 0]
    return share(rows, rows["returned"], ALMOST_ALWAYS, "visits whose review praises respect")


def repaid(facts: Facts) -> Measured:
    """Return the effect of praise of respect."""
    return mention_effect(facts, *RESPECT, direction=1)


CLAIM = Claim(
    id="respect_returns",
    words="Treating customers with respect is almost always repaid with repeat business.",
    predicts=(
        "Of customers who praise politeness or being treated as an equal, more than 80 of 100 come back, and more "
        "than of like customers who do not."
    ),
    parts=(
        Part(
            "almost always",
            "Share of visits with praise of politeness or of being treated as an equal that were followed by a return.",
            "80 of 100",
            1,
            almost_always,
            effect=False,
        ),
        Part("more than without", "Effect of that praise on returns, all else held constant.", MATTERS, 1, repaid),
    ),
)
