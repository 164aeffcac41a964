"""Customers who say nothing: what they could change, and which of them are leaving."""

from custservice.silent.bounds import Bounds, difference_bounds, imbens_manski, share_bounds
from custservice.silent.feeling import Feelings, find_feelings
from custservice.silent.leavers import Leavers, silent_leavers
from custservice.silent.ones import SilentOnes, of_panel, silent_ones
from custservice.silent.overlap import Overlap, overlap
from custservice.silent.reviewing import Reviewing, reviewing_model
from custservice.silent.rhythm import Rhythm, fit_rhythm
from custservice.silent.stated import PUBLISHED, Stated, stated_share

__all__ = [
    "PUBLISHED",
    "Bounds",
    "Feelings",
    "Leavers",
    "Overlap",
    "Reviewing",
    "Rhythm",
    "SilentOnes",
    "Stated",
    "difference_bounds",
    "find_feelings",
    "fit_rhythm",
    "imbens_manski",
    "of_panel",
    "overlap",
    "reviewing_model",
    "share_bounds",
    "silent_leavers",
    "silent_ones",
    "stated_share",
]
