"""Celebrating good service spreads it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts

DAYS = 60
#: The smallest rise of praise that matters, as a share of how often staff are praised.
RISE = 0.05


def spreads(facts: Facts) -> Measured:
    """Return how much more often staff are praised in the 60 days after an event; the 60 before it are the placebo."""
    rows = facts.reviewed
    praised = rows[[name for name in facts.drivers if name.endswith("_praise")]].max(axis=1)
    rows = rows.assign(praised=praised)
    around = {name: _near(facts, rows, *days) for name, days in {"after": (0, DAYS), "before": (-DAYS, 0)}.items()}
    columns = pd.DataFrame(around, index=rows.index)
    least = RISE * float(praised.mean())
    ask = partial(adjusted, facts, rows, outcome="praised", threshold=least, unit="reviews in 100", per=100.0)
    found, lead = ask(columns), ask(columns[["before", "after"]])
    early = lead.estimate.table()["low"].iloc[0] > 0
    return replace(found, doubt="praise rose before the events already" if early else "")


def _near(facts: Facts, rows: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Return whether a visit lies so many days after an event of its place."""
    near = np.zeros(len(rows))
    assert facts.events is not None
    days = rows["time_zero"].to_numpy("datetime64[D]")
    places = rows["location_id"].to_numpy()
    for place, date in facts.events[["location_id", "date"]].itertuples(index=False):
        since = (days - np.datetime64(date, "D")).astype(int)
        near[(places == place) & (since >= first) & (since < last)] = 1.0
    return pd.Series(near, index=rows.index)


CLAIM = Claim(
    id="celebrate_wins",
    words="Celebrating good service spreads it.",
    predicts=(
        "In the 60 days after a place celebrates, more of its reviews praise staff; in the 60 days before they do not."
    ),
    needs=("events",),
    parts=(
        Part(
            "",
            "Share of reviews that praise staff in the 60 days after an event, within places and months; the 60 days "
            "before it are the placebo.",
            "one in twenty more than on average",
            1,
            spreads,
        ),
    ),
)
