"""Calling customers by name holds them."""

from __future__ import annotations

import pandas as pd

from custservice.claims.adjusted import adjusted, others
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, smallest
from custservice.claims.facts import Facts

_TENURE = (0, 1, 2, 5, 10, 20, float("inf"))


def held(facts: Facts) -> Measured:
    """Return the effect of being recognised among customers who came about as often before."""
    rows = facts.reviewed[facts.reviewed["prior_visits"] > 0]
    like = pd.get_dummies(pd.cut(rows["prior_visits"], _TENURE), prefix="tenure", dtype="float64").iloc[:, 1:]
    like.columns = [str(name) for name in like.columns]
    rows = pd.concat([rows, like], axis=1)
    beside = [*others(facts, "recognition_praise"), *like.columns]
    return adjusted(facts, rows, rows[["recognition_praise"]], threshold=smallest(facts), beside=beside)


CLAIM = Claim(
    id="known_by_name",
    words="Calling customers by name holds them.",
    predicts="Of customers who came about as often before, those who write that they were recognised come back more.",
    parts=(
        Part(
            "",
            "Effect of praise for being recognised on returns, among customers with about as many earlier visits.",
            MATTERS,
            1,
            held,
        ),
    ),
    beware=(
        "Staff know the names of those who come anyway; earlier visits hold that constant only as far as they are "
        "known."
    ),
)
