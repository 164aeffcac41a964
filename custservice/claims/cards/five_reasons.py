"""Ignoring, not listening, dodging responsibility, not knowing and not following up are the most common reasons."""

from __future__ import annotations

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import counted
from custservice.claims.facts import Facts
from custservice.claims.ranks import differences, rank_sets
from custservice.claims.shares import enough
from custservice.words import plain

FIVE = ("attention_blame", "listening_blame", "ownership_blame", "knowledge_blame", "follow_up_blame")
CATCH_ALL = "general_blame"
_SHOWN = 5
_UNHAPPY = 200


def the_five(facts: Facts) -> Measured:
    """Return by how much each of the five is more common than each other reason."""
    reasons = [name for name in (*facts.drivers, *facts.topics) if name.endswith("_blame") and name != CATCH_ALL]
    rows = facts.reviewed
    rows = rows[facts.stars.unhappy] if facts.has("rating") else rows[rows[reasons].max(axis=1) > 0]
    enough(rows, "unhappy reviews", _UNHAPPY)
    inside = [name for name in reasons if name in FIVE]
    outside = [name for name in reasons if name not in FIVE and rows[name].any()]
    found = differences(rows, inside, outside)
    ranks = rank_sets(rows, [name for name in reasons if rows[name].any()]).head(_SHOWN)
    told = [
        f"{plain(*name.removeprefix('topic_').rsplit('_', 1))} {100 * share:.0f} of 100 (rank {best} to {worst})"
        for name, share, best, worst in ranks[["column", "share", "best", "worst"]].itertuples(index=False)
    ]
    return Measured(found, 0.0, "per 100", *counted(rows), per=100.0, notes=(f"The commonest: {'; '.join(told)}.",))


CLAIM = Claim(
    id="five_reasons",
    words=(
        "Being ignored, not being listened to, excuses, staff who do not know and never hearing back are the most "
        "common reasons to be unhappy."
    ),
    predicts=(
        "In unhappy reviews (one or two of five stars; without ratings those with any blame) each of the five is more "
        "common than every other reason, about staff or not."
    ),
    parts=(
        Part(
            "",
            "Each of the five against every other reason, in pairs; shown is the pair that speaks most against the "
            "claim.",
            "none",
            1,
            the_five,
            effect=False,
        ),
    ),
    beware="How often a reason is written is not how often it happens.",
)
