"""The placebo: effects on returns beside effects on past visits, which today's mentions cannot have caused."""

from __future__ import annotations

from typing import Any

import pandas as pd

from custservice.figures.base import INK, Picture, canvas, draw_effect, folded, nothing, styled
from custservice.words import plain, sentence

_LEVEL = 0.05
_ROW = 0.31
_SHOWN = ["driver", "polarity", "effect", "low", "high"]


@styled
def placebo(returns: pd.DataFrame, past: pd.DataFrame, subtitle: str) -> Picture:
    """Draw effects on returns (left) and on past visits (right), a row per mention.

    Parameters
    ----------
    returns
        Rows of ``Effects.table``.
    past
        The table of `custservice.regression.placebo`, of which the same rows are drawn.
    subtitle
        The measure, the period and n.
    """
    renamed = past.rename(columns={name: f"{name}_past" for name in ("effect", "low", "high", "q_value")})
    both = returns[_SHOWN].merge(renamed, on=_SHOWN[:2]) if len(past) and len(returns) else returns.head(0)
    if both.empty:
        return nothing("Placebo", "The placebo could not be asked: nothing was seen of earlier visits.")
    rows = both.sort_values("effect").to_dict("records")
    figure, (left, right) = canvas(1.3 + _ROW * max(len(rows), 3), ncols=2, sharey=True)
    for place, row in enumerate(rows):
        draw_effect(left, row, place, 5.5)
        draw_effect(right, row | {name: row[f"{name}_past"] for name in ("effect", "low", "high")}, place, 5.5)
        if row["expected"]:
            right.axhspan(place - 0.45, place + 0.45, color="#EFEFEF", lw=0, zorder=0)
            right.annotate("expected", (0.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=8.5)
    for axes, name in ((left, "returns"), (right, "earlier visits")):
        axes.axvline(0, color=INK, linewidth=1, zorder=0.5)
        axes.set_xlabel(f"{name}\nper 1,000 visits")
        axes.locator_params(axis="x", nbins=4)
    left.set_yticks(range(len(rows)), [folded(sentence(plain(r["driver"], r["polarity"]))) for r in rows])
    left.set_ylim(len(rows) - 0.4, -0.6)
    title = _title(rows)
    said = "; ".join(
        f"{plain(r['driver'], r['polarity'])} {r['effect_past']:+.0f} ({r['low_past']:+.0f} to {r['high_past']:+.0f})"
        for r in rows
        if r["low_past"] > 0 or r["high_past"] < 0
    )
    alt = f"{title}. Earlier visits per 1,000 visits, where the interval leaves out zero: {said or 'none'}."
    return Picture(figure, title, subtitle, alt)


def _title(rows: list[dict[Any, Any]]) -> str:
    """Say which mentions go with past visits, chance allowed for by how many were looked at."""
    judged = [r for r in rows if not r["expected"]]
    failed = [plain(r["driver"], r["polarity"]) for r in judged if r["q_value_past"] <= _LEVEL]
    known = [r for r in rows if r["expected"] and r["q_value_past"] <= _LEVEL]
    if len(judged) == 1:
        words = sentence(plain(judged[0]["driver"], judged[0]["polarity"]))
        return f"{words} {'goes' if failed else 'does not go'} with past visits"
    text = f"{len(failed) or 'None'} of {len(judged)} mentions {'goes' if len(failed) < 2 else 'go'} with past visits"
    text += f": {', '.join(failed[:3])}{' and others' if len(failed) > 3 else ''}" if failed else ""
    return text + ("; being recognised does, as expected" if known else "")
