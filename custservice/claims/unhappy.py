"""Which visits made customers unhappy, where a survey or a rating says so."""

from __future__ import annotations

import pandas as pd

from custservice.claims.facts import Facts

#: Of five stars, or of a survey's five points; of a longer scale the lowest two fifths.
_LOW, _POINTS = 2, 5


def unhappy(facts: Facts) -> pd.DataFrame:
    """Return the visits that a survey (``satisfaction``), or else a rating, calls bad."""
    panel = facts.panel
    score = panel["satisfaction" if facts.has("satisfaction") else "rating"]
    most = max(float(score.max()), _POINTS)
    bad: pd.DataFrame = panel[score <= _LOW * most / _POINTS]
    return bad
