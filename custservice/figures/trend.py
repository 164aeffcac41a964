"""How often one behaviour is mentioned, month by month or quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from custservice.figures.base import COLOUR, MARK, Picture, canvas, nothing, spread, styled
from custservice.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 6
#: Praise and blame of the same time stand so far apart that neither hides the other's interval.
_APART = {"praise": -0.1, "blame": 0.1}


@styled
def trend(rates: pd.DataFrame, source: str) -> Picture:
    """Draw how often one driver is praised and blamed per 100 reviews over time, each with its interval.

    Parameters
    ----------
    rates
        As `custservice.lab.trend_of` returns it.
    source
        Whose reviews, for the subtitle.
    """
    by, driver = str(rates.columns[0]), str(rates.attrs["driver"])
    polarities = [polarity for polarity in MARK if polarity in rates]
    title = f"{sentence(driver.replace('_', ' '))} by {by}"
    known = rates.dropna(subset=polarities)
    if known.empty:
        least = rates.attrs["min_reviews"]
        longer = "; quarters hold more" if by == "month" else ""
        return nothing(title, f"No {by} has {least} reviews of this choice, too few to draw a trend{longer}.")
    figure, axes = canvas(3.2)
    x = np.arange(len(rates), dtype=np.float64)
    for polarity in polarities:
        colour, at = COLOUR[polarity], x + (_APART[polarity] if len(polarities) > 1 else 0.0)
        axes.vlines(at, rates[f"{polarity}_low"], rates[f"{polarity}_high"], color=colour, alpha=0.4, linewidth=1.6)
        axes.plot(at, rates[polarity], color=colour, marker=MARK[polarity], markersize=4)
    _names_at_the_end(axes, rates, polarities)
    step = max(1, -(-len(rates) // _TICKS))
    axes.set_xticks(x[::step], rates[by][::step])
    axes.tick_params(axis="x", pad=8)
    axes.set_xlim(-0.5, len(rates) - 0.5)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("per 100 reviews")
    axes.grid(visible=True, axis="y")
    axes.grid(visible=False, axis="x")
    hidden = len(rates) - len(known)
    left = f"; {hidden} of {len(rates)} {by}s have too few reviews" if hidden else ""
    subtitle = f"Mentions per 100 reviews by {by} (lines: 95% intervals), {source}, {rates['reviews'].sum():,} reviews"
    overall = rates.attrs["overall"]
    said = " and ".join(f"{_rate(overall[polarity])} mention {plain(driver, polarity)}" for polarity in polarities)
    spans = "; ".join(_span(known[polarity], plain(driver, polarity)) for polarity in polarities)
    when = f"{known[by].iloc[0]} to {known[by].iloc[-1]}"
    return Picture(figure, f"Of 100 reviews, {said}", subtitle + left, f"Per 100 reviews by {by}, {when}: {spans}.")


def _rate(value: float) -> str:
    return f"{value:.1f}"


def _span(rates: pd.Series[Any], words: str) -> str:
    return f"{words} {_rate(rates.min())} to {_rate(rates.max())}"


def _names_at_the_end(axes: Axes, rates: pd.DataFrame, polarities: list[str]) -> None:
    """Write each polarity's name where its line ends, apart where the lines meet."""
    ends = [float(rates[polarity].dropna().iloc[-1]) for polarity in polarities]
    highest = float(np.nanmax(rates[[f"{polarity}_high" for polarity in polarities]]))
    for polarity, place in zip(polarities, spread(ends, 0.07 * highest), strict=True):
        at = (len(rates) - 0.6, place)
        axes.annotate(f" {polarity}", at, color=COLOUR[polarity], va="center", fontweight="bold", annotation_clip=False)
