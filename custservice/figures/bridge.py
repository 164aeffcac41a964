"""From the "impact" that commercial tools print to the effect here, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from custservice.figures.base import COLOUR, INK, MARK, Picture, canvas, nothing, styled
from custservice.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STEPS = ("impact as tools print it", "less confounding", "what remains")


@styled
def waterfall(bridge: pd.DataFrame, measure: str, most: int = 4) -> Picture:
    """Draw for the themes with the largest impact how confounding is taken out of it, with intervals.

    Parameters
    ----------
    bridge
        As `custservice.regression.vendor_bridge` returns it.
    measure
        The measure, the period and n.
    most
        How many themes.
    """
    if bridge.empty:
        return nothing('From "impact" to effect', "No impact could be led to an effect.")
    rows = bridge.loc[bridge["impact"].abs().sort_values(ascending=False).index[:most]].to_dict("records")
    figure, axes = canvas(0.9 + 1.3 * len(rows))
    ticks: list[float] = []
    labels: list[str] = []
    said: list[str] = []
    for number, row in enumerate(rows):
        top, words = 4.4 * number, sentence(plain(row["driver"], row["polarity"]))
        axes.annotate(words, (0, top), xycoords=("axes fraction", "data"), fontweight="bold", va="center")
        _steps(axes, row, top)
        ticks += [top + 1, top + 2, top + 3]
        labels += _STEPS
        said.append(
            f"{words}: impact {row['impact']:+.1f}, confounding {row['confounding']:+.1f} "
            f"({row['confounding_low']:+.1f} to {row['confounding_high']:+.1f}), what remains {row['adjusted']:+.1f} "
            f"({row['low']:+.1f} to {row['high']:+.1f})"
        )
    axes.axvline(0, color=INK, linewidth=1, zorder=0)
    axes.set_yticks(ticks, labels)
    axes.set_ylim(4.4 * len(rows) - 0.6, -0.7)
    axes.set_xlabel("returns per 1,000 reviewed visits (lines: 95% intervals)")
    return Picture(figure, _title(rows), measure, f"{'; '.join(said)}.")


def _steps(axes: Axes, row: dict[Any, Any], top: float) -> None:
    """Draw the impact from zero, what confounding takes off its end, and what remains with its interval."""
    impact, left, colour = row["impact"], row["adjusted"], COLOUR[row["polarity"]]
    axes.barh(top + 1, impact, 0.62, color="#C9CED4")
    axes.barh(
        top + 2, left - impact, 0.62, left=impact, color="white", edgecolor="#6F7781", hatch="////", linewidth=0.8
    )
    ends = [impact - row["confounding_low"], impact - row["confounding_high"]]
    axes.plot(ends, [top + 2] * 2, color=INK, linewidth=1.2)
    axes.plot([impact] * 2, [top + 0.69, top + 2.31], color=INK, linewidth=0.6)
    axes.plot([left] * 2, [top + 1.69, top + 3], color=INK, linewidth=0.6)
    sure = row["low"] > 0 or row["high"] < 0
    axes.barh(top + 3, left, 0.62, color=colour, alpha=0.3)
    axes.plot([row["low"], row["high"]], [top + 3] * 2, color=colour)
    axes.plot(left, top + 3, MARK[row["polarity"]], color=colour, markerfacecolor=colour if sure else "white")
    for place, text in ((1, f"{impact:+.1f}"), (2, f"{-row['confounding']:+.1f}"), (3, f"{left:+.1f}")):
        weight = "bold" if place == 3 else "normal"
        at = (1.02, top + place)
        axes.annotate(
            text.replace("-", "\N{MINUS SIGN}"),
            at,
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            fontweight=weight,
        )


def _title(rows: list[dict[Any, Any]]) -> str:
    apart = [row for row in rows if row["confounding_low"] > 0 or row["confounding_high"] < 0]
    first = rows[0]
    words = sentence(plain(first["driver"], first["polarity"]))
    if not apart:
        told = f"of {len(rows)} themes" if len(rows) > 1 else "of this theme"
        return f"Confounding changes the impact {told} by no more than chance could"
    if len(rows) == 1:
        return f"{words}: {first['adjusted']:+.1f} of an impact of {first['impact']:+.1f} remain"
    most = max(apart, key=lambda row: abs(row["confounding"]))
    words = sentence(plain(most["driver"], most["polarity"]))
    return f"{words}: an impact of {most['impact']:+.1f} becomes {most['adjusted']:+.1f} without confounding"
