"""Customers who understand how things are done are calmer."""

from __future__ import annotations

from custservice.claims.adjusted import adjusted, against
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.failures import failed, waited

#: The smallest change of anger that matters: words of negative feeling in 100.
ANGER = 0.02


def calmer(facts: Facts) -> Measured:
    """Return how angry reviews are after clear information less after poor information, that sentence left out."""
    told = facts.mentions.loc[facts.mentions["driver"] == "explanation", ["review_id", "sentence"]].drop_duplicates()
    marked = facts.sentences.merge(told.assign(told=True), on=["review_id", "sentence"], how="left")
    rest = marked[marked["told"].isna()].groupby("review_id")["negative"].mean()
    rows = facts.reviewed
    rows = rows[failed(facts, rows, "explanation") | waited(rows)]
    rows = rows.assign(anger=rows["review_id"].map(rest).astype("float64"))
    rows = rows[rows["anger"].notna()]
    praise, blame = rows["explanation_praise"] > 0, rows["explanation_blame"] > 0
    columns = against(rows, praise, blame, ("praise of explanations", "blame of explanations"))
    return adjusted(
        facts,
        rows,
        columns,
        outcome="anger",
        threshold=-ANGER,
        beside=facts.topics,
        unit="negative words in 100",
        per=100.0,
    )


CLAIM = Claim(
    id="explain_method",
    words="Customers who understand how things are done are calmer.",
    predicts=(
        "When something went wrong or took long, the rest of the review is less angry where things were explained "
        "well than where they were not."
    ),
    parts=(
        Part(
            "",
            "Negative words in the other sentences of reviews that tell of a failure or a wait: clear against poor "
            "information.",
            "2 words in 100",
            -1,
            calmer,
        ),
    ),
)
