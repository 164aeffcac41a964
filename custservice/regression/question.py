"""The question put to the data: which rows, what is regressed on what, what the clusters are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.design import Exposures, build_controls, choose_exposures

#: Below this many locations customers are the clusters.
LEAST_LOCATIONS = 10


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
        The exposures and what was too rare.
    groups, clusters
        Codes from 0 of the absorbed factor (None: one constant) and of the clusters, shape (n,).
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
    notes: tuple[str, ...]


def put_question(
    panel: pd.DataFrame,
    outcome: str,
    *,
    exposures: Sequence[str] | None,
    controls: Sequence[str] | None,
    absorb: str | None,
    cluster: str,
) -> Question:
    """Choose rows, exposures, controls and clusters (parameters as in `custservice.estimate_effects`).

    Raises
    ------
    EstimationError
        The data cannot answer the question.
    """
    sample, dropped = _sample(panel, outcome, absorb)
    cluster, said = _choose_cluster(sample, cluster)
    clusters = pd.factorize(sample[cluster])[0].astype(np.int64)
    chosen = choose_exposures(sample, clusters, exposures)
    if chosen.columns.empty:
        raise EstimationError(
            "No driver is mentioned often enough in the reviewed visits with a known outcome to estimate its effect."
        )
    held = build_controls(sample, controls)
    parts = (chosen.columns, chosen.held, held.columns)
    return Question(
        sample=sample,
        y=sample[outcome].to_numpy(dtype=np.float64),
        x=np.hstack([part.to_numpy(dtype=np.float64) for part in parts]),
        names=tuple(str(name) for part in parts for name in part.columns),
        exposures=chosen,
        groups=None if absorb is None else pd.factorize(sample[absorb])[0].astype(np.int64),
        clusters=clusters,
        notes=(*dropped, *said, *held.notes),
    )


def _sample(panel: pd.DataFrame, outcome: str, absorb: str | None) -> tuple[pd.DataFrame, list[str]]:
    """Reviewed visits with a known outcome, without groups of one row (their own intercept fits them exactly)."""
    if outcome not in panel:
        raise EstimationError(f"The panel has no column '{outcome}'; build it with build_panel().")
    if absorb is not None and absorb not in panel:
        raise EstimationError(f"The panel has no column '{absorb}' to absorb.")
    reviewed = panel["review_id"].notna()
    known = panel[outcome].notna()
    sample = panel[reviewed & known]
    if sample.empty:
        raise EstimationError(
            f"No reviewed visit has a known outcome ({int(reviewed.sum()):,} of {len(panel):,} visits are reviewed, "
            f"{int(known.sum()):,} were followed long enough); wait longer or shorten the window."
        )
    values = sample[outcome].to_numpy(dtype=np.float64)
    if (values == values[0]).all():
        raise EstimationError(
            f"The outcome is the same ({values[0]:g}) after all {len(sample):,} reviewed visits where it is known, so "
            "nothing can be compared; choose another window or wait for more visits."
        )
    if absorb is None:
        return sample, []
    alone = ~sample[absorb].duplicated(keep=False)
    if not alone.any():
        return sample, []
    if alone.all():
        raise EstimationError(
            f"Each {absorb} has only one reviewed visit with a known outcome, so nothing can be compared within it."
        )
    return sample[~alone], [f"{int(alone.sum()):,} visits stand alone in their {absorb} and were left out."]


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
