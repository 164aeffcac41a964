"""How often things are mentioned, and how often customers come back: shares with intervals, nothing adjusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custservice.panel import exposure_columns
from custservice.sentiment import families
from custservice.tables import POLARITIES

Floats = NDArray[np.float64]
_Z = 1.959963984540054
PER = 100.0


def wilson(count: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Return the 95% interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22), missing where n is 0.

    Examples
    --------
    >>> low, high = wilson([0, 5], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    k, total = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / total
        centre = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
        half = _Z / (1 + _Z**2 / total) * np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def mention_rates(panel: pd.DataFrame, *, topics: bool = False) -> pd.DataFrame:
    """Count how many reviewed visits mention each driver (or topic).

    Returns
    -------
    DataFrame
        Row per driver and polarity, most mentioned first: family, driver, polarity, n_mentions, n_reviews,
        per_100, low, high (Wilson, 95%).
    """
    reviewed = panel[panel["review_id"].notna()]
    columns = exposure_columns(panel, topics)
    counts = reviewed[columns].sum().astype(np.int64)
    names = [c.rpartition("_") for c in columns]
    frame = pd.DataFrame({"driver": [n[0] for n in names], "polarity": [n[2] for n in names]})
    frame.insert(0, "family", frame["driver"].map(families()).fillna("topic" if topics else "own"))
    frame["n_mentions"] = counts.to_numpy()
    frame["n_reviews"] = len(reviewed)
    frame = _per_100(frame, "n_mentions", "n_reviews")
    return frame.sort_values(["n_mentions", "driver"], ascending=[False, True], ignore_index=True)


def staff_rates(panel: pd.DataFrame, by: str, *, column: str | None = None, min_reviews: int = 30) -> pd.DataFrame:
    """Compare places, months or people by how often reviews praise and blame staff.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    by
        A column of the panel, such as ``"location_id"`` or ``"month"``.
    column
        One driver column to count instead of any staff mention (its polarity's rate stands for both).
    min_reviews
        Groups with fewer reviews keep their row, but their rates are missing.

    Returns
    -------
    DataFrame
        Row per group: visits, reviews, reviewing_rate (reviews per 100 visits: a change in who writes looks like a
        change in staff), then praise, praise_low, praise_high, blame, blame_low, blame_high per 100 reviews.
    """
    reviewed = panel["review_id"].notna()
    frame = pd.DataFrame({by: panel[by], "reviewed": reviewed.astype(np.int64)})
    columns = exposure_columns(panel) if column is None else [column]
    for polarity in POLARITIES:
        chosen = [c for c in columns if c.endswith(polarity)]
        frame[polarity] = panel[chosen].fillna(0).max(axis=1).fillna(0).astype(np.int64) if chosen else 0
    table = frame.groupby(by).agg(
        visits=("reviewed", "size"), reviews=("reviewed", "sum"), praise=("praise", "sum"), blame=("blame", "sum")
    )
    table = table.reset_index()
    table.insert(3, "reviewing_rate", PER * table["reviews"] / table["visits"])
    enough = table["reviews"] >= min_reviews
    for polarity in POLARITIES:
        low, high = wilson(table[polarity], table["reviews"])
        table[f"{polarity}_low"], table[f"{polarity}_high"] = PER * low, PER * high
        table[polarity] = PER * table[polarity] / table["reviews"].where(table["reviews"] > 0)
        table.loc[~enough, [polarity, f"{polarity}_low", f"{polarity}_high"]] = np.nan
    order = [by, "visits", "reviews", "reviewing_rate"]
    return table[[*order, *(c for p in POLARITIES for c in (p, f"{p}_low", f"{p}_high"))]]


def shrunk_rates(panel: pd.DataFrame, column: str, by: str = "location_id", min_reviews: int = 30) -> pd.DataFrame:
    """Pull each place's rate of one mention towards the average, the more the fewer reviews it has.

    Beta-binomial empirical Bayes by the method of moments (Kleinman 1973, J. Am. Stat. Assoc. 68): what is left of
    the spread between places after binomial noise sets how far to pull.

    Returns
    -------
    DataFrame
        Row per group with at least ``min_reviews`` reviews, highest first: n_mentions, reviews, rate and shrunk
        (both per 100 reviews).
    """
    reviewed = panel[panel["review_id"].notna()]
    table = reviewed.groupby(by)[column].agg(n_mentions="sum", reviews="count").reset_index()
    table = table[table["reviews"] >= min_reviews].astype({"n_mentions": np.int64, "reviews": np.int64})
    k, n = table["n_mentions"].to_numpy(dtype=np.float64), table["reviews"].to_numpy(dtype=np.float64)
    if not len(table):
        return table.assign(rate=pd.Series(dtype="float64"), shrunk=pd.Series(dtype="float64"))
    mean = k.sum() / n.sum()
    weight = n.sum() - (n**2).sum() / n.sum()
    spread = (n * (k / n - mean) ** 2).sum()
    between = max((spread - (len(n) - 1) * mean * (1 - mean)) / weight, 0.0) if weight > 0 else 0.0
    prior = mean * (1 - mean) / between - 1 if between > 0 else np.inf
    shrunk = (k + prior * mean) / (n + prior) if np.isfinite(prior) else np.full(len(n), mean)
    table = table.assign(rate=PER * k / n, shrunk=PER * shrunk)
    return table.sort_values(["shrunk", by], ascending=[False, True], ignore_index=True)


def raw_returns(panel: pd.DataFrame) -> pd.DataFrame:
    """Compare return rates of reviewed visits with and without each mention; nothing is held constant.

    Returns
    -------
    DataFrame
        Row per driver and polarity: n_with, returns_with, rate_with, rate_without (per 100), low_with, high_with
        (Wilson, 95%), difference (returns per 1,000 visits). ``attrs["overall"]`` is the rate of all, per 100.
    """
    known = panel[panel["review_id"].notna() & panel["returned"].notna()]
    y = known["returned"].to_numpy(dtype=np.float64)
    rows: list[dict[str, Any]] = []
    for column in exposure_columns(panel):
        x = known[column].to_numpy(dtype=bool)
        driver, _, polarity = column.rpartition("_")
        n, k = int(x.sum()), int(y[x].sum())
        row = {"driver": driver, "polarity": polarity, "n_with": n, "returns_with": k}
        rest = len(y) - n
        row["rate_with"] = PER * k / n if n else np.nan
        row["rate_without"] = PER * (y.sum() - k) / rest if rest else np.nan
        rows.append(row)
    table = pd.DataFrame(rows)
    low, high = wilson(table["returns_with"], table["n_with"])
    table["low_with"], table["high_with"] = PER * low, PER * high
    table.attrs["overall"] = PER * float(y.mean()) if len(y) else np.nan
    table["difference"] = 10 * (table["rate_with"] - table["rate_without"])
    return table


def _per_100(frame: pd.DataFrame, count: str, n: str) -> pd.DataFrame:
    low, high = wilson(frame[count], frame[n])
    share = frame[count] / frame[n].where(frame[n] > 0)
    return frame.assign(per_100=PER * share, low=PER * low, high=PER * high)
