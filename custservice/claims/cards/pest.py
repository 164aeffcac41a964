"""Some customers cost more than they bring."""

from __future__ import annotations

from custservice.claims.claim import Claim, Part
from custservice.claims.customers import costly

CLAIM = Claim(
    id="pest",
    words="Some customers, those who always complain, cost more than they bring.",
    predicts="Of customers who complained three times or more, over a quarter bring less than it costs to serve them.",
    needs=("complained", "margin", "cost_to_serve"),
    parts=(Part("", "Share of frequent complainers with a negative margin.", "a quarter", 1, costly, effect=False),),
    beware="Its contrary stands beside it: difficult_but_valuable.",
)
