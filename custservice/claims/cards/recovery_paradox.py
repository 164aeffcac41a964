"""A problem well solved makes more loyal than no problem."""

from __future__ import annotations

import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.failures import failed, put_right


def paradox(facts: Facts) -> Measured:
    """Return how much more customers come back after a failure put right than after none."""
    rows = facts.reviewed
    bad, solved = failed(facts, rows), put_right(rows)
    columns = pd.DataFrame({"solved": bad & solved, "unsolved": bad & ~solved}).astype("float64")
    return adjusted(facts, rows, columns, threshold=0.0)


CLAIM = Claim(
    id="recovery_paradox",
    words="A problem well solved makes customers more loyal than no problem at all.",
    predicts=(
        "Customers who tell of a failure and praise how it was put right come back more than those who tell of none."
    ),
    parts=(
        Part("", "Returns after a failure that was put right against visits without a failure.", "none", 1, paradox),
    ),
    beware="Whoever still praises the remedy may have been the more loyal before.",
)
