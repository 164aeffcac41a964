"""The format ``airbnb``: homestay reviews and listings as Inside Airbnb publishes them, city by city.

Where to get it: insideairbnb.com, page "Get the Data" (CC BY 4.0), the detailed files ``reviews.csv.gz`` and
``listings.csv.gz`` of one city and date. The short ``reviews.csv`` has no comments and will not do.

The guest is the customer. The host of the listing is the location, so that a return to another room of the same host
counts; without the listings the listing itself stands in, and a note says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.delimited import read_delimited
from custservice.loaders.raw import Format, Raw, Sample

_COLUMNS = {
    "review_id": "id",
    "customer_id": "reviewer_id",
    "location_id": "host_id",
    "reviewed_at": "date",
    "text": "comments",
}
_REVIEWS = {"listing_id", "id", "date", "reviewer_id", "comments"}
_LISTINGS = {"id", "host_id"}
_HOST = "host_id"


def read_airbnb(paths: Sequence[Path]) -> list[Raw]:
    """Read reviews and listings, told apart by their columns, and put the host beside each review.

    Raises
    ------
    InputError
        If no file holds reviews with comments, or one file is neither reviews nor listings.
    """
    raws = read_delimited(paths)
    for path, raw in zip(paths, raws, strict=True):
        _refuse_others(path, set(raw.frame.columns))
    listings = [raw for raw in raws if not set(raw.frame.columns) >= _REVIEWS]
    reviews = [raw for raw in raws if set(raw.frame.columns) >= _REVIEWS]
    if not reviews:
        raise InputError(f"{paths[0]} holds listings only: give the file reviews.csv.gz of the same city as well.")
    hosts = _hosts(listings)
    return [_with_host(raw, hosts, listings) for raw in reviews]


def _refuse_others(path: Path, columns: set[str]) -> None:
    if columns >= _REVIEWS or columns >= _LISTINGS:
        return
    if columns == {"listing_id", "date"}:
        raise InputError(f"{path} is the short review list without comments: take the detailed reviews.csv.gz.")
    raise InputError(
        f"{path} has neither the columns of Airbnb reviews ({', '.join(sorted(_REVIEWS))}) nor those of listings "
        f'({", ".join(sorted(_LISTINGS))}): if it comes from elsewhere, read it with format = "csv".'
    )


def _hosts(listings: Sequence[Raw]) -> pd.Series[str]:
    if not listings:
        return pd.Series(dtype="str")
    table = pd.concat([raw.frame[["id", _HOST]] for raw in listings])
    known = table.loc[table[_HOST].str.strip() != ""]
    return known.drop_duplicates("id", keep="last").set_index("id")[_HOST]


def _with_host(raw: Raw, hosts: pd.Series[str], listings: Sequence[Raw]) -> Raw:
    listing = raw.frame["listing_id"]
    stand_in = "listing " + listing
    if hosts.empty:
        note = f"{raw.file}: no listings were given, so each listing (not its host) counts as a location."
        return replace(raw, frame=raw.frame.assign(**{_HOST: stand_in}), notes=(*raw.notes, note))
    host = listing.map(hosts)
    unknown = int(host.isna().sum())
    notes = tuple(note for each in listings for note in each.notes)
    if unknown:
        notes += (f"{raw.file}: {unknown:,} reviews are of listings that are not in the listings file; each such "
                  "listing counts as a location.",)  # fmt: skip
    return replace(raw, frame=raw.frame.assign(**{_HOST: host.fillna(stand_in)}), notes=raw.notes + notes)


def _recognises(sample: Sample) -> bool:
    header = set(sample.header)
    listings = header >= _LISTINGS and bool(header & {"room_type", "host_name", "neighbourhood_cleansed"})
    return header >= _REVIEWS or listings


FORMAT = Format("airbnb", _recognises, read_airbnb, {"reviews": _COLUMNS})
