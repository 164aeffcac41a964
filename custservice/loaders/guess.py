"""What a file nobody has seen before may hold: reviews or visits, and which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.columns import guess_columns
from custservice.loaders.dates import read_dates
from custservice.loaders.formats import recognise
from custservice.loaders.values import as_text
from custservice.tables import TIME_COLUMN, TableName

#: A column of texts at least so long on average may be the review when none is called so.
_LONG_TEXT = 25


def sort_files(paths: Sequence[Path]) -> dict[TableName, list[Path]]:
    """Return which files hold reviews and which visits, by their format or by whether a column holds texts.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    tables: dict[TableName, list[Path]] = {}
    for path in paths:
        tables.setdefault(_table_of(path), []).append(path)
    return tables


def _table_of(path: Path) -> TableName:
    found = recognise(path)
    if list(found.columns) != ["reviews", "visits"]:
        return next(iter(found.columns))
    frame = found.read([path])[0].frame
    return "reviews" if "text" in guess_by_content(frame, "reviews") else "visits"


def guess_by_content(frame: pd.DataFrame, table: TableName) -> dict[str, list[str]]:
    """Return what each column could be by its name, else, for text and date, by what is in it."""
    columns = [str(name) for name in frame.columns]
    guessed = guess_columns(columns, table, {})
    free = [name for name in columns if name not in {found[0] for found in guessed.values()}]
    if table == "reviews" and "text" not in guessed:
        lengths = {name: as_text(frame[name]).dropna().str.len().mean() for name in free}
        long = [name for name in free if lengths[name] >= _LONG_TEXT and not looks_like_dates(frame[name])]
        guessed |= {"text": [max(long, key=lengths.__getitem__)]} if long else {}
    if TIME_COLUMN[table] not in guessed:
        dates = [name for name in free if looks_like_dates(frame[name])]
        guessed |= {TIME_COLUMN[table]: dates} if dates else {}
    return guessed


def looks_like_dates(values: pd.Series[Any]) -> bool:
    """Return whether nearly all of the first values are dates written with signs between their parts.

    Examples
    --------
    >>> looks_like_dates(pd.Series(["3 May 2024", "4 May 2024"])), looks_like_dates(pd.Series(["12", "13"]))
    (True, False)
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return True
    text = as_text(values.head(200)).dropna()
    if text.empty or text.str.contains(r"[-/.: ]", regex=True).mean() < 0.9:
        return False
    try:
        return bool(read_dates(text, "date", "dayfirst").values.notna().mean() >= 0.9)
    except InputError:
        return False
