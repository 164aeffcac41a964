"""Which staff behaviours bring customers back: from reviews and visits to mentions, effects and reports.

Heavy libraries (matplotlib, papermill, pandera) are imported where they are used.
"""

from custservice import figures, findings, quality, rates, silent, words
from custservice.asked import ask, compare_links, place_and_period, scope
from custservice.errors import CustserviceError
from custservice.further import Further
from custservice.here import own_rates, own_rates_in_short, said_here
from custservice.loaders import load_reviews, load_visits
from custservice.missed import find_missed
from custservice.panel import build_panel
from custservice.part import choose
from custservice.quotes import quotes_for
from custservice.regression import Effects, Estimate, estimate_effects
from custservice.reporting.page import Page
from custservice.reporting.runs import RunSummary, run_reports
from custservice.sentiment import explain, find_mentions, find_topics, score_sentiment
from custservice.study import Study, open_study

__version__ = "0.1.0"

__all__ = [
    "CustserviceError",
    "Effects",
    "Estimate",
    "Further",
    "Page",
    "RunSummary",
    "Study",
    "ask",
    "build_panel",
    "choose",
    "compare_links",
    "estimate_effects",
    "explain",
    "figures",
    "find_mentions",
    "find_missed",
    "find_topics",
    "findings",
    "load_reviews",
    "load_visits",
    "open_study",
    "own_rates",
    "own_rates_in_short",
    "place_and_period",
    "quality",
    "quotes_for",
    "rates",
    "run_reports",
    "said_here",
    "scope",
    "score_sentiment",
    "silent",
    "words",
]
