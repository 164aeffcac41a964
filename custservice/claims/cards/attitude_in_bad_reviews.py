"""Bad reviews are commonly about the attitude of who served."""

from __future__ import annotations

import pandas as pd

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.shares import share, share_difference

COMMON = 1 / 3
BAD = "bad reviews"


def commonly(facts: Facts) -> Measured:
    """Return the share of bad reviews that blame staff."""
    bad = facts.reviewed[facts.stars.unhappy]
    blame = bad[[name for name in facts.drivers if name.endswith("_blame")]].max(axis=1)
    return share(bad, blame, COMMON, BAD)


def more_than_in_good(facts: Facts) -> Measured:
    """Return the share of bad reviews that mention staff at all, less that of good ones."""
    told = facts.stars.unhappy | facts.stars.happy
    rows, bad = facts.reviewed[told], pd.Series(facts.stars.unhappy[told])
    return share_difference(rows, rows[facts.drivers].max(axis=1), bad, 0.0, BAD)


CLAIM = Claim(
    id="attitude_in_bad_reviews",
    words="Bad reviews are commonly about the attitude of whoever served.",
    predicts=(
        "At least a third of bad reviews (one or two of five stars, or as much of another scale) blame staff, and more "
        "of them speak of staff than good ones (four or five) do."
    ),
    needs=("rating",),
    parts=(
        Part(
            "commonly",
            "Share of bad reviews that blame staff.",
            "a third",
            1,
            commonly,
            effect=False,
        ),
        Part(
            "more than good ones",
            "Share of bad reviews that mention staff at all, less that of good ones.",
            "none",
            1,
            more_than_in_good,
            effect=False,
        ),
    ),
    beware=(
        "Mentions are found by a program, which misses some and hears some that are none: docs/accuracy.md says how "
        "many."
    ),
)
