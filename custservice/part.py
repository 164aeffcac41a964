"""A study seen through a choice: its rows of one place or period, its outcomes from the whole log.

The panel is built once on all visits. A choice picks *index* rows of it afterwards, so that a return in another month
still counts; only ``as_of`` cuts the log itself.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import pandas as pd

from custservice.cache import Cache, hash_of
from custservice.choice import Choice
from custservice.errors import NothingToReportError, ReportError, did_you_mean
from custservice.loaders import Loaded
from custservice.study import Study
from custservice.tables import TableName

_ALMOST_A_DAY = pd.Timedelta(days=1) - pd.Timedelta(1, unit="us")


def choose(
    study: Study, *, location: str = "", staff: str = "", since: str = "", until: str = "", as_of: str = ""
) -> Study:
    """Return the part of a study that a report is about; the study itself where nothing is chosen.

    Parameters
    ----------
    study
        As `custservice.open_study` returns it.
    location, staff, since, until, as_of
        See `custservice.choice.Choice`; "" leaves a part open.

    Raises
    ------
    ReportError
        There is no such location or person, or a day is none.
    NothingToReportError
        There is no such visit.
    """
    choice = Choice(location, staff, since, until, as_of).checked()
    if choice == Choice():
        return study
    then = _Then(study, choice.as_of) if choice.as_of else study
    rows = Choice(choice.location, choice.staff, choice.since, choice.until)
    part = Part(then, rows, choice.as_of)
    if part.panel.empty:
        span = study.visits["visited_at"]
        what = " ".join(word for word in (choice.place and f"of {choice.place}", choice.when) if word)
        raise NothingToReportError(
            f"There is no visit {what}: the log holds visits from {span.min():%Y-%m-%d} to {span.max():%Y-%m-%d}."
        )
    return part


def chain_of(study: Study) -> Study:
    """Return the study whose effects speak for this one: a part of one place, or person, uses those of all."""
    return study.chain if isinstance(study, Part) else study


class _Borrowed(Study):
    """A study that reads nothing itself: files, cache and what was set aside are those of another."""

    def __init__(self, whole: Study) -> None:
        super().__init__(whole.path, whole.config)
        self.whole = whole

    @property
    def title(self) -> str:
        return self.whole.title

    @cached_property
    def _reviews(self) -> Loaded:
        return self.whole._reviews

    @cached_property
    def _visits(self) -> Loaded | None:
        return self.whole._visits

    @cached_property
    def _hashes(self) -> dict[TableName, list[tuple[str, str]]]:
        return self.whole._hashes

    @cached_property
    def _cache(self) -> Cache:
        return self.whole._cache

    @cached_property
    def scored_mentions(self) -> pd.DataFrame:
        """Mentions in the reviews of this part."""
        found = self.whole.scored_mentions
        return found[found["review_id"].isin(self.reviews["review_id"])].reset_index(drop=True)


class _Then(_Borrowed):
    """What was known of a study at the end of a day."""

    def __init__(self, whole: Study, day: str) -> None:
        super().__init__(whole)
        self._end = pd.Timestamp(day) + _ALMOST_A_DAY
        first = whole.visits["visited_at"].min()
        if self._end < first:
            raise NothingToReportError(f"Nothing was known on {day}: the first visit is of {first:%Y-%m-%d}.")
        known = whole.config.observed_until
        ends = whole.visits["visited_at"].max() if known is None else pd.Timestamp(known)
        if self._end < ends:  # a later day knows no more than the log does
            until = dt.date.fromisoformat(day)
            self.config = whole.config.model_copy(update={"observed_until": until})

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """Reviews written by then."""
        table = self.whole.reviews
        return table[table["reviewed_at"] <= self._end].reset_index(drop=True)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """Visits made by then."""
        table = self.whole.visits
        return table[table["visited_at"] <= self._end].reset_index(drop=True)

    def _made(self, table: TableName) -> str:
        return hash_of(super()._made(table), self._end.isoformat())


class Part(_Borrowed):
    """The rows of a study that a choice picks; made by `choose`.

    Attributes
    ----------
    whole
        The study they come from, cut at ``as_of`` where one was given.
    choice
        What was chosen, without ``as_of``.
    as_of
        The day on which this was known, "" for today.
    """

    def __init__(self, whole: Study, choice: Choice, as_of: str = "") -> None:
        super().__init__(whole)
        self.choice = choice
        self.as_of = as_of
        self._chosen: dict[str, pd.DataFrame] = {}
        self._check()

    @property
    def title(self) -> str:
        """Study and place, as the reports are called."""
        known = f" (as known on {self.as_of})" if self.as_of else ""
        return f"{self.whole.title}{': ' if self.choice.place else ''}{self.choice.place}{known}"

    @cached_property
    def chain(self) -> Study:
        """All places in the same period: whose effects a single place is told."""
        if not self.choice.place:
            return self
        period = Choice(since=self.choice.since, until=self.choice.until)
        return Part(self.whole, period, self.as_of) if period != Choice() else self.whole

    @property
    def place_column(self) -> str:
        """The column of the panel that this part holds one value of, "" for none."""
        return "staff_id" if self.choice.staff else "location_id" if self.choice.location else ""

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """Reviews of this place and period, linked to a visit or not."""
        table = self.whole.reviews
        rows = _within(table["reviewed_at"], self.choice)
        if self.choice.location:
            rows &= table["location_id"] == self.choice.location
        if self.choice.staff:
            rows &= table["review_id"].isin(self.panel["review_id"].dropna())
        return table[rows].reset_index(drop=True)

    @cached_property
    def visits(self) -> pd.DataFrame:
        """The visits of the index rows."""
        table = self.whole.visits
        return table[table["visit_id"].isin(self.panel["visit_id"])].reset_index(drop=True)

    def panel_for(self, **changes: Any) -> pd.DataFrame:
        """Return the index rows of the panel that the whole log makes under other settings."""
        key = hash_of(changes)
        if key not in self._chosen:
            panel = self.whole.panel_for(**changes)
            rows = _within(panel["time_zero"], self.choice)
            for column, value in (("location_id", self.choice.location), ("staff_id", self.choice.staff)):
                if value:
                    rows &= panel[column].eq(value).fillna(False).astype(bool)
            chosen = panel[rows].reset_index(drop=True)
            chosen.attrs = panel.attrs
            self._chosen[key] = chosen
        return self._chosen[key]

    def compare(self, specifications: Any = None) -> pd.DataFrame:
        """Ask the same question in other ways, of all places in this period."""
        return super().compare(specifications) if self.chain is self else self.chain.compare(specifications)

    def _check(self) -> None:
        panel = self.whole.panel
        for column, value in (("location_id", self.choice.location), ("staff_id", self.choice.staff)):
            if not value:
                continue
            what = column.removesuffix("_id")
            if column not in panel:
                raise ReportError(f"The study has no column '{column}', so '{what}' cannot be chosen.")
            ids = panel[column].dropna().unique()
            if value not in ids:
                raise ReportError(f"There is no {what} '{value}'{did_you_mean(value, map(str, ids))}.")


def _within(times: pd.Series[Any], choice: Choice) -> pd.Series[bool]:
    rows = pd.Series(True, index=times.index)
    if choice.since:
        rows &= times >= pd.Timestamp(choice.since)
    if choice.until:
        rows &= times <= pd.Timestamp(choice.until) + _ALMOST_A_DAY
    return rows
