"""Praise against blame, and families of drivers: combinations of effects that were estimated jointly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice.regression.estimate import Estimate, benjamini_hochberg
from custservice.regression.joint import joint_test
from custservice.sentiment import families

_POOL = "other "


def asymmetry(table: pd.DataFrame, estimate: Estimate, per: float) -> pd.DataFrame:
    """Test for each driver with both polarities that praise adds as much as blame takes away.

    The null hypothesis is ``effect of praise + effect of blame = 0``; the sum is negative where blame weighs more
    (Anderson and Sullivan 1993, Marketing Science 12, on losses that weigh more than gains in satisfaction). Its
    error comes from the joint covariance. Pools of rare drivers are left out: their praise and blame join different
    drivers.

    Parameters
    ----------
    table, estimate
        Effects and the estimate behind them, rows in the same order.
    per
        By what the estimate is multiplied.

    Returns
    -------
    DataFrame
        Row per driver: driver, praise, blame, difference (praise + blame), unit, std_error, low, high, p_value,
        q_value (Benjamini and Hochberg over the drivers).
    """
    labels = list(zip(table["driver"], table["polarity"], strict=True))
    drivers = [driver for driver, polarity in labels if polarity == "praise" and (driver, "blame") in labels]
    drivers = [driver for driver in drivers if not str(driver).startswith(_POOL)]
    columns = ["driver", "praise", "blame", "difference", "unit", "std_error", "low", "high", "p_value", "q_value"]
    if not drivers:
        return pd.DataFrame({column: [] for column in columns})
    weights = np.array([[float(label in ((d, "praise"), (d, "blame"))) for label in labels] for d in drivers])
    numbers = estimate.contrast(weights, drivers).table()
    effect = dict(zip(labels, table["effect"], strict=True))
    out = pd.DataFrame({"driver": drivers})
    for polarity in ("praise", "blame"):
        out[polarity] = [effect[driver, polarity] for driver in drivers]
    return _finished(out.assign(unit=table["unit"].iloc[0]), numbers, per, "difference")[columns]


def family_effects(table: pd.DataFrame, estimate: Estimate, per: float) -> pd.DataFrame:
    """Join the effects of each family's drivers, praise and blame apart.

    The effect is the average over the family's mentions, ``sum_d n_d effect_d / sum_d n_d``: what a mention of some
    driver of the family goes with on average, the numbers of mentions taken as given. Beside it stands the joint test
    that none of the family's drivers has an effect (see `joint_test`), which effects of opposite sign do not hide.

    Parameters
    ----------
    table, estimate, per
        As for `asymmetry`; pools of rare drivers count in their family.

    Returns
    -------
    DataFrame
        Row per family and polarity: family, polarity, n_drivers (rows joined), n_mentions, effect, unit, std_error,
        low, high, p_value, q_value, joint_p_value.
    """
    family_of = families()
    names = [str(driver) for driver in table["driver"]]
    family = [n.removeprefix(_POOL) if n.startswith(_POOL) else family_of.get(n, "general") for n in names]
    groups = table.assign(family=family, position=np.arange(len(table))).groupby(["family", "polarity"], sort=True)
    rows, weights, joint = [], [], []
    for (name, polarity), part in groups:
        weight = np.zeros(len(table))
        weight[part["position"]] = part["n_mentions"] / part["n_mentions"].sum()
        weights.append(weight)
        joint.append(joint_test(estimate.select([estimate.names[i] for i in part["position"]])).p_value)
        rows.append({"family": name, "polarity": polarity, "n_drivers": len(part)})
        rows[-1]["n_mentions"] = int(part["n_mentions"].sum())
    out = pd.DataFrame(rows).assign(unit=table["unit"].iloc[0])
    labels = [f"{row['family']} {row['polarity']}" for row in rows]
    out = _finished(out, estimate.contrast(np.array(weights), labels).table(), per, "effect")
    columns = ["family", "polarity", "n_drivers", "n_mentions", "effect", "unit", "std_error", "low", "high"]
    return out.assign(joint_p_value=joint)[[*columns, "p_value", "q_value", "joint_p_value"]]


def _finished(out: pd.DataFrame, numbers: pd.DataFrame, per: float, what: str) -> pd.DataFrame:
    for column, source in {what: "coef", "std_error": "std_error", "low": "low", "high": "high"}.items():
        out[column] = numbers[source].to_numpy() * per
    p = numbers["p_value"].to_numpy()
    return out.assign(p_value=p, q_value=benjamini_hochberg(p))
