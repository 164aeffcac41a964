"""Effects with their intervals: raw and adjusted, each driver and under every specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from custservice.figures.base import (
    COLOUR,
    INK,
    MARK,
    ROW,
    Picture,
    Row,
    canvas,
    draw_effect,
    folded,
    nothing,
    short,
    styled,
)
from custservice.sentiment import families as own_families
from custservice.words import plain, sentence

_LINKED_ROW = 0.38
_GAP = 0.4


@styled
def forest(
    effects: pd.DataFrame,
    title: str,
    subtitle: str,
    families: pd.DataFrame | None = None,
    anchors: Mapping[tuple[str, str], str] | None = None,
) -> Picture:
    """Draw effects with their intervals, from most returns lost to most won: certain ones solid.

    Parameters
    ----------
    effects
        ``Effects.table`` or rows of it.
    title, subtitle
        What it shows; the measure, the period and n.
    families
        As ``Effects.families()`` returns it: each family then stands, bold, above its drivers. Families of one driver
        are that driver.
    anchors
        Driver (or ``"family-"`` and family) and polarity -> place on the page where its quotes stand.
    """
    rows = _rows(effects, families)
    places = _places(rows)
    # Rows that lead somewhere are high enough for a finger on a phone.
    figure, axes = canvas(1.25 + (_LINKED_ROW if anchors else ROW) * max(places[-1] + 1 if places else 0, 2))
    axes.axvline(0, color=INK, linewidth=1)
    for place, row in zip(places, rows, strict=True):
        draw_effect(axes, row, place, 8.5 if row["bold"] else 6.5)
    ticks = axes.set_yticks(places, [folded(row["label"]) for row in rows])
    for tick, row in zip(ticks, rows, strict=True):
        tick.label1.set_fontweight("bold" if row["bold"] else "normal")
    axes.set_ylim((places[-1] if places else 0) + 0.6, -0.6)
    axes.set_xlabel("fewer returns   ←   per 1,000 visits   →   more returns")
    sure = [row for row in rows if row["low"] > 0 or row["high"] < 0]
    said = "; ".join(f"{row['words']} {row['effect']:+.0f} ({row['low']:+.0f} to {row['high']:+.0f})" for row in sure)
    kinds = "mentions" if families is None else "mentions and families of mentions"
    alt = f"What goes with {len(rows)} {kinds}, in returns per 1,000 visits. "
    alt += f"Clear of zero: {said}." if said else "None is clear of zero."
    known = anchors or {}
    found = [(place, known.get((row["driver"], row["polarity"])), row) for place, row in zip(places, rows, strict=True)]
    links = tuple(Row(place, anchor, f"Quotes: {row['words']}") for place, anchor, row in found if anchor)
    return Picture(figure, title, subtitle, alt, rows=links)


def _rows(effects: pd.DataFrame, families: pd.DataFrame | None) -> list[dict[Any, Any]]:
    """Return what a forest shows from top to bottom; drivers under their family where there are families."""
    drivers = [
        row | {"bold": False, "opens": False, "words": words, "label": sentence(words)}
        for row in effects.sort_values("effect").to_dict("records")
        for words in [plain(row["driver"], row["polarity"])]
    ]
    if families is None:
        return drivers
    family_of, out = own_families(), []
    for whole in families.sort_values("effect").to_dict("records"):
        pair = whole["family"], whole["polarity"]
        members = [row for row in drivers if (family_of.get(row["driver"], "general"), row["polarity"]) == pair]
        words = f"{pair[0].replace('_', ' ')}, all {pair[1]}"
        head = whole | {"driver": f"family-{pair[0]}", "bold": True, "words": words, "label": sentence(words)}
        block = ([head] if members and whole["n_drivers"] > 1 else []) + members
        out += [row | {"opens": i == 0} for i, row in enumerate(block)]
    return out


def _places(rows: list[dict[Any, Any]]) -> list[float]:
    """Return the height of each row, with a gap before each family."""
    gaps = np.cumsum([_GAP if row["opens"] and i else 0.0 for i, row in enumerate(rows)])
    return [float(i + gap) for i, gap in enumerate(gaps)]


@styled
def raw_differences(rates: pd.DataFrame, source: str, least: int = 30) -> Picture:
    """Draw the share that returned where each driver was mentioned, against all reviewed visits.

    Parameters
    ----------
    rates
        As `custservice.rates.raw_returns` returns it.
    source
        Whose visits, for the subtitle.
    least
        Fewest visits for a row to be drawn.
    """
    enough = rates["n_with"].ge(least) & rates["rate_with"].notna()
    rows = rates[enough].sort_values("rate_with", ignore_index=True)
    overall = float(rates.attrs["overall"])
    title = "Share of visits followed by a return, by what the review mentions"
    subtitle = (
        f"Reviewed visits with a known outcome, {source}; mentioned at least {least} times; nothing held constant"
    )
    figure, axes = canvas(1.25 + 0.3 * max(len(rows), 2))
    axes.axvline(overall, color=COLOUR["quiet"], linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows.to_dict("records")):
        colour = COLOUR[row["polarity"]]
        axes.plot([row["low_with"], row["high_with"]], [place, place], color=colour)
        axes.plot(row["rate_with"], place, MARK[row["polarity"]], color=colour, markersize=6)
    axes.set_yticks(
        range(len(rows)), [folded(sentence(plain(r["driver"], r["polarity"]))) for r in rows.to_dict("records")]
    )
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel(f"% of visits followed by a return (95% interval; dashes: all, {overall:.1f}%)")
    if rows.empty:
        return Picture(figure, title, subtitle, "No driver is mentioned often enough.", empty=True)
    low, high = rows.iloc[0], rows.iloc[-1]
    alt = f"From {low['rate_with']:.0f}% ({plain(low['driver'], low['polarity'])}) to "
    return Picture(
        figure, title, subtitle, alt + f"{high['rate_with']:.0f}% ({plain(high['driver'], high['polarity'])})."
    )


@styled
def specifications(table: pd.DataFrame, most: int = 4) -> Picture:
    """Draw each effect under every specification, the study's own at the top, the surest drivers first.

    Parameters
    ----------
    table
        As `Study.compare` returns it.
    most
        How many drivers.
    """
    own = table[table["specification"] == table.attrs.get("own")] if len(table) else pd.DataFrame({"p_value": []})
    drivers = own.sort_values("p_value").head(most).reindex(columns=["driver", "polarity"])
    parts = [table[(table["driver"] == d) & (table["polarity"] == p)] for d, p in drivers.itertuples(index=False)]
    if not parts:
        return nothing("Other ways of asking", "No effect could be compared under other ways of asking.")
    figure, axes = canvas(1.1 + 0.21 * max(sum(len(part) + 2 for part in parts), 4))
    ticks, labels, said, held, place = [], [], [], 0, 0
    for part in parts:
        first = part.iloc[0]
        heading = sentence(plain(first["driver"], first["polarity"]))
        axes.annotate(heading, (0, place), xycoords=("axes fraction", "data"), fontweight="bold", va="center")
        for row in part.to_dict("records"):
            place -= 1
            draw_effect(axes, row, place, 4.5)
            ticks.append(place)
            labels.append(short(str(row["specification"])))
        place -= 2
        held += bool((np.sign(part["effect"]) == np.sign(first["effect"])).all())
        said.append(f"{heading}: from {part['effect'].min():+.0f} to {part['effect'].max():+.0f}")
    axes.axvline(0, color=INK, linewidth=1, zorder=0)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.set_ylim(place + 1, 1)
    axes.set_xlabel("returns per 1,000 visits")
    ways = f"its sign in all {table['specification'].nunique()} ways of asking"
    title = f"{held} of {len(parts)} effects keep {ways.replace('its', 'their')}"
    if len(parts) == 1:
        title = f"The one effect measured {'keeps' if held else 'does not keep'} {ways}"
    subtitle = f"Effects with 95% intervals, the study's own way first, n = {int(own['n_visits'].max()):,} visits"
    return Picture(figure, title, subtitle, f"{title}. {'; '.join(said)}.")
