"""What was read, what was set aside, what is missing, and who reviews: the tables of the data-quality notebook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custservice.panel import is_readable
from custservice.rates import LEAST_CELL, every_month
from custservice.words import percent

if TYPE_CHECKING:
    from custservice.study import Study


def rows_read(study: Study) -> pd.DataFrame:
    """Return per table: rows in, kept, set aside (rows in = kept + set aside); of the whole files, for a part too."""
    aside = study.quarantine["table"].value_counts() if len(study.quarantine) else pd.Series(dtype="int64")
    rows = []
    for name, loaded in study.loaded.items():
        kept, out = len(loaded.table), int(aside.get(name, 0))
        rows.append({"table": name, "rows_in": kept + out, "kept": kept, "set_aside": out})
    return pd.DataFrame(rows)


def verdict(study: Study) -> str:
    """Say in short whether the data can carry the question: rows read, reviews linked, outcomes known."""
    read = rows_read(study)
    total, aside = int(read["rows_in"].sum()), int(read["set_aside"].sum())
    panel = study.panel
    usable = int((panel["review_id"].notna() & panel["returned"].notna()).sum())
    lost = "none were" if not aside else f"{aside:,} ({percent(aside / total)}) {'was' if aside == 1 else 'were'}"
    text = f"{total:,} rows came in and {lost} set aside. "
    if not study.stand_in:
        linked = int(panel["review_id"].notna().sum())
        readable = int(is_readable(study.reviews).sum())
        text += f"{percent(linked / max(readable, 1))} of the reviews that can be read belong to a visit. "
    return text + f"{usable:,} reviewed visits have a known outcome: on these all effects rest."


def reasons(study: Study) -> pd.DataFrame:
    """Return why rows were set aside: table, reason, rows."""
    if not len(study.quarantine):
        return pd.DataFrame({"table": [], "reason": [], "rows": []}).astype({"rows": "int64"})
    return study.quarantine.groupby(["table", "reason"]).size().rename("rows").reset_index()


def coverage(frame: pd.DataFrame) -> pd.DataFrame:
    """Return per column: how many rows hold a value, their share in percent, and how many values differ."""
    filled = frame.notna().sum()
    table = pd.DataFrame({"column": frame.columns.astype(str), "filled": filled.to_numpy()})
    table["percent"] = 100 * table["filled"] / max(len(frame), 1)
    table["different"] = [int(frame[c].nunique()) for c in frame]
    return table


def languages(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return reviews by language and whether they are read for mentions, most frequent first."""
    language: pd.Series[Any] = reviews["language"] if "language" in reviews else pd.Series("en", index=reviews.index)
    table = language.fillna("unknown").value_counts().rename_axis("language").rename("reviews").reset_index()
    table["percent"] = 100 * table["reviews"] / max(len(reviews), 1)
    table["read_for_mentions"] = np.where(table["language"].isin(["en", "unknown"]), "yes", "no")
    return table


def linkage(study: Study, days: Sequence[int] = (7, 30)) -> pd.DataFrame:
    """Return how many readable reviews find their visit, for several link times.

    One row per link time: link_days, readable reviews, visits with a review, their share of the reviews, and the
    share of the visits that is reviewed (percent). No row where the reviews stand in for visits.
    """
    columns = ["link_days", "readable_reviews", "visits_with_review", "percent_linked", "percent_of_visits"]
    if study.stand_in:
        return pd.DataFrame(columns=columns)
    readable = int(is_readable(study.reviews).sum())
    rows = []
    for allowed in days:
        panel = study.panel_for(link_days=allowed)
        linked = int(panel["review_id"].notna().sum())
        row: dict[str, Any] = {"link_days": allowed, "readable_reviews": readable, "visits_with_review": linked}
        row |= {
            "percent_linked": 100 * linked / max(readable, 1),
            "percent_of_visits": 100 * linked / max(len(panel), 1),
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=columns)


def follow_up(panel: pd.DataFrame) -> pd.DataFrame:
    """Return per month of time zero, empty months too: visits, reviewed visits, and visits with a known outcome."""
    month = panel.groupby("month")
    counts = month.agg(
        visits=("visit_id", "size"), reviewed=("review_id", "count"), outcome_known=("returned", "count")
    )
    return every_month(counts).reset_index()


def panel_counts(panel: pd.DataFrame) -> pd.DataFrame:
    """Return what a panel holds, in rows of ``what`` and ``number``."""
    reviewed, known = panel["review_id"].notna(), panel["returned"].notna()
    numbers = {
        "visits": len(panel),
        "customers": panel["customer_id"].nunique(),
        "locations": panel["location_id"].nunique(),
        "visits with a review that was read": int(reviewed.sum()),
        "visits with a known outcome": int(known.sum()),
        "of these, followed by a return": int(panel["returned"].sum()),
        "reviewed visits with a known outcome": int((reviewed & known).sum()),
        "of these, followed by a return (reviewed)": int(panel.loc[reviewed, "returned"].sum()),
    }
    return pd.DataFrame({"what": list(numbers), "number": list(numbers.values())})


def publishable(frame: pd.DataFrame, *counts: str) -> pd.DataFrame:
    """Blank the numbers of rows in which one of the named counts is 1 to 4; the first count itself stays readable.

    Examples
    --------
    >>> rates = pd.DataFrame({"place": ["a", "b"], "n": [3, 30], "rate": [33.3, 50.0]})
    >>> publishable(rates, "n")["rate"].tolist()
    [nan, 50.0]
    """
    small = frame[list(counts)].apply(lambda column: column.between(1, LEAST_CELL - 1)).any(axis=1)
    shown = frame.copy()
    for column in frame.columns[[pd.api.types.is_numeric_dtype(t) for t in frame.dtypes]]:
        whole = pd.api.types.is_integer_dtype(frame[column])
        hidden = small if column != counts[0] else frame[column].between(1, LEAST_CELL - 1)
        shown[column] = (shown[column].astype("Int64") if whole else shown[column]).mask(hidden)
    return shown


def hide_small(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank each whole number from 1 to 4.

    Examples
    --------
    >>> hide_small(pd.DataFrame({"reason": ["no text", "no date"], "rows": [9, 2]}))["rows"].tolist()
    [9, <NA>]
    """
    shown = frame.copy()
    for column in frame.columns[[pd.api.types.is_integer_dtype(t) for t in frame.dtypes]]:
        shown[column] = shown[column].astype("Int64").mask(shown[column].between(1, LEAST_CELL - 1))
    return shown


def who_reviews(panel: pd.DataFrame) -> pd.DataFrame:
    """Compare reviewed visits with the others; percentages are of the rows where the value is known.

    Without unreviewed visits there is nothing to compare, and no row.
    """
    if panel["review_id"].notna().all():
        return pd.DataFrame()
    reviewed = np.where(panel["review_id"].notna(), "reviewed", "not reviewed")
    rows = []
    for group in ("reviewed", "not reviewed"):
        part = panel[reviewed == group]
        if part.empty:
            continue
        row: dict[str, Any] = {"visits": group, "number": len(part)}
        row["first_visits_percent"] = 100 * float(part["first_visit"].mean())
        row["mean_prior_visits"] = float(part["prior_visits"].mean())
        row["returned_percent"] = (
            100 * float(part["returned"].astype("Float64").mean()) if part["returned"].notna().any() else np.nan
        )
        if "spend" in part:
            row["mean_spend"] = float(part["spend"].mean())
        rows.append(row)
    return pd.DataFrame(rows)


def period(panel: pd.DataFrame) -> str:
    """Return the period of a panel in words.

    Examples
    --------
    >>> period(pd.DataFrame({"time_zero": pd.to_datetime(["2024-01-05", "2025-03-01"])}))
    'January 2024 to March 2025'
    """
    first, last = panel["time_zero"].min(), panel["time_zero"].max()
    if pd.isna(first):
        return "no visits"
    start, end = f"{first:%B %Y}", f"{last:%B %Y}"
    return start if start == end else f"{start} to {end}"
