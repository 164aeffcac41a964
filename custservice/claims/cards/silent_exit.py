"""Most unhappy customers do not complain, they just stay away."""

from __future__ import annotations

import pandas as pd

from custservice.claims.adjusted import adjusted
from custservice.claims.claim import Claim, Measured, Part
from custservice.claims.effects import MATTERS, smallest
from custservice.claims.facts import Facts
from custservice.claims.shares import share
from custservice.silent.feeling import find_feelings

MOST = 0.5


def do_not_complain(facts: Facts) -> Measured:
    """Return the share of unhappy visits without a complaint."""
    rows = _asked(facts)
    return share(
        rows, 1 - rows["complained"], MOST, "unhappy visits of which it is known whether the customer complained"
    )


def stay_away(facts: Facts) -> Measured:
    """Return how much less the silent ones come back than those who complained."""
    rows = _asked(facts)
    silent = pd.DataFrame({"silent": 1 - rows["complained"]}, index=rows.index)
    return adjusted(facts, rows, silent, threshold=-smallest(facts))


def _asked(facts: Facts) -> pd.DataFrame:
    source = "survey" if facts.has("satisfaction") else "rating"
    rows = facts.panel[find_feelings(facts.panel, source).unhappy & facts.panel["complained"].notna()]
    return rows.assign(complained=(rows["complained"] > 0).astype("float64"))


CLAIM = Claim(
    id="silent_exit",
    words="Most unhappy customers do not complain, they just stay away.",
    predicts=(
        "After unhappy visits (by survey, else by rating) more than half make no complaint, and these come back less "
        "than those who do."
    ),
    needs=("complained", "satisfaction|rating"),
    parts=(
        Part(
            "do not complain",
            "Share of unhappy visits after which the customer did not contact the business to complain.",
            "half",
            1,
            do_not_complain,
            effect=False,
        ),
        Part(
            "stay away",
            "Returns after unhappy visits without a complaint against those with one.",
            MATTERS,
            -1,
            stay_away,
        ),
    ),
    beware=(
        "A public review is no complaint to the business. The widely quoted 96 of 100 is a misquote; about half is "
        "what was measured."
    ),
)
