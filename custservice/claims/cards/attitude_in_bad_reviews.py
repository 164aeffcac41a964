"""Bad reviews are commonly about the attitude of who served."""

from __future__ import annotations

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.shares import share, share_difference

BAD, GOOD = 2, 4
COMMON = 1 / 3


def commonly(facts: Facts) -> Measured:
    """Return the share of bad reviews that blame staff."""
    bad = facts.reviewed[facts.reviewed["rating"] <= BAD]
    blame = bad[[name for name in facts.drivers if name.endswith("_blame")]].max(axis=1)
    return share(bad, blame, COMMON, "reviews with one or two stars")


def more_than_in_good(facts: Facts) -> Measured:
    """Return the share of bad reviews that mention staff at all, less that of good ones."""
    rows = facts.reviewed[(facts.reviewed["rating"] <= BAD) | (facts.reviewed["rating"] >= GOOD)]
    mentioned = rows[facts.drivers].max(axis=1)
    return share_difference(rows, mentioned, rows["rating"] <= BAD, 0.0, "reviews with one or two stars")


CLAIM = Claim(
    id="attitude_in_bad_reviews",
    words="Bad reviews are commonly about the attitude of whoever served.",
    predicts=(
        "At least a third of the reviews with one or two stars blame staff, and more of them speak of staff than "
        "good ones do."
    ),
    needs=("rating",),
    parts=(
        Part(
            "commonly",
            "Share of the reviews with one or two stars that blame staff.",
            "a third",
            1,
            commonly,
            effect=False,
        ),
        Part(
            "more than good ones",
            "Share of reviews with one or two stars that mention staff at all, less that of reviews with four or five.",
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
