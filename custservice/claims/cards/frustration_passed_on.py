"""Stressed staff take it out on customers."""

from __future__ import annotations

import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts

HARSH = ("courtesy_blame", "warmth_blame", "empathy_blame", "dignity_blame")
#: The smallest rise that matters, as a share of how often it is said on average, and which visits count as busy.
RISE, BUSY = 0.25, 0.75


def passed_on(facts: Facts) -> Measured:
    """Return how much more often staff are called harsh at busy times, within places."""
    rows = facts.reviewed[facts.reviewed["busy"].notna()]
    busy = rows["busy"] if rows["busy"].isin([0, 1]).all() else rows["busy"] > rows["busy"].quantile(BUSY)
    harsh = rows[[name for name in HARSH if name in rows]].max(axis=1)
    columns = pd.DataFrame({"busy": busy.astype("float64")}, index=rows.index)
    return adjusted(
        facts,
        rows.assign(harsh=harsh),
        columns,
        outcome="harsh",
        threshold=RISE * float(harsh.mean()),
        unit="reviews in 100",
        per=100.0,
    )


CLAIM = Claim(
    id="frustration_passed_on",
    words="Stressed staff take it out on customers.",
    predicts=(
        "At busy times more reviews call staff rude, unfriendly, without sympathy or condescending, at the same place."
    ),
    needs=("busy",),
    parts=(
        Part(
            "",
            "Share of reviews that call staff harsh at busy times (the busiest quarter where it is a number) against "
            "others.",
            "a quarter more than on average",
            1,
            passed_on,
        ),
    ),
)
