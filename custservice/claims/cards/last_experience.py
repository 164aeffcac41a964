"""Reputation is only as good as the last experience."""

from __future__ import annotations

from custservice.claims.claim import Claim, Part
from custservice.claims.race import race

CLAIM = Claim(
    id="last_experience",
    words="Your reputation is only as good as the last experience.",
    predicts="A customer's last experience foretells a return better than the first, the worst, or the mean of all.",
    parts=(
        Part(
            "",
            "Returns of customers with three experiences or more, foretold out of sample by the last, against each "
            "of the others; shown is the closest rival.",
            "none",
            1,
            lambda facts: race(facts, "last", ("first", "worst", "mean")),
            effect=False,
        ),
    ),
    beware="Only customers who wrote three times or more are heard: few, and loyal ones.",
)
