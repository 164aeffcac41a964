"""Mentions straight from a file of texts, for a quick look without a study."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.loaders.columns import guess_columns
from custservice.loaders.files import read_text
from custservice.loaders.formats import pick_formats
from custservice.loaders.load import resolve_paths
from custservice.sentiment import find_mentions


def mentions_of_file(path: Path, text_column: str | None = None) -> pd.DataFrame:
    """Find mentions of staff in the texts of a file; ``text_id`` is the line, or the data row, from 1.

    Parameters
    ----------
    path
        A ``.txt`` file with one text a line, or any file that `custservice.load_reviews` reads.
    text_column
        The column of texts, where it is not recognised by its name.

    Raises
    ------
    InputError
        The file cannot be read, or has no such column.
    """
    return find_mentions(read_texts(path, text_column))


def read_texts(path: Path, text_column: str | None = None) -> pd.Series[str]:
    """Read the texts of a file, indexed by line or data row from 1 (see `mentions_of_file`)."""
    paths = resolve_paths(path)
    if path.suffix.lower() == ".txt":
        return pd.concat([_lines(each) for each in paths])
    texts = []
    for kind, files in pick_formats("auto", paths, "reviews"):
        for raw in kind.read(files):
            texts.append(raw.frame[_text_column(raw.frame, text_column, raw.file)].astype("str"))
    return pd.concat(texts)


def _lines(path: Path) -> pd.Series[str]:
    lines = read_text(path).text.splitlines()
    return pd.Series(lines, index=range(1, len(lines) + 1), dtype="str")


def _text_column(frame: pd.DataFrame, named: str | None, file: str) -> str:
    columns = [str(column) for column in frame.columns]
    if named is not None:
        if named not in columns:
            raise InputError(f"{file} has no column '{named}'{did_you_mean(named, columns)}.")
        return named
    guessed = guess_columns(columns, "reviews", {}).get("text", [])
    if not guessed:
        raise InputError(f"{file} has no column recognised as text; name it with --text-column ({', '.join(columns)}).")
    return guessed[0]
