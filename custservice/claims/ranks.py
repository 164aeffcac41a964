"""How common each reason is among others, with confidence sets for ranks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice.claims.shares import clusters_of, mean_like
from custservice.regression.bands import simultaneous_bands
from custservice.regression.estimate import Estimate


def differences(rows: pd.DataFrame, inside: list[str], outside: list[str]) -> Estimate:
    """Return the share of rows with each column of ``inside`` less that of each of ``outside``.

    One coefficient per pair, named "inside > outside"; the five named reasons are the five commonest where all of these
    are positive, and are not where one is negative.
    """
    values = rows[[*inside, *outside]].to_numpy(dtype=np.float64)
    spread = (values - values.mean(axis=0)) / len(values)
    means, k = values.mean(axis=0), len(inside)
    left, right = np.divmod(np.arange(k * len(outside)), len(outside))
    names = tuple(f"{inside[i]} > {outside[j]}" for i, j in zip(left, right, strict=True))
    return mean_like(spread[:, left] - spread[:, k + right], means[left] - means[k + right], names, clusters_of(rows))


def rank_sets(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return ranks with 95% confidence sets that hold for all columns at once.

    Parameters
    ----------
    rows
        Visits with 0/1 columns.
    columns
        What is ranked, commonest first.

    Returns
    -------
    DataFrame
        Row per column: column, share, rank, best, worst. A column's best rank counts those surely more common, its
        worst those that are not surely less common: simultaneous bands for all pairwise differences (Mogstad, Romano,
        Shaikh and Wilhelm 2024, Review of Economic Studies 91).
    """
    shares = rows[columns].astype("float64").mean()
    k = len(columns)
    values = rows[columns].to_numpy(dtype=np.float64)
    spread = (values - values.mean(axis=0)) / len(values)
    left, right = np.triu_indices(k, 1)
    names = tuple(f"{a}:{b}" for a, b in zip(left, right, strict=True))
    means = shares.to_numpy()
    pairs = mean_like(spread[:, left] - spread[:, right], means[left] - means[right], names, clusters_of(rows))
    bands = simultaneous_bands(pairs)
    above, below = np.zeros((k, k), bool), np.zeros((k, k), bool)  # row surely more, surely less common than column
    above[left, right], above[right, left] = bands.low > 0, bands.high < 0
    below[left, right], below[right, left] = bands.high < 0, bands.low > 0
    table = pd.DataFrame({"column": columns, "share": means})
    table["rank"] = (-means).argsort(kind="stable").argsort(kind="stable") + 1
    table["best"] = below.sum(axis=1) + 1
    table["worst"] = k - above.sum(axis=1)
    return table.sort_values("rank").reset_index(drop=True)
