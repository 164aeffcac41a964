"""How the variation that mentions explain is shared out, and which drivers cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custservice.figures.base import INK, ROW, Picture, canvas, styled
from custservice.words import sentence

if TYPE_CHECKING:
    from custservice.regression import Importance

_DARK = "#3F5F7F"
_WORDS = {"general": "service in general"}
#: More lines than this at the side of a picture tell nobody anything.
_MOST_LINES = 6


@styled
def importance(found: Importance) -> Picture:
    """Draw each driver's share with its interval; lines at the side join drivers that cannot be told apart.

    Parameters
    ----------
    found
        As `custservice.regression.driver_importance` returns it.
    """
    rows, by = found.table, str(found.table.columns[0])
    names = [sentence(_WORDS.get(str(name), str(name).replace("_", " "))) for name in rows[by]]
    runs = alike(found)
    figure, axes = canvas(1.25 + ROW * max(len(rows), 2))
    for place, row in enumerate(rows.to_dict("records")):
        axes.barh(place, 100 * row["share"], 0.5, color=_DARK, alpha=0.25)
        axes.plot([100 * row["low"], 100 * row["high"]], [place] * 2, color=_DARK)
        axes.plot(100 * row["share"], place, "s", color=_DARK, markersize=5.5)
    for i, (first, last) in enumerate(runs[:_MOST_LINES]):
        x = 1.04 + 0.045 * i
        axes.plot([x] * 2, [first - 0.25, last + 0.25], transform=axes.get_yaxis_transform(), color=INK, clip_on=False)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("% of what all mentions explain (95% interval)\nside lines join drivers that cannot be told apart")
    said = "; ".join(
        f"{name} {100 * r['share']:.0f}% ({100 * r['low']:.0f} to {100 * r['high']:.0f})"
        for name, r in zip(names, rows.to_dict("records"), strict=True)
    )
    joined = "; ".join(f"{names[a]} to {names[b]}" for a, b in runs) or "none"
    return Picture(
        figure,
        _title(names, runs),
        f"Shares (LMG) of the {100 * found.r2_added:.1f}% of the variation in returns within locations that all "
        f"mentions together add; what is held constant explains {100 * found.r2_adjusters:.1f}%",
        f"Shares: {said}. Cannot be told apart: {joined}.",
    )


def alike(found: Importance) -> list[tuple[int, int]]:
    """Return the longest runs of rows in which no two can be told apart (first and last row), the top one first.

    Examples
    --------
    >>> import pandas as pd
    >>> from custservice.regression import Importance
    >>> pairs = pd.DataFrame({"first": ["a", "a", "b"], "second": ["b", "c", "c"], "low": [-0.1, 0.2, -0.2]})
    >>> alike(Importance(pd.DataFrame({"driver": ["a", "b", "c"]}), pairs, 0.1, 0.1, ()))
    [(0, 1), (1, 2)]
    """
    names = list(found.table.iloc[:, 0])
    place = {name: i for i, name in enumerate(names)}
    pairs = found.differences
    apart = pairs["low"] > 0
    told = {(place[a], place[b]) for a, b in zip(pairs["first"][apart], pairs["second"][apart], strict=True)}
    runs: list[tuple[int, int]] = []
    for first in range(len(names)):
        last = first
        while last + 1 < len(names) and not any((i, last + 1) in told for i in range(first, last + 1)):
            last += 1
        if last > first and (not runs or last > runs[-1][1]):
            runs.append((first, last))
    return runs


def _title(names: list[str], runs: list[tuple[int, int]]) -> str:
    if not runs or runs[0][0] > 0:
        return f"{names[0]} explains most of what mentions explain"
    count = runs[0][1]
    if count + 1 == len(names):
        return "No driver's share can be told from the others"
    others = "the next" if count == 1 else f"the {count} after it"
    return f"{names[0]} has the largest share, but cannot be told from {others}"
