"""Effects that claims speak of, beside the threshold that was declared beforehand."""

from __future__ import annotations

import pandas as pd

from custservice.figures.base import COLOUR, INK, ROW, Picture, canvas, short, styled

_UNIT = "returns per 1,000 visits"
_LONGEST = 34


@styled
def claims(table: pd.DataFrame, measure: str) -> Picture:
    """Draw the effects on returns that claims speak of, each with its interval and its threshold.

    Parameters
    ----------
    table
        As `custservice.claims.Ledger` holds it.
    measure
        Whose visits, for the subtitle.
    """
    rows = table[table["unit"].eq(_UNIT) & table["estimate"].notna()].sort_values("estimate")
    figure, axes = canvas(1.25 + ROW * max(len(rows), 2))
    sure = rows["verdict"].isin(["supported", "contradicted"])
    title = f"{int(sure.sum())} of {len(rows)} claims about returns can be decided with these data"
    records = rows.to_dict("records")
    names = [f"{row['claim'].replace('_', ' ')}{f': {part}' if (part := row['part']) else ''}" for row in records]
    for place, (row, filled) in enumerate(zip(records, sure, strict=True)):
        axes.plot([row["low"], row["high"]], [place, place], color=INK)
        face = INK if filled else "white"
        axes.plot(row["estimate"], place, "s", markersize=6, markerfacecolor=face, markeredgecolor=INK)
        axes.plot([row["threshold"]] * 2, [place - 0.32, place + 0.32], color=INK, linewidth=1.6, linestyle=":")
    axes.axvline(0, color=COLOUR["quiet"], linewidth=1)
    axes.set_yticks(range(len(rows)), [short(name, _LONGEST) for name in names])
    axes.set_ylim(-0.7, max(len(rows), 1) - 0.3)
    axes.set_xlabel(f"{_UNIT} (95% interval; dots: threshold)")
    subtitle = f"Difference in returns, {measure}; filled: supported or contradicted"
    said = "; ".join(
        f"{name} {row['estimate']:+.0f} ({row['low']:+.0f} to {row['high']:+.0f}), {row['verdict']}"
        for name, row in zip(names, records, strict=True)
    )
    if rows.empty:
        return Picture(figure, title, subtitle, "No effect that a claim speaks of could be measured.", empty=True)
    return Picture(figure, title, subtitle, f"{said}.")
