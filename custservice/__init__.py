"""Which staff behaviours bring customers back: from reviews and visits to mentions, effects and reports.

Start with a study, which computes each of its tables once::

    import custservice as cs

    study = cs.open_study("study.toml")   # written by: custservice init reviews.csv visits.csv
    study.mentions                        # who said what about staff, with the exact words
    study.panel                           # one row per visit, with its outcome
    cs.explore(study)                     # choose place, period and behaviour (in JupyterLab)
    cs.estimate_effects(study.panel)      # returns per 1,000 visits, with intervals

By the way the data take:

- read: `open_study`, `choose` (a place, a period), `load_reviews`, `load_visits`
- find: `find_mentions`, `find_topics`, `score_sentiment`, `find_missed`; `explain` a sentence, `highlight` mentions
- relate: `build_panel`, `estimate_effects`, `ask` (the one question, in words), `Further` (what stands behind it),
  `test_claims` (confident sentences, put to the test)
- show: `explore`, `Page`, `figures`, `rates`, `findings`, `quality`, `quotes_for`, `words`
- report: `run_reports`

Every mistake that a user can make ends in a `CustserviceError` whose text is one sentence.
"""

# Heavy libraries (matplotlib, papermill, pandera, ipywidgets) are imported where they are used.
from custservice import claims, figures, findings, quality, rates, silent, words
from custservice.asked import ask, compare_links, place_and_period, scope
from custservice.claims import test_claims
from custservice.errors import CustserviceError
from custservice.further import Further
from custservice.here import own_rates, own_rates_in_short, said_here
from custservice.highlighting import highlight
from custservice.lab.explore import explore
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
    "claims",
    "compare_links",
    "estimate_effects",
    "explain",
    "explore",
    "figures",
    "find_mentions",
    "find_missed",
    "find_topics",
    "findings",
    "highlight",
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
    "test_claims",
    "words",
]


def __dir__() -> list[str]:
    """Return the public names only, so that completion shows what is meant for use."""
    return sorted([*__all__, "__version__"])
