"""Figures of the reports: each function returns one picture and the sentence that says what it shows.

Praise and blame keep one colour and one shape each everywhere (blue circles, vermilion diamonds, after Okabe and Ito's
palette, which the colour-blind can tell apart, the vermilion dark enough for text). Figures are narrow, so that they
stay legible on a phone.
"""

from custservice.figures.base import COLOUR, MARK, WIDTH, LinkBox, Picture, Row, nothing
from custservice.figures.bridge import waterfall
from custservice.figures.claims import claims
from custservice.figures.curves import return_curves
from custservice.figures.effects import forest, raw_differences, specifications
from custservice.figures.importance import alike, importance
from custservice.figures.placebo import placebo
from custservice.figures.rates import by_month, by_place, counts_by_month, driver_rates, places
from custservice.figures.silent import silent_share
from custservice.figures.trend import trend

__all__ = [
    "COLOUR",
    "MARK",
    "WIDTH",
    "LinkBox",
    "Picture",
    "Row",
    "alike",
    "by_month",
    "by_place",
    "claims",
    "counts_by_month",
    "driver_rates",
    "forest",
    "importance",
    "nothing",
    "placebo",
    "places",
    "raw_differences",
    "return_curves",
    "silent_share",
    "specifications",
    "trend",
    "waterfall",
]
