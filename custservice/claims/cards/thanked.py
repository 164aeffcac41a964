"""Customers who are thanked and valued stay."""

from __future__ import annotations

from dataclasses import replace

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, mention_effect
from custservice.claims.facts import Facts


def pole(facts: Facts, polarity: str, direction: int) -> Measured:
    """Return the effect of one pole; earlier visits, which it cannot have caused, must not show the same."""
    measured = mention_effect(facts, f"appreciation_{polarity}", direction=direction)
    past = facts.past
    if past is None:
        return measured
    row = past.table[(past.table["driver"] == "appreciation") & (past.table["polarity"] == polarity)]
    same = row[(row["q_value"] <= 0.05) & (direction * row["effect"] > 0)]
    doubt = "it goes with earlier visits too, which it cannot have caused" if len(same) else ""
    return replace(measured, doubt=doubt)


CLAIM = Claim(
    id="thanked",
    words="Customers who are thanked and valued stay.",
    predicts=(
        "Those who write that they were valued come back more than like customers, those who felt unwanted less; "
        "neither goes with earlier visits."
    ),
    parts=(
        Part(
            "thanked",
            "Effect of praise for being valued on returns, all else held constant; a placebo on earlier visits must "
            "fail.",
            MATTERS,
            1,
            lambda facts: pole(facts, "praise", 1),
        ),
        Part(
            "not thanked",
            "Effect of blame for feeling unwanted on returns, with the same placebo.",
            MATTERS,
            -1,
            lambda facts: pole(facts, "blame", -1),
        ),
    ),
)
