"""Made-up visits whose truth is known: who was unhappy, who came back, and who wrote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CHANCES = {"unhappy": 0.06, "indifferent": 0.23, "happy": 0.32}


@dataclass(frozen=True)
class World:
    panel: pd.DataFrame
    share: float  # unhappy among all visits, per 100
    difference: float  # return after unhappy less after happy visits, per 1,000


def make_world(seed: int, depends_on: str, n: int = 4000, places: int = 25) -> World:
    """Let reviewing depend on ``"columns"`` (place, history, price), on ``"happiness"`` alone, or on ``"both"``."""
    rng = np.random.default_rng(seed)
    place = rng.integers(0, places, n)
    first, spend = rng.integers(0, 2, n), rng.lognormal(2, 0.5, n)
    level = np.linspace(-0.8, 0.8, places)[place]
    price = np.log1p(spend) - np.log1p(spend).mean()
    odds = -1.1 + level + 0.9 * first + 0.8 * price
    unhappy = rng.random(n) < 1 / (1 + np.exp(-odds))
    feeling = np.where(unhappy, -1, np.where(rng.random(n) < 0.35, 0, 1))
    back = rng.random(n) < 0.6 - 0.25 * unhappy + 0.05 * (feeling == 1) - 0.1 * first
    told = np.array([CHANCES["unhappy"], CHANCES["indifferent"], CHANCES["happy"]])[feeling + 1]
    modelled = 1 / (1 + np.exp(1.0 - 0.9 * level - 1.0 * first - 0.5 * price))
    chance = {"columns": modelled, "happiness": told, "both": told * 2 * modelled}[depends_on]
    heard = rng.random(n) < chance
    panel = pd.DataFrame({"visit_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str)})
    panel["location_id"] = np.char.add("p", place.astype(str))
    panel["time_zero"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 180, n), unit="D")
    panel["review_id"] = pd.Series(np.where(heard, panel["visit_id"], None), dtype="str")
    panel["first_visit"], panel["spend"] = first, spend
    panel["rating"] = np.where(heard, np.array([2.0, 3.0, 5.0])[feeling + 1], np.nan)
    panel["returned"] = pd.array(back.astype(int), dtype="Int8")
    # What holds on average in such a world, so that intervals are judged by the truth and not by this draw of it.
    p_unhappy = 1 / (1 + np.exp(-odds))
    difference = back[feeling == -1].mean() - back[feeling == 1].mean()
    return World(panel, 100 * float(p_unhappy.mean()), 1000 * float(difference))
