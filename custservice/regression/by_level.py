"""Who differs: effects for each level of a column, and the test that they are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError, did_you_mean
from custservice.regression.design import refuse_consequence
from custservice.regression.estimate import Estimate, benjamini_hochberg
from custservice.regression.joint import joint_test

#: More levels than this are no question of who differs; numbers should be cut into few ranges first.
MOST_LEVELS = 8


@dataclass(frozen=True)
class Level:
    """Effects within one level: their table, the estimate behind it, and the label of each of its clusters."""

    table: pd.DataFrame
    estimate: Estimate
    clusters: NDArray[np.object_]


def split_levels(panel: pd.DataFrame, by: str) -> dict[str, pd.DataFrame]:
    """Return the rows of each level of a column, without rows where it is missing.

    Raises
    ------
    EstimationError
        There is no such column, it is a consequence of the visit, or has one level or more than 8.
    """
    refuse_consequence(by)
    if by not in panel:
        raise EstimationError(f"The panel has no column '{by}' to split by{did_you_mean(by, map(str, panel.columns))}.")
    levels = sorted(panel.loc[panel["review_id"].notna(), by].dropna().unique())
    if not 2 <= len(levels) <= MOST_LEVELS:
        raise EstimationError(
            f"'{by}' has {len(levels):,} levels among reviewed visits; effects are compared between 2 to "
            f"{MOST_LEVELS}. Make a column with few levels, such as ranges."
        )
    return {_label(level): panel[(panel[by] == level).fillna(False)] for level in levels}


def _label(level: object) -> str:
    return f"{level:g}" if isinstance(level, (int, float, np.number)) else str(level)


def stack(levels: Sequence[Level]) -> Estimate:
    """Join estimates of different rows into one; clusters that they share make their errors correlated.

    Influence functions are set side by side, each level's rows having none on the other levels' coefficients, and
    summed over the shared clusters (seemingly unrelated estimation: Weesie 1999, Stata Technical Bulletin 52). Each
    level keeps its own errors and degrees of freedom exactly.
    """
    labels = list(dict.fromkeys(label for level in levels for label in level.clusters))
    code = {label: i for i, label in enumerate(labels)}
    total = sum(len(level.estimate.names) for level in levels)
    g, row, column = len(labels), 0, 0
    influence = np.zeros((sum(len(level.estimate.clusters) for level in levels), total))
    clusters = np.empty(len(influence), dtype=np.int64)
    left_out = np.zeros((g, total)) if all(level.estimate.left_out is not None for level in levels) else None
    for level in levels:
        own = level.estimate
        where = np.array([code[label] for label in level.clusters], dtype=np.int64)
        rows, columns = slice(row, row + len(own.clusters)), slice(column, column + len(own.names))
        influence[rows, columns] = own.influence * np.sqrt(own.factor)
        clusters[rows] = where[own.clusters]
        if left_out is not None and own.left_out is not None:
            share = (own.n_clusters - 1) / own.n_clusters
            left_out[where, columns] = own.left_out * np.sqrt(share * g / (g - 1))
        row, column = rows.stop, columns.stop
    return Estimate(
        names=tuple(f"{i}:{name}" for i, level in enumerate(levels) for name in level.estimate.names),
        coef=np.concatenate([level.estimate.coef for level in levels]),
        influence=influence,
        clusters=clusters,
        factor=1.0,
        dof=np.concatenate([level.estimate.dof for level in levels]),
        left_out=left_out,
    )


def compare_levels(levels: Mapping[str, Level]) -> pd.DataFrame:
    """Set the effects of each level beside each other, with the test that a driver's are the same in all.

    Returns
    -------
    DataFrame
        Row per driver, polarity and level, for what at least two levels can measure: driver, polarity, level,
        n_mentions, effect, unit, std_error, low, high, p_value, then the same in each row of a driver:
        interaction_p_value (of all differences between levels, see `joint_test`) and interaction_q_value (Benjamini
        and Hochberg over the drivers). Pools of rare drivers are left out: levels pool different ones.
    """
    whole = stack(list(levels.values()))
    parts = [level.table.assign(level=name, position=i) for i, (name, level) in enumerate(levels.items())]
    table = pd.concat(parts, ignore_index=True)
    table["name"] = list(whole.names)
    table = table[~table["driver"].str.startswith("other ") & table["std_error"].gt(0)]
    rows = []
    for _, part in table.groupby(["driver", "polarity"], sort=False):
        if len(part) < 2:
            continue
        chosen = whole.select(list(part["name"]))
        differences = np.eye(len(part))[1:] - np.eye(len(part))[0]
        test = joint_test(chosen.contrast(differences, [f"difference {i}" for i in range(1, len(part))]))
        rows.append(part.assign(interaction_p_value=test.p_value))
    columns = ["driver", "polarity", "level", "n_mentions", "effect", "unit", "std_error", "low", "high", "p_value"]
    if not rows:
        return pd.DataFrame({name: [] for name in [*columns, "interaction_p_value", "interaction_q_value"]})
    out = pd.concat(rows, ignore_index=True)
    first = ~out.duplicated(["driver", "polarity"])
    q = benjamini_hochberg(out.loc[first, "interaction_p_value"])
    out["interaction_q_value"] = q[np.cumsum(first) - 1]
    return out[[*columns, "interaction_p_value", "interaction_q_value"]]
