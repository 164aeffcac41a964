"""Who has come back by which day: visits that praise a driver, blame it, or say nothing of it."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from custservice.errors import EstimationError, did_you_mean
from custservice.first_step import CLEAR
from custservice.panel import exposure_columns
from custservice.rates import LEAST_CELL
from custservice.regression.return_curves import kaplan_meier, return_times

NEITHER = "neither"
#: Points of a curve; windows longer than this many days are drawn in steps of several.
_POINTS = 60
#: Fewest visits of a group for its curve to be drawn.
_LEAST = 30


def driver_curves(panel: pd.DataFrame, driver: str, window_days: int) -> pd.DataFrame:
    """Estimate which share has come back by each day, after praise of a driver, blame of it, and neither.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    driver
        Such as ``"attention"``.
    window_days
        Last day of the curves.

    Returns
    -------
    DataFrame
        Row per group (praise, blame, neither) and day: group, day, at_risk, share, low, high, as
        `custservice.regression.return_curves.kaplan_meier` returns them, visits of one customer counted as one
        cluster. Numbers are missing where fewer than 5 are still at risk, and groups of fewer than 30 visits are left
        out. ``attrs``: ``driver``, ``visits`` (of each group), ``both`` (visits left out because they praise *and*
        blame it).

    Raises
    ------
    EstimationError
        The panel has no such driver, or too few reviewed visits praise it, blame it, or do neither.

    Examples
    --------
    >>> n = 400
    >>> panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str),
    ...     "warmth_praise": np.arange(n) % 2, "follow_up_days": 90.0})
    >>> panel["days_to_return"] = np.where(panel["warmth_praise"] == 1, 5.0, 25.0)
    >>> curves = driver_curves(panel, "warmth", 30)
    >>> curves[curves["day"] == 5][["group", "share"]].values.tolist()
    [['praise', 1.0], ['neither', 0.0]]
    """
    known = panel[panel["review_id"].notna()]
    said = {p: _said(known, driver, p) for p in ("praise", "blame")}
    both = said["praise"] & said["blame"]
    masks = {"praise": said["praise"] & ~both, "blame": said["blame"] & ~both}
    masks = {name: mask for name, mask in masks.items() if mask.sum() >= _LEAST}
    rest = ~said["praise"] & ~said["blame"]
    if not masks or rest.sum() < _LEAST:
        raise EstimationError(f"Fewer than {_LEAST} reviewed visits mention '{driver}', or do not: no curve is drawn.")
    step = max(1, -(-window_days // _POINTS))
    days = np.unique(np.append(np.arange(0.0, window_days, step), float(window_days)))
    parts = []
    for name, mask in (masks | {NEITHER: rest}).items():
        rows = known[mask]
        times = return_times(rows, window_days)
        curve = kaplan_meier(times.time, times.event, days, pd.factorize(rows["customer_id"])[0])
        few = curve["at_risk"] < LEAST_CELL
        curve = curve[["day", "at_risk", "share", "low", "high"]].astype({"at_risk": "float64"})
        curve.loc[few & (curve["day"] > 0), ["at_risk", "share", "low", "high"]] = np.nan
        curve.insert(0, "group", name)
        parts.append(curve)
    out = pd.concat(parts, ignore_index=True)
    visits: dict[Hashable, int] = {name: int(mask.sum()) for name, mask in (masks | {NEITHER: rest}).items()}
    out.attrs = {"driver": driver, "visits": visits, "both": int(both.sum())}
    return out


def _said(known: pd.DataFrame, driver: str, polarity: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    columns = exposure_columns(known)
    if not {f"{driver}_praise", f"{driver}_blame"} & set(columns):
        names = sorted({column.rpartition("_")[0] for column in columns})
        raise EstimationError(f"The panel has no driver '{driver}'{did_you_mean(driver, names)}.")
    column = f"{driver}_{polarity}"
    if column not in known:
        return np.zeros(len(known), dtype=np.bool_)
    return known[column].fillna(0).to_numpy(dtype=np.float64) > 0


def drivers_to_draw(measured: pd.DataFrame) -> list[str]:
    """Choose drivers for curves: of the clear effects of blame and of praise the one with the most returns at stake.

    Where none is clear, the driver mentioned most. Service in general is no driver to look at by itself.

    Parameters
    ----------
    measured
        ``Asked.measured``.

    Examples
    --------
    >>> drivers_to_draw(pd.DataFrame({"driver": ["warmth", "courtesy", "warmth"], "q_value": [0.4, 0.01, 0.2],
    ...     "polarity": ["blame", "blame", "praise"], "n_mentions": [50, 40, 60],
    ...     "effect_per_1000_reviewed": [1.0, -2.0, 3.0]}))
    ['courtesy']
    """
    if measured.empty:
        return []
    table = measured[measured["driver"] != "general"]
    clear = table[table["q_value"] <= CLEAR]
    if clear.empty:
        mentions = table["n_mentions"].groupby(table["driver"]).sum()
        return [str(name) for name in mentions.sort_values(ascending=False).index[:1]]
    most = clear["effect_per_1000_reviewed"].abs().groupby(clear["polarity"]).idxmax()
    return list(dict.fromkeys(clear.loc[most.sort_index(), "driver"].astype(str)))
