"""The silent ones of a study: how many visits were unhappy as heard, weighted, under stated chances, and at worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.rates import LEAST_CELL, PER
from custservice.regression.estimate import Estimate
from custservice.silent.bounds import Bounds, difference_bounds, share_bounds
from custservice.silent.feeling import Feelings, find_feelings
from custservice.silent.overlap import Overlap, overlap
from custservice.silent.reviewing import Reviewing, estimate_of, reviewing_model
from custservice.silent.stated import PUBLISHED, Stated, stated_share

if TYPE_CHECKING:
    from custservice.study import Study

Floats = NDArray[np.float64]
#: Fewer visits heard of, or silent ones, than this say nothing.
_LEAST = 30
#: The ways of answering, as tables and pictures name them.
SEEN, WEIGHTED, STATED, WORST = "as heard", "weighted", "stated", "worst case"


@dataclass(frozen=True)
class SilentOnes:
    """What the visits that nobody wrote about could change; made by `silent_ones`.

    Attributes
    ----------
    reason
        Why nothing can be said, in one or two sentences, "" where something can; then all else is empty.
    n, n_heard
        Visits, and those that were heard of.
    source, rule
        What tells who was unhappy (`SOURCES`), and what "unhappy" means.
    shares
        Row per way of answering: way, unhappy (per 100 visits; missing in the worst case), low, high (95%), bound_low,
        bound_high (the worst case itself, without its error).
    differences
        The same for the return after unhappy visits less that after happy ones, per 1,000 visits.
    check
        Return per 100 visits of the heard visits as weighted less that of all visits: difference, low, high, p_value.
        What is left shows that those who are heard of differ in ways that the weights do not see.
    overlap, stated
        What the weights rest on; how the stated chances fit.
    """

    reason: str = ""
    n: int = 0
    n_heard: int = 0
    source: str = ""
    rule: str = ""
    shares: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    differences: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    check: Mapping[str, float] = field(default_factory=dict, repr=False)
    overlap: Overlap | None = None
    stated: Stated | None = None

    @property
    def trusted(self) -> bool:
        """Whether the check found nothing against the weights; that is no proof for them."""
        return bool(self.check) and not self.check["p_value"] < 0.05


def silent_ones(study: Study, chances: Mapping[str, float] = PUBLISHED, source: str = "auto") -> SilentOnes:
    """Ask what the visits could change that nobody wrote about.

    Parameters
    ----------
    study
        As `custservice.open_study` or `custservice.choose` returns it.
    chances
        Probabilities of writing of unhappy, indifferent and happy customers for the scenario (see `stated_share`).
    source
        What tells who was unhappy (see `find_feelings`).
    """
    if study.stand_in:
        return SilentOnes(
            "These data cannot say anything about customers who stay silent: there is no log of visits, only reviews, "
            "so everybody in the data is somebody who wrote. It would take a file of all visits (bookings, orders, "
            "receipts) with a customer number."
        )
    times = study.visits.set_index("visit_id")["visited_at"]
    panel = study.panel
    return of_panel(panel, chances, source, times.reindex(panel["visit_id"]).reset_index(drop=True))


def of_panel(
    panel: pd.DataFrame, chances: Mapping[str, float] = PUBLISHED, source: str = "auto", visited_at: Any = None
) -> SilentOnes:
    """Return the same for a panel, ``visited_at`` as for `reviewing_model`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> stars = rng.integers(1, 6, 900).astype(float)
    >>> panel = pd.DataFrame({"customer_id": np.arange(900).astype(str), "location_id": "x", "returned": stars > 2,
    ...     "time_zero": pd.Timestamp("2024-05-01"), "first_visit": rng.integers(0, 2, 900)})
    >>> panel["review_id"] = panel["customer_id"].where(np.arange(900) % 3 == 0)
    >>> found = of_panel(panel.assign(rating=np.where(panel["review_id"].notna(), stars, np.nan)))
    >>> found.n, found.n_heard, found.shares["way"].tolist()
    (900, 300, ['as heard', 'weighted', 'stated', 'worst case'])
    """
    try:
        feelings = find_feelings(panel, source)
        reason = _too_few(panel, feelings)
        if reason:
            return SilentOnes(reason)
        model = reviewing_model(panel, feelings.heard, visited_at)
    except EstimationError as refused:
        return SilentOnes(f"Who stays silent cannot be modelled here. {refused}")
    weights = model.weights()
    stated = stated_share(feelings, model.clusters, chances)
    return SilentOnes(
        n=len(panel),
        n_heard=int(feelings.heard.sum()),
        source=feelings.source,
        rule=feelings.rule,
        shares=_shares(feelings, model, weights, stated),
        differences=_differences(panel, feelings, model, weights),
        check=_check(panel, model, weights),
        overlap=overlap(model, weights),
        stated=stated,
    )


def _too_few(panel: pd.DataFrame, feelings: Feelings) -> str:
    heard, silent = int(feelings.heard.sum()), int((~feelings.heard).sum())
    if not silent:
        return (
            f"All {len(panel):,} visits here were heard of, so nobody is silent. It would take a log of all visits, "
            "also of those without a review."
        )
    people = [panel["customer_id"][rows].nunique() for rows in (feelings.unhappy, feelings.happy)]
    if heard < _LEAST or silent < _LEAST or min(people) < LEAST_CELL:
        return (
            "Too few visits to say anything about the silent ones: it takes "
            f"{_LEAST} visits that were heard of, {_LEAST} that were not, and {LEAST_CELL} unhappy and {LEAST_CELL} "
            "happy customers among those heard."
        )
    return ""


def _shares(feelings: Feelings, model: Reviewing, weights: Floats, stated: Stated) -> pd.DataFrame:
    y = feelings.unhappy.astype(np.float64)
    rows = []
    for way, w in ((SEEN, feelings.heard.astype(np.float64)), (WEIGHTED, weights)):
        share = float(w @ y / w.sum())
        residual = (y - share) / w.sum()
        influence = model.influence(residual, w) if way == WEIGHTED else w * residual
        rows.append(_row(way, estimate_of(way, share, influence, w, model.clusters), PER))
    rows.append(_row(STATED, stated.estimate, PER))
    rows.append(_bounds_row(share_bounds(feelings.unhappy, feelings.heard, model.clusters), PER))
    return pd.DataFrame(rows).rename(columns={"value": "unhappy"})


def _differences(panel: pd.DataFrame, feelings: Feelings, model: Reviewing, weights: Floats) -> pd.DataFrame:
    known = panel["returned"].notna().to_numpy()
    returned = panel["returned"].to_numpy(dtype=np.float64, na_value=0.0)
    groups = [g & known for g in (feelings.unhappy, feelings.happy)]
    cells = [panel["customer_id"][g & (returned == back)].nunique() for g in groups for back in (0, 1)]
    if min(cells) < LEAST_CELL:
        return pd.DataFrame()
    rows = []
    for way, w in ((SEEN, feelings.heard.astype(np.float64)), (WEIGHTED, weights)):
        means = [float(np.average(returned[g], weights=w[g])) for g in groups]
        parts = [g * (returned - m) / w[g].sum() for g, m in zip(groups, means, strict=True)]
        residual = parts[0] - parts[1]
        influence = model.influence(residual, w) if way == WEIGHTED else w * residual
        estimate = estimate_of(way, means[0] - means[1], influence, w * groups[0], model.clusters)
        rows.append(_row(way, estimate, 10 * PER))
    clusters = pd.factorize(model.clusters[known])[0].astype(np.int64)
    told = [v[known] for v in (feelings.unhappy, feelings.happy, feelings.heard, returned > 0)]
    rows.append(_bounds_row(difference_bounds(told[0], told[1], told[2], told[3], clusters), 10 * PER))
    return pd.DataFrame(rows).rename(columns={"value": "difference"})


def _check(panel: pd.DataFrame, model: Reviewing, weights: Floats) -> dict[str, float]:
    """Compare the return of heard visits, as weighted, with that of all: the weights' one testable promise."""
    known = panel["returned"].notna().to_numpy()
    returned = panel["returned"].to_numpy(dtype=np.float64, na_value=0.0)
    w = weights * known
    if not w.any():
        return {}
    like, everyone = float(w @ returned / w.sum()), float(returned[known].mean())
    residual = known * (returned - like) / w.sum()
    influence = model.influence(residual, weights) - known * (returned - everyone) / known.sum()
    table = estimate_of("check", like - everyone, influence, known.astype(np.float64), model.clusters).table()
    found = table.iloc[0]
    numbers = {
        "weighted": like,
        "everyone": everyone,
        "difference": found["coef"],
        "low": found["low"],
        "high": found["high"],
    }
    return {**{key: PER * float(v) for key, v in numbers.items()}, "p_value": float(found["p_value"])}


def _row(way: str, estimate: Estimate, per: float) -> dict[str, Any]:
    found = estimate.table().iloc[0]
    low, high = max(float(found["low"]), -1.0), min(float(found["high"]), 1.0)
    return {"way": way, "value": per * float(found["coef"]), "low": per * low, "high": per * high} | dict.fromkeys(
        ("bound_low", "bound_high"), np.nan
    )


def _bounds_row(bounds: Bounds, per: float) -> dict[str, Any]:
    ends = {"low": bounds.from_, "high": bounds.to, "bound_low": bounds.low, "bound_high": bounds.high}
    return {"way": WORST, "value": np.nan} | {key: per * value for key, value in ends.items()}
