"""Curves of returning after praise, blame and neither, with the numbers still at risk beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custservice.figures.base import COLOUR, MARK, Picture, canvas, spread, styled
from custservice.words import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 5
_MARKS = 8
#: Fewest points of a hundred between two names at the end of curves.
_APART = 0.055


@styled
def return_curves(curves: pd.DataFrame, source: str) -> Picture:
    """Draw which share has come back by each day, shaded intervals, and how many were still at risk.

    Parameters
    ----------
    curves
        As `custservice.coming_back.driver_curves` returns it.
    source
        Whose visits, for the subtitle.
    """
    driver, visits = str(curves.attrs["driver"]), curves.attrs["visits"]
    last = int(curves["day"].max())
    figure, (upper, lower) = canvas(4.2, nrows=2, sharex=True, height_ratios=[5.2, 0.3 + 0.45 * len(visits)])
    ends, said = [], []
    for group in visits:
        rows = curves[curves["group"] == group].dropna(subset=["share"])
        colour = COLOUR.get(group, COLOUR["quiet"])
        upper.fill_between(
            rows["day"], 100 * rows["low"], 100 * rows["high"], step="post", color=colour, alpha=0.16, lw=0
        )
        front = 3 if group in MARK else 2
        upper.step(rows["day"], 100 * rows["share"], where="post", color=colour, linewidth=1.8, zorder=front)
        if group in MARK:
            shown = rows.iloc[max(1, len(rows) // _MARKS) :: max(1, len(rows) // _MARKS)]
            upper.plot(shown["day"], 100 * shown["share"], MARK[group], color=colour, markersize=4.5)
        end = rows.iloc[-1]
        ends.append((100 * float(end["share"]), group))
        said.append((_words(driver, group), end))
    upper.set_xlim(0, last)
    upper.set_ylim(bottom=0)
    upper.set_ylabel("% that came back by then")
    upper.grid(visible=True, axis="both")
    _names_at_the_end(upper, ends, last)
    _at_risk(lower, curves, list(visits), last)
    title = f"Within {last} days " + ", ".join(
        f"{100 * end['share']:.0f}% {'came back ' if not i else ''}after {words}" for i, (words, end) in enumerate(said)
    )
    subtitle = f"Share of reviewed visits followed by a return (Kaplan-Meier), {source}, n = {sum(visits.values()):,}"
    alt = "; ".join(
        f"{words} {100 * end['share']:.0f}% ({100 * end['low']:.0f} to {100 * end['high']:.0f})" for words, end in said
    )
    return Picture(figure, title, subtitle, f"Came back within {last} days: {alt}. Numbers at risk stand beneath.")


def _words(driver: str, group: str) -> str:
    return plain(driver, group) if group in MARK else "neither"


def _names_at_the_end(axes: Axes, ends: list[tuple[float, str]], last: int) -> None:
    """Write each group's name where its curve ends, moved apart where curves meet."""
    places = spread([share for share, _ in ends], _APART * axes.get_ylim()[1])
    for place, (_, group) in zip(places, ends, strict=True):
        colour = COLOUR.get(group, "#5F5F5F")
        axes.annotate(f" {group}", (last, place), color=colour, va="center", fontweight="bold", annotation_clip=False)


def _at_risk(axes: Axes, curves: pd.DataFrame, groups: list[str], last: int) -> None:
    days = curves["day"].unique()
    ticks = [float(days[np.abs(days - day).argmin()]) for day in np.linspace(0, last, _TICKS)]
    axes.set_xticks(ticks, [f"{day:.0f}" for day in ticks])
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    for place, group in enumerate(groups):
        counts = curves[curves["group"] == group].set_index("day")["at_risk"]
        axes.get_yticklabels()[place].set_color(COLOUR.get(group, "#5F5F5F"))
        for i, day in enumerate(ticks):
            text = "<5" if np.isnan(counts[day]) else f"{counts[day]:,.0f}"
            side = "left" if i == 0 else "right" if i == len(ticks) - 1 else "center"
            axes.annotate(text, (day, place), ha=side, va="center", fontsize=8.5, annotation_clip=False)
    axes.set_xlabel("days after the review\n(numbers: visits still watched, no return yet)")
    axes.tick_params(axis="y", pad=8)
