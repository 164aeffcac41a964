"""Headers of tables in plain words; the CSV files beside the tables keep the names of the columns."""

from __future__ import annotations

from typing import Any

_WORDS = {
    "adjusted": "adjusted",
    "alike": "group",
    "blame_high": "blame: to",
    "blame_low": "blame: from",
    "e_value": "E-value",
    "effect_per_1000_reviewed": "per 1,000 reviewed visits",
    "high": "to",
    "high_with": "to",
    "interaction_q_value": "q of the difference",
    "joint_p_value": "p, jointly",
    "link_days": "days to link",
    "location_id": "location",
    "low": "from",
    "low_with": "from",
    "n_customers": "customers",
    "n_drivers": "drivers",
    "n_mentions": "mentions",
    "n_places": "places",
    "n_reviews": "reviews",
    "n_visits": "visits",
    "n_with": "visits with it",
    "p_value": "p",
    "per_100": "per 100 reviews",
    "percent_linked": "% linked",
    "percent_of_visits": "% of visits",
    "pooled_into": "counted with",
    "praise_high": "praise: to",
    "praise_low": "praise: from",
    "q_contradicted": "q, contradicted",
    "q_supported": "q, supported",
    "q_value": "q",
    "r2": "R²",
    "rate_with": "% with it",
    "rate_without": "% without it",
    "returns_with": "came back",
    "reviewing_rate": "% reviewed",
    "shrunk": "per 100 reviews",
    "smallest_effect": "smallest difference",
    "stays_away_with": "stayed away",
}


def label(column: Any) -> str:
    """Return the words for a column.

    Examples
    --------
    >>> label("n_mentions"), label("effect_30_days"), label("low_7_days")
    ('mentions', 'effect, 30 days', 'from, 7 days')
    """
    name = str(column)
    if name in _WORDS:
        return _WORDS[name]
    first, _, rest = name.partition("_")
    if rest[:1].isdigit():
        return f"{_WORDS.get(first, first)}, {rest.replace('_', ' ')}"
    return name.replace("_", " ")
