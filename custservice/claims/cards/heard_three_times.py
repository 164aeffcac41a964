"""What you hear three times is probably true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.facts import Facts
from custservice.claims.shares import share
from custservice.errors import EstimationError
from custservice.regression.estimate import benjamini_hochberg

TIMES, WINDOW, LATER = 3, 30, 90
PROBABLY = 0.5
_LEAST_LATER = 10
DAY = np.timedelta64(1, "D")


def precision(facts: Facts) -> Measured:
    """Return how often a complaint heard three times within 30 days is true of the 90 days that follow.

    True means that the place is blamed for it in more of its reviews than all places together. Beside it stand the
    alarms of a Poisson test with false-discovery control.
    """
    found = alarms(facts)
    measured = share(found, found["true"], PROBABLY, "complaints heard three times within 30 days")
    strict = found[found["q_value"] <= 0.05]
    try:
        sure = share(strict, strict["true"], PROBABLY, "").estimate.coef[0]
    except EstimationError:
        return replace(measured, notes=("A Poisson test with false-discovery control raises too few alarms to judge.",))
    return replace(
        measured,
        notes=(
            f"Of the {len(strict):,} that a Poisson test with false-discovery control keeps, {100 * sure:.0f} of 100.",
        ),
    )


def alarms(facts: Facts) -> pd.DataFrame:
    """Return a row per alarm: location_id, customer_id (of the third review), driver, true, p_value, q_value."""
    rows = facts.reviewed.sort_values("time_zero", kind="stable")
    blames = [name for name in facts.drivers if name.endswith("_blame") and rows[name].sum() >= TIMES]
    average = rows[blames].mean()
    found = []
    for place, group in rows.groupby("location_id", sort=True):
        days = group["time_zero"].to_numpy("datetime64[ns]")
        customers = group["customer_id"].to_numpy()
        flags = group[blames].to_numpy(dtype=np.float64)
        for column, name in enumerate(blames):
            for at in _third_times(days, flags[:, column]):
                told = _judged(days, flags[:, column], at, float(average[name]))
                if told is not None:
                    found.append((place, customers[at], name.removesuffix("_blame"), *told))
    table = pd.DataFrame(found, columns=["location_id", "customer_id", "driver", "true", "p_value"])
    return table.assign(q_value=benjamini_hochberg(table["p_value"]))


def _third_times(days: np.ndarray, flags: np.ndarray) -> list[int]:
    """Return the places of reviews that are the third of their kind within the window, alarms apart from each other."""
    told = np.flatnonzero(flags > 0)
    found: list[int] = []
    for third in range(TIMES - 1, len(told)):
        at = int(told[third])
        close = days[at] - days[told[third - TIMES + 1]] <= WINDOW * DAY
        fresh = not found or days[at] - days[found[-1]] > (WINDOW + LATER) * DAY
        if close and fresh:
            found.append(at)
    return found


def _judged(days: np.ndarray, flags: np.ndarray, at: int, average: float) -> tuple[float, float] | None:
    """Return whether the days that follow bear an alarm out, and how unlikely so many were; None where few follow."""
    from scipy.special import pdtrc

    later = (days > days[at]) & (days <= days[at] + LATER * DAY)
    if later.sum() < _LEAST_LATER:
        return None
    before = (days <= days[at]) & (days > days[at] - WINDOW * DAY)
    chance = float(pdtrc(flags[before].sum() - 1, max(average * before.sum(), 1e-9)))
    return float(flags[later].mean() > average), chance


CLAIM = Claim(
    id="heard_three_times",
    words="What you hear three times is probably true.",
    predicts=(
        "A complaint heard three times at a place within 30 days is commoner there than elsewhere in the 90 days "
        "that follow, more often than not."
    ),
    parts=(
        Part(
            "",
            "Share of such complaints that the next 90 days bear out: blamed in more of the place's reviews than of "
            "all.",
            "half",
            1,
            precision,
            effect=False,
        ),
    ),
    beware="A place with many reviews hears everything three times.",
)
