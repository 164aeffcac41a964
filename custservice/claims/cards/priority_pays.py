"""Places that put customers first today grow tomorrow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice.claims.claim import CannotTellError, Claim, Measured, Part
from custservice.claims.effects import counted
from custservice.claims.facts import Facts
from custservice.regression.estimate import Estimate
from custservice.regression.linear import fit_linear

#: Growth that matters: one visit in a hundred more for ten points of the score.
GROWTH = 0.1
_LEAST_REVIEWS, _LEAST_ROWS = 10, 60


def grow(facts: Facts) -> Measured:
    """Return how a place's growth follows its score of the quarter before; growth before the score is the placebo."""
    table = _quarters(facts)
    ahead, before = (_fit(table, name) for name in ("next_growth", "past_growth"))
    early = before.table()["low"].iloc[0] > 0
    doubt = "growth came before the score already" if early else ""
    heard = facts.reviewed[facts.reviewed["location_id"].isin(table["location_id"])]
    return Measured(ahead, GROWTH, "% more visits for ten points", *counted(heard), per=10.0, doubt=doubt)


def _quarters(facts: Facts) -> pd.DataFrame:
    rows = facts.panel.assign(quarter=facts.panel["time_zero"].dt.to_period("Q"))
    praise, blame = ([n for n in facts.drivers if n.endswith(end)] for end in ("_praise", "_blame"))
    rows = rows.assign(score=rows[praise].max(axis=1) - rows[blame].max(axis=1))
    by = rows.groupby(["location_id", "quarter"])
    table = by.agg(visits=("visit_id", "size"), reviews=("review_id", "count"), score=("score", "mean")).reset_index()
    whole = (table["quarter"] > table["quarter"].min()) & (table["quarter"] < table["quarter"].max())
    table = table[whole].sort_values(["location_id", "quarter"])
    log = np.log(table["visits"])
    place = log.groupby(table["location_id"])
    table = table.assign(next_growth=place.shift(-1) - log, past_growth=log - place.shift(1))
    chosen: pd.DataFrame = table[table["reviews"] >= _LEAST_REVIEWS]
    return chosen


def _fit(table: pd.DataFrame, growth: str) -> Estimate:
    rows = table[table[growth].notna()]
    if len(rows) < _LEAST_ROWS:
        raise CannotTellError(
            f"Only {len(rows)} quarters of places with {_LEAST_REVIEWS} reviews or more; it takes {_LEAST_ROWS}."
        )
    seasons = pd.get_dummies(rows["quarter"].astype("str"), drop_first=True, dtype="float64")
    x = pd.concat([rows[["score"]].astype("float64"), seasons], axis=1)
    place = pd.factorize(rows["location_id"])[0].astype(np.int64)
    y, names = rows[growth].to_numpy(dtype=np.float64), [str(name) for name in x.columns]
    return fit_linear(y, x.to_numpy(dtype=np.float64), names, groups=place, clusters=place, wanted=1).estimate


CLAIM = Claim(
    id="priority_pays",
    words="Places that put customers first today grow tomorrow.",
    predicts=(
        "A place's visits grow more in the quarter after staff are praised more and blamed less there; not before."
    ),
    parts=(
        Part(
            "",
            "Growth of a place's visits on its score (share of reviews that praise staff less that blame them) of the "
            "quarter before, places and quarters held constant; growth before the score is the placebo.",
            "1% more visits for ten points of the score",
            1,
            grow,
        ),
    ),
)
