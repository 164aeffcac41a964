"""What to do first, and where: the clear effect with the most returns at stake, and where it happens most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from custservice.findings import reportable
from custservice.rates import shrunk_rates
from custservice.regression import Effects
from custservice.words import ACTIONS, plain

#: A place stands out when its shrunk rate is this much above the average, which its interval leaves out.
STANDS_OUT = 1.15
#: Largest q-value of a clear effect.
CLEAR = 0.05


@dataclass(frozen=True)
class FirstStep:
    """What to do first.

    Attributes
    ----------
    driver, polarity
        The behaviour that costs, or brings, most in all.
    text
        What to do, in one sentence.
    where
        Where, or that no place stands out.
    places
        Its rate per location, as `custservice.rates.shrunk_rates` returns it; without rows where none stands out.
    """

    driver: str
    polarity: str
    text: str
    where: str
    places: pd.DataFrame


def first_step(effects: Effects | None, panel: pd.DataFrame, min_reviews: int) -> FirstStep | None:
    """Choose what to do first: the clear effect with the most returns at stake, blame before praise.

    Effects against expectation, and service in general, are nothing to act on. Returns None where none is left.
    """
    if effects is None:
        return None
    table = reportable(effects)
    table = table[(table["q_value"] <= CLEAR) & (table["driver"] != "general")]
    blame = table[(table["polarity"] == "blame") & (table["effect"] < 0)]
    praise = table[(table["polarity"] == "praise") & (table["effect"] > 0)]
    chosen = blame if len(blame) else praise
    if chosen.empty:
        return None
    row = chosen.iloc[int(chosen["effect_per_1000_reviewed"].abs().to_numpy().argmax())]
    driver, polarity = str(row["driver"]), str(row["polarity"])
    places = shrunk_rates(panel, f"{driver}_{polarity}", min_reviews=min_reviews)
    where, stands_out = _where(places, driver, polarity)
    text = ACTIONS.get(driver, f"Work on {plain(driver, polarity)}.")
    return FirstStep(driver, polarity, text, where, places if stands_out else places.head(0))


def _where(places: pd.DataFrame, driver: str, polarity: str) -> tuple[str, bool]:
    if len(places) < 3:
        return "There are too few locations with enough reviews to compare them.", False
    average = float(np.average(places["rate"], weights=places["reviews"]))
    worst = places if polarity == "blame" else places[::-1]
    # Both must hold: a difference worth a journey, and one that chance does not make.
    more = (worst["shrunk"] > average * STANDS_OUT) & (worst["low"] > average)
    less = (worst["shrunk"] < average / STANDS_OUT) & (worst["high"] < average)
    out = more if polarity == "blame" else less
    what = plain(driver, polarity)
    if not out.any():
        return f"No location stands out: {what} comes up in about {average:.0f} of 100 reviews everywhere.", False
    first = worst[out].head(3).to_dict("records")
    few = "few" if polarity == "praise" else "many"
    if len(first) == 1:
        place, rate = first[0]["location_id"], f"{first[0]['shrunk']:.0f}"
        only = "only " if polarity == "praise" else ""
        return f"Start at {place}: {only}{rate} of 100 reviews there mention {what}, {average:.0f} on average.", True
    named = [f"{p['location_id']} ({p['shrunk']:.0f})" for p in first]
    names = f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Start at {names}: so {few} of 100 reviews there mention {what}, against {average:.0f} on average.", True
