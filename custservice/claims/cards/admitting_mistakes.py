"""Owning up to a mistake makes customers happier."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, PER, smallest
from custservice.claims.facts import Facts
from custservice.claims.failures import failed
from custservice.errors import EstimationError

#: The smallest change of the next rating that matters, as a share of the scale: 0.2 of five stars.
STARS = 0.04


def next_rating(facts: Facts) -> Measured:
    """Return how much higher the same customer's next rating is after a failure with an apology."""
    rows = _failures(facts)
    top = facts.stars.top or 1
    return adjusted(
        facts,
        rows,
        rows[["apology_praise"]],
        outcome="next_rating",
        threshold=STARS * top,
        beside=facts.topics,
        unit=f"of {top} stars",
    )


def returns(facts: Facts) -> Measured:
    """Return how much more customers come back after a failure with an apology; notes tell of repeats and money."""
    rows = _failures(facts)
    measured = adjusted(facts, rows, rows[["apology_praise"]], threshold=smallest(facts), beside=facts.topics)
    before = rows.groupby("customer_id")["apology_praise"].cumsum() - rows["apology_praise"]
    kinds = {"a repeated apology": before > 0}
    if facts.has("compensation"):
        paid = rows["compensation"].fillna(0) > 0
        kinds |= {"an apology with compensation": paid, "an apology without compensation": ~paid}
    notes = [_told(facts, rows, name, rows["apology_praise"] * which) for name, which in kinds.items()]
    return replace(measured, notes=tuple(note for note in notes if note))


def _failures(facts: Facts) -> pd.DataFrame:
    rows = facts.sequence
    return rows[failed(facts, rows)]


def _told(facts: Facts, rows: pd.DataFrame, name: str, flag: pd.Series) -> str:
    columns = pd.DataFrame({"this": flag, "others": rows["apology_praise"] - flag}, index=rows.index)
    columns = columns.loc[:, [c for c in columns if columns[c].any()]]
    try:
        found = adjusted(facts, rows, columns, threshold=0.0, beside=facts.topics).estimate.table().iloc[0]
    except EstimationError:
        return f"Too few visits to tell what {name} goes with."
    return f"After {name}: {PER * found['coef']:+.0f} ({PER * found['low']:+.0f} to {PER * found['high']:+.0f})."


CLAIM = Claim(
    id="admitting_mistakes",
    words="Owning up to a mistake makes customers happier.",
    predicts=(
        "Of customers who tell of a failure, those who got an apology rate the next visit higher, and come back more."
    ),
    parts=(
        Part(
            "next rating",
            "The same customer's next rating after a failure with an apology against one without.",
            "0.2 of five stars, as much of other scales",
            1,
            next_rating,
            needs=("rating",),
        ),
        Part("return", "Returns after a failure with an apology against one without.", MATTERS, 1, returns),
    ),
    beware="Who apologises well may do all else well too.",
)
