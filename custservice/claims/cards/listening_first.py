"""Asking beats guessing."""

from __future__ import annotations

from custservice.claims.adjusted import adjusted, against, others
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, smallest
from custservice.claims.facts import Facts

#: Evidence of offers that nobody asked for.
UNASKED = r"\b(?:push(?:y|ed|ing)|upsel\w*|hard sell|sales pitch|pressur\w*|unwanted|not ask(?:ed)? for|foist\w*)\b"


def asking(facts: Facts) -> Measured:
    """Return the effect of being listened to less that of offers nobody asked for."""
    rows, told = facts.reviewed, facts.mentions
    told = told[told["polarity"] == "blame"]  # "not pushy" praises
    offered = told.loc[told["evidence"].astype("str").str.contains(UNASKED, case=False), "review_id"]
    unasked = rows["review_id"].isin(set(offered))
    columns = against(rows, rows["listening_praise"] > 0, unasked, ("praise of listening", "an offer nobody asked for"))
    return adjusted(facts, rows, columns, threshold=smallest(facts), beside=others(facts, "listening_praise"))


CLAIM = Claim(
    id="listening_first",
    words="Asking beats guessing: listen first, then offer.",
    predicts=(
        "Customers who praise being listened to come back more than those who were offered what they had not asked for."
    ),
    parts=(Part("", "Effect of being listened to less that of offers nobody asked for.", MATTERS, 1, asking),),
)
