"""Reviews, visits and mentions -> the panel: one row per visit, with its exposures and its outcome."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custservice.errors import InputError
from custservice.linkage import DAY, group_codes, link_reviews
from custservice.observation import until_the_end
from custservice.sentiment import families, find_all
from custservice.tables import (
    ID_COLUMN,
    MENTION_COLUMNS,
    PANEL_COLUMNS,
    POLARITIES,
    TIME_COLUMN,
    TableName,
    is_panel_column,
)
from custservice.timeline import Ints, Timeline, Times, make_timeline

ReturnTo = Literal["location", "any"]
#: Groups within which a return and a history are counted.
SCOPES: dict[str, list[str]] = {"location": ["customer_id", "location_id"], "any": ["customer_id"]}
_KEYS = ("visit_id", "customer_id", "location_id")
#: Too long, or of no use, in a table of one row per visit.
_NOT_COPIED = ("text", "title", "language", "visited_at", "reviewed_at")


def build_panel(
    reviews: pd.DataFrame,
    visits: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    *,
    window_days: int = 365,
    min_gap_days: int = 1,
    return_to: ReturnTo = "location",
    observed_until: Any = None,
    link_days: int = 30,
) -> pd.DataFrame:
    """Build one row per visit: what its review says, and whether the customer came back.

    Build it once on the full log; choose rows by place or period afterwards, because the end of observation is
    read off the latest visit.

    Parameters
    ----------
    reviews, visits, mentions
        Tables as defined in data/README.md. Without visits, the reviews stand in for visits. Without mentions,
        they are found in ``reviews["text"]``. Mentions carry ``review_id``, or ``text_id`` as ``find_mentions``
        returns it for ``reviews["text"]`` (then the index of ``reviews``).
    window_days, min_gap_days
        A return is a visit at least ``min_gap_days`` and at most ``window_days`` (elapsed, days of 24 hours)
        after time zero: ``reviewed_at`` of a reviewed visit, ``visited_at`` of any other.
    return_to
        ``"location"``: a return, and the history of visits, is counted at the same location; ``"any"``: anywhere.
    observed_until
        End of observation where it is not the latest visit of the log; a date means the end of that day. Visits
        after it are left out.
    link_days
        How many days before its review a visit may lie when the review names none.

    Returns
    -------
    DataFrame
        Columns as in data/README.md, in the order of ``visits``. ``returned`` is missing where follow-up is
        shorter than the window, even if a return was seen: counting early returns and not the others would bias
        rates upwards. Driver and topic columns are missing where no review could be read. Other columns of reviews
        and visits are kept, as ``<name>_in_file`` where the panel has such a column of its own. ``attrs["notes"]``
        says what was linked, left out, joined and renamed.

    Raises
    ------
    InputError
        A needed column is missing, holds no times or repeats an id, there is no visit, the window and gap do not fit
        together, or ``observed_until`` is in the future or before the first visit.

    Examples
    --------
    >>> reviews = pd.DataFrame({"review_id": ["r1", "r2"], "customer_id": ["ann", "ann"], "location_id": ["x", "x"],
    ...     "reviewed_at": pd.to_datetime(["2024-01-01", "2024-02-01"]), "text": ["The staff ignored us.", "Nice."]})
    >>> panel = build_panel(reviews, window_days=31, observed_until="2024-02-10T12:00")
    >>> panel[["review_id", "follow_up_days", "returned", "attention_blame"]].to_dict("list")
    {'review_id': ['r1', 'r2'], 'follow_up_days': [40.5, 9.5], 'returned': [1, None], 'attention_blame': [1, 0]}
    """
    _check_settings(window_days, min_gap_days, return_to)
    notes: list[str] = []
    _check_table(reviews, "reviews")
    if visits is None:
        visits = stand_in_visits(reviews)
        reviews = reviews.assign(visit_id=reviews["review_id"])
        notes.append("There is no file of visits: the reviews stand in for them (a return is a repeat review).")
    _check_table(visits, "visits")
    end, visits = until_the_end(visits, observed_until, window_days, notes)
    readable = reviews[is_readable(reviews)]
    linked = _linked_reviews(readable, visits, link_days, notes)
    if len(readable) < len(reviews):
        notes.append(f"The visits of {len(reviews) - len(readable):,} reviews that were not read count as unreviewed.")
    time_zero = _time_zero(visits, linked)
    groups = group_codes(visits, SCOPES[return_to])[0]
    line = make_timeline(groups, visits["visited_at"].to_numpy(), visits["visit_id"])
    frame = pd.concat(
        [
            _identity(visits, linked, time_zero),
            _outcomes(visits, line, groups, time_zero, end, window_days, min_gap_days),
            _history(visits, line, groups),
            _carried_over(visits, readable, linked, notes),
            _exposures(len(visits), _mention_rows(readable, mentions), linked),
        ],
        axis=1,
    )
    settings: dict[Hashable, Any] = {"window_days": window_days, "min_gap_days": min_gap_days, "return_to": return_to}
    frame.attrs = {**settings, "link_days": link_days, "observed_until": end.isoformat(), "notes": notes}
    return frame


def stand_in_visits(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return a visits table in which each review is a visit of its own.

    Examples
    --------
    >>> reviews = pd.DataFrame({"review_id": ["r1"], "customer_id": ["ann"], "location_id": ["x"],
    ...                         "reviewed_at": pd.to_datetime(["2024-01-01"]), "text": ["Nice."]})
    >>> stand_in_visits(reviews).columns.tolist()
    ['visit_id', 'customer_id', 'location_id', 'visited_at']
    """
    columns = {"review_id": "visit_id", "customer_id": "customer_id", "location_id": "location_id"}
    columns |= {"reviewed_at": "visited_at", "staff_id": "staff_id"}
    kept = {old: new for old, new in columns.items() if old in reviews}
    return reviews[list(kept)].rename(columns=kept)


def is_readable(reviews: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which reviews can be read for mentions: with text, and in English or of unknown language."""
    readable = np.ones(len(reviews), dtype=bool)
    if "text" in reviews:
        readable &= reviews["text"].fillna("").str.strip().ne("").to_numpy(dtype=bool)
    if "language" in reviews:
        readable &= (reviews["language"].isna() | reviews["language"].eq("en")).to_numpy(dtype=bool)
    return readable


def exposure_columns(panel: pd.DataFrame, topics: bool = False) -> list[str]:
    """Return the 0/1 columns of drivers (or of topics) that a panel holds, in its own order.

    Examples
    --------
    >>> exposure_columns(pd.DataFrame(columns=["rating", "warmth_praise", "topic_price_blame"]))
    ['warmth_praise']
    """
    suffixes = tuple(f"_{polarity}" for polarity in POLARITIES)
    return [c for c in panel.columns if str(c).endswith(suffixes) and str(c).startswith("topic_") == topics]


def _check_settings(window_days: int, min_gap_days: int, return_to: str) -> None:
    if not 0 <= min_gap_days < window_days:
        raise InputError(
            f"The return window ({window_days} days) must be longer than the gap ({min_gap_days} days, at least 0)."
        )
    if return_to not in SCOPES:
        raise InputError(f"return_to is {return_to!r}; allowed are 'location' and 'any'.")


def _check_table(frame: pd.DataFrame, table: TableName) -> None:
    name, time = ID_COLUMN[table], TIME_COLUMN[table]
    _need(frame, (name, "customer_id", "location_id", time), table)
    if not pd.api.types.is_datetime64_dtype(frame[time].dtype):
        raise InputError(f"The column '{time}' of the {table} table holds no naive times; load_{table}() makes them.")
    repeats = frame[name].duplicated()
    if repeats.any():
        raise InputError(
            f"The {table} table has {int(repeats.sum()):,} rows whose {name} stands in an earlier row (the first is "
            f"{frame[name][repeats.to_numpy()].iloc[0]!r}); keep one row each, as load_{table}() does."
        )


def _need(frame: pd.DataFrame, columns: tuple[str, ...], table: TableName) -> None:
    for column in columns:
        if column not in frame:
            raise InputError(f"The {table} table has no column '{column}'; load it with load_{table}() or rename one.")
        if frame[column].isna().any():
            raise InputError(f"The {table} table has rows without '{column}'; load_{table}() sets such rows aside.")


def _linked_reviews(reviews: pd.DataFrame, visits: pd.DataFrame, link_days: int, notes: list[str]) -> pd.DataFrame:
    """Return one row per linked review: its position ``review``, its ``visit`` and ``reviewed_at``, oldest first."""
    links = link_reviews(reviews, visits, link_days)
    notes.extend(links.notes)
    frame = pd.DataFrame({"review": np.arange(len(reviews)), "visit": links.visit})
    frame["review_id"] = reviews["review_id"].to_numpy()
    frame["reviewed_at"] = reviews["reviewed_at"].to_numpy()
    linked = frame[frame["visit"] >= 0].sort_values(
        ["visit", "reviewed_at", "review_id"], ascending=[True, True, False]
    )
    lost = len(frame) - len(linked)
    if lost:
        notes.append(f"{lost:,} of {len(frame):,} readable reviews belong to no visit in the log and were left out.")
    shared = len(linked) - linked["visit"].nunique()
    if shared:
        notes.append(f"{shared:,} reviews share a visit with another review; their mentions were joined.")
    return linked


def _time_zero(visits: pd.DataFrame, linked: pd.DataFrame) -> Times:
    """``reviewed_at`` of the last review of a visit (all of its mentions are known then), else ``visited_at``.

    Never before the visit itself: a review dated by day would else count its own visit as the return.
    """
    time_zero: Times = visits["visited_at"].to_numpy().copy()
    last = linked.drop_duplicates("visit", keep="last")
    rows = last["visit"].to_numpy()
    time_zero[rows] = np.maximum(time_zero[rows], last["reviewed_at"].to_numpy())
    return time_zero


def _identity(visits: pd.DataFrame, linked: pd.DataFrame, time_zero: Times) -> pd.DataFrame:
    last = linked.drop_duplicates("visit", keep="last")
    review_id: pd.Series[Any] = pd.Series(None, index=visits.index, dtype="str")
    review_id.iloc[last["visit"].to_numpy()] = last["review_id"].to_numpy()
    frame = visits[["visit_id"]].assign(review_id=review_id)
    frame[["customer_id", "location_id"]] = visits[["customer_id", "location_id"]]
    frame["time_zero"] = time_zero
    frame["month"] = frame["time_zero"].dt.strftime("%Y-%m").astype("str")
    return frame


def _in_days(delta: NDArray[np.timedelta64]) -> NDArray[np.float64]:
    return np.asarray(delta / DAY, dtype=np.float64)


def _outcomes(
    visits: pd.DataFrame,
    line: Timeline,
    groups: Ints,
    time_zero: Times,
    end: pd.Timestamp,
    window: int,
    gap: int,
) -> pd.DataFrame:
    first = line.position(groups, time_zero + gap * DAY, "left" if gap else "right")
    last = line.position(groups, time_zero + window * DAY, "right")
    follow_up = _in_days(np.maximum(end.to_datetime64() - time_zero, np.timedelta64(0, "ns")))
    unknown = follow_up < window
    ever = first < line.group_end(groups)
    days = np.full(len(visits), np.nan)
    days[ever] = _in_days(line.times[first[ever]] - time_zero[ever])
    count = last - first
    frame = pd.DataFrame(
        {
            "follow_up_days": follow_up,
            "returned": pd.arrays.IntegerArray((count > 0).astype(np.int8), unknown.copy()),
            "days_to_return": days,
            "visits_next": pd.arrays.IntegerArray(count.astype(np.int32), unknown.copy()),
        }
    )
    if "spend" in visits:
        spend = visits["spend"].to_numpy(dtype=np.float64)[line.order]
        total = np.concatenate([[0.0], np.nancumsum(spend)])
        gaps = np.concatenate([[0], np.cumsum(np.isnan(spend))])
        incomplete = unknown | (gaps[last] > gaps[first])
        frame["spend_next"] = np.where(incomplete, np.nan, total[last] - total[first])
    else:
        frame["spend_next"] = np.nan
    return frame


def _history(visits: pd.DataFrame, line: Timeline, groups: Ints) -> pd.DataFrame:
    """Return what was known of the customer when the visit began: earlier visits (strictly), the last one, tenure."""
    visited: Times = visits["visited_at"].to_numpy()
    start = line.group_start(groups)
    here = line.position(groups, visited, "left")
    prior = here - start
    since = np.full(len(visits), np.nan)
    seen = prior > 0
    since[seen] = _in_days(visited[seen] - line.times[here[seen] - 1])
    return pd.DataFrame(
        {
            "first_visit": (prior == 0).astype(np.int8),
            "prior_visits": prior,
            "days_since_previous": since,
            "history_days": _in_days(visited - line.times[start]),
        }
    )


def panel_columns(reviews: pd.DataFrame, visits: pd.DataFrame) -> list[str]:
    """Return the names of the columns that `build_panel` makes of these tables."""
    extras = (frame.columns for frame in _extras(visits, reviews, []))
    return list(dict.fromkeys([*PANEL_COLUMNS, *_exposure_names(topics=True), *next(extras), *next(extras)]))


def _carried_over(visits: pd.DataFrame, reviews: pd.DataFrame, linked: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Columns that analysts may ask for by name: the review's rating and extras, the visit's extras."""
    frame, source = _extras(visits, reviews, notes)
    last = linked.drop_duplicates("visit", keep="last")
    rows: Ints = np.full(len(visits), -1, dtype=np.int64)
    rows[last["visit"].to_numpy()] = last["review"].to_numpy()
    return pd.concat([frame, source.reset_index(drop=True).reindex(rows).set_axis(frame.index)], axis=1)


def _extras(visits: pd.DataFrame, reviews: pd.DataFrame, notes: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what visits and reviews hold beside what the panel is built from, under names of their own."""
    frame = visits.drop(columns=[c for c in visits.columns if c in (*_KEYS, *_NOT_COPIED)])
    frame = _renamed(frame, "visits", (), notes)
    # Who served is known of the visit; the review may say it again.
    left = ("review_id", "rating", *_KEYS, *_NOT_COPIED, *(("staff_id",) if "staff_id" in frame else ()))
    source = _renamed(reviews.drop(columns=[c for c in reviews.columns if c in left]), "reviews", frame.columns, notes)
    return frame, source.assign(rating=reviews.get("rating", np.nan))


def _renamed(frame: pd.DataFrame, table: str, taken: Iterable[Hashable], notes: list[str]) -> pd.DataFrame:
    """Let columns step aside whose names the panel, or the other table, has taken."""
    names: dict[Hashable, str] = {}
    for column in frame.columns:
        name = str(column)
        while is_panel_column(name) or name in {*map(str, taken), *names.values()}:
            name = f"{name}_in_file"
        names[column] = name
    changed = [f"{column} as {name}" for column, name in names.items() if name != column]
    if changed:
        notes.append(f"Columns of the {table} whose names the panel uses itself were kept: {', '.join(changed)}.")
    return frame.rename(columns=names)


def _mention_rows(reviews: pd.DataFrame, mentions: pd.DataFrame | None) -> pd.DataFrame:
    if mentions is None:
        _need(reviews, ("text",), "reviews")
        mentions = find_all(reviews.set_index("review_id")["text"]).rename(columns={"text_id": "review_id"})
    key = next((name for name in ("review_id", "text_id") if name in mentions), None)
    if key is None or "driver" not in mentions or "polarity" not in mentions:
        raise InputError(f"The mentions need the columns {', '.join(MENTION_COLUMNS)}, as find_mentions() gives them.")
    if key == "review_id":
        return mentions[["review_id", "driver", "polarity"]]
    if reviews.index.has_duplicates:
        raise InputError("The reviews' index repeats labels, so the mentions' text_id does not tell their review.")
    ids = reviews["review_id"].reindex(mentions["text_id"]).to_numpy()
    return mentions[["driver", "polarity"]].assign(review_id=ids)


def _exposure_names(topics: bool) -> list[str]:
    drivers = [driver for driver, family in families().items() if topics or family != "topic"]
    return [f"{driver}_{polarity}" for driver in drivers for polarity in POLARITIES]


def _exposures(n_visits: int, mentions: pd.DataFrame, linked: pd.DataFrame) -> pd.DataFrame:
    topics = bool(mentions["driver"].astype("str").str.startswith("topic_").any())
    names = _exposure_names(topics)
    found = mentions["driver"].astype("str") + "_" + mentions["polarity"].astype("str")
    names += sorted(set(found) - set(names))
    visit_of = pd.Series(linked["visit"].to_numpy(), index=linked["review_id"].to_numpy())
    visit = mentions["review_id"].map(visit_of)
    values = np.zeros((len(names), n_visits), dtype=np.int8)
    column = pd.Index(names).get_indexer(pd.Index(found))
    known = visit.notna().to_numpy()
    values[column[known], visit[known].to_numpy(dtype=np.int64)] = 1
    unread = np.ones(n_visits, dtype=bool)
    unread[linked["visit"].to_numpy()] = False
    return pd.DataFrame(
        {name: pd.arrays.IntegerArray(row, unread.copy()) for name, row in zip(names, values, strict=True)}
    )
