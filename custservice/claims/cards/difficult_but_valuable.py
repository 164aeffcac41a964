"""The customer who complains about everything may be a good one."""

from __future__ import annotations

from custservice.claims.claim import Claim, Part
from custservice.claims.customers import costly

CLAIM = Claim(
    id="difficult_but_valuable",
    words="The customer who complains about everything may be a good one.",
    predicts="Of customers who complained three times or more, under a quarter bring less than it costs to serve them.",
    needs=("complained", "margin", "cost_to_serve"),
    parts=(Part("", "Share of frequent complainers with a negative margin.", "a quarter", -1, costly, effect=False),),
    beware="Its contrary stands beside it: pest.",
)
