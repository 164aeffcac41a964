"""How often things are mentioned, and how often customers come back: shares with intervals, nothing adjusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from custservice.panel import exposure_columns
from custservice.regression.estimate import benjamini_hochberg
from custservice.sentiment import families
from custservice.tables import POLARITIES
from custservice.words import plain

Floats = NDArray[np.float64]
#: Published numbers that rest on fewer people than this are hidden.
LEAST_CELL = 5
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


def in_short(panel: pd.DataFrame) -> str:
    """Say in one or two sentences how often reviews praise and blame staff, and for what most."""
    reviewed = panel[panel["review_id"].notna()]
    if reviewed.empty:
        return "No review was read for mentions."
    share = {}
    for polarity in POLARITIES:
        said = reviewed[[c for c in exposure_columns(panel) if c.endswith(polarity)]].max(axis=1)
        share[polarity] = PER * float(said.mean())
    text = f"Of 100 reviews, {share['praise']:.0f} praise staff and {share['blame']:.0f} blame them."
    rates = mention_rates(panel)
    named = rates[(rates["driver"] != "general") & (rates["n_mentions"] >= LEAST_CELL)]
    for polarity, most in (("praise", "Most praised"), ("blame", "Most blamed")):
        top = named[named["polarity"] == polarity].head(2)
        words = [f"{plain(r['driver'], polarity)} ({_of_100(r['per_100'])} of 100)" for r in top.to_dict("records")]
        text += f" {most}: {' and '.join(words)}." if words else ""
    return text


def _of_100(rate: float) -> str:
    return f"{rate:.0f}" if round(rate) else "fewer than 1"


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
        change in staff), then praise, praise_low, praise_high, blame, blame_low, blame_high per 100 reviews. Months
        without visits have a row too. Rates of fewer than 5 reviewing customers are missing.
    """
    reviewed = panel["review_id"].notna()
    frame = pd.DataFrame({by: panel[by], "reviewed": reviewed.astype(np.int64)})
    frame["customer"] = panel["customer_id"].where(reviewed)
    columns = exposure_columns(panel) if column is None else [column]
    for polarity in POLARITIES:
        chosen = [c for c in columns if c.endswith(polarity)]
        frame[polarity] = panel[chosen].fillna(0).max(axis=1).fillna(0).astype(np.int64) if chosen else 0
    table = frame.groupby(by).agg(
        visits=("reviewed", "size"),
        reviews=("reviewed", "sum"),
        customers=("customer", "nunique"),
        praise=("praise", "sum"),
        blame=("blame", "sum"),
    )
    table = (every_month(table) if by == "month" else table).reset_index()
    table.insert(3, "reviewing_rate", PER * table["reviews"] / table["visits"].where(table["visits"] > 0))
    enough = (table["reviews"] >= min_reviews) & (table["customers"] >= LEAST_CELL)
    for polarity in POLARITIES:
        low, high = wilson(table[polarity], table["reviews"])
        table[f"{polarity}_low"], table[f"{polarity}_high"] = PER * low, PER * high
        table[polarity] = PER * table[polarity] / table["reviews"].where(table["reviews"] > 0)
        table.loc[~enough, [polarity, f"{polarity}_low", f"{polarity}_high"]] = np.nan
    order = [by, "visits", "reviews", "reviewing_rate"]
    return table[[*order, *(c for p in POLARITIES for c in (p, f"{p}_low", f"{p}_high"))]]


def every_month(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of counts by month (``"2024-01"``) with a row of zeros for each month that is not there."""
    if table.empty:
        return table
    months = pd.period_range(table.index.min(), table.index.max(), freq="M").strftime("%Y-%m")
    return table.reindex(pd.Index(months, name=table.index.name), fill_value=0)


def shrunk_rates(panel: pd.DataFrame, column: str, by: str = "location_id", min_reviews: int = 30) -> pd.DataFrame:
    """Pull each place's rate of one mention towards the average, the more the fewer reviews it has.

    Beta-binomial empirical Bayes by the method of moments, places weighted by reviews (Kleinman 1973, J. Am. Stat.
    Assoc. 68): what is left of the spread between places after binomial noise sets how far to pull.

    Returns
    -------
    DataFrame
        Row per group with at least ``min_reviews`` reviews of 5 or more customers, highest first: n_mentions, reviews,
        rate, shrunk, low and high (per 100 reviews; the last two are the 95% interval of ``shrunk``, given the
        estimated spread between places).
    """
    from scipy.special import betaincinv

    reviewed = panel[panel["review_id"].notna()]
    groups = reviewed.groupby(by)
    table = groups[column].agg(n_mentions="sum", reviews="count").reset_index()
    people = groups["customer_id"].nunique().to_numpy() >= LEAST_CELL
    table = table[people & (table["reviews"] >= min_reviews)].astype({"n_mentions": np.int64, "reviews": np.int64})
    k, n = table["n_mentions"].to_numpy(dtype=np.float64), table["reviews"].to_numpy(dtype=np.float64)
    if not len(table):
        return table.assign(**{name: pd.Series(dtype="float64") for name in ("rate", "shrunk", "low", "high")})
    mean = k.sum() / n.sum()
    # The expected spread: weight x between + others x (mean (1 - mean) - between).
    others = len(n) - 1
    weight = n.sum() - (n**2).sum() / n.sum() - others
    spread = (n * (k / n - mean) ** 2).sum()
    between = max((spread - others * mean * (1 - mean)) / weight, 0.0) if weight > 0 else 0.0
    prior = mean * (1 - mean) / between - 1 if between > 0 else np.inf
    shrunk, low, high = np.full((3, len(n)), mean)
    if np.isfinite(prior):
        shrunk = (k + prior * mean) / (n + prior)
        low, high = (betaincinv(k + prior * mean, n - k + prior * (1 - mean), q) for q in (0.025, 0.975))
    table = table.assign(rate=PER * k / n, shrunk=PER * shrunk, low=PER * low, high=PER * high)
    return table.sort_values(["shrunk", by], ascending=[False, True], ignore_index=True)


def standing_out(panel: pd.DataFrame, by: str, min_reviews: int = 30) -> pd.DataFrame:
    """Return where single drivers are mentioned clearly more, or less, often than on average.

    Parameters
    ----------
    panel, by, min_reviews
        As for `staff_rates`; drivers with fewer mentions than ``min_reviews`` in all are left out.

    Returns
    -------
    DataFrame
        Row per group and driver whose rate differs from that of the other groups by more than chance (exact binomial
        test, Benjamini-Hochberg over all groups and drivers, q <= .05), furthest from the average first: the group,
        driver, polarity, reviews, shrunk, low, high, average (per 100 reviews; see `shrunk_rates`).
    """
    from scipy.special import bdtr, bdtrc

    columns = [by, "driver", "polarity", "reviews", "shrunk", "low", "high", "average"]
    parts = [pd.DataFrame(columns=[*columns, "p_value"])]
    for column in exposure_columns(panel):
        if panel[column].sum() < min_reviews:
            continue
        table = shrunk_rates(panel, column, by, min_reviews)
        k, n = table["n_mentions"].to_numpy(), table["reviews"].to_numpy()
        if k.sum() < min_reviews or len(table) < 2:
            continue
        elsewhere = (k.sum() - k) / (n.sum() - n)
        tail = np.minimum(bdtr(k, n, elsewhere), np.where(k > 0, bdtrc(k - 1, n, elsewhere), 1.0))  # P(<= k), P(>= k)
        driver, _, polarity = column.rpartition("_")
        named = {"driver": driver, "polarity": polarity, "average": PER * k.sum() / n.sum()}
        parts.append(table.assign(**named, p_value=np.minimum(2 * tail, 1.0))[[*columns, "p_value"]])
    found = pd.concat(parts[1:] or parts, ignore_index=True)
    found = found[benjamini_hochberg(found["p_value"]) <= 0.05] if len(found) else found
    order = (found["shrunk"] - found["average"]).abs().sort_values(ascending=False).index
    return found.loc[order, columns].reset_index(drop=True)


def raw_returns(panel: pd.DataFrame) -> pd.DataFrame:
    """Compare return rates of reviewed visits with and without each mention; nothing is held constant.

    Returns
    -------
    DataFrame
        Row per driver and polarity: n_with, returns_with, stays_away_with, rate_with, rate_without (per 100),
        low_with, high_with (Wilson, 95%), difference (returns per 1,000 visits).
        ``attrs["overall"]`` is the rate of all, per 100.
    """
    known = panel[panel["review_id"].notna() & panel["returned"].notna()]
    y = known["returned"].to_numpy(dtype=np.float64)
    rows: list[dict[str, Any]] = []
    for column in exposure_columns(panel):
        x = known[column].to_numpy(dtype=bool)
        driver, _, polarity = column.rpartition("_")
        n, k = int(x.sum()), int(y[x].sum())
        row = {"driver": driver, "polarity": polarity, "n_with": n, "returns_with": k, "stays_away_with": n - k}
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
