"""A first impression cannot be repaired."""

from __future__ import annotations

from custservice.claims.claim import Claim, Part
from custservice.claims.race import race

CLAIM = Claim(
    id="first_impression",
    words="A first impression cannot be repaired.",
    predicts="A customer's first experience foretells later returns better than what came after it does.",
    parts=(
        Part(
            "",
            "Returns of customers with three experiences or more, foretold out of sample by the first, against the "
            "last and the mean of all later ones; shown is the closest rival.",
            "none",
            1,
            lambda facts: race(facts, "first", ("last", "later")),
            effect=False,
        ),
    ),
    beware="Only customers who wrote three times or more are heard: whoever left after the first visit is not.",
)
