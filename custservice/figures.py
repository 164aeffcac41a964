"""Figures of the reports: each function returns one picture and the sentence that says what it shows.

Praise and blame keep one colour and one shape each everywhere (blue circles, vermilion diamonds, after Okabe and Ito's
palette, which the colour-blind can tell apart). Figures are narrow, so that they stay legible on a phone.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
import pandas as pd

from custservice.words import plain, sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from custservice.first_step import FirstStep

COLOUR = {"praise": "#0072B2", "blame": "#D55E00", "quiet": "#8A8A8A"}
MARK = {"praise": "o", "blame": "D"}
WIDTH = 4.8
_ROW = 0.34
_FOOT = "#5F5F5F"
P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A figure and what it shows.

    Attributes
    ----------
    figure
        The matplotlib figure, without a title: pages write it as text, which wraps on a phone.
    title
        What it shows.
    subtitle
        The measure, the period and n.
    alt
        One or two sentences for readers who cannot see it.
    empty
        Whether there was nothing to draw: pages then say ``alt`` instead.
    """

    figure: Figure
    title: str
    subtitle: str
    alt: str
    empty: bool = False

    def svg(self) -> str:
        """Return the figure as SVG, the same bytes for the same data."""
        out = io.StringIO()
        with _style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return out.getvalue()


@cache
def _settings() -> dict[str, Any]:
    from matplotlib import rc_params_from_file

    path = files("custservice").joinpath("custservice.mplstyle")
    rules: Any = rc_params_from_file(str(path), use_default_template=False)
    return dict(rules)


def _style() -> Any:
    from matplotlib import rc_context

    settings: Any = _settings()
    return rc_context(settings)


def _styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with _style():
            return draw(*args, **kwargs)

    return inside


def _canvas(height: float, width: float = WIDTH, **layout: Any) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**layout)


@_styled
def forest(effects: pd.DataFrame, title: str, subtitle: str) -> Picture:
    """Draw effects with their intervals, largest first: blame and praise, certain ones solid.

    Parameters
    ----------
    effects
        ``Effects.table`` or rows of it.
    title, subtitle
        What it shows; the measure, the period and n.
    """
    rows = effects.sort_values("effect", ascending=False, ignore_index=True)
    figure, axes = _canvas(1.25 + _ROW * max(len(rows), 2))
    axes.axvline(0, color="#444444", linewidth=1)
    for place, row in enumerate(rows.to_dict("records")):
        solid = row["low"] > 0 or row["high"] < 0
        colour = COLOUR[row["polarity"]]
        axes.plot([row["low"], row["high"]], [place, place], color=colour, alpha=1 if solid else 0.55)
        face = colour if solid else "white"
        axes.plot(row["effect"], place, MARK[row["polarity"]], color=colour, markerfacecolor=face, markersize=6.5)
    axes.set_yticks(range(len(rows)), [sentence(plain(r["driver"], r["polarity"])) for r in rows.to_dict("records")])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlabel("fewer returns   ←   per 1,000 visits   →   more returns")
    sure = rows[(rows["low"] > 0) | (rows["high"] < 0)]
    said = "; ".join(
        f"{plain(r['driver'], r['polarity'])} {r['effect']:+.0f} ({r['low']:+.0f} to {r['high']:+.0f})"
        for r in sure.to_dict("records")
    )
    alt = f"Effects with 95% intervals for {len(rows)} mentions. "
    return Picture(
        figure,
        title,
        subtitle,
        alt + (f"Intervals leave out zero for: {said}." if said else "No interval leaves out zero."),
    )


@_styled
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
    subtitle = f"Mentions per 100 reviews, {source}, n = {int(rates['n_reviews'].max()) if len(rates) else 0:,} reviews"
    order = rates.groupby("driver")["n_mentions"].sum().sort_values().tail(most)
    figure, axes = _canvas(1.3 + _ROW * len(order))
    for place, driver in enumerate(order.index):
        for polarity, shift in (("praise", 0.14), ("blame", -0.14)):
            row = rates[(rates["driver"] == driver) & (rates["polarity"] == polarity)]
            if row.empty:
                continue
            per, low, high = (float(row[c].iloc[0]) for c in ("per_100", "low", "high"))
            axes.plot([low, high], [place + shift] * 2, color=COLOUR[polarity])
            axes.plot(per, place + shift, MARK[polarity], color=COLOUR[polarity], markersize=6)
    axes.set_yticks(range(len(order)), [str(d).removeprefix("topic_").replace("_", " ") for d in order.index])
    axes.set_xlim(left=0)
    axes.set_xlabel("mentions per 100 reviews (95% interval)")
    _key(axes)
    top = rates.head(4)
    said = "; ".join(f"{plain(r['driver'], r['polarity'])} {r['per_100']:.0f}" for r in top.to_dict("records"))
    return Picture(figure, title, subtitle, f"Most mentioned, per 100 reviews: {said}.")


def _key(axes: Axes) -> None:
    for polarity in ("praise", "blame"):
        axes.plot([], [], MARK[polarity], color=COLOUR[polarity], label=polarity)
    axes.legend(loc="lower right", fontsize=9, handletextpad=0.2)


@_styled
def by_place(rates: pd.DataFrame, polarity: str, what: str = "", most: int = 30) -> Picture:
    """Draw one rate of each place with its interval, highest first, the average as a line.

    Parameters
    ----------
    rates
        As `custservice.rates.staff_rates` returns it.
    polarity, what
        Which rate, and what it counts (any mention of staff by default).
    most
        How many places, highest first.
    """
    by = str(rates.columns[0])
    known = rates.dropna(subset=[polarity]).sort_values(polarity, ascending=True)
    rows = known.tail(most)
    figure, axes = _canvas(1.25 + 0.27 * max(len(rows), 2))
    average = float(np.average(known[polarity], weights=known["reviews"])) if len(rows) else np.nan
    counted = what or f"any {polarity} of staff"
    title = f"{sentence(counted)}: {_range(known, polarity)}"
    left_out = len(rates) - len(known)
    shown = (
        f"the {len(rows)} highest of {len(known)} locations" if len(known) > len(rows) else f"{len(known)} locations"
    )
    subtitle = f"Reviews that mention it, per 100 reviews, at {shown}"
    subtitle += f"; {left_out} others have too few reviews" if left_out else ""
    axes.axvline(average, color=COLOUR["quiet"], linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows.to_dict("records")):
        axes.plot([row[f"{polarity}_low"], row[f"{polarity}_high"]], [place, place], color=COLOUR[polarity])
        axes.plot(row[polarity], place, MARK[polarity], color=COLOUR[polarity], markersize=5.5)
    axes.set_yticks(range(len(rows)), [_short(str(v)) for v in rows[by]], fontsize=8.5)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlim(left=0)
    axes.set_xlabel(f"per 100 reviews (95% interval; dashes: average {average:.0f})")
    if rows.empty:
        return Picture(figure, title, subtitle, "No place has enough reviews.", empty=True)
    best, worst = rows.iloc[0], rows.iloc[-1]
    alt = f"From {best[polarity]:.0f} ({best[by]}) to {worst[polarity]:.0f} ({worst[by]}) per 100 reviews."
    return Picture(figure, title, subtitle, alt)


def _short(text: str, most: int = 26) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _range(rows: pd.DataFrame, polarity: str) -> str:
    if len(rows) < 2:
        return "too few locations have enough reviews"
    return f"from {rows[polarity].iloc[0]:.0f} to {rows[polarity].iloc[-1]:.0f} per 100 reviews by location"


@_styled
def by_month(rates: pd.DataFrame) -> Picture:
    """Draw praise and blame of staff by month with intervals, and the reviewing rate beneath them.

    Parameters
    ----------
    rates
        As `custservice.rates.staff_rates` returns it with ``by="month"``.
    """
    rows = rates.sort_values("month", ignore_index=True)
    figure, (upper, lower) = _canvas(4.3, nrows=2, sharex=True, height_ratios=[2.4, 1])
    x = np.arange(len(rows))
    title = "Praise and blame of staff by month"
    subtitle = "Reviews that mention staff, per 100 reviews (shaded: 95% interval); below: reviews per 100 visits"
    for polarity in ("praise", "blame"):
        upper.fill_between(
            x, rows[f"{polarity}_low"], rows[f"{polarity}_high"], color=COLOUR[polarity], alpha=0.18, lw=0
        )
        upper.plot(x, rows[polarity], color=COLOUR[polarity], marker=MARK[polarity], markersize=3.5)
        known = np.flatnonzero(rows[polarity].notna())
        if len(known):
            end = (float(known[-1]), float(rows[polarity].iloc[known[-1]]))
            upper.annotate(f" {polarity}", end, color=COLOUR[polarity], va="center", fontweight="bold")
    lower.plot(x, rows["reviewing_rate"], color=COLOUR["quiet"])
    step = max(1, int(np.ceil(len(rows) / 7)))
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


@_styled
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
    figure, panels = _canvas(1.1 + 1.35 * frame.shape[1], nrows=frame.shape[1], sharex=True, squeeze=False)
    x = np.arange(len(frame))
    for axes, column in zip(panels[:, 0], frame.columns, strict=True):
        axes.bar(x, frame[column], color="#56779A", width=0.85)
        axes.set_ylabel(str(column).replace("_", " "))
        axes.grid(visible=True, axis="y")
        axes.grid(visible=False, axis="x")
    step = max(1, int(np.ceil(len(frame) / 7)))
    panels[-1, 0].set_xticks(x[::step], frame.index[::step])
    said = "; ".join(f"{c}: {int(frame[c].sum()):,} in {len(frame)} months" for c in frame.columns)
    return Picture(figure, title, subtitle, f"{said}.")


@_styled
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
    figure, axes = _canvas(1.25 + 0.3 * max(len(rows), 2))
    axes.axvline(overall, color=COLOUR["quiet"], linewidth=1, linestyle=(0, (3, 3)))
    for place, row in enumerate(rows.to_dict("records")):
        colour = COLOUR[row["polarity"]]
        axes.plot([row["low_with"], row["high_with"]], [place, place], color=colour)
        axes.plot(row["rate_with"], place, MARK[row["polarity"]], color=colour, markersize=6)
    axes.set_yticks(range(len(rows)), [sentence(plain(r["driver"], r["polarity"])) for r in rows.to_dict("records")])
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel(f"% of visits followed by a return (95% interval; dashes: all, {overall:.1f}%)")
    if rows.empty:
        return Picture(figure, title, subtitle, "No driver is mentioned often enough.", empty=True)
    low, high = rows.iloc[0], rows.iloc[-1]
    alt = f"From {low['rate_with']:.0f}% ({plain(low['driver'], low['polarity'])}) to "
    return Picture(
        figure, title, subtitle, alt + f"{high['rate_with']:.0f}% ({plain(high['driver'], high['polarity'])})."
    )


def places(step: FirstStep, most: int = 14) -> Picture:
    """Draw the rate of the behaviour to work on first at each location (see `by_place`)."""
    names = {"shrunk": step.polarity, "low": f"{step.polarity}_low", "high": f"{step.polarity}_high"}
    return by_place(step.places.rename(columns=names), step.polarity, plain(step.driver, step.polarity), most)


@_styled
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
    figure, axes = _canvas(1.1 + 0.21 * max(sum(len(part) + 2 for part in parts), 4))
    if not parts:
        return Picture(figure, "No effect could be compared", "Other ways of asking", "Nothing to draw.", empty=True)
    ticks, labels, said, held, place = [], [], [], 0, 0
    for part in parts:
        first = part.iloc[0]
        heading = sentence(plain(first["driver"], first["polarity"]))
        axes.annotate(heading, (0, place), xycoords=("axes fraction", "data"), fontweight="bold", va="center")
        for row in part.to_dict("records"):
            place -= 1
            solid = row["low"] > 0 or row["high"] < 0
            colour = COLOUR[row["polarity"]]
            axes.plot([row["low"], row["high"]], [place, place], color=colour, alpha=1 if solid else 0.55)
            face = colour if solid else "white"
            axes.plot(row["effect"], place, MARK[row["polarity"]], color=colour, markerfacecolor=face, markersize=4.5)
            ticks.append(place)
            labels.append(_short(str(row["specification"])))
        place -= 2
        held += bool((np.sign(part["effect"]) == np.sign(first["effect"])).all())
        said.append(f"{heading}: from {part['effect'].min():+.0f} to {part['effect'].max():+.0f}")
    axes.axvline(0, color="#444444", linewidth=1, zorder=0)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.set_ylim(place + 1, 1)
    axes.set_xlabel("returns per 1,000 visits")
    title = f"{held} of {len(parts)} effects keep their sign in all {table['specification'].nunique()} ways of asking"
    subtitle = f"Effects with 95% intervals, the study's own way first, n = {int(own['n_visits'].max()):,} visits"
    return Picture(figure, title, subtitle, f"{title}. {'; '.join(said)}.")
