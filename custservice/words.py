"""The words pages use: plain names of drivers, one scale of certainty, numbers rounded to what is known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

#: Plain words for each driver, praised and blamed; own drivers fall back to their id.
PLAIN: dict[str, tuple[str, str]] = {
    "attention": ("attentive staff", "being ignored"),
    "listening": ("being listened to", "not being listened to"),
    "promptness": ("quick service", "slow service"),
    "warmth": ("friendly staff", "unfriendly staff"),
    "empathy": ("understanding staff", "staff without sympathy"),
    "appreciation": ("feeling valued", "feeling unwanted"),
    "recognition": ("being recognised", "being treated as a number"),
    "courtesy": ("polite staff", "rude staff"),
    "dignity": ("being treated as an equal", "being talked down to"),
    "sincerity": ("honest staff", "insincere staff"),
    "knowledge": ("staff who know their job", "staff who do not know"),
    "explanation": ("clear information", "poor information"),
    "helpfulness": ("helpful staff", "unhelpful staff"),
    "professionalism": ("professional staff", "careless staff"),
    "ownership": ("staff who take responsibility", "excuses"),
    "empowerment": ("staff who put it right at once", "staff who hide behind rules"),
    "hand_offs": ("one person handling it all", "being passed around"),
    "follow_up": ("hearing back", "never hearing back"),
    "apology": ("a real apology", "no apology"),
    "promises": ("kept promises", "broken promises"),
    "general": ("good service in general", "poor service in general"),
}
#: What a place can do first about a driver.
ACTIONS: dict[str, str] = {
    "attention": "Greet every customer on arrival and look up often, so that nobody waits unnoticed.",
    "listening": "Let customers finish, and repeat back what was asked before acting on it.",
    "promptness": "Find where customers wait for staff, and put people there at those hours.",
    "warmth": "Make a greeting and a smile part of every hand-over.",
    "empathy": "Practise staying patient when a customer is worried, slow or upset.",
    "appreciation": "Thank each customer, and regulars by more than words.",
    "recognition": "Help staff know regulars: names, usual orders, last visits.",
    "courtesy": "Agree on what rude looks like, coach it away, and act on repeated cases.",
    "dignity": "Train staff to treat every customer as an equal, needs and all.",
    "sincerity": "Drop scripts, and say only what is true.",
    "knowledge": "Train product knowledge before the first shift, and give staff someone to ask.",
    "explanation": "Say what is happening, why, and what comes next, before customers ask.",
    "helpfulness": "Make solving the customer's problem the job, whoever is asked.",
    "professionalism": "Check orders before they leave, and keep standards when busy.",
    "ownership": "Whoever hears of a problem keeps it until it is solved.",
    "empowerment": "Let staff refund or replace on the spot up to a set amount.",
    "hand_offs": "Keep one person on a case, and pass the story along with the customer.",
    "follow_up": "Call or write back by the time that was named.",
    "apology": "Say sorry at once, plainly, and say for what.",
    "promises": "Promise only what will be done, and check that it was.",
    "general": "Read the comments behind this: they name no single behaviour.",
}
#: The scale of certainty, defined once and used on every page.
CERTAINTY = {
    "clear": "chance alone would rarely make such a difference, even allowing for how many behaviours were looked at",
    "likely": "chance alone could make one or two such differences among as many behaviours as were looked at",
    "uncertain": "chance alone could easily make such a difference",
}


#: How to read a forest plot, and a plot of places.
READ_FOREST = (
    "Left of zero fewer customers come back, right of it more. The line says how far chance may have moved the mark: "
    "in 19 of 20 studies such a line holds the truth. Diamonds are blame, circles praise; a hollow mark may be chance."
)
READ_PLACES = (
    "Each mark is a location, the dashed line the average. The line through a mark says how far chance may have moved "
    "it (in 19 of 20 cases not further); where reviews are few, marks lie closer to the average."
)
READ_RAW = (
    "Look for marks whose line stays clear of the dashes, the rate of all reviewed visits: there customers "
    "came back more often (right) or less often (left), for whatever reason."
)
READ_CURVES = (
    "Look at how far the curves lie apart on the last day: bands are 95% intervals, and the numbers beneath "
    "say how many visits were still watched and without a return."
)
READ_FAMILIES = (
    "Look for filled marks, whose 95% interval leaves out zero: left of it fewer customers come back, right of "
    "it more. Diamonds are blame, circles praise, bold rows families; choose a row to read what customers "
    "wrote."
)
READ_WATERFALL = (
    "Look at the hatched part: so much of what tools print as impact goes with places, seasons, regulars, "
    "prices and other mentions; the coloured bar is what remains."
)
READ_IMPORTANCE = (
    "Look at the lines at the side before the order of the bars: a driver is shown to explain more than another "
    "only where no line joins the two."
)
READ_PLACEBO = (
    "Look for filled marks on the right: there a mention goes with visits that lie before it, which it cannot "
    "have caused. Of 20 such intervals one leaves out zero by chance; the title allows for that."
)
READ_CLAIMS = (
    "Look for filled marks: supported where the whole line lies beyond the dots, seen from zero; contradicted where it "
    "stays short of them. A hollow mark can be told neither way."
)
READ_WAYS = (
    "Look for a behaviour whose lines all stay on one side of zero: it does not hang on how the question was "
    "asked; the study's own way stands first."
)
READ_SILENT = (
    "Look at the grey band: nothing in these data rules out any share within it. The marks say where in it the "
    "share lies if those who stay silent are like those who speak; hollow marks are assumed, or fail a check."
)
#: What is held constant, in plain words; other columns go by their own name.
HELD = {
    "month": "the month",
    "first_visit": "whether it was a first visit",
    "prior_visits": "how often the customer came before",
    "history_days": "for how long",
    "topics": "what is said about product, price and place",
}
#: What stands where a page would speak of linking reviews to visits.
NO_LINKS = "Not asked here: the reviews stand in for visits, so that each review is its own visit."
NO_RATING = "Customers of this study rate no staff, or the study does not name the column (staff_rating)."
NONE_STANDS_OUT = "No driver stands out: the differences are no larger than chance makes them."
EFFECTS_CAPTION = (
    "Effects in one joint model, in returns per 1,000 visits with the mention; sound: at least 10 returns expected"
)
#: How effects are written in tables.
EFFECT_FORMATS = {"effect": "{:+.0f}", "low": "{:+.0f}", "high": "{:+.0f}", "effect_per_1000_reviewed": "{:+.1f}"}
#: The same for claims, whose numbers are of many kinds.
CLAIM_FORMATS = {
    **dict.fromkeys(("estimate", "low", "high", "threshold"), "{:.3g}"),
    **dict.fromkeys(("q_supported", "q_contradicted"), "{:.3f}"),
}
#: The same for what rating and words go with.
RATING_FORMATS = dict.fromkeys(("effect", "low", "high", "within", "within_low", "within_high"), "{:+.0f}")


def plain(driver: str, polarity: str) -> str:
    """Return plain words for a driver and polarity.

    Examples
    --------
    >>> plain("attention", "blame"), plain("other warmth", "praise")
    ('being ignored', 'other warmth (praise)')
    """
    if driver in PLAIN:
        return PLAIN[driver][polarity == "blame"]
    return f"{driver.removeprefix('topic_').replace('_', ' ')} ({polarity})"


def certainty(p_value: float, q_value: float) -> str:
    """Return ``clear``, ``likely`` or ``uncertain`` (see `CERTAINTY`).

    Examples
    --------
    >>> certainty(0.001, 0.01), certainty(0.04, 0.2), certainty(0.3, 0.5)
    ('clear', 'likely', 'uncertain')
    """
    if q_value <= 0.05:
        return "clear"
    return "likely" if p_value <= 0.05 else "uncertain"


def rounded(value: float, error: float) -> int:
    """Round to what the standard error supports: the largest of 1, 5, 10, 50, 100, ... not above it.

    Examples
    --------
    >>> rounded(-61.7, 12.0), rounded(-61.7, 6.0), rounded(-61.7, 0.4)
    (-60, -60, -62)
    """
    step = 1
    for larger in (5, 10, 50, 100, 500, 1000, 5000, 10000):
        if larger <= error:
            step = larger
    return int(np.rint(value / step) * step)


def how_many(effect: float, low: float, high: float, error: float, of: str = "visits") -> str:
    """Say an effect with its interval in plain words.

    Examples
    --------
    >>> how_many(-61.7, -90.2, -33.0, 14.0)
    'about 60 fewer returns per 1,000 visits (30 to 90 fewer)'
    >>> how_many(20.0, -12.0, 52.0, 16.0)
    'about 20 more returns per 1,000 visits (10 fewer to 50 more)'
    >>> how_many(30.0, 4.0, 56.0, 13.0)
    'about 30 more returns per 1,000 visits (4 to 60 more)'
    >>> how_many(30.0, 4.0, 56.0, 13.0, "orders")
    'about 30 more returns per 1,000 orders (4 to 60 more)'
    """
    middle, ends = rounded(effect, error), sorted((rounded(low, error), rounded(high, error)))
    side = "fewer" if middle < 0 else "more"
    if ends[0] < 0 < ends[1]:
        span = f"{-ends[0]:,} fewer to {ends[1]:,} more"
    else:  # an interval that leaves out zero never reads "0 to ..."
        near, far = sorted(map(abs, ends))
        near = near or max(1, round(min(abs(low), abs(high))))
        span = f"{near:,} to {far:,} {'fewer' if ends[0] < 0 else 'more'}"
    return f"about {abs(middle):,} {side} returns per 1,000 {of} ({span})"


def percent(share: float) -> str:
    """Return a share as a percentage with as many digits as it deserves.

    Examples
    --------
    >>> percent(0.0642), percent(0.61), percent(float("nan"))
    ('6.4%', '61%', 'unknown')
    """
    if pd.isna(share):
        return "unknown"
    return f"{100 * share:.0f}%" if share >= 0.1 else f"{100 * share:.1f}%"


def sentence(text: str) -> str:
    """Return the text with a capital first letter.

    Examples
    --------
    >>> sentence("being ignored goes first")
    'Being ignored goes first'
    """
    return text[:1].upper() + text[1:]


def day_in_words(day: dt.date) -> str:
    """Return a day as readers write it.

    Examples
    --------
    >>> day_in_words(dt.date(2024, 3, 5))
    '5 March 2024'
    """
    return f"{day.day} {day:%B %Y}"
