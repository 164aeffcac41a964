"""The question put to the data: which rows, what is regressed on what, what the clusters are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.absorbed import factor_codes, factor_names, not_alone, two_factors
from custservice.regression.design import (
    DEFAULT_CONTROLS,
    Controls,
    Exposures,
    build_controls,
    choose_exposures,
    refuse_consequence,
    refuse_text,
)
from custservice.regression.grouping import BLOCK
from custservice.regression.linear import independent_in
from custservice.regression.within import deviations

#: A column is part of a combination when it has more than this weight, all columns scaled to length 1.
_PART = 1e-4
#: Below this many locations customers are the clusters.
LEAST_LOCATIONS = 10
#: A second absorbed column with fewer levels becomes dummies, so that leaving clusters out stays exact.
MOST_DUMMIES = 150


@dataclass(frozen=True)
class Question:
    """What is regressed on what; made by `put_question`.

    Attributes
    ----------
    sample
        The rows used: reviewed visits with a known outcome.
    y, x, names
        Outcome (n,), columns (n, k) and their names: exposures first, then pools held constant, then controls.
    exposures
        The exposures that can be told apart from all else, and what was too rare.
    groups, clusters
        Codes from 0 of the absorbed factor (None: one constant) and of the clusters, shape (n,).
    also
        Codes from 0 of a second absorbed factor with many levels, or None.
    cluster, cluster_labels
        Column of the clusters that was used, and its value for each code.
    window
        Days of the return window, as the panel says; None where it does not.
    notes
        What a reader should know, one sentence each.
    """

    sample: pd.DataFrame
    y: NDArray[np.float64]
    x: NDArray[np.float64]
    names: tuple[str, ...]
    exposures: Exposures
    groups: NDArray[np.int64] | None
    clusters: NDArray[np.int64]
    also: NDArray[np.int64] | None
    cluster: str
    cluster_labels: NDArray[np.object_]
    window: float | None
    notes: tuple[str, ...]

    @property
    def n_exposures(self) -> int:
        """How many of the leading columns are exposures."""
        return self.exposures.columns.shape[1]


def put_question(
    panel: pd.DataFrame,
    outcome: str,
    *,
    exposures: Sequence[str] | None,
    controls: Sequence[str] | None,
    absorb: str | Sequence[str] | None,
    cluster: str,
    censored: bool = False,
) -> Question:
    """Choose rows, exposures, controls and clusters (parameters as in `custservice.estimate_effects`).

    With ``censored`` reviewed visits count as long as they were followed, even if not for the whole window.

    Raises
    ------
    EstimationError
        The data cannot answer the question.
    """
    factors = factor_names(absorb)
    sample, dropped = _sample(panel, outcome, factors, censored)
    window = panel.attrs.get("window_days")
    cluster, said = _choose_cluster(sample, cluster)
    codes, labels = pd.factorize(sample[cluster], use_na_sentinel=False)
    clusters = codes.astype(np.int64)
    chosen = choose_exposures(sample, clusters, exposures)
    if chosen.columns.empty:
        raise EstimationError(
            "No staff behaviour is mentioned often enough in the reviewed visits whose outcome is known."
        )
    groups, also = _absorbed(sample, factors)
    held = _held(sample, controls, factors, also)
    if also is not None and also.max() < MOST_DUMMIES:
        also = None
    x = _joined(chosen, held)
    told_apart, entangled = _told_apart(chosen, x, groups, also)
    if told_apart is not chosen:
        chosen, x = told_apart, _joined(told_apart, held)
    parts = (chosen.columns, chosen.held, held.columns)
    return Question(
        sample=sample,
        y=_outcome(sample, outcome, censored),
        x=x,
        names=tuple(str(name) for part in parts for name in part.columns),
        exposures=chosen,
        groups=groups,
        clusters=clusters,
        also=also,
        cluster=cluster,
        cluster_labels=np.asarray(labels, dtype=object),
        window=None if window is None else float(window),
        notes=(*dropped, *said, *held.notes, *entangled),
    )


def _joined(chosen: Exposures, held: Controls) -> NDArray[np.float64]:
    """Return exposures, pools held constant and controls side by side, shape (n, k), in the order of rows."""
    parts = (chosen.columns, chosen.held, held.columns)
    x = np.empty((len(chosen.columns), sum(part.shape[1] for part in parts)))
    columns = [part.iloc[:, j].to_numpy(dtype=np.float64) for part in parts for j in range(part.shape[1])]
    for start in range(0, len(x), BLOCK):
        for j, column in enumerate(columns):
            x[start : start + BLOCK, j] = column[start : start + BLOCK]
    return x


def _outcome(sample: pd.DataFrame, outcome: str, censored: bool) -> NDArray[np.float64]:
    """Return the outcome; where follow-up may be short, whether a return was seen within the window."""
    if not censored:
        return np.asarray(sample[outcome].to_numpy(dtype=np.float64), dtype=np.float64)
    return np.asarray(sample["days_to_return"] <= sample.attrs.get("window_days", np.inf), dtype=np.float64)


def _sample(
    panel: pd.DataFrame, outcome: str, factors: Sequence[str], censored: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Reviewed visits with a known outcome, without groups of one row (their own intercept fits them exactly)."""
    for needed in ("days_to_return", "follow_up_days") if censored else (outcome,):
        if needed not in panel:
            raise EstimationError(f"The panel has no column '{needed}'; build it with build_panel().")
    for column in [column for factor in factors for column in factor.split(":")]:
        refuse_consequence(column)
        if column not in panel:
            raise EstimationError(f"The panel has no column '{column}' to absorb.")
    reviewed = panel["review_id"].notna()
    known = panel["follow_up_days"] > 0 if censored else panel[outcome].notna()
    sample = panel[reviewed & known]
    if sample.empty:
        raise EstimationError(
            f"No reviewed visit has a known outcome ({int(reviewed.sum()):,} of {len(panel):,} visits are reviewed, "
            f"{int(known.sum()):,} were followed long enough); wait longer or shorten the window."
        )
    values = _outcome(sample, outcome, censored)
    if (values == values[0]).all():
        raise EstimationError(
            f"The outcome is the same ({values[0]:g}) after all {len(sample):,} reviewed visits where it is known, so "
            "nothing can be compared; choose another window or wait for more visits."
        )
    return _comparable(sample, factors) if factors else (sample, [])


def _comparable(sample: pd.DataFrame, factors: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    notes, what = [], " or ".join(factors)
    if any("customer_id" in factor.split(":") for factor in factors):
        notes.append(
            "Customers are compared with themselves: a sensitivity check and no result to act on, because it is biased "
            "(a customer's next row exists only where the customer returned)."
        )
    stay = not_alone([factor_codes(sample, factor) for factor in factors])
    if not stay.any():
        raise EstimationError(
            f"Each {what} has only one reviewed visit with a known outcome, so nothing can be compared within it."
        )
    if not stay.all():
        notes.append(f"{int((~stay).sum()):,} visits stand alone in their {what} and were left out.")
    return sample[stay], notes


def _absorbed(
    sample: pd.DataFrame, factors: Sequence[str]
) -> tuple[NDArray[np.int64] | None, NDArray[np.int64] | None]:
    """Return the codes of the factor with most levels, and of the other; None where there is none."""
    codes = sorted((factor_codes(sample, factor) for factor in factors), key=lambda c: -int(c.max()))
    return codes[0] if codes else None, codes[1] if len(codes) > 1 else None


def _held(
    sample: pd.DataFrame, controls: Sequence[str] | None, factors: Sequence[str], also: NDArray[np.int64] | None
) -> Controls:
    """Return the controls without absorbed columns, and dummies of a second absorbed factor with few levels."""
    names = DEFAULT_CONTROLS if controls is None else controls
    refuse_text(names, "controls")
    held = build_controls(sample, [name for name in names if name not in factors])
    if also is None or also.max() >= MOST_DUMMIES:
        return held
    dummies = (also[:, None] == np.arange(1, int(also.max()) + 1)).astype(np.float64)
    levels = pd.DataFrame(dummies, index=sample.index).add_prefix("absorbed level ")
    return Controls(pd.concat([held.columns, levels], axis=1), held.notes)


def _choose_cluster(sample: pd.DataFrame, cluster: str) -> tuple[str, list[str]]:
    if cluster not in sample:
        raise EstimationError(f"The panel has no column '{cluster}' to cluster by.")
    places = sample[cluster].nunique()
    if cluster == "location_id" and places < LEAST_LOCATIONS:
        return "customer_id", [
            f"With only {places} locations, intervals treat customers as the independent units and speak for these "
            "locations only."
        ]
    return cluster, []


def _told_apart(
    chosen: Exposures, columns: NDArray[np.float64], groups: NDArray[np.int64] | None, also: NDArray[np.int64] | None
) -> tuple[Exposures, list[str]]:
    """Hold constant what cannot be told apart from other columns: one of them would get the effect of all.

    An exposure cannot be told apart when it is part of a combination of columns (exposures, pools, controls and
    intercepts) that is zero in every row. Each column that `independent_in` leaves out closes one such.
    """
    n = chosen.columns.shape[1]
    one_group = np.zeros(len(columns), dtype=np.int64) if groups is None else groups
    within = deviations(columns, one_group, None if also is None else two_factors(one_group, also))
    gram = within.gram
    kept = independent_in(gram, within.lengths)
    left = np.setdiff1d(np.arange(columns.shape[1]), kept)
    scale = 1 / np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
    unit = gram * np.outer(scale, scale)
    weights = np.linalg.solve(unit[np.ix_(kept, kept)], unit[np.ix_(kept, left)])
    involved = np.zeros((n, len(left)), dtype=bool)  # which exposures each combination holds
    involved[kept[kept < n]] = np.abs(weights[kept < n]) > _PART
    involved[left[left < n], np.flatnonzero(left < n)] = True
    lost: NDArray[np.bool_] = np.asarray(involved.any(axis=1))
    if not lost.any():
        return chosen, []
    if lost.all():
        raise EstimationError(
            "No driver can be told apart from the others and from what is held constant; wait for more."
        )
    names = list(map(str, chosen.columns.columns))
    sets = dict.fromkeys(", ".join(_pick(names, column)) for column in involved.T if column.any())
    notes = [
        f"Not estimable (cannot be told apart from each other or from what is held constant): {each}." for each in sets
    ]
    held = pd.concat([chosen.held, chosen.columns[_pick(names, lost)]], axis=1)
    labels = chosen.labels.loc[np.flatnonzero(~lost)].reset_index(drop=True)
    return replace(chosen, columns=chosen.columns[_pick(names, ~lost)], labels=labels, held=held), notes


def _pick(names: list[str], flags: NDArray[np.bool_]) -> list[str]:
    return [name for name, flag in zip(names, flags, strict=True) if flag]
