"""From the "impact" that commercial tools print to ours: prevalence, raw difference, confounding."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from custservice.regression.effects import PER
from custservice.regression.estimate import Estimate
from custservice.regression.models import least_squares
from custservice.regression.question import put_question


def vendor_bridge(
    panel: pd.DataFrame,
    *,
    outcome: str = "returned",
    exposures: Sequence[str] | None = None,
    controls: Sequence[str] | None = None,
    absorb: str | Sequence[str] | None = "location_id",
    cluster: str = "location_id",
) -> pd.DataFrame:
    """Lead from the usual "impact" of a theme to its effect, in the outcome per 1,000 reviewed visits.

    Parameters
    ----------
    panel, outcome, exposures, controls, absorb, cluster
        As for `custservice.estimate_effects`.

    Returns
    -------
    DataFrame
        Row per exposure: driver, polarity, prevalence, mean_all, mean_without, impact (``mean of all - mean of those
        without``, which equals ``prevalence x (mean with - mean without)`` exactly), raw_difference (mean with - mean
        without), confounding (what is taken away from the impact), confounding_low, confounding_high, adjusted
        (``prevalence x effect``, within locations and with controls and other mentions held constant), low, high.
        impact = adjusted + confounding.

    Notes
    -----
    The influence of a row on the impact is ``(y - mean)/n - (1 - x)(y - mean_without)/n_without``, on the adjusted one
    ``prevalence psi + effect (x - prevalence)/n``; the difference of both, summed over clusters (CR1), gives the
    interval of the confounding, so that what raw and adjusted numbers share does not count twice. That of the
    adjusted number holds the prevalence fixed and is the effect's own.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> n = 2000
    >>> panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str),
    ...     "location_id": np.arange(n) % 20, "warmth_praise": rng.integers(0, 2, n)})
    >>> panel["returned"] = (rng.random(n) < 0.4 + 0.2 * panel["warmth_praise"]).astype(int)
    >>> row = vendor_bridge(panel, controls=[]).iloc[0]
    >>> bool(abs(row["impact"] - row["prevalence"] * row["raw_difference"]) < 1e-9)
    True
    """
    asked = put_question(panel, outcome, exposures=exposures, controls=controls, absorb=absorb, cluster=cluster)
    fit = least_squares(asked)
    own = fit.estimate
    at = [asked.names.index(name) for name in own.names]
    y, x, n = asked.y, asked.x[:, at], len(asked.y)
    share, mean = x.mean(axis=0), float(y.mean())
    without = (1 - x).T @ y / (1 - x).sum(axis=0)
    raw = x.T @ y / x.sum(axis=0) - without
    of_impact = (y - mean)[:, None] / n - (1 - x) * (y[:, None] - without) / (1 - x).sum(axis=0)
    of_adjusted = share * own.influence + own.coef * (x - share) / n
    confounding = Estimate(
        names=own.names,
        coef=(mean - without) - share * own.coef,
        influence=of_impact - of_adjusted,
        clusters=own.clusters,
        factor=own.factor,
        dof=own.dof,
    ).table()
    adjusted = own.table()
    labels = asked.exposures.labels.set_index(pd.Index(asked.exposures.columns.columns)).loc[list(own.names)]
    out = labels.reset_index(drop=True)[["driver", "polarity"]]
    return out.assign(
        prevalence=share,
        mean_all=PER * mean,
        mean_without=PER * without,
        impact=PER * (mean - without),
        raw_difference=PER * raw,
        confounding=PER * confounding["coef"].to_numpy(),
        confounding_low=PER * confounding["low"].to_numpy(),
        confounding_high=PER * confounding["high"].to_numpy(),
        adjusted=PER * share * own.coef,
        low=PER * share * adjusted["low"].to_numpy(),
        high=PER * share * adjusted["high"].to_numpy(),
    )
