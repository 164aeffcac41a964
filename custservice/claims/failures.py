"""Visits at which something went wrong, and how it was put right, as customers tell it."""

from __future__ import annotations

import pandas as pd

from custservice.claims.facts import Facts

#: What staff do about a failure; blame of these is no failure of its own.
REMEDIES = ("apology", "ownership", "empowerment", "follow_up")
THINGS = ("topic_product_blame", "topic_waiting_blame", "topic_facilities_blame")
WAITING = ("promptness_blame", "topic_waiting_blame")


def failed(facts: Facts, rows: pd.DataFrame, *but: str) -> pd.Series:
    """Return whether reviews blame staff, for anything but the remedy, or what was sold, the wait or the facilities.

    Drivers in ``but`` count as no failure either: those that a claim compares must not make their own failure.
    """
    apart = {f"{name}_blame" for name in (*REMEDIES, *but)}
    staff = [name for name in facts.drivers if name.endswith("_blame") and name not in apart]
    return _any(rows, [*staff, *(name for name in THINGS if name in rows)])


def put_right(rows: pd.DataFrame) -> pd.Series:
    """Return whether reviews praise a remedy: an apology, taking responsibility, deciding on the spot, ringing back."""
    return _any(rows, [name for name in (f"{each}_praise" for each in REMEDIES) if name in rows])


def waited(rows: pd.DataFrame) -> pd.Series:
    """Return whether reviews blame the wait."""
    return _any(rows, [name for name in WAITING if name in rows])


def _any(rows: pd.DataFrame, columns: list[str]) -> pd.Series:
    found: pd.Series = rows[columns].max(axis=1) > 0
    return found
