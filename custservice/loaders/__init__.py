"""Loaders: files of reviews and visits, in many formats, to tables of one form."""

from custservice.loaders.formats import FORMATS
from custservice.loaders.load import Loaded, load_reviews, load_visits, read_reviews, read_visits

__all__ = ["FORMATS", "Loaded", "load_reviews", "load_visits", "read_reviews", "read_visits"]
