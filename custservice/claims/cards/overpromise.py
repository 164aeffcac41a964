"""Promising what cannot be kept is no base."""

from __future__ import annotations

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, combined, mention_effect
from custservice.claims.facts import Facts


def weighs_more(facts: Facts) -> Measured:
    """Return the effects of a broken and of a kept promise together: negative where breaking weighs more."""
    return combined(facts, {"promises_blame": 1.0, "promises_praise": 1.0}, 0.0)


CLAIM = Claim(
    id="overpromise",
    words="Promising what cannot be kept is no base for business.",
    predicts="Broken promises cost returns, and cost more than kept ones bring.",
    parts=(
        Part(
            "broken promises cost",
            "Effect of blame for broken promises on returns, all else held constant.",
            MATTERS,
            -1,
            lambda facts: mention_effect(facts, "promises_blame", direction=-1),
        ),
        Part(
            "more than kept ones bring",
            "Effect of broken promises and that of kept ones together.",
            "none",
            -1,
            weighs_more,
        ),
    ),
)
