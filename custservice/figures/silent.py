"""What could the silent ones change? Unhappy visits as heard, weighted, under stated chances, and at worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custservice.figures.base import INK, Picture, canvas, folded, nothing, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from custservice.silent import SilentOnes

#: Neither praise nor blame: what nobody said.
_UNKNOWN = "#D5DADF"
_LABEL = 24
#: Up to here a number has room to the right of its mark.
_MOST_LEFT = 85.0
_IN_TITLE = (("as heard", "unhappy"), ("worst case", "bound_low"), ("worst case", "bound_high"))


@styled
def silent_share(found: SilentOnes, source: str) -> Picture:
    """Draw the share of unhappy visits in each way of answering, with intervals, and what the silent ones leave open.

    Parameters
    ----------
    found
        As `custservice.silent.silent_ones` returns it.
    source
        Whose visits and when, for the subtitle.
    """
    from custservice.silent.said import ways

    title = "What could the silent ones change?"
    if found.reason:
        return nothing(title, found.reason)
    words = ways(found)
    rows = found.shares.to_dict("records")
    figure, axes = canvas(0.95 + 0.62 * len(rows))
    worst = rows[-1]
    said = []
    for place, row in enumerate(reversed(rows)):
        if row is worst:
            text = f"{row['bound_low']:.0f} to {row['bound_high']:.0f}"
            _unknown(axes, row, place)
        else:
            text = f"{row['unhappy']:.0f}"
            sure = row["way"] == "as heard" or (row["way"] == "weighted" and found.trusted)
            filled = INK if sure else "white"
            axes.plot([row["low"], row["high"]], [place] * 2, color=INK)
            axes.plot(row["unhappy"], place, "o", color=INK, markerfacecolor=filled, markersize=5.5)
        _write(axes, row, place, text)
        said.append(f"{words[row['way']]} {text} ({row['low']:.0f} to {row['high']:.0f})")
    axes.axvspan(worst["bound_low"], worst["bound_high"], color=_UNKNOWN, alpha=0.35, linewidth=0, zorder=0)
    axes.set_yticks(range(len(rows)), [folded(words[row["way"]], _LABEL) for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel("unhappy visits per 100 (lines: 95% intervals)")
    alt = "; ".join(reversed(said))
    return Picture(figure, _title(found), _subtitle(found, source), f"Unhappy per 100 visits: {alt}.")


def _write(axes: Axes, row: dict[Any, Any], place: int, text: str) -> None:
    """Write a number beside its mark, on the side where there is room, or into the bar."""
    look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 10, "fontweight": "bold"}
    if row["way"] == "worst case":
        at, aside, side = (row["bound_low"] + row["bound_high"]) / 2, 0, "center"
        look["bbox"] = {"facecolor": _UNKNOWN, "edgecolor": "none", "pad": 1.5}
    elif row["high"] < _MOST_LEFT:
        at, aside, side = row["high"], 8, "left"
    else:
        at, aside, side = row["low"], -8, "right"
    axes.annotate(text, (at, place), (aside, 0), ha=side, **look)


def _unknown(axes: Axes, row: dict[object, float], place: int) -> None:
    low, high = row["bound_low"], row["bound_high"]
    axes.barh(place, high - low, 0.5, left=low, color=_UNKNOWN, edgecolor="#6F7781", linewidth=0.8)
    axes.plot([row["low"], row["high"]], [place] * 2, color=INK, linewidth=1.2)


def _title(found: SilentOnes) -> str:
    from custservice.silent.said import number

    seen, low, high = (number(found, *at) for at in _IN_TITLE)
    who = "answers" if found.source == "survey" else "reviews"
    return f"{seen:.0f} of 100 {who} tell of an unhappy visit; among all visits it could be {low:.0f} to {high:.0f}"


def _subtitle(found: SilentOnes, source: str) -> str:
    return f"Unhappy visits per 100, {source}: {found.n:,} visits, {found.n_heard:,} of them heard of"
