"""Whether the visits that were heard of can stand for the others: what the weights rest on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.silent.reviewing import Reviewing

Floats = NDArray[np.float64]
#: Beyond this many standard deviations two groups are called unlike (a custom of the field).
UNLIKE = 0.1


@dataclass(frozen=True)
class Overlap:
    """How far the heard visits reach.

    Attributes
    ----------
    n_heard
        Heard visits.
    effective
        How many equally weighted visits would tell as much, ``(sum w)^2 / sum w^2`` (Kish 1965, Survey Sampling).
    largest
        The largest weight; they average about 1.
    beyond
        Share of all visits that are less likely to be heard than any visit that was: nobody stands for them.
    balance
        Row per column: ``all_visits``, ``heard``, ``weighted`` (means), ``unlike`` and ``unlike_weighted``: how many
        standard deviations (of all visits) the heard differ from all, before and after weighting. For location and
        month the largest of their levels.
    """

    n_heard: int
    effective: float
    largest: float
    beyond: float
    balance: pd.DataFrame

    @property
    def sentence(self) -> str:
        """What to make of it, in one sentence."""
        left = self.balance[self.balance["unlike_weighted"].abs() > UNLIKE]
        alike = "in every column that is compared" if left.empty else f"except in {', '.join(left['column'])}"
        return (
            f"After weighting, the {self.n_heard:,} visits that were heard of look like all visits {alike}; they "
            f"tell as much as {self.effective:,.0f} equally weighted ones, the largest weight is {self.largest:.1f}, "
            f"and {100 * self.beyond:.1f}% of all visits are of a kind that nobody is heard of."
        )


def overlap(model: Reviewing, weights: Floats | None = None) -> Overlap:
    """Describe what the weights of a reviewing model rest on.

    Parameters
    ----------
    model
        As `reviewing_model` returns it.
    weights
        Weights that were used, shape (n,); the model's own by default.

    Examples
    --------
    >>> from custservice.silent.reviewing import reviewing_model
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"customer_id": np.arange(4000).astype(str), "location_id": "x",
    ...     "time_zero": pd.Timestamp("2024-05-01"), "first_visit": rng.integers(0, 2, 4000)})
    >>> heard = rng.random(4000) < 0.2 + 0.3 * panel["first_visit"].to_numpy()
    >>> first = overlap(reviewing_model(panel, heard)).balance.iloc[2]
    >>> bool(first["unlike"] > 0.3), round(float(abs(first["unlike_weighted"])), 3)
    (True, 0.0)
    """
    w = model.weights() if weights is None else weights
    told = w[model.heard]
    return Overlap(
        n_heard=int(model.heard.sum()),
        effective=float(told.sum() ** 2 / (told**2).sum()),
        largest=float(told.max()),
        beyond=float((model.chance < model.chance[model.heard].min() - 1e-12).mean()),
        balance=_balance(model.columns, model.heard.astype(np.float64), w),
    )


def _balance(columns: pd.DataFrame, heard: Floats, weights: Floats) -> pd.DataFrame:
    rows = []
    for name in columns:
        values = columns[name]
        if pd.api.types.is_numeric_dtype(values):
            rows.append({"column": str(name), **_compared(values.to_numpy(dtype=np.float64), heard, weights)})
            continue
        rows.append({"column": str(name), **_levels_compared(values, heard, weights)})
    return pd.DataFrame(rows)


def _levels_compared(labels: pd.Series, heard: Floats, weights: Floats) -> dict[str, float]:
    """Compare the share of each level, and return the level that is furthest off."""
    codes = pd.factorize(labels)[0]
    everyone, told, like = (
        np.bincount(codes, w) / w.sum() for w in (np.ones(len(codes)), heard, np.asarray(weights, dtype=np.float64))
    )
    spread = np.sqrt(np.maximum(everyone * (1 - everyone), np.finfo(float).tiny))
    off = [(share - everyone) / spread for share in (told, like)]
    worst = [float(values[np.argmax(np.abs(values))]) for values in off]
    missing = dict.fromkeys(("all_visits", "heard", "weighted"), np.nan)
    return {**missing, "unlike": worst[0], "unlike_weighted": worst[1]}


def _compared(x: Floats, heard: Floats, weights: Floats) -> dict[str, float]:
    spread = float(x.std()) or 1.0
    everyone, told, like = float(x.mean()), float(np.average(x, weights=heard)), float(np.average(x, weights=weights))
    means = {"all_visits": everyone, "heard": told, "weighted": like}
    return {**means, "unlike": (told - everyone) / spread, "unlike_weighted": (like - everyone) / spread}
