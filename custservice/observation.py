"""When observation ends: read off the log, or as the analyst says and within reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from custservice.errors import InputError


def until_the_end(
    visits: pd.DataFrame, until: Any, window_days: int, notes: list[str]
) -> tuple[pd.Timestamp, pd.DataFrame]:
    """Return the end of observation, and the visits until then.

    Parameters
    ----------
    visits
        The whole log.
    until
        A time, or a date: the last moment of that day; None for the latest visit.
    window_days
        The return window; an end much later than the last visit is noted.
    notes
        Sentences for the user, which join this list.

    Raises
    ------
    InputError
        There is no visit, or the end is no date, in the future or before the first visit.
    """
    visits = visits.reset_index(drop=True)
    if visits.empty:
        raise InputError("The visits table has no row, so there is nothing to build a panel from.")
    if until is None:
        return pd.Timestamp(visits["visited_at"].max()), visits
    end = _end_of_observation(until)
    inside = visits["visited_at"] <= end
    if not inside.any():
        raise InputError(
            f"observed_until ({end.date()}) lies before the first visit ({visits['visited_at'].min().date()}): "
            "it is the day until which the log of visits is complete."
        )
    if not inside.all():
        notes.append(f"{int((~inside).sum()):,} visits after {end.date()} (observed_until) were left out.")
    last = visits["visited_at"].max()
    if end - last > pd.Timedelta(days=window_days / 2):
        notes.append(
            f"observed_until ({end.date()}) lies {(end - last).days:,} days after the last visit ({last.date()}): if "
            "the log is not complete until then, returns are missed and every return rate is too low."
        )
    return end, visits[inside].reset_index(drop=True)


def when_known(panel: pd.DataFrame) -> str:
    """Say from when on the outcomes of a panel's reviewed visits are known, "" where most of them are known already.

    Examples
    --------
    >>> panel = pd.DataFrame({"review_id": ["a"], "returned": [None], "time_zero": pd.to_datetime(["2024-03-01"])})
    >>> panel.attrs["window_days"] = 60
    >>> when_known(panel)
    'Whether these customers come back is known 60 days after each visit: on 30 April 2024.'
    """
    reviewed = panel[panel["review_id"].notna()]
    open_, known = reviewed[reviewed["returned"].isna()], int(reviewed["returned"].notna().sum())
    if len(open_) <= known:
        return ""
    window = int(panel.attrs["window_days"])
    first, last = (
        f"{day:%d %B %Y}".lstrip("0") for day in open_["time_zero"].agg(["min", "max"]) + pd.Timedelta(days=window)
    )
    when = f"on {last}" if first == last else f"for the first of them on {first}, for all on {last}"
    few = f"{len(open_):,} of the {len(reviewed):,} reviewed visits are too recent. " if known else ""
    return f"{few}Whether these customers come back is known {window} days after each visit: {when}."


def _end_of_observation(until: Any) -> pd.Timestamp:
    try:
        end = pd.Timestamp(until)
        end = end.tz_convert("UTC").tz_localize(None) if end.tz else end
    except (ValueError, TypeError) as error:
        raise InputError(f"observed_until is {until!r}, but must be a date such as 2024-06-30.") from error
    if pd.isna(end):
        raise InputError("observed_until is no date; leave it out, or give a date such as 2024-06-30.")
    # Today here or in Greenwich, whichever is later: times without a zone may be local or UTC.
    today = max(dt.datetime.now().date(), dt.datetime.now(dt.UTC).date())
    if end.date() > today:
        raise InputError(
            f"observed_until ({end.date()}) lies in the future, which nobody has observed: "
            "give the day until which the log of visits is complete."
        )
    # The last moment of the day, not the first of the next: a return on that one would not have been seen.
    whole_day = end == end.normalize()
    return end + pd.Timedelta(days=1) - pd.Timedelta(1, unit="us") if whole_day else end
