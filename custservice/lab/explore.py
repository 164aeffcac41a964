"""What a selection shows: the trend, the quotes and the return curve of one behaviour, by the functions of the reports.

Nothing here knows of widgets: `widget` puts it behind controls.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice import figures
from custservice.coming_back import NEITHER, driver_curves
from custservice.errors import EstimationError, NothingToReportError, StudyError, did_you_mean
from custservice.figures import Picture
from custservice.observation import when_known
from custservice.panel import exposure_columns
from custservice.part import Part, choose
from custservice.quality import period
from custservice.quotes import choose_quotes, study_mask
from custservice.rates import LEAST_CELL, staff_rates
from custservice.tables import POLARITIES
from custservice.words import plain

if TYPE_CHECKING:
    from custservice.study import Study

#: Lengths of time that a trend may count by.
BY = ("month", "quarter")
#: Quotes shown of praise, and of blame.
_QUOTES = 4
#: So many places and periods stay at hand, so that another driver of the same one is shown at once.
_KEPT = 8


@dataclass(frozen=True)
class Selection:
    """What is looked at.

    Attributes
    ----------
    driver
        Such as ``"courtesy"``.
    polarity
        ``"praise"``, ``"blame"``, or "" for both.
    location
        One location's id, "" for all.
    since, until
        First and last month, such as ``"2024-01"``; "" leaves it open.
    by
        What the trend counts by: ``"month"`` or ``"quarter"``.
    """

    driver: str
    polarity: str = ""
    location: str = ""
    since: str = ""
    until: str = ""
    by: str = "month"

    @property
    def polarities(self) -> tuple[str, ...]:
        """Praise, blame or both."""
        return (self.polarity,) if self.polarity else POLARITIES


@dataclass(frozen=True)
class View:
    """What a selection shows.

    Attributes
    ----------
    about
        Whose reviews, of what time, and how many of them mention the driver, in one or two sentences.
    trend, curve
        Pictures; where there is nothing to draw they are empty, and their ``alt`` says why.
    quotes
        For each polarity its quotes, as `custservice.quotes.choose_quotes` returns them; without rows where too few
        mentions stand behind them.
    """

    about: str
    trend: Picture
    curve: Picture
    quotes: dict[str, pd.DataFrame] = field(repr=False)


class Explorer:
    """Answers selections of one study; places and periods looked at last stay at hand.

    Parameters
    ----------
    study
        As `custservice.open_study` or `custservice.choose` return it.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._part = lru_cache(_KEPT)(self._choose)

    @cached_property
    def drivers(self) -> list[str]:
        """Drivers that the study's reviews mention, the most mentioned first."""
        panel = self.study.panel
        counts = panel[exposure_columns(panel)].sum()
        by_driver = counts.groupby(counts.index.str.rpartition("_").get_level_values(0)).sum()
        found = by_driver[by_driver > 0].sort_index().sort_values(ascending=False, kind="stable")
        return [str(driver) for driver in found.index]

    @cached_property
    def locations(self) -> list[str]:
        """Ids of all locations in order."""
        return sorted(map(str, self.study.panel["location_id"].dropna().unique()))

    @cached_property
    def months(self) -> list[str]:
        """All months from the first visit to the last, such as ``"2024-01"``."""
        times = self.study.panel["time_zero"]
        return list(pd.period_range(times.min(), times.max(), freq="M").strftime("%Y-%m"))

    def show(self, selection: Selection) -> View:
        """Return what a selection shows.

        Raises
        ------
        StudyError
            There is no such driver, or the trend cannot count by that.
        """
        if selection.driver not in self.drivers:
            raise StudyError(f"No review mentions '{selection.driver}'{did_you_mean(selection.driver, self.drivers)}.")
        if selection.by not in BY:
            raise StudyError(f"A trend counts by {' or '.join(BY)}, not by '{selection.by}'.")
        try:
            part = self._part(selection.location, selection.since, selection.until)
        except NothingToReportError as none:
            nothing = figures.nothing("Nothing to draw", "There is no visit to draw.")
            return View(str(none), nothing, nothing, {})
        least = self.study.config.report.min_reviews
        rates = trend_of(part.panel, selection.driver, selection.polarity, by=selection.by, min_reviews=least)
        trend = figures.trend(rates, _where(part))
        curve = curve_of(part, selection.driver, selection.polarity)
        return View(_about(part, selection), trend, curve, self._said(part, selection))

    def _choose(self, location: str, since: str, until: str) -> Study:
        chosen = choose(self.study, location=location, since=since, until=until)
        chosen.mentions, chosen.reviews  # noqa: B018  (computed here, once)
        return chosen

    def _said(self, part: Study, selection: Selection) -> dict[str, pd.DataFrame]:
        most = _QUOTES if self.study.config.report.quotes else 0  # a study may ask for no quotes at all
        mask = study_mask(self.study)
        return {
            polarity: choose_quotes(part.reviews, part.mentions, selection.driver, polarity, most, mask)
            for polarity in selection.polarities
        }


def trend_of(
    panel: pd.DataFrame, driver: str, polarity: str = "", *, by: str = "month", min_reviews: int = 30
) -> pd.DataFrame:
    """Count how often reviews mention one driver, month by month or quarter by quarter.

    Parameters
    ----------
    panel
        As `custservice.build_panel` returns it.
    driver, polarity
        Such as ``"courtesy"`` and ``"blame"``; "" counts both.
    by
        ``"month"`` or ``"quarter"``.
    min_reviews
        Times with fewer reviews keep their row, but their rates are missing.

    Returns
    -------
    DataFrame
        Row per month (``"2024-01"``) or quarter (``"2024 Q1"``), empty ones too: its name, visits, reviews,
        reviewing_rate and per polarity its rate, low and high per 100 reviews, as `custservice.rates.staff_rates`
        returns them. ``attrs``: ``driver``, ``min_reviews``, ``overall`` (polarity -> rate of all times together).

    Examples
    --------
    >>> panel = pd.DataFrame({"review_id": range(40), "customer_id": range(40), "month": ["2024-01", "2024-05"] * 20,
    ...     "courtesy_blame": [1, 0, 0, 0] * 10})
    >>> rates = trend_of(panel, "courtesy", "blame", by="quarter", min_reviews=5)
    >>> rates[["quarter", "reviews", "blame"]].values.tolist()
    [['2024 Q1', 20, 50.0], ['2024 Q2', 20, 0.0]]
    """
    shown = (polarity,) if polarity else POLARITIES
    frame = panel[["review_id", "customer_id", "month"]].copy()
    for name in POLARITIES:
        frame[f"{driver}_{name}"] = _mentions(panel, driver, name)
    if by == "quarter":
        frame["quarter"] = pd.PeriodIndex(frame["month"], freq="M").asfreq("Q")
    rates = staff_rates(frame, by, min_reviews=min_reviews)
    if by == "quarter":
        rates = _every_quarter(rates)
    hidden = [c for c in rates if str(c).startswith(POLARITIES) and not str(c).startswith(shown)]
    rates = rates.drop(columns=hidden)
    reviewed = frame[frame["review_id"].notna()]
    overall = {name: 100 * float(reviewed[f"{driver}_{name}"].mean()) for name in shown}
    rates.attrs = {"driver": driver, "min_reviews": min_reviews, "overall": overall}
    return rates


def curve_of(study: Study, driver: str, polarity: str = "") -> Picture:
    """Draw who has come back by which day after praise of a driver, blame of it, and neither.

    A place with too few such reviews is shown the curve of all places, and told so; where there is no curve to draw,
    the picture is empty and says why.

    Parameters
    ----------
    study
        Or a part of it.
    driver, polarity
        Such as ``"courtesy"`` and ``"blame"``; "" shows both.
    """
    panel, window = study.panel, study.config.window_days
    early = when_known(panel)
    if early:
        return figures.nothing("Who came back", early)
    try:
        return figures.return_curves(_one_side(driver_curves(panel, driver, window), polarity), _where(study))
    except EstimationError as few:
        if isinstance(study, Part) and study.place_column:
            drawn = curve_of(study.chain, driver, polarity)
            note = f"{study.choice.place} has too few such reviews, so all places are shown. {drawn.subtitle}"
            return replace(drawn, subtitle=note)
        return figures.nothing("Who came back", str(few))


def _one_side(curves: pd.DataFrame, polarity: str) -> pd.DataFrame:
    """Leave out the curve of the polarity that was not asked for."""
    if not polarity:
        return curves
    visits = {name: n for name, n in curves.attrs["visits"].items() if name in (polarity, NEITHER)}
    if polarity not in visits:
        raise EstimationError(f"Too few reviewed visits mention {plain(curves.attrs['driver'], polarity)} for a curve.")
    kept = curves[curves["group"].isin(list(visits))].reset_index(drop=True)
    kept.attrs = {**curves.attrs, "visits": visits}
    return kept


def _about(part: Study, selection: Selection) -> str:
    panel = part.panel
    reviewed = panel[panel["review_id"].notna()]
    said = f"{_where(part)}: {len(reviewed):,} reviews of {len(panel):,} visits."
    if reviewed["customer_id"].nunique() < LEAST_CELL:
        return f"{said} Fewer than {LEAST_CELL} customers wrote them: too few to show anything."
    counts = []
    for polarity in selection.polarities:
        n = int(_mentions(reviewed, selection.driver, polarity).sum())
        counts.append(f"{n:,} mention {plain(selection.driver, polarity)} ({100 * n / len(reviewed):.1f} of 100)")
    return f"{said} {'; '.join(counts)}."


def _mentions(panel: pd.DataFrame, driver: str, polarity: str) -> pd.Series[Any]:
    """Return 1 for each visit whose review mentions it; a driver of a study's own may be praised only."""
    column = f"{driver}_{polarity}"
    return panel[column].fillna(0) if column in panel else pd.Series(0, index=panel.index)


def _every_quarter(rates: pd.DataFrame) -> pd.DataFrame:
    if rates.empty:
        return rates
    whole = pd.period_range(rates["quarter"].min(), rates["quarter"].max(), freq="Q")
    filled = rates.set_index("quarter").reindex(whole)
    filled = filled.fillna({"visits": 0, "reviews": 0}).astype({"visits": "int64", "reviews": "int64"})
    filled.insert(0, "quarter", [f"{q.year} Q{q.quarter}" for q in whole])
    return filled.reset_index(drop=True)


def _where(part: Study) -> str:
    return f"{part.title}, {period(part.panel)}"


def explore(study: Study) -> Any:
    """Show a study behind controls: choose place, period and behaviour, see trend, return curve and quotes.

    Parameters
    ----------
    study
        As `custservice.open_study` or `custservice.choose` return it.

    Returns
    -------
    custservice.lab.widget.Explore
        A widget for JupyterLab; where it cannot be shown, `Explorer` answers the same questions.

    Raises
    ------
    NothingToReportError
        No review of the study mentions staff.

    Examples
    --------
    In a notebook::

        cs.explore(cs.open_study("study.toml"))
    """
    explorer = Explorer(study)
    if not explorer.drivers:
        raise NothingToReportError("No review of this study mentions staff, so there is nothing to explore.")
    from custservice.lab.widget import Explore  # ipywidgets is imported only where it is wanted

    return Explore(explorer)
