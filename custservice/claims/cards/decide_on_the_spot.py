"""Staff should settle 95% of cases without asking the boss."""

from __future__ import annotations

import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import smallest
from custservice.claims.facts import Facts

KNOT, STEP = 0.95, 0.10
#: Cases that a place and month needs: of flags so many that 95 of 100 can be told, of shares a few.
_LEAST_FLAGS, _LEAST_SHARES = 20, 5


def knot(facts: Facts) -> Measured:
    """Return how much steeper returns fall below the knot than above, per ten points of cases handled at once."""
    panel = facts.panel
    cases = panel.groupby(["location_id", "month"])["handled_by_first"]
    flags = panel["handled_by_first"].dropna().isin([0, 1]).all()
    least = _LEAST_FLAGS if flags else _LEAST_SHARES
    rows = panel.assign(handled=cases.transform("mean"))[cases.transform("count") >= least]
    below = (rows["handled"] - KNOT).clip(upper=0) / STEP
    columns = pd.DataFrame({"below": below, "line": rows["handled"] / STEP}, index=rows.index)
    return adjusted(facts, rows, columns, threshold=smallest(facts))


CLAIM = Claim(
    id="decide_on_the_spot",
    words="Staff should settle 95 of 100 cases without asking the boss.",
    predicts=(
        "Where fewer than 95 of 100 cases are settled by the first person, returns fall; above it more changes little."
    ),
    needs=("handled_by_first",),
    parts=(
        Part(
            "",
            "Bend in the line of returns at 95 of 100 cases handled by the first person (per place and month), per "
            "ten points.",
            "one in twenty of all returns for each ten points",
            1,
            knot,
        ),
    ),
    beware="A straight line contradicts the number 95, not that deciding on the spot helps.",
)
