"""Effects of anything that a claim speaks of, within places, other mentions and history held constant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from custservice.claims.claim import CannotTellError, Measured
from custservice.claims.effects import PER, UNIT, counted
from custservice.claims.facts import Facts
from custservice.claims.shares import clusters_of, enough
from custservice.regression.design import DEFAULT_CONTROLS, LEAST_MENTIONS, build_controls
from custservice.regression.linear import fit_linear
from custservice.tables import POLARITIES
from custservice.words import plain


def adjusted(
    facts: Facts,
    rows: pd.DataFrame,
    columns: pd.DataFrame,
    *,
    outcome: str = "returned",
    threshold: float,
    beside: Sequence[str] = (),
    unit: str = UNIT,
    per: float = 1.0,
) -> Measured:
    """Regress an outcome on columns of a claim's own, within places.

    Parameters
    ----------
    facts
        Month and history, or what the study holds constant; the topics only where ``beside`` names them, because a
        failure may be one of them and visits without a review have none.
    rows
        Visits; those without the outcome are left out.
    columns
        What the claim speaks of, rows as in ``rows``; 0/1 columns that fewer than 30 visits have, or lack, are refused.
        The first is reported: the difference it makes, the others held constant.
    outcome
        Column of ``rows``.
    threshold
        In the outcome's unit.
    beside
        Further columns of ``rows`` held constant, such as the other mentions.
    unit, per
        Of what is shown, and the factor that leads to it; returns are shown per 1,000 visits.

    Raises
    ------
    EstimationError
        Too few visits, or nothing to compare within places.
    """
    known = rows[outcome].notna().to_numpy()
    rows, columns = rows[known], columns[known]
    enough(rows, "visits to compare whose outcome is known", 2 * LEAST_MENTIONS)
    for name in columns.columns[columns.isin([0, 1]).all()]:
        least = int(min(columns[name].sum(), (1 - columns[name]).sum()))
        if least < LEAST_MENTIONS:
            raise CannotTellError(f"Too few visits to compare ({_named(name)}: {least:,}): it takes {LEAST_MENTIONS}.")
    names = [name for name in (DEFAULT_CONTROLS if facts.controls is None else facts.controls) if name in rows]
    held = build_controls(rows, names)
    parts = [columns.astype("float64"), rows[list(beside)].astype("float64"), held.columns]
    x = pd.concat([part.reset_index(drop=True) for part in parts], axis=1)
    places = pd.factorize(rows["location_id"], use_na_sentinel=False)[0].astype(np.int64)
    y = rows[outcome].to_numpy(dtype=np.float64)
    fit = fit_linear(
        y, x.to_numpy(dtype=np.float64), list(map(str, x.columns)), groups=places, clusters=clusters_of(rows), wanted=1
    )
    if str(columns.columns[0]) not in fit.estimate.names:
        raise CannotTellError("What the claim speaks of follows from the place, the month or the other mentions.")
    touched = rows[columns.iloc[:, 0].to_numpy(dtype=np.float64) != 0]
    return Measured(fit.estimate, threshold, unit, *counted(touched), per=PER if unit == UNIT else per)


def against(rows: pd.DataFrame, one: pd.Series, other: pd.Series, what: tuple[str, str]) -> pd.DataFrame:
    """Return columns of which the first has as its coefficient the effect of one flag less that of the other.

    Raises
    ------
    EstimationError
        Either has fewer than 30 visits.
    """
    for flag, name in ((one, what[0]), (other, what[1])):
        enough(rows[flag.to_numpy(dtype=bool)], f"visits with {name}")
    a, b = one.astype("float64"), other.astype("float64")
    return pd.DataFrame({"difference": (a - b) / 2, "sum": (a + b) / 2}, index=rows.index)


def others(facts: Facts, *names: str) -> list[str]:
    """Return the columns of all mentions but these."""
    return [column for column in (*facts.drivers, *facts.topics) if column not in names]


def _named(column: str) -> str:
    driver, _, polarity = column.rpartition("_")
    return plain(driver, polarity) if polarity in POLARITIES else column
