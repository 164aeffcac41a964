"""The format ``skytrax``: airport-lounge reviews of the Skytrax user reviews dataset.

Where to get it: the "Skytrax User Reviews Dataset" by quankiquanki on GitHub (CC0), file ``data/lounge.csv``. Its
airline, airport and seat files have other columns; read them as ``csv`` with a mapping.

The author is the customer and the airline is the location, because the lounge has no number of its own. ``rating``
is the overall rating (0 to 5); ``staff_service_rating`` and the other columns are kept under their own names.
"""

from __future__ import annotations

from custservice.loaders.delimited import read_delimited
from custservice.loaders.raw import Format, Sample

_COLUMNS = {
    "customer_id": "author",
    "location_id": "airline_name",
    "reviewed_at": "date",
    "text": "content",
    "rating": "overall_rating",
    "title": "title",
}
_MARKS = {"airline_name", "author", "content", "date", "overall_rating", "lounge_name", "staff_service_rating"}


def _recognises(sample: Sample) -> bool:
    return set(sample.header) >= _MARKS


FORMAT = Format("skytrax", _recognises, read_delimited, {"reviews": _COLUMNS})
