"""Which visits are heard of: how likely a visit like this one is to be reviewed, and what that does to an average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.regression.clusters import effective_dof
from custservice.regression.estimate import Estimate
from custservice.regression.grouping import Grouping
from custservice.regression.logit_estimable import Estimable, find_estimable
from custservice.regression.logit_newton import solve_scaled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
#: Locations with fewer visits, or fewer heard or silent ones, share an intercept: one of their own would be noise.
_LEAST_VISITS, _LEAST_OF_EACH = 30, 5
#: With more months than this, years take their place.
_MOST_MONTHS = 60


@dataclass(frozen=True)
class Reviewing:
    """How likely each visit was to be heard of, given what is known of all visits.

    Attributes
    ----------
    heard
        Visits that were, shape (n,).
    chance
        Their modelled probabilities, shape (n,): 0 or 1 where all visits of a location or kind are alike.
    columns
        What the model compares, a row per visit; ``location`` and ``month`` as labels.
    fit
        The logit behind it.
    clusters
        Codes from 0 of the customers, shape (n,).
    """

    heard: Bools
    chance: Floats
    columns: pd.DataFrame
    fit: Estimable
    clusters: Ints

    def weights(self, most: float = np.inf) -> Floats:
        """Return stabilised inverse-probability weights, ``P(heard) / chance`` for heard visits, else 0, shape (n,).

        With ``P(heard)`` in the place of 1 (Robins, Hernan and Brumback 2000, Epidemiology 11) they average about 1.

        Parameters
        ----------
        most
            Weights above this are cut down to it: less noise, for some bias. Nothing is cut by default.
        """
        share = float(self.heard.mean())
        raw = np.divide(share, self.chance, out=np.zeros(len(self.chance)), where=self.heard)
        return np.asarray(np.minimum(raw, most), dtype=np.float64)

    def influence(self, residual: Floats, weights: Floats) -> Floats:
        """Return the influence of each visit on a weighted mean, the error of the weights included, shape (n,).

        With ``psi_i`` the residual per unit of weight, ``R_i`` heard or not, ``p_i`` the chance and ``z_i`` the model's
        columns and intercepts, it is ``w_i psi_i - (R_i - p_i) z_i'g`` where g regresses ``P(heard) R_i psi_i /
        p_i^2`` on ``z_i`` with weights ``p_i (1 - p_i)``: the usual correction for estimated weights of Lunceford and
        Davidian (2004, Statistics in Medicine 23), which makes intervals shorter, not longer.

        Parameters
        ----------
        residual
            ``psi``, shape (n,); counts where visits were heard.
        weights
            As `weights` returns them; where they are cut down they no longer move with the model.
        """
        share = float(self.heard.mean())
        free = self.heard & np.isclose(weights * self.chance, share)
        pull = np.zeros(len(weights))
        pull[free] = share * residual[free] / self.chance[free] ** 2
        correction = np.zeros(len(weights))
        kept = self.fit.kept
        correction[kept] = self.fit.place.residual * self._projected(pull[kept])
        return np.where(self.heard, weights * residual, 0.0) - correction

    def _projected(self, values: Floats) -> Floats:
        """Fit values on the model's columns and intercepts with weights p (1 - p), shape (kept,)."""
        rows, place = self.fit.rows, self.fit.place
        weighted = place.weight * values
        sums = rows.groups.total(weighted)
        slopes = solve_scaled(place.information, rows.x.T @ weighted - place.means.T @ sums)
        level = sums / place.group_weight - place.means @ slopes
        return np.asarray(rows.x @ slopes + level[rows.groups.codes], dtype=np.float64)


def reviewing_model(panel: pd.DataFrame, heard: Bools, visited_at: pd.Series | None = None) -> Reviewing:
    """Model which visits are heard of: ``P(heard) = Lambda(history, price, time + an intercept per location)``.

    History is the first-visit flag and the logs of 1 + earlier visits, + days since the last and + days since the
    first; price is the log of 1 + ``spend`` where there is one, with a flag where it is missing; time is the calendar
    month.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it, n rows.
    heard
        Which visits were, shape (n,), such as ``find_feelings(panel).heard``.
    visited_at
        Time of each visit, shape (n,); by default the panel's ``time_zero``, which is that of the review for
        a reviewed visit and hence a little later.

    Returns
    -------
    Reviewing
        Maximum likelihood as in `custservice.regression.logit`. Small locations share an intercept.

    Raises
    ------
    EstimationError
        All visits are heard, or none, or all alike.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> panel = pd.DataFrame({"customer_id": np.arange(4000).astype(str), "location_id": np.arange(4000) % 20,
    ...     "time_zero": pd.Timestamp("2024-05-01"), "first_visit": rng.integers(0, 2, 4000)})
    >>> heard = rng.random(4000) < 0.2 + 0.3 * panel["first_visit"].to_numpy()
    >>> model = reviewing_model(panel, heard)
    >>> [round(float(model.chance[panel["first_visit"] == k].mean()), 1) for k in (0, 1)]
    [0.2, 0.5]
    """
    columns = _compared(panel, panel["time_zero"] if visited_at is None else visited_at)
    places = _enough_of_each(pd.factorize(columns["location"])[0].astype(np.int64), heard)
    months = pd.get_dummies(columns["month"], drop_first=True, dtype=np.float64)
    x = np.hstack([columns.drop(columns=["location", "month"]).to_numpy(dtype=np.float64), months.to_numpy()])
    fit = find_estimable(heard.astype(np.float64), x, places, 0)
    chance = heard.astype(np.float64)  # of visits that are fitted perfectly: the limit of the likelihood's maximum
    chance[fit.kept] = 1 / (1 + np.exp(-fit.place.eta))
    # The question is about the visits to these places, so customers are the clusters, not places.
    return Reviewing(heard, chance, columns, fit, pd.factorize(panel["customer_id"])[0].astype(np.int64))


def estimate_of(name: str, value: float, influence: Floats, weights: Floats, clusters: Ints) -> Estimate:
    """Return a number with its cluster-robust error (CR1, ``G / (G - 1)``) as the currency of all inference.

    Parameters
    ----------
    name, value
        What it is called, and the number.
    influence, weights, clusters
        Of each row, shape (n,); the spread of the weights over clusters sets the degrees of freedom.
    """
    n_clusters = int(clusters.max()) + 1
    factor = n_clusters / max(n_clusters - 1, 1)
    dof = effective_dof(weights[:, None], clusters)
    return Estimate((name,), np.array([value]), influence[:, None], clusters, factor, dof)


def _compared(panel: pd.DataFrame, visited_at: pd.Series) -> pd.DataFrame:
    columns = pd.DataFrame({"location": panel["location_id"].astype("str").to_numpy()})
    times = pd.Series(visited_at.to_numpy())
    columns["month"] = times.dt.strftime("%Y-%m")
    if columns["month"].nunique() > _MOST_MONTHS:
        columns["month"] = times.dt.strftime("%Y")
    if "first_visit" in panel:
        columns["first_visit"] = panel["first_visit"].to_numpy(dtype=np.float64)
    for name in ("prior_visits", "days_since_previous", "history_days", "spend"):
        if name not in panel:
            continue
        values = panel[name].to_numpy(dtype=np.float64, na_value=np.nan)
        columns[f"log_{name}"] = np.log1p(np.nan_to_num(values, nan=0.0))
        if name == "spend" and np.isnan(values).any():
            columns["no_spend"] = np.isnan(values).astype(np.float64)
    return columns


def _enough_of_each(places: Ints, heard: Bools) -> Ints:
    groups = Grouping(places, int(places.max()) + 1)
    visits, told = groups.total(np.ones(len(places))), groups.total(heard.astype(np.float64))
    own = (visits >= _LEAST_VISITS) & (np.minimum(told, visits - told) >= _LEAST_OF_EACH)
    return pd.factorize(np.where(own[places], places, -1), use_na_sentinel=False)[0].astype(np.int64)
