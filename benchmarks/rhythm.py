"""Who will stay away? BG/NBD against rules of fixed days, out of sample: python benchmarks/rhythm.py.

Fitted to the CDNOW log until the end of 1997, judged by the 180 days after it. Regular customers came on three days or
more. A rule
of fixed days flags whoever has been away for so long; the others flag as many customers, those they rank highest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from custservice.loaders import read_visits
from custservice.silent import fit_rhythm

CDNOW = Path(__file__).parents[1] / "../shared/data/cdnow.txt"
CUT, AHEAD, LEAST = pd.Timestamp("1997-12-31"), 180, 3


def auc(score: np.ndarray, away: np.ndarray) -> float:
    """Return how often a customer who stayed away has a higher score than one who came (ties count half)."""
    rank = pd.Series(score).rank().to_numpy()
    n = int(away.sum())
    return float((rank[away].sum() - n * (n + 1) / 2) / (n * (len(away) - n)))


def main() -> None:
    """Print both tables."""
    days = read_visits(CDNOW).table.assign(day=lambda t: t["visited_at"].dt.normalize())
    days = days.drop_duplicates(["customer_id", "day"])
    seen = days[days["day"] <= CUT].groupby("customer_id")["day"].agg(["min", "max", "size"])
    ahead = days[(days["day"] > CUT) & (days["day"] <= CUT + pd.Timedelta(days=AHEAD))]
    came = ahead.groupby("customer_id").size().reindex(seen.index).fillna(0).to_numpy()
    x, last = seen["size"].to_numpy() - 1.0, (seen["max"] - seen["min"]).dt.days.to_numpy(dtype=float)
    watched = (CUT - seen["min"]).dt.days.to_numpy(dtype=float)
    model = fit_rhythm(x, last, watched)
    active, visits = model.p_active(x, last, watched), model.expected(AHEAD, x, last, watched)
    rows = x + 1 >= LEAST
    away, since = came[rows] == 0, (watched - last)[rows]
    missed = np.maximum(x / watched * AHEAD - came, 0)[rows]
    ranks = {"days since the last visit": since, "BG/NBD, probability of having left": 1 - active[rows]}
    ranks["BG/NBD, few visits expected"] = -visits[rows]
    print(f"{rows.sum():,} regular customers, {100 * away.mean():.0f}% of whom stayed away for {AHEAD} days.\n")
    print("| ranked by | AUC | flagged like 90 days: stayed away | visits missed | like 180 days | visits missed |")
    print("|---|---|---|---|---|---|")
    for name, score in ranks.items():
        cells = [f"{auc(score, away):.3f}"]
        for limit in (90, 180):
            top = np.argsort(-score, kind="stable")[: int((since > limit).sum())]
            cells += [f"{100 * away[top].mean():.0f}% of {len(top):,}", f"{missed[top].mean():.2f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    gone = rows & (active < 0.5)
    print(f"\nProbability below one half: {gone.sum():,}; {100 * (came[gone] == 0).mean():.0f}% stayed away; ", end="")
    print(f"{visits[gone].mean():.2f} visits each were expected, {came[gone].mean():.2f} came.")


if __name__ == "__main__":
    main()
