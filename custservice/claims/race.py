"""Which summary of a customer's past experiences tells best whether the customer comes back, out of sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.claims.claim import CannotTellError, Measured
from custservice.claims.effects import counted
from custservice.claims.facts import Facts
from custservice.claims.shares import clusters_of, mean_like

Floats = NDArray[np.float64]
#: Experiences that a customer needs before first, last, worst and mean may differ.
LEAST_EXPERIENCES = 3
LEAST_VISITS = 200
_FOLDS = 5


def experiences(facts: Facts) -> pd.DataFrame:
    """Return visits with a known outcome by customers with three experiences or more, and what sums these up.

    An experience is a reviewed visit, this one included; its score the rating where every review has one, else the
    feeling of the text. Columns beside those of the panel: first, last, worst, mean, later (mean of all but the first).
    """
    rows = facts.sequence
    score = "rating" if facts.has("rating") and rows["rating"].notna().all() else "feeling"
    rows = rows[rows[score].notna()]
    values = rows[score].astype("float64")
    by = values.groupby(rows["customer_id"], sort=False)
    number, total = by.cumcount() + 1, by.cumsum()
    first = by.transform("first")
    rows = rows.assign(first=first, last=values, worst=by.cummin(), mean=total / number)
    rows = rows.assign(later=(total - first) / (number - 1).clip(lower=1))
    chosen: pd.DataFrame = rows[(number >= LEAST_EXPERIENCES) & rows["returned"].notna()]
    return chosen


def race(facts: Facts, runner: str, rivals: tuple[str, ...]) -> Measured:
    """Return by how much one summary foretells returns better than each rival, out of sample.

    Returns are foretold by a line in one summary, places held constant, fitted to four fifths of the customers and
    judged on the others, five times. A coefficient is the mean squared error of a rival less that of the runner, in
    hundredths of the variance of returns.

    Raises
    ------
    EstimationError
        Fewer than 200 visits of customers with three experiences or more.
    """
    rows = experiences(facts)
    if len(rows) < LEAST_VISITS:
        raise CannotTellError(
            f"Only {len(rows):,} reviewed visits are by customers who wrote three times or more; "
            f"it takes {LEAST_VISITS}."
        )
    y = rows["returned"].to_numpy(dtype=np.float64)
    if y.min() == y.max():
        raise CannotTellError("All of these visits have the same outcome.")
    errors = {name: _errors(rows, name, y) for name in (runner, *rivals)}
    better = np.column_stack([errors[rival] - errors[runner] for rival in rivals]) * 100 / y.var()
    influence = (better - better.mean(axis=0)) / len(y)
    names = tuple(f"{runner} > {rival}" for rival in rivals)
    estimate = mean_like(influence, better.mean(axis=0), names, clusters_of(rows))
    return Measured(estimate, 0.0, "hundredths of the variation in returns", *counted(rows))


def _errors(rows: pd.DataFrame, summary: str, y: Floats) -> Floats:
    """Return the squared error of each visit's foretold return; customers stay in one fold."""
    fold = pd.factorize(rows["customer_id"])[0] % _FOLDS
    x = rows[summary].to_numpy(dtype=np.float64)
    place = pd.factorize(rows["location_id"], use_na_sentinel=False)[0]
    errors = np.empty(len(y))
    for held in range(_FOLDS):
        known, asked = fold != held, fold == held
        centre_x, centre_y = _means(x, place, known), _means(y, place, known)
        dx, dy = x - centre_x[place], y - centre_y[place]
        slope = (dx[known] @ dy[known]) / max(float(dx[known] @ dx[known]), 1e-12)
        errors[asked] = (dy[asked] - slope * dx[asked]) ** 2
    return errors


def _means(values: Floats, place: NDArray[np.intp], known: NDArray[np.bool_]) -> Floats:
    """Return the mean of each place over the visits that are known, pulled towards the mean of all by ten visits."""
    whole, n = float(values[known].mean()), int(place.max()) + 1
    counts = np.bincount(place[known], minlength=n)
    return np.asarray((np.bincount(place[known], values[known], n) + 10 * whole) / (counts + 10))
