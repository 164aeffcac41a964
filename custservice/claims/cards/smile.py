"""A smile improves the customer's reaction."""

from __future__ import annotations

from custservice.claims.adjusted import adjusted, others
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, mention_effect
from custservice.claims.facts import Facts

#: The smallest change of feeling that matters, on VADER's scale from -1 to 1.
FELT = 0.05


def next_feeling(facts: Facts) -> Measured:
    """Return how much better the same customer's next review feels after praise of friendliness."""
    rows = facts.sequence
    return adjusted(
        facts,
        rows,
        rows[["warmth_praise"]],
        outcome="next_feeling",
        threshold=FELT,
        beside=[*others(facts, "warmth_praise"), "feeling"],
        unit="on a scale from -1 to 1",
    )


CLAIM = Claim(
    id="smile",
    words="A smile improves the customer's reaction.",
    predicts=(
        "After praise of friendly staff the same customer's next review feels better, and customers come back more."
    ),
    parts=(
        Part(
            "next review",
            "Feeling of the same customer's next review after praise of friendly staff, that of this review and all "
            "else held constant.",
            "0.05 on a scale from -1 to 1",
            1,
            next_feeling,
        ),
        Part(
            "return",
            "Effect of praise of friendly staff on returns, all else held constant.",
            MATTERS,
            1,
            lambda facts: mention_effect(facts, "warmth_praise", direction=1),
        ),
    ),
    beware="Only customers who wrote again have a next review.",
)
