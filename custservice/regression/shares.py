"""Importance of drivers: LMG shares with intervals, and which drivers cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.bands import simultaneous_bands
from custservice.regression.estimate import Estimate
from custservice.regression.importance import MOST_GROUPS, lmg_shares
from custservice.regression.joint import joint_test
from custservice.regression.linear import independent_columns, partial_out
from custservice.regression.models import least_squares
from custservice.regression.question import Question, put_question
from custservice.sentiment import families

Floats = NDArray[np.float64]
#: Clusters are joined at random into so many bundles at most: cross products of each are held in memory.
_MOST_BUNDLES = 500
_LEVEL = 0.95
_REST = "all other drivers"


@dataclass(frozen=True)
class Importance:
    """How much of what mentions explain each driver explains.

    Attributes
    ----------
    table
        Row per driver (or family), the largest first: name, columns (how many exposures it joins), share (of the R2
        that all of them add, in all 1), low, high, r2 (what it adds itself), group (1, 2, ...: drivers of different
        groups can all be told apart; within a group not all can).
    differences
        Row per pair: first, second, difference of shares, low, high.
    r2_added, r2_adjusters
        Share of the within-location variation of the outcome that the exposures explain beyond the adjusters, and that
        the adjusters explain alone.
    notes
        What a reader should know, one sentence each.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    r2_added: float
    r2_adjusters: float
    notes: tuple[str, ...]


def driver_importance(
    panel: pd.DataFrame,
    *,
    outcome: str = "returned",
    of: Literal["driver", "family"] = "driver",
    controls: Sequence[str] | None = None,
    absorb: str | Sequence[str] | None = "location_id",
    cluster: str = "location_id",
    draws: int = 500,
    seed: int = 1,
) -> Importance:
    """Split what the mentions explain of an outcome among drivers (praise and blame together) or families.

    Parameters
    ----------
    panel, outcome, controls, absorb, cluster
        As for `custservice.estimate_effects`.
    of
        Whether shares are of drivers or of families; with more than 12 drivers the least mentioned are joined.
    draws, seed
        Bootstrap samples of clusters, and their seed.

    Returns
    -------
    Importance
        Shares are `lmg_shares` (Lindeman, Merenda and Gold 1980) of the R2 that the exposures add to location effects
        and adjusters. Intervals: clusters are drawn with replacement, adjusters and shares computed anew in each sample
        from cross products; the percentiles are moved by the bootstrap's own bias (samples with repeats explain more),
        stretched by ``sqrt(G/(G-1)) t_{G-1} / z`` because G clusters are few (Hesterberg 2015, Am. Stat. 69), and cut
        at 0 and 1.

    Raises
    ------
    EstimationError
        The mentions together explain nothing that chance would not: there is nothing to share out then.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> n = 4000
    >>> panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str),
    ...     "location_id": np.arange(n) % 20, "warmth_praise": rng.integers(0, 2, n),
    ...     "courtesy_blame": rng.integers(0, 2, n)})
    >>> chance = 0.4 + 0.2 * panel["warmth_praise"] - 0.1 * panel["courtesy_blame"]
    >>> panel["returned"] = (rng.random(n) < chance).astype(int)
    >>> found = driver_importance(panel, controls=[], draws=100)
    >>> found.table["driver"].tolist(), found.table["share"].round(1).tolist()  # true: .8 and .2
    (['warmth', 'courtesy'], [0.8, 0.2])
    """
    asked = put_question(panel, outcome, exposures=None, controls=controls, absorb=absorb, cluster=cluster)
    fit = least_squares(asked)
    _refuse_chance(fit.estimate)
    names, groups = _groups(asked, of)
    parts, k = _cross_products(asked, seed)
    rng = np.random.default_rng(seed)
    weights = np.vstack([np.ones(len(parts)), rng.multinomial(len(parts), np.full(len(parts), 1 / len(parts)), draws)])
    grams = np.tensordot(weights, parts, axes=1)
    m = asked.n_exposures
    left = _after(grams, k)
    whole = grams[0, -1, -1]
    shares = lmg_shares(left, groups)
    added = float(shares[0].sum() * left[0, -1, -1] / whole)
    ratios = shares / shares.sum(axis=1, keepdims=True)
    table, differences = _tables(names, groups, ratios, (added, _stretch(len(parts))), of)
    notes = (
        f"The mentions add {added:.2%} to the explained variation within locations; the {k} adjusters explain "
        f"{1 - left[0, -1, -1] / whole:.2%}.",
        f"Intervals: {draws:,} samples of {len(parts):,} clusters or bundles of them, seed {seed}; {m} exposures.",
        "Shares say what explains the outcome in this sample, not what would change it; a rare driver with a large "
        "effect has a small share.",
    )
    return Importance(table, differences, added, float(1 - left[0, -1, -1] / whole), (*asked.notes, *notes))


def _refuse_chance(estimate: Estimate) -> None:
    """Raise unless the exposures explain something together; with few clusters by the largest t instead of F."""
    p = joint_test(estimate).p_value
    if np.isnan(p):
        bands = simultaneous_bands(estimate)
        sure = bool(((bands.low > 0) | (bands.high < 0)).any())
    else:
        sure = p <= 1 - _LEVEL
    if not sure:
        how = "no effect leaves out zero in bands for all" if np.isnan(p) else f"joint test: p = {p:.2f}"
        raise EstimationError(
            f"All mentions together explain nothing that chance could not ({how}), so there is nothing to share out."
        )


def _groups(asked: Question, of: str) -> tuple[list[str], list[list[int]]]:
    labels = asked.exposures.labels
    family_of = families()
    drivers = [str(name) for name in labels["driver"]]
    if of == "family":
        drivers = [d.removeprefix("other ") if d.startswith("other ") else family_of.get(d, "general") for d in drivers]
    mentions = labels["n_mentions"].groupby(np.array(drivers)).sum().sort_values(ascending=False)
    single = list(mentions.index if len(mentions) <= MOST_GROUPS else mentions.index[: MOST_GROUPS - 1])
    named = [name if name in single else _REST for name in drivers]
    names = list(dict.fromkeys(named))
    return names, [[i for i, own in enumerate(named) if own == name] for name in names]


def _cross_products(asked: Question, seed: int) -> tuple[Floats, int]:
    """Return cross products of each cluster, (G, p, p) with adjusters first and the outcome last, and their number."""
    m = asked.n_exposures
    groups = np.zeros(len(asked.y), dtype=np.int64) if asked.groups is None else asked.groups
    within = partial_out(np.column_stack([asked.x[:, m:], asked.x[:, :m], asked.y]), groups, asked.also)
    k = asked.x.shape[1] - m
    lengths = (asked.x[:, m:] ** 2).sum(axis=0)
    kept = independent_columns(within[:, :k], lengths) if k else np.empty(0, dtype=np.int64)
    within = np.hstack([within[:, kept], within[:, k:]])
    codes, g = asked.clusters, int(asked.clusters.max()) + 1
    if g > _MOST_BUNDLES:
        codes = np.random.default_rng(seed).permutation(np.arange(g) % _MOST_BUNDLES)[codes]
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(int(codes.max()) + 2))
    rows = within[order]
    parts = [rows[a:b].T @ rows[a:b] for a, b in pairwise(bounds)]
    return np.array(parts), len(kept)


def _after(grams: Floats, k: int) -> Floats:
    """Return the cross products of what the first k columns leave unexplained."""
    if not k:
        return grams
    own, cross = grams[..., :k, :k], grams[..., :k, k:]
    scale = 1 / np.sqrt(np.maximum(np.einsum("...ii->...i", own), np.finfo(float).tiny))
    unit = own * scale[..., :, None] * scale[..., None, :]
    inverse = np.linalg.pinv(unit, rcond=1e-10, hermitian=True) * scale[..., :, None] * scale[..., None, :]
    return np.asarray(grams[..., k:, k:] - np.swapaxes(cross, -1, -2) @ inverse @ cross, dtype=np.float64)


def _tables(
    names: list[str], groups: list[list[int]], ratios: Floats, scales: tuple[float, float], of: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    added, stretch = scales
    order = np.argsort(-ratios[0], kind="stable")
    ratios, names = ratios[:, order], [names[i] for i in order]
    pairs = list(combinations(range(len(names)), 2))
    low, high = _interval(ratios, stretch)
    table = pd.DataFrame({of: names, "columns": [len(groups[i]) for i in order], "share": ratios[0]})
    table = table.assign(low=np.clip(low, 0, 1), high=np.clip(high, 0, 1), r2=ratios[0] * added)
    first, second = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    low, high = _interval(ratios[:, first] - ratios[:, second], stretch)
    differences = pd.DataFrame({"first": [names[i] for i in first], "second": [names[i] for i in second]})
    differences = differences.assign(difference=(ratios[0, first] - ratios[0, second]), low=low, high=high)
    apart = {pair: bound > 0 for pair, bound in zip(pairs, low, strict=True)}
    group = [1]
    for i in range(1, len(names)):  # a group ends where all above it can be told from all below
        cut = all(apart[above, below] for above in range(i) for below in range(i, len(names)))
        group.append(group[-1] + cut)
    return table.assign(group=group), differences


def _stretch(n_clusters: int) -> float:
    """Return by how much percentiles of a bootstrap of few clusters are too narrow."""
    from scipy.special import ndtri, stdtrit

    tail = (1 + _LEVEL) / 2
    return float(np.sqrt(n_clusters / (n_clusters - 1)) * stdtrit(n_clusters - 1, tail) / ndtri(tail))


def _interval(values: Floats, stretch: float) -> tuple[Floats, Floats]:
    """Return percentiles of the samples around the estimate (row 0), freed of bias and stretched."""
    away = values[1:] - values[1:].mean(axis=0)
    low, high = np.quantile(away, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=0)
    return values[0] + stretch * low, values[0] + stretch * high
