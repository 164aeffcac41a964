"""Data that several tests share."""

from __future__ import annotations

import numpy as np
import pandas as pd


def make_panel(seed: int = 1, n: int = 3000, places: int = 20) -> pd.DataFrame:
    """Return a panel whose effects are known: warmth_praise +.10, courtesy_blame -.15, topic_price_blame -.10."""
    rng = np.random.default_rng(seed)
    place = rng.integers(0, places, n)
    panel = pd.DataFrame(
        {
            "visit_id": np.arange(n).astype(str),
            "review_id": np.arange(n).astype(str),
            "customer_id": rng.integers(0, n // 2, n).astype(str),
            "location_id": place.astype(str),
            "month": rng.choice(["2024-01", "2024-02", "2024-03"], n),
            "first_visit": rng.integers(0, 2, n),
            "prior_visits": rng.integers(0, 9, n),
            "history_days": rng.random(n) * 300,
            "rating": rng.integers(1, 6, n),
            "warmth_praise": (rng.random(n) < 0.3).astype(int),
            "courtesy_blame": (rng.random(n) < 0.1 + 0.01 * place).astype(int),
            "promises_blame": (np.arange(n) % 150 == 0).astype(int),
            "ownership_blame": (np.arange(n) % 400 == 7).astype(int),
            "topic_price_blame": (rng.random(n) < 0.2).astype(int),
        }
    )
    chance = 0.5 - 0.01 * place + 0.10 * panel["warmth_praise"] - 0.15 * panel["courtesy_blame"]
    panel["returned"] = pd.array((rng.random(n) < chance - 0.1 * panel["topic_price_blame"]).astype(int), dtype="Int8")
    return panel


def make_watched_panel(seed: int = 1, n: int = 3000, places: int = 20) -> pd.DataFrame:
    """Return the same with days to return (window 365), a third of visits followed for less, visits and spend."""
    panel = make_panel(seed, n, places)
    rng = np.random.default_rng(seed + 1000)
    back = panel["returned"].to_numpy(dtype=float) > 0
    days = np.where(back, rng.uniform(1, 365, n), rng.uniform(366, 2000, n))
    follow_up = np.where(rng.random(n) < 1 / 3, rng.uniform(30, 365, n), 700.0)
    panel["follow_up_days"] = follow_up
    panel["days_to_return"] = np.where(days <= follow_up, days, np.nan)
    panel["visits_next"] = np.where(back, 1 + rng.poisson(1.5, n), 0)
    panel["spend_next"] = panel["visits_next"] * rng.gamma(2.0, 10.0, n)
    panel.loc[follow_up < 365, ["returned", "visits_next", "spend_next"]] = pd.NA
    panel.attrs["window_days"] = 365
    return panel
