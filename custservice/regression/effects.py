"""The one call: what each mention goes with, in returns per 1,000 visits in which it was mentioned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression import contrasts
from custservice.regression.bands import simultaneous_bands
from custservice.regression.by_level import Level, compare_levels, split_levels
from custservice.regression.design import DEFAULT_CONTROLS, Exposures
from custservice.regression.estimate import Estimate, benjamini_hochberg
from custservice.regression.linear import LinearFit
from custservice.regression.models import Fitted, check_model, fit_model
from custservice.regression.question import put_question

#: Outcomes and the unit of their effects.
UNITS = {
    "returned": "returns per 1,000 visits",
    "visits_next": "visits per 1,000 visits",
    "spend_next": "money per 1,000 visits",
}
PER = 1000.0
_POWER = 0.8
#: Variance inflation from which on a reader is told (Marquardt 1970, Technometrics 12).
_INFLATED = 10.0
COLUMNS = (
    "driver",
    "polarity",
    "n_mentions",
    "share_mentioned",
    "effect",
    "unit",
    "std_error",
    "low",
    "high",
    "p_value",
    "q_value",
)


@dataclass(frozen=True)
class Effects:
    """Effects of mentions on an outcome.

    Attributes
    ----------
    table
        Row per exposure: driver, polarity, n_mentions, share_mentioned (of the reviewed visits in the sample),
        effect, unit, std_error, low, high (95%), p_value, q_value, and beside them dof, smallest_effect (what the
        study sees in 8 of 10 samples), band_low and band_high (95% for all rows at once; see `simultaneous_bands`),
        effect_per_1000_reviewed (effect x share_mentioned), expected_outcomes
        (n_mentions x the mean outcome) and pooled (how many drivers the row joins).
    estimate
        The `Estimate` behind the table, in the outcome's own unit per visit.
    too_rare
        Drivers too rare to say anything about, with their counts and what they were pooled into.
    counts
        Rows of the panel, of the sample, outcomes, locations, clusters.
    notes
        How it was estimated and what a reader should know, one sentence each.
    fit
        The linear regression behind it, controls included, for those who ask how fragile it is; None for other models.
    by
        Where asked for, effects for each level of a column: row per driver, polarity and level, with
        interaction_p_value and interaction_q_value, the test that they are the same in all levels.
    """

    table: pd.DataFrame
    estimate: Estimate
    too_rare: pd.DataFrame
    counts: dict[str, float]
    notes: tuple[str, ...]
    fit: LinearFit | None = None
    by: pd.DataFrame | None = None

    def asymmetry(self) -> pd.DataFrame:
        """Test for each driver whether praise adds as much as blame takes away (see `contrasts.asymmetry`).

        Returns
        -------
        DataFrame
            Row per driver: driver, praise, blame, difference (praise + blame: negative where blame weighs more), unit,
            std_error, low, high, p_value, q_value.
        """
        return contrasts.asymmetry(self.table, self.estimate, PER)

    def families(self) -> pd.DataFrame:
        """Join the effects of each family's drivers (see `contrasts.family_effects`).

        Returns
        -------
        DataFrame
            Row per family and polarity: family, polarity, n_drivers, n_mentions, effect (average over mentions), unit,
            std_error, low, high, p_value, q_value, joint_p_value (that no driver of the family has an effect).
        """
        return contrasts.family_effects(self.table, self.estimate, PER)

    def __repr__(self) -> str:
        from custservice.show import effects_text

        return effects_text(self)

    def _repr_html_(self) -> str:
        from custservice.show import effects_html

        return effects_html(self)


def estimate_effects(
    panel: pd.DataFrame,
    *,
    outcome: str = "returned",
    model: str = "linear",
    exposures: Sequence[str] | None = None,
    controls: Sequence[str] | None = None,
    absorb: str | Sequence[str] | None = "location_id",
    cluster: str = "location_id",
    by: str | None = None,
) -> Effects:
    """Estimate how the outcome differs between reviewed visits with and without each mention, jointly.

    Parameters
    ----------
    panel
        As `build_panel` returns it, or rows chosen from it.
    outcome
        ``"returned"``, ``"visits_next"`` or ``"spend_next"``.
    model
        ``"linear"``: ``y = mentions + controls + location``, for any outcome.
        ``"logit"`` and ``"cox"`` for ``returned``, as average change in the probability of a return (Cox: within the
        window, from days to return, visits with short follow-up included); ``"poisson"`` for ``visits_next`` and
        ``spend_next``; ``"two_part"`` for ``spend_next``, whether anything is spent times how much if so.
    exposures
        Driver columns, for example ``["warmth_praise"]``; by default all that are not too rare, jointly.
    controls
        What is held constant; by default `DEFAULT_CONTROLS`. A list replaces the default; ``[]`` is none.
    absorb, cluster
        Column whose levels get an intercept each (None: one constant), and column of the clusters.
        ``"location_id:month"`` gives each location an intercept per month, ``["location_id", "month"]`` intercepts of
        both side by side; visits that stand alone in a level leave and are counted. With fewer than
        10 locations customers are the clusters, and a note says so. ``absorb="customer_id"`` compares customers with
        themselves: a sensitivity check, biased because returning makes the next row, and a note says so.
    by
        Column such as ``"first_visit"`` whose levels are compared: each gets a model of its own, controls and locations
        included, and ``Effects.by`` holds their effects with an interaction test.

    Returns
    -------
    Effects

    Raises
    ------
    EstimationError
        A question the data cannot answer: no reviewed visit with a known outcome, no variation, the rating as a
        control, an exposure that is no mention of this visit or named twice, no driver that can be told apart.

    Notes
    -----
    Formulas and sources are in docs/methods.md.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> n = 2000
    >>> panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str),
    ...     "location_id": np.arange(n) % 20, "warmth_praise": rng.integers(0, 2, n)})
    >>> panel["returned"] = (rng.random(n) < 0.4 + 0.2 * panel["warmth_praise"]).astype(int)
    >>> effects = estimate_effects(panel, controls=[])
    >>> effects.table[["driver", "polarity", "unit"]].values.tolist()
    [['warmth', 'praise', 'returns per 1,000 visits']]
    >>> bool(150 < effects.table["effect"][0] < 250)
    True
    """
    if outcome not in UNITS:
        raise EstimationError(f"There is no outcome '{outcome}'; allowed are {', '.join(UNITS)}.")
    check_model(model, outcome)
    settings = {"exposures": exposures, "controls": controls, "absorb": absorb, "cluster": cluster}
    whole = _answer(panel, outcome, model, settings).effects
    if by is None:
        return whole
    table, notes = _by(panel, by, lambda rows, changes: _answer(rows, outcome, model, settings | changes), controls)
    return replace(whole, by=table, notes=(*whole.notes, *notes))


@dataclass(frozen=True)
class _Answer:
    """Effects, the column of their clusters, and its value for each cluster."""

    effects: Effects
    cluster: str
    labels: NDArray[np.object_]


def _answer(panel: pd.DataFrame, outcome: str, model: str, settings: dict[str, Any]) -> _Answer:
    asked = put_question(panel, outcome, **settings, censored=model == "cox")
    fitted = fit_model(model, asked)
    counts = {
        "panel": len(panel),
        "sample": len(asked.sample),
        "outcomes": float(asked.y.sum()),
        "mean": fitted.mean,
        "locations": asked.sample["location_id"].nunique(),
        "clusters": fitted.estimate.n_clusters,
    }
    table = _table(fitted, asked.exposures, len(asked.y), UNITS[outcome])
    notes = (*asked.notes, *fitted.notes, *_said(fitted, asked.exposures))
    effects = Effects(table, fitted.estimate, asked.exposures.too_rare, counts, notes, fitted.fit)
    present = np.unique(asked.clusters if fitted.kept is None else asked.clusters[fitted.kept])
    return _Answer(effects, asked.cluster, asked.cluster_labels[present])


def _by(
    panel: pd.DataFrame,
    by: str,
    answer: Callable[[pd.DataFrame, dict[str, Any]], _Answer],
    controls: Sequence[str] | None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the effects of each level beside each other, and what to say of them."""
    held = DEFAULT_CONTROLS if controls is None else controls
    changes: dict[str, Any] = {"controls": [name for name in held if name != by]}
    answers, notes = {}, [f"Each level of '{by}' has a model of its own; differences are tested over shared clusters."]
    levels = split_levels(panel, by)
    for level, rows in levels.items():
        try:
            answers[level] = answer(rows, changes)
        except EstimationError as refused:
            notes.append(f"{by} = {level} cannot be estimated: {refused}")
    if len({given.cluster for given in answers.values()}) > 1:  # too few locations in one level: customers in all
        changes["cluster"] = "customer_id"
        answers = {level: answer(levels[level], changes) for level in answers}
    if len(answers) < 2:
        raise EstimationError(f"Fewer than two levels of '{by}' can be estimated. {' '.join(notes[1:])}")
    parts = {
        level: Level(given.effects.table, given.effects.estimate, given.labels) for level, given in answers.items()
    }
    return compare_levels(parts), notes


def _said(fitted: Fitted, chosen: Exposures) -> list[str]:
    notes = [f"Intervals: {fitted.estimate.rule}."]
    other = sum(name not in chosen.held for name in fitted.dropped)
    if other:
        notes.append(f"{other} control columns were constant or followed from others and were left out.")
    if fitted.fit is not None:
        inflation = zip(fitted.estimate.names, fitted.fit.inflation, strict=False)
        inflated = [f"{name} ({value:.0f})" for name, value in inflation if value > _INFLATED]
        if inflated:
            notes.append(
                f"Hard to tell from the other mentions and controls (variance inflation above {_INFLATED:.0f}), "
                f"so that their intervals are wide: {', '.join(inflated)}."
            )
    if len(chosen.too_rare):
        notes.append(
            f"{len(chosen.too_rare)} drivers are too rare to say anything about and were pooled into their family."
        )
    return notes


def _table(fitted: Fitted, chosen: Exposures, n: int, unit: str) -> pd.DataFrame:
    from scipy.special import stdtrit

    estimate = fitted.estimate
    labels = chosen.labels.set_index(pd.Index(chosen.columns.columns)).loc[list(estimate.names)]
    numbers = estimate.table()
    table = labels.reset_index(drop=True)[["driver", "polarity", "n_mentions", "n_clusters", "pooled"]]
    table["share_mentioned"] = table["n_mentions"] / n
    table["expected_outcomes"] = table["n_mentions"] * fitted.mean
    for column, source in {"effect": "coef", "std_error": "std_error", "low": "low", "high": "high"}.items():
        table[column] = numbers[source].to_numpy() * PER
    table["unit"] = unit
    table["p_value"] = numbers["p_value"].to_numpy()
    table["q_value"] = benjamini_hochberg(table["p_value"])
    table["dof"] = estimate.dof
    seen = stdtrit(estimate.dof, 0.975) + stdtrit(estimate.dof, _POWER)
    table["smallest_effect"] = seen * table["std_error"]
    bands = simultaneous_bands(estimate)
    table["band_low"], table["band_high"] = bands.low * PER, bands.high * PER
    table["effect_per_1000_reviewed"] = table["effect"] * table["share_mentioned"]
    first = list(COLUMNS)
    return table[[*first, *(c for c in table.columns if c not in first)]]
