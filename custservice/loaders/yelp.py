"""The format ``yelp``: reviews and businesses of the Yelp Open Dataset, one JSON object per line.

Where to get it: business.yelp.com, page "Yelp Open Dataset", the JSON download (an archive; its agreement allows
academic use). Of the files in it two are read: ``yelp_academic_dataset_review.json`` (some 5 GB, 7 million reviews)
and, named beside it, ``yelp_academic_dataset_business.json``. There are no visits: the reviews stand in for them.

The user is the customer, the business is the location. The file is read line by line; with the businesses named beside
it ``city`` and ``category`` choose the reviews to keep, before anything else is done with them.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.loaders.files import GZIP, read_start, refuse_binary
from custservice.loaders.jsonlines import NO_OBJECT, parse_object
from custservice.loaders.raw import Format, Raw, Sample, broken_rows
from custservice.loaders.values import shown

_COLUMNS = {
    "review_id": "review_id",
    "customer_id": "user_id",
    "location_id": "business_id",
    "reviewed_at": "date",
    "text": "text",
    "rating": "stars",
}
_REVIEW = {b"review_id", b"user_id", b"business_id", b"stars", b"text", b"date"}
_BUSINESS = {b"business_id", b"name", b"city", b"categories"}
# Quotes inside a text are escaped, so that these fit keys only.
_KEY = re.compile(rb'"(\w+)"\s*:')
_ID = re.compile(rb'"business_id"\s*:\s*"([^"\\]*)"')
_DAY = re.compile(rb'"date"\s*:\s*"(\d{4}-\d{2}-\d{2})')
_ROWS_AT_ONCE = 50_000
#: As many lines say what there is to know for a first look.
_FIRST_LINES = 20_000


@dataclass(frozen=True)
class _Business:
    """What is put beside a review of a business."""

    business_name: str | None
    city: str | None
    categories: str | None


@dataclass
class _Reviews:
    """Reviews as they are gathered: rows in pieces, lines that are none, and what was passed over."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    left_out: int = 0
    last_day: bytes = b""
    last_kept: bytes = b""


def read_yelp(
    paths: Sequence[Path], *, city: str | None = None, category: str | None = None, at_most: int | None = None
) -> list[Raw]:
    """Read reviews line by line, and put name, city and categories of the business beside each.

    Parameters
    ----------
    paths
        Files of reviews and of businesses, told apart by their keys.
    city, category
        Keep only reviews of businesses in this city, or with this category; case does not count.
    at_most
        Read so many lines of each file of reviews.

    Raises
    ------
    InputError
        If a file is neither reviews nor businesses, no file holds reviews, or nothing is left.
    """
    kinds = {path: _kind_or_refuse(path) for path in paths}
    reviews = [path for path in paths if kinds[path] == "reviews"]
    if not reviews:
        raise InputError(f"{paths[0]} holds businesses only: give the file of reviews of the same set as well.")
    businesses: dict[str, _Business] = {}
    notes: tuple[str, ...] = ()
    for path in paths:
        if kinds[path] == "businesses":
            found, unread = _read_businesses(path)
            businesses |= found
            notes += (f"{unread:,} lines of {path.name} are no businesses and were passed over.",) if unread else ()
    chosen = _choose(businesses, city, category)
    return [_read_reviews(path, businesses, chosen, at_most, notes) for path in reviews]


def _kind(start: bytes) -> str | None:
    for line in start.split(b"\n"):
        keys = set(_KEY.findall(line))
        if keys >= _REVIEW:
            return "reviews"
        if keys >= _BUSINESS:
            return "businesses"
    return None


def _kind_or_refuse(path: Path) -> str:
    start = read_start(path)
    refuse_binary(path, start)
    kind = _kind(start)
    if kind is None:
        raise InputError(
            f"{path} holds neither reviews nor businesses of the Yelp Open Dataset: of its files only those called "
            'review and business are read; if it comes from elsewhere, read it with format = "jsonl".'
        )
    return kind


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a plain or packed file with their numbers, without ever holding all of them."""
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                bare = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if bare.strip():
                    yield number, bare
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file ({error}): fetch it again.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check the disk.") from error


def _read_businesses(path: Path) -> tuple[dict[str, _Business], int]:
    found: dict[str, _Business] = {}
    unread = 0
    for _, line in _lines(path):
        try:
            row = parse_object(line.decode())
        except (ValueError, RecursionError):
            unread += 1
            continue
        if not row.get("business_id"):
            unread += 1
            continue
        name, city = (None if row.get(key) is None else str(row[key]).strip() for key in ("name", "city"))
        categories = ", ".join(_categories(row.get("categories"))) or None
        found[str(row["business_id"])] = _Business(name, city, categories)
    return found, unread


def _categories(value: Any) -> list[str]:
    """Return the categories of a business: a list in older sets, one text with commas in newer ones, or nothing."""
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    words = value if isinstance(value, list) else str(value or "").split(",")
    return [str(word).strip() for word in words if str(word).strip()]


def _choose(businesses: Mapping[str, _Business], city: str | None, category: str | None) -> frozenset[str] | None:
    """Return the ids of the businesses asked for, None where all are."""
    if city is None and category is None:
        return None
    if not businesses:
        raise InputError("city and category are in the file of businesses: name it in files, beside the reviews.")
    in_city = {key for key, each in businesses.items() if city is None or _same(each.city, city)}
    if not in_city:
        raise InputError(f"No business is in the city '{city}'{_near(city, [b.city for b in businesses.values()])}.")
    chosen = {key for key in in_city if category is None or _has_category(businesses[key], category)}
    if not chosen:
        known = [word for key in in_city for word in _categories(businesses[key].categories)]
        place = f" in {city}" if city else ""
        raise InputError(f"No business{place} has the category '{category}'{_near(category, known)}.")
    return frozenset(chosen)


def _same(found: str | None, wanted: str) -> bool:
    return found is not None and found.strip().casefold() == wanted.strip().casefold()


def _has_category(business: _Business, wanted: str) -> bool:
    return any(_same(word, wanted) for word in _categories(business.categories))


def _near(word: str | None, known: Sequence[str | None]) -> str:
    """Return a hint at the nearest of the most frequent words; there are too many to list them all."""
    counts = pd.Series([each for each in known if each], dtype="str").value_counts()
    hint = did_you_mean(word or "", [str(each) for each in counts.index])
    frequent = ", ".join(str(each) for each in counts.index[:5])
    return hint if "did you mean" in hint else f"; the most frequent are {frequent}"


def _read_reviews(
    path: Path,
    businesses: Mapping[str, _Business],
    chosen: frozenset[str] | None,
    at_most: int | None,
    notes: tuple[str, ...],
) -> Raw:
    reviews = _gather(path, chosen, at_most)
    if not reviews.frames:
        if reviews.left_out:
            raise InputError(f"None of the {reviews.left_out:,} reviews in {path} is of a business asked for with "
                             "city or category: ask for others.")  # fmt: skip
        where = f" (line {reviews.broken[0][0]}: {shown(reviews.broken[0][2])})" if reviews.broken else ""
        raise InputError(f"{path} holds no JSON object{where}: fetch it again.")
    frame = pd.concat(reviews.frames)
    said = [*notes, *_notes(path.name, reviews, len(frame), chosen)]
    if businesses:
        frame, unknown = _with_businesses(frame, businesses)
        said += [f"{path.name}: {unknown:,} reviews are of businesses that are not in the file of businesses."] * (
            unknown > 0
        )
    return Raw(path.name, frame, broken_rows(reviews.broken), tuple(said))


def _gather(path: Path, chosen: frozenset[str] | None, at_most: int | None) -> _Reviews:
    found = _Reviews()
    quick = None if chosen is None else frozenset(key.encode() for key in chosen)
    today = dt.date.today().isoformat().encode()
    rows: dict[int, dict[str, Any]] = {}
    for number, line in _lines(path):
        if at_most is not None and number > at_most:
            break
        day = _day(line, today)
        found.last_day = max(found.last_day, day)
        # Most lines of a large file are passed over here, without being parsed.
        if quick is not None and (place := _ID.search(line)) and place[1] not in quick:
            found.left_out += 1
            continue
        try:
            row = parse_object(line.decode())
        except (ValueError, RecursionError):
            found.broken.append((number, NO_OBJECT, line.decode("utf-8", errors="replace").rstrip("\r\n")))
            continue
        if chosen is not None and row.get("business_id") not in chosen:
            found.left_out += 1
            continue
        found.last_kept = max(found.last_kept, day)
        rows[number] = row
        if len(rows) == _ROWS_AT_ONCE:
            found.frames.append(_as_frame(rows))
            rows = {}
    found.frames += [_as_frame(rows)] if rows else []
    return found


def _day(line: bytes, today: bytes) -> bytes:
    match = _DAY.search(line)
    return match[1] if match and match[1] <= today else b""


def _as_frame(rows: Mapping[int, Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="row", dtype="int64"))


def _notes(name: str, reviews: _Reviews, kept: int, chosen: frozenset[str] | None) -> Iterator[str]:
    if chosen is None:
        return
    yield (f"{name}: {kept:,} reviews of the {len(chosen):,} businesses asked for were read, "
           f"{reviews.left_out:,} of others were left out.")  # fmt: skip
    if reviews.last_kept < reviews.last_day:
        day = reviews.last_day.decode()
        yield (f"{name} goes on until {day}, after the last review that was read ({reviews.last_kept.decode()}): "
               f"observed_until = {day} in the study says so.")  # fmt: skip


def _with_businesses(frame: pd.DataFrame, businesses: Mapping[str, _Business]) -> tuple[pd.DataFrame, int]:
    ids = frame["business_id"]
    added = {
        name: ids.map({key: getattr(each, name) for key, each in businesses.items()}).astype("str")
        for name in _Business.__dataclass_fields__
    }
    return frame.assign(**added), int((~ids.isin(list(businesses))).sum())


def _recognises(sample: Sample) -> bool:
    return _kind(sample.start) is not None


FORMAT = Format(
    "yelp",
    _recognises,
    read_yelp,
    {"reviews": _COLUMNS},
    options={
        "city": "keep only reviews of businesses in this city; needs the file of businesses too",
        "category": "and only of those with this category, such as Restaurants",
    },
    peek=partial(read_yelp, at_most=_FIRST_LINES),
)
