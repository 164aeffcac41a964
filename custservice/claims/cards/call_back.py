"""For long problems offer to ring back."""

from __future__ import annotations

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, smallest
from custservice.claims.facts import Facts
from custservice.claims.failures import waited


def rang_back(facts: Facts) -> Measured:
    """Return the effect of hearing back among customers who blame the wait."""
    rows = facts.reviewed[waited(facts.reviewed)]
    return adjusted(facts, rows, rows[["follow_up_praise"]], threshold=smallest(facts), beside=facts.topics)


CLAIM = Claim(
    id="call_back",
    words="For problems that take long, offer to ring back.",
    predicts="Of customers who blame the wait, those who heard back come back more.",
    parts=(Part("", "Returns after visits with blame for waiting: hearing back against not.", MATTERS, 1, rang_back),),
)
