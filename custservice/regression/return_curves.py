"""Curves of returning: which share has come back by which day, with a mention and without (Kaplan and Meier 1958)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import EstimationError, did_you_mean
from custservice.panel import exposure_columns
from custservice.regression.risk_sets import RiskSets, make_risk_sets, sort_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Days = Literal["weeks", "distinct"] | Sequence[float]
_WEEK = 7.0


@dataclass(frozen=True)
class ReturnTimes:
    """Days from time zero to the return, or to the end of what is known, and whether a return was seen; shape (n,)."""

    time: Floats
    event: Bools


def return_times(panel: pd.DataFrame, window_days: float | None = None) -> ReturnTimes:
    """Read survival times off a panel: ``days_to_return``, or ``follow_up_days`` where no return was seen.

    Nobody can return before the panel's ``min_gap_days``; time still counts from time zero, so that the window means
    the same as in ``returned``.

    Parameters
    ----------
    panel
        As `build_panel` returns it, or rows chosen from it.
    window_days
        Where watching stops: a later return counts as none seen by then. Never by default.

    Raises
    ------
    EstimationError
        The panel has no such columns.

    Examples
    --------
    >>> panel = pd.DataFrame({"days_to_return": [3.0, np.nan, 50.0], "follow_up_days": [90.0, 20.0, 60.0]})
    >>> times = return_times(panel, window_days=30)
    >>> times.time.tolist(), times.event.tolist()
    ([3.0, 20.0, 30.0], [True, False, False])
    """
    for column in ("days_to_return", "follow_up_days"):
        if column not in panel:
            raise EstimationError(f"The panel has no column '{column}'; build it with build_panel().")
    to_return = panel["days_to_return"].to_numpy(dtype=np.float64)
    time = np.where(np.isnan(to_return), panel["follow_up_days"].to_numpy(dtype=np.float64), to_return)
    event = ~np.isnan(to_return)
    if window_days is None:
        return ReturnTimes(time, event)
    return ReturnTimes(np.minimum(time, window_days), event & (time <= window_days))


def return_curves(
    panel: pd.DataFrame,
    column: str,
    days: Days = "weeks",
    *,
    window_days: float | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate which share of reviewed visits is followed by a return by each day, with and without a mention.

    Parameters
    ----------
    panel
        As `build_panel` returns it, or rows chosen from it. Visits with short follow-up count as long as they were
        watched.
    column
        A driver or topic column.
    days
        ``"weeks"``: every seventh day; ``"distinct"``: each whole day by which somebody returned; or the days wanted.
    window_days
        Last day of the curves; the longest follow-up by default.
    cluster
        Column of what is independent, for example ``"customer_id"``; by default each visit (Greenwood 1926).
    level
        Coverage of the pointwise intervals.

    Returns
    -------
    DataFrame
        Row per group and day: ``mentioned``, ``day``, ``at_risk`` (watched and not returned until just before that
        day), ``returns`` (so far), ``share`` (returned by then, ``1 - S``), ``std_error``, ``low``, ``high``.
        ``S = prod (1 - d/n)`` (Kaplan and Meier 1958, J. Am. Stat. Assoc. 53). Intervals are symmetric in
        ``log(-log S)`` (Kalbfleisch and Prentice 1980); where nobody has returned yet, from 0 to the exact binomial
        bound. Missing after the last day that anybody was watched. Nothing is held constant.

    Raises
    ------
    EstimationError
        No such column, no reviewed visit with or without the mention, or days that cannot be.

    Examples
    --------
    >>> panel = pd.DataFrame({"review_id": list("abcd"), "warmth_praise": [1, 1, 0, 0],
    ...                       "days_to_return": [3, np.nan, 9, np.nan], "follow_up_days": [30.0, 30, 30, 8]})
    >>> return_curves(panel, "warmth_praise", [7, 14])[["mentioned", "day", "at_risk", "share"]].values.tolist()
    [[True, 7.0, 1, 0.5], [True, 14.0, 1, 0.5], [False, 7.0, 2, 0.0], [False, 14.0, 0, 1.0]]
    """
    known = _known(panel, column, cluster)
    times = return_times(known, window_days)
    carried = known[column].to_numpy(dtype=np.float64) > 0
    for group, what in ((carried, "with"), (~carried, "without")):
        if not group.any():
            raise EstimationError(f"There is no reviewed visit {what} '{column}', so there is nothing to compare.")
    at = _days(days, times, window_days)
    codes = np.arange(len(known)) if cluster is None else pd.factorize(known[cluster])[0]
    parts = []
    for flag in (True, False):
        rows = carried == flag
        curve = kaplan_meier(times.time[rows], times.event[rows], at, None if cluster is None else codes[rows], level)
        curve.insert(0, "mentioned", flag)
        parts.append(curve)
    return pd.concat(parts, ignore_index=True)


def kaplan_meier(
    time: Floats, event: Bools, days: Floats, clusters: Ints | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the share that has returned by each day (see `return_curves`).

    With clusters the variance is that of the influence ``S(t) (event_i/(n - d)(t_i) - sum d/(n (n - d)))`` summed over
    clusters, times G/(G-1); without, Greenwood's ``S^2 sum d/(n (n - d))``.

    Examples
    --------
    >>> curve = kaplan_meier(np.array([1.0, 2, 2, 3]), np.array([True, True, False, False]), np.array([2.0]))
    >>> curve["share"].tolist()
    [0.5]
    """
    order = sort_rows(time, np.zeros(len(time), dtype=np.int64))
    risk = make_risk_sets(time[order], event[order], np.zeros(len(time), dtype=np.int64))
    n_at_risk = risk.sums(np.ones(len(time)))[::-1]
    times, deaths = risk.times[::-1], risk.deaths[::-1]
    until = np.searchsorted(times, days, side="right")
    stay = np.append(1.0, np.cumprod(1 - deaths / n_at_risk))[until]
    if clusters is None:
        with np.errstate(divide="ignore"):
            growth = deaths / (n_at_risk * (n_at_risk - deaths))
        relative = np.sqrt(np.append(0.0, np.cumsum(growth))[until])
    else:
        relative = _clustered_error(risk, clusters[order], until)
    ascending = time[order][::-1]
    at_risk = len(time) - np.searchsorted(ascending, days, side="left")
    low, high = _log_log(stay, relative, at_risk, level)
    frame = pd.DataFrame({"day": days, "at_risk": at_risk, "returns": np.append(0, np.cumsum(deaths))[until]})
    with np.errstate(invalid="ignore"):
        numbers = {"share": 1 - stay, "std_error": stay * relative, "low": low, "high": high}
    for name, values in numbers.items():
        frame[name] = np.where((days <= ascending[-1]) | (stay == 0), values, np.nan)
    return frame


def _clustered_error(risk: RiskSets, clusters: Ints, until: Ints) -> Floats:
    """Return the standard error of log S at each day, from the influence of rows summed over clusters."""
    codes = np.unique(clusters, return_inverse=True)[1]
    n_clusters, m = int(codes.max()) + 1, len(risk.times)
    n_at_risk = risk.sums(np.ones(len(clusters)))
    stay = n_at_risk - risk.deaths
    weight = np.divide(1.0, stay, out=np.zeros(m), where=stay > 0)
    out = np.empty(len(until))
    for place, count in enumerate(until):
        scale = (np.arange(m) >= m - count).astype(np.float64)  # latest first: the first `count` times from the end
        influence = -risk.while_at_risk(scale * weight * risk.deaths / n_at_risk)
        influence[risk.event_rows] += (scale * weight)[risk.own]
        out[place] = np.sum(np.bincount(codes, influence) ** 2)
    return np.sqrt(out * n_clusters / max(n_clusters - 1, 1))


def _log_log(stay: Floats, relative: Floats, at_risk: Ints, level: float) -> tuple[Floats, Floats]:
    """Limits of the share returned, symmetric in log(-log S) (the error of log S is ``relative``)."""
    from scipy.special import ndtri

    z = ndtri(0.5 + level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.exp(z * relative / np.abs(np.log(stay)))
        low, high = 1 - stay ** (1 / reach), 1 - stay**reach
        bound = 1 - ((1 - level) / 2) ** (1 / at_risk)
    nobody, everybody = stay == 1, stay == 0
    low, high = np.where(nobody, 0.0, low), np.where(nobody, bound, high)
    return np.where(everybody, np.nan, low), np.where(everybody, 1.0, high)


def _known(panel: pd.DataFrame, column: str, cluster: str | None) -> pd.DataFrame:
    allowed = [*exposure_columns(panel), *exposure_columns(panel, topics=True)]
    if column not in allowed:
        raise EstimationError(f"There is no driver or topic column '{column}'{did_you_mean(column, allowed)}.")
    if cluster is not None and cluster not in panel:
        raise EstimationError(f"The panel has no column '{cluster}' to cluster by.")
    return panel[panel["review_id"].notna() & panel[column].notna()]


def _days(days: Days, times: ReturnTimes, window_days: float | None) -> Floats:
    end = float(times.time.max()) if window_days is None else float(window_days)
    if isinstance(days, str):
        if days == "weeks":
            return np.arange(0.0, end + 1e-9, _WEEK)
        if days == "distinct":
            return np.append(0.0, np.unique(np.ceil(times.time[times.event])))
        raise EstimationError(f"There are no days '{days}'; allowed are weeks, distinct, or a list of days.")
    wanted = np.asarray(days, dtype=np.float64)
    if not len(wanted) or (wanted < 0).any() or (np.diff(wanted) <= 0).any():
        raise EstimationError("The days of a curve must be given in order, from 0 on.")
    return wanted
