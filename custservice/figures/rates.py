"""How often things are mentioned: by driver, by place and by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from custservice.figures.base import COLOUR, MARK, ROW, Picture, canvas, key, short, spread, styled
from custservice.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from custservice.first_step import FirstStep


@styled
def driver_rates(rates: pd.DataFrame, source: str, most: int = 14) -> Picture:
    """Draw how often each driver is praised and blamed per 100 reviews, with intervals.

    Parameters
    ----------
    rates
        As `custservice.rates.mention_rates` returns it.
    source
        Whose reviews, for the subtitle.
    most
        How many drivers, most mentioned first.
    """
    tops = [rates[rates["polarity"] == p].head(1) for p in ("praise", "blame")]
    names = [plain(t["driver"].iloc[0], t["polarity"].iloc[0]) if len(t) else "nothing" for t in tops]
    title = f"Most praised: {names[0]}; most blamed: {names[1]}"
    subtitle = f"Mentions per 100 reviews, {source}, {int(rates['n_reviews'].max()) if len(rates) else 0:,} reviews"
    order = rates.groupby("driver")["n_mentions"].sum().sort_values().tail(most)
    figure, axes = canvas(1.3 + ROW * len(order))
    for place, driver in enumerate(order.index):
        for polarity, shift in (("praise", 0.14), ("blame", -0.14)):
            row = rates[(rates["driver"] == driver) & (rates["polarity"] == polarity)]
            if row.empty:
                continue
            per, low, high = (float(row[c].iloc[0]) for c in ("per_100", "low", "high"))
            axes.plot([low, high], [place + shift] * 2, color=COLOUR[polarity])
            axes.plot(per, place + shift, MARK[polarity], color=COLOUR[polarity], markersize=6, clip_on=False)
    axes.set_yticks(range(len(order)), [str(d).removeprefix("topic_").replace("_", " ") for d in order.index])
    axes.set_xlim(left=0)
    axes.set_xlabel("mentions per 100 reviews (95% interval)")
    key(axes)
    top = rates.head(4)
    said = "; ".join(f"{plain(r['driver'], r['polarity'])} {r['per_100']:.0f}" for r in top.to_dict("records"))
    return Picture(figure, title, subtitle, f"Most mentioned, per 100 reviews: {said}.")


@styled
def by_place(rates: pd.DataFrame, polarity: str, what: str = "", most: int = 30, here: str = "") -> Picture:
    """Draw one rate of each place with its interval, highest first, the average as a line.

    Parameters
    ----------
    rates
        As `custservice.rates.staff_rates` returns it.
    polarity, what
        Which rate, and what it counts (any mention of staff by default).
    most
        How many places, highest first.
    here
        A place to mark; it is drawn even where it is not among the highest.
    """
    by = str(rates.columns[0])
    known = rates.dropna(subset=[polarity]).sort_values(polarity, ascending=True)
    rows, shown = _highest(known, most, here)
    figure, axes = canvas(1.25 + 0.27 * max(len(rows), 2))
    average = float(np.average(known[polarity], weights=known["reviews"])) if len(rows) else np.nan
    counted = what or f"any {polarity} of staff"
    title = f"{sentence(counted)}: {_range(known, polarity)}"
    left_out = len(rates) - len(known)
    subtitle = f"Reviews that mention it, per 100 reviews, at {shown}"
    subtitle += f"; {left_out} others have too few reviews" if left_out else ""
    axes.axvline(average, color=COLOUR["quiet"], linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows.to_dict("records")):
        axes.plot([row[f"{polarity}_low"], row[f"{polarity}_high"]], [place, place], color=COLOUR[polarity])
        axes.plot(row[polarity], place, MARK[polarity], color=COLOUR[polarity], markersize=5.5)
    axes.set_yticks(range(len(rows)), [short(str(v)) for v in rows[by]], fontsize=8.5)
    for own in np.flatnonzero(rows[by].astype("str") == here):
        axes.axhspan(own - 0.45, own + 0.45, color=COLOUR["quiet"], alpha=0.18, linewidth=0)
        axes.get_yticklabels()[own].set_fontweight("bold")
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"per 100 reviews (dashes: average {average:.0f})")
    if rows.empty:
        return Picture(figure, title, subtitle, "No place has enough reviews.", empty=True)
    best, worst = known.iloc[0], known.iloc[-1]
    alt = f"From {best[polarity]:.0f} ({best[by]}) to {worst[polarity]:.0f} ({worst[by]}) per 100 reviews."
    for row in rows[rows[by].astype("str") == here].to_dict("records"):
        alt += f" Here ({here}): {row[polarity]:.0f}."
    return Picture(figure, title, subtitle, alt)


def _highest(known: pd.DataFrame, most: int, here: str) -> tuple[pd.DataFrame, str]:
    """Return the rows to draw, lowest first, and say which they are."""
    rows = known.tail(most)
    named = known[known.columns[0]].astype("str") == here
    if not named.any():
        marked = ""
    elif named.loc[rows.index].any():
        marked = ", this one shaded"
    else:
        rows, marked = pd.concat([known[named], rows.tail(most - 1)]), " and this one (shaded)"
    if len(known) == len(rows):
        return rows, f"{len(known)} locations{marked}"
    return rows, f"the {len(rows) - marked.startswith(' ')} highest of {len(known)} locations{marked}"


def places(step: FirstStep, here: str = "", most: int = 10) -> Picture:
    """Draw the rate of the behaviour to work on first at each location (see `by_place`)."""
    names = {"shrunk": step.polarity, "low": f"{step.polarity}_low", "high": f"{step.polarity}_high"}
    return by_place(step.places.rename(columns=names), step.polarity, plain(step.driver, step.polarity), most, here)


def _range(rows: pd.DataFrame, polarity: str) -> str:
    if len(rows) < 2:
        return "too few locations have enough reviews"
    return f"from {rows[polarity].iloc[0]:.0f} to {rows[polarity].iloc[-1]:.0f} per 100 reviews by location"


@styled
def by_month(rates: pd.DataFrame) -> Picture:
    """Draw praise and blame of staff by month with intervals, and the reviewing rate beneath them.

    Parameters
    ----------
    rates
        As `custservice.rates.staff_rates` returns it with ``by="month"``.
    """
    rows = rates.sort_values("month", ignore_index=True)
    figure, (upper, lower) = canvas(4.3, nrows=2, sharex=True, height_ratios=[2.4, 1])
    x = np.arange(len(rows))
    title = "Praise and blame of staff by month"
    subtitle = "Reviews that mention staff, per 100 reviews (shaded: 95% interval); below: reviews per 100 visits"
    for polarity in ("praise", "blame"):
        upper.fill_between(
            x, rows[f"{polarity}_low"], rows[f"{polarity}_high"], color=COLOUR[polarity], alpha=0.18, lw=0
        )
        upper.plot(x, rows[polarity], color=COLOUR[polarity], marker=MARK[polarity], markersize=3.5)
    _names_at_the_end(upper, rows)
    lower.plot(x, rows["reviewing_rate"], color=COLOUR["quiet"])
    step = max(1, int(np.ceil(len(rows) / 5)))
    lower.set_xticks(x[::step], rows["month"][::step])
    for axes, label in ((upper, "per 100 reviews"), (lower, "reviews per\n100 visits")):
        axes.set_ylim(bottom=0)
        axes.set_ylabel(label)
        axes.grid(visible=True, axis="y")
        axes.grid(visible=False, axis="x")
        axes.margins(x=0.1)
    shown = rows.dropna(subset=["praise"])
    if shown.empty:
        return Picture(figure, title, subtitle, "No month has enough reviews.", empty=True)
    first, last = shown.iloc[0], shown.iloc[-1]
    change = "; ".join(f"{p} {first[p]:.0f} then {last[p]:.0f}" for p in ("praise", "blame"))
    return Picture(figure, title, subtitle, f"Per 100 reviews from {first['month']} to {last['month']}: {change}.")


def _names_at_the_end(axes: Axes, rows: pd.DataFrame) -> None:
    """Write praise and blame where their lines end, apart where the lines meet."""
    known = rows.dropna(subset=["praise", "blame"])
    if known.empty:
        return
    ends = [float(known[polarity].iloc[-1]) for polarity in MARK]
    places = spread(ends, 0.09 * float(np.nanmax(rows[["praise_high", "blame_high"]])))
    for polarity, place in zip(MARK, places, strict=True):
        at = (float(known.index[-1]), place)
        axes.annotate(f" {polarity}", at, color=COLOUR[polarity], va="center", fontweight="bold")


@styled
def counts_by_month(months: pd.DataFrame, source: str) -> Picture:
    """Draw bars of counts by month, one panel a column.

    Parameters
    ----------
    months
        As `custservice.quality.follow_up` returns it.
    source
        Whose visits, for the subtitle.
    """
    frame = months.set_index("month")
    title = f"{int(frame['visits'].sum()):,} visits in {len(frame)} months"
    subtitle = f"Visits, reviewed visits and visits with a known outcome by month, {source}"
    figure, panels = canvas(1.1 + 1.35 * frame.shape[1], nrows=frame.shape[1], sharex=True, squeeze=False)
    x = np.arange(len(frame))
    for axes, column in zip(panels[:, 0], frame.columns, strict=True):
        axes.bar(x, frame[column], color="#56779A", width=0.85)
        axes.set_ylabel(str(column).replace("_", " "))
        axes.grid(visible=True, axis="y")
        axes.grid(visible=False, axis="x")
    step = max(1, int(np.ceil(len(frame) / 5)))
    panels[-1, 0].set_xticks(x[::step], frame.index[::step])
    said = "; ".join(f"{c}: {int(frame[c].sum()):,} in {len(frame)} months" for c in frame.columns)
    return Picture(figure, title, subtitle, f"{said}.")
