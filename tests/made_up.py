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
