"""Customers who say nothing: what they could change, and which of them are leaving."""

from custservice.silent.bounds import Bounds, difference_bounds, imbens_manski, share_bounds
from custservice.silent.feeling import Feelings, find_feelings
from custservice.silent.leavers import Leavers, silent_leavers
from custservice.silent.ones import SilentOnes, of_panel, silent_ones
from custservice.silent.overlap import Overlap, overlap
from custservice.silent.reviewing import Reviewing, reviewing_model
from custservice.silent.rhythm import Rhythm, fit_rhythm
from custservice.silent.said import (
    about_chances,
    about_check,
    about_weights,
    balance_table,
    differences_table,
    in_short,
    shares_table,
    what_to_do,
)
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
    "about_chances",
    "about_check",
    "about_weights",
    "balance_table",
    "difference_bounds",
    "differences_table",
    "find_feelings",
    "fit_rhythm",
    "imbens_manski",
    "in_short",
    "of_panel",
    "overlap",
    "reviewing_model",
    "share_bounds",
    "shares_table",
    "silent_leavers",
    "silent_ones",
    "stated_share",
    "what_to_do",
]
