"""Being passed on, to a manager or the next desk, costs customers."""

from __future__ import annotations

from custservice.claims.claim import Claim, Part
from custservice.claims.effects import MATTERS, mention_effect

CLAIM = Claim(
    id="passed_around",
    words="Being passed on to the manager or the next desk costs customers.",
    predicts="Customers who write that they were passed around come back less than like customers who do not.",
    parts=(
        Part(
            "",
            "Effect of blame for being passed around on returns, all else held constant.",
            MATTERS,
            -1,
            lambda facts: mention_effect(facts, "hand_offs_blame", direction=-1),
        ),
    ),
)
