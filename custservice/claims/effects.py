"""Effects of mentions: those that the other pages show, read against the smallest effect that matters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from custservice.claims.claim import CannotTellError, Measured
from custservice.claims.facts import Facts
from custservice.findings import reportable
from custservice.words import plain

#: The smallest effect that matters, as a share of all returns, and in words.
SMALLEST = 0.05
MATTERS = "one in twenty of all returns"
PER = 1000.0
UNIT = "returns per 1,000 visits"


def smallest(facts: Facts) -> float:
    """Return the smallest effect on the chance of a return that matters: one in twenty of all returns."""
    return SMALLEST * facts.average


def mention_effect(facts: Facts, *columns: str, direction: int) -> Measured:
    """Return the effect of mentions on returns, averaged over several columns by their mentions.

    Parameters
    ----------
    facts
        What is known.
    columns
        Such as ``"hand_offs_blame"``; those too rare are left out and named.
    direction
        On which side of zero the smallest effect that matters lies.

    Raises
    ------
    EstimationError
        None of them is mentioned often enough.
    """
    there = _sound(facts, columns)
    counts = {name: float(facts.reviewed[name].sum()) for name in there}
    weights = {name: count / sum(counts.values()) for name, count in counts.items()}
    missing = [name for name in columns if name not in there]
    notes = (f"Too rare to count: {_named(missing)}.",) if missing else ()
    return combined(facts, weights, direction * smallest(facts), notes)


def combined(facts: Facts, weights: Mapping[str, float], threshold: float, notes: tuple[str, ...] = ()) -> Measured:
    """Return a weighted sum of effects of mentions on returns; all must be sound (see `mention_effect`)."""
    estimate = facts.effects.estimate
    _sound(facts, tuple(weights), every=True)
    row = np.zeros((1, len(estimate.names)))
    for name, weight in weights.items():
        row[0, estimate.names.index(name)] = weight
    known = facts.reviewed[facts.reviewed["returned"].notna()]
    customers, places = counted(known[known[list(weights)].max(axis=1) > 0])
    return Measured(estimate.contrast(row, ["effect"]), threshold, UNIT, customers, places, PER, notes)


def counted(rows: pd.DataFrame) -> tuple[int, int]:
    """Return how many customers and places rows are of."""
    return int(rows["customer_id"].nunique()), int(rows["location_id"].nunique())


def _sound(facts: Facts, columns: tuple[str, ...], every: bool = False) -> list[str]:
    table = reportable(facts.effects)
    sound = {f"{d}_{p}" for d, p in zip(table["driver"], table["polarity"], strict=True)}
    found = [name for name in columns if name in sound]
    if not found or (every and len(found) < len(columns)):
        rare = [name for name in columns if name not in sound]
        counts = [
            f"{_named([name])}: {int(facts.reviewed[name].sum()) if name in facts.reviewed else 0:,}" for name in rare
        ]
        raise CannotTellError(
            f"Too few mentions ({'; '.join(counts)}): it takes 30 at 10 places, and 10 returns expected among them."
        )
    return found


def _named(columns: list[str]) -> str:
    return ", ".join(plain(*name.rsplit("_", 1)) for name in columns)
