"""Does a hazard ratio stay the same over time? Score tests on Schoenfeld residuals against time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError
from custservice.regression.cox import CoxFit
from custservice.regression.cox_model import CoxModel, Piece
from custservice.regression.partial_likelihood import information, row_parts
from custservice.regression.risk_sets import make_risk_sets, sort_rows

Floats = NDArray[np.float64]
Scale = Literal["km", "rank"]


@dataclass(frozen=True)
class ProportionalCheck:
    """What the check of proportional hazards found.

    Attributes
    ----------
    table
        Row per reported column: ``trend`` (by how much the log hazard ratio grows from the first return to the last),
        ``std_error`` and ``p_value`` (cluster-robust), ``chi2_plain`` and ``p_plain`` (rows taken as independent).
    p_value, p_plain
        Of the test of all reported columns together (missing where there are not more clusters than columns).
    notes
        What a reader should know, one sentence each.
    """

    table: pd.DataFrame
    p_value: float
    p_plain: float
    notes: tuple[str, ...]


def check_proportional(fit: CoxFit, scale: Scale = "km") -> ProportionalCheck:
    """Test each hazard ratio for a trend over time (Grambsch and Therneau 1994, Biometrika 81).

    Parameters
    ----------
    fit
        From `fit_cox`.
    scale
        Time is taken as ``"km"``, the share that has returned by then (Kaplan-Meier over all rows, just before), or
        as ``"rank"``, the rank among the returns over their number: late outliers then do not decide alone.

    Returns
    -------
    ProportionalCheck
        The score test of gamma = 0 in ``log hazard ratio_j(t) = beta_j + gamma_j g(t)``, with the score
        ``sum_events g(t) (x - xbar)``, the weighted sum of Schoenfeld residuals, less what follows from beta, and its
        information ``V_gg - V_gb V_bb^-1 V_bg``, not approximated by a constant variance. ``trend`` is the score over
        the information: one Newton step. The robust test takes the variance from the score residuals (as Lin and
        Wei 1989, J. Am. Stat. Assoc. 84, do for beta) summed over clusters, with the factor G/(G-1).

    Raises
    ------
    EstimationError
        An unknown scale, or returns all at one time.

    Examples
    --------
    >>> from custservice.regression.cox import fit_cox
    >>> rng = np.random.default_rng(1)
    >>> mention = rng.integers(0, 2, 1500)
    >>> days = rng.weibull(1 + mention)
    >>> fit = fit_cox(days, days < 9, mention[:, None], ["mention"], strata=None, clusters=np.arange(1500))
    >>> bool(check_proportional(fit).table.loc["mention", "p_value"] < 0.001)
    True
    """
    if scale not in ("km", "rank"):
        raise EstimationError(f"There is no time scale '{scale}'; allowed are km, rank.")
    model, m = fit.model, len(fit.estimate.names)
    rows_scale = _time_scale(model, scale)
    events = rows_scale[model.rows.event]
    if not np.ptp(events) > 0:
        raise EstimationError("All returns happened at the same time, so no trend over time can be tested.")
    once, twice = _informations(model, rows_scale)
    through = once[:m] @ model.bread  # what a change in beta does to the score of gamma
    residuals = _residuals(model, rows_scale, m, through)
    slope = residuals.sum(axis=1)
    bread: Floats = np.asarray(np.linalg.pinv(twice[:m, :m] - through @ once[:, :m]), dtype=np.float64)
    diagonal = np.diag(twice)[:m] - np.einsum("ij,ji->i", through, once[:, :m])
    check = _tests(model, fit.estimate.names, slope, bread, diagonal, residuals)
    reach = pd.Series({"trend": np.ptp(events), "std_error": np.ptp(events)})
    return replace(check, table=check.table.assign(**check.table[reach.index] * reach))


def _tests(
    model: CoxModel, names: tuple[str, ...], slope: Floats, bread: Floats, diagonal: Floats, residuals: Floats
) -> ProportionalCheck:
    from scipy.special import chdtrc, fdtrc, stdtr

    g = model.n_clusters
    sums = np.column_stack([np.bincount(model.clusters, row, minlength=g) for row in residuals])
    meat = g / (g - 1) * (sums.T @ sums)
    error = np.sqrt(np.diag(meat))
    table = pd.DataFrame({"trend": slope / diagonal, "std_error": error / diagonal}, index=pd.Index(names, name="name"))
    table["p_value"] = 2 * stdtr(g - 1, -np.abs(slope / error))
    table["chi2_plain"] = slope**2 / diagonal
    table["p_plain"] = chdtrc(1, table["chi2_plain"].to_numpy())
    m = len(names)
    square = float(slope @ np.linalg.pinv(meat) @ slope)
    joint = float(fdtrc(m, g - m, (g - m) / (m * (g - 1)) * square)) if g > m else np.nan  # Hotelling's T2
    plain = float(chdtrc(m, slope @ bread @ slope))
    changing = [f"{name} ({'grows' if row.trend > 0 else 'falls'})" for name, row in _sure(table).iterrows()]
    note = (
        f"The hazard ratio is not the same early and late for {', '.join(changing)}: read the difference at the window "
        "beside the linear model's."
        if changing
        else "No hazard ratio clearly changes over time."
    )
    return ProportionalCheck(table, joint, plain, (note,))


def _sure(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that stand after Benjamini and Hochberg's correction at .05."""
    from custservice.regression.estimate import benjamini_hochberg

    return table[benjamini_hochberg(table["p_value"].to_numpy()) <= 0.05]


def _time_scale(model: CoxModel, scale: Scale) -> Floats:
    """Return time as transformed, for each sorted row, shape (n,)."""
    rows = model.rows
    if scale == "rank":
        _, code, count = np.unique(rows.time[rows.event], return_inverse=True, return_counts=True)
        rank = (np.cumsum(count) - (count - 1) / 2)[code] / len(code)
        out = np.zeros(len(rows.time))
        out[rows.event] = rank
        return out
    order = sort_rows(rows.time, np.zeros(len(rows.time), dtype=np.int64))
    entry = None if rows.entry is None else rows.entry[order]
    risk = make_risk_sets(rows.time[order], rows.event[order], np.zeros(len(order), dtype=np.int64), entry)
    n_at_risk = risk.sums(np.ones(len(order)))
    stay = np.cumprod((1 - risk.deaths / n_at_risk)[::-1])
    earlier = np.concatenate([[1.0], stay])
    return np.asarray(1 - earlier[np.searchsorted(risk.times[::-1], rows.time, side="left")], dtype=np.float64)


def _of_events(piece: Piece, rows_scale: Floats) -> Floats:
    """Return the transformed time of each event time of a block, shape (m,)."""
    risk = piece.block.risk
    return np.asarray(rows_scale[piece.block.rows][risk.event_rows[risk.first_event]], dtype=np.float64)


def _informations(model: CoxModel, rows_scale: Floats) -> tuple[Floats, Floats]:
    """Information with each event time counted g(t) and g(t)^2 times, shape (k, k)."""
    k = len(model.beta)
    once, twice = np.zeros((k, k)), np.zeros((k, k))
    for piece in model.pieces():
        g = _of_events(piece, rows_scale)
        for total, power in ((once, 1), (twice, 2)):
            total += information(piece.hazards.scaled(piece.block.risk, g**power), piece.x, piece.sums)
    return once, twice


def _residuals(model: CoxModel, rows_scale: Floats, m: int, through: Floats) -> Floats:
    """Each row's part of the score of gamma, less what follows from its part of the score of beta, shape (m, n)."""
    out = np.zeros((m, len(rows_scale)))
    for piece in model.pieces():
        risk, rows = piece.block.risk, piece.block.rows
        timed = piece.hazards.scaled(risk, _of_events(piece, rows_scale))
        first = np.eye(m, len(model.beta))
        parts = row_parts(risk, timed, piece.x[:m], piece.sums.combine(first))
        out[:, rows] = parts.residual - piece.parts(through).residual
    return out
