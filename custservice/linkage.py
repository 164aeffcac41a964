"""Which visit a review speaks about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.tables import ONE_PLACE
from custservice.timeline import Ints, Times, make_timeline

DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Links:
    """The visit of each review.

    Attributes
    ----------
    visit
        Row of the visit in the visits table for each review, -1 where none was found, shape (n_reviews,).
    notes
        What a reader should know, one sentence each.
    """

    visit: Ints
    notes: tuple[str, ...]


def link_reviews(reviews: pd.DataFrame, visits: pd.DataFrame, link_days: int = 30) -> Links:
    """Find the visit of each review: its ``visit_id``, else the customer's latest visit there before it.

    A ``visit_id`` that is not among the visits, or is another customer's, is a mistake: that review is not linked.

    Parameters
    ----------
    reviews, visits
        Tables as defined in data/README.md.
    link_days
        How many days before the review the visit may lie. Among visits at the same time the smallest
        ``visit_id`` is taken. Where review dates carry no time of day, a visit on the same day counts as before.

    Examples
    --------
    >>> visits = pd.DataFrame({"visit_id": ["1", "2"], "customer_id": ["ann", "ann"], "location_id": ["x", "x"],
    ...                        "visited_at": pd.to_datetime(["2024-01-01", "2024-01-20"])})
    >>> reviews = pd.DataFrame({"review_id": ["r"], "customer_id": ["ann"], "location_id": ["x"],
    ...                         "reviewed_at": pd.to_datetime(["2024-01-22"]), "text": ["Lovely staff"]})
    >>> link_reviews(reviews, visits).visit.tolist()
    [1]
    """
    found = np.full(len(reviews), -1, dtype=np.int64)
    notes: list[str] = []
    named = _named_visit(reviews, visits)
    if named is not None:
        has_id = reviews["visit_id"].notna().to_numpy()
        own = _same_customer(reviews, visits, named)
        found[has_id & own] = named[has_id & own]
        unknown, foreign = int((has_id & (named < 0)).sum()), int((has_id & (named >= 0) & ~own).sum())
        if unknown:
            notes.append(f"{unknown:,} reviews name a visit that is not in the visits file; they are not linked.")
        if foreign:
            notes.append(f"{foreign:,} reviews name a visit of another customer; they are not linked.")
        open_rows = ~has_id
    else:
        open_rows = np.ones(len(reviews), dtype=bool)
    if open_rows.any() and len(visits):
        anywhere = _reviews_lack_places(reviews, visits)
        if anywhere:
            notes.append("The reviews name no location, so they are linked by customer and date alone.")
        keys = ["customer_id"] if anywhere else ["customer_id", "location_id"]
        found[open_rows] = _latest_before(reviews[open_rows], visits, keys, link_days)
    return Links(found, tuple(notes))


def _named_visit(reviews: pd.DataFrame, visits: pd.DataFrame) -> Ints | None:
    if "visit_id" not in reviews or not reviews["visit_id"].notna().any():
        return None
    return np.asarray(pd.Index(visits["visit_id"]).get_indexer(pd.Index(reviews["visit_id"])), dtype=np.int64)


def _same_customer(reviews: pd.DataFrame, visits: pd.DataFrame, named: Ints) -> NDArray[np.bool_]:
    of_visit = visits["customer_id"].reset_index(drop=True).reindex(named).to_numpy()
    return np.asarray(of_visit == reviews["customer_id"].to_numpy(), dtype=bool)


def _reviews_lack_places(reviews: pd.DataFrame, visits: pd.DataFrame) -> bool:
    return bool((reviews["location_id"] == ONE_PLACE).all() and (visits["location_id"] != ONE_PLACE).any())


def group_codes(frame: pd.DataFrame, keys: list[str], *others: pd.DataFrame) -> list[Ints]:
    """Return codes from 0 of the distinct combinations of ``keys``, alike across several frames."""
    frames = (frame, *others)
    code = np.zeros(sum(map(len, frames)), dtype=np.int64)
    for key in keys:
        values: pd.Series[Any] = pd.concat([f[key] for f in frames], ignore_index=True)
        part, levels = pd.factorize(values, use_na_sentinel=False)
        code = pd.factorize(code * len(levels) + part)[0].astype(np.int64)
    return np.split(code, np.cumsum([len(f) for f in frames])[:-1])


def _latest_before(reviews: pd.DataFrame, visits: pd.DataFrame, keys: list[str], link_days: int) -> Ints:
    of_visits, of_reviews = group_codes(visits, keys, reviews)
    line = make_timeline(of_visits, visits["visited_at"].to_numpy(), visits["visit_id"])
    written: Times = reviews["reviewed_at"].to_numpy()
    no_clock = bool((written == written.astype("datetime64[D]")).all())
    latest_moment = written + DAY - np.timedelta64(1, "us") if no_clock else written
    after = line.position(of_reviews, latest_moment, "right")
    exists = after > line.group_start(of_reviews)
    last_time = line.times[np.maximum(after - 1, 0)]
    near = exists & (last_time >= written - link_days * DAY)
    first_of_tie = line.position(of_reviews, last_time, "left")
    return np.where(near, line.order[np.minimum(first_of_tie, len(line.order) - 1)], -1)
