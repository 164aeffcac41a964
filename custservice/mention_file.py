"""Mentions straight from a file of texts, for a quick look without a study."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.loaders.columns import guess_columns
from custservice.loaders.files import PARQUET, read_start, read_text
from custservice.loaders.formats import pick_formats
from custservice.loaders.load import resolve_paths
from custservice.sentiment import find_mentions

#: Rows read at a time where a file need not be read whole: with their mentions some 200 MB.
_ROWS = 50_000


def mentions_of_file(path: Path, text_column: str | None = None, workers: int = 1) -> pd.DataFrame:
    """Find mentions of staff in the texts of a file; ``text_id`` is the line, or the data row, from 1.

    Parameters
    ----------
    path
        A ``.txt`` file with one text a line, or any file that `custservice.load_reviews` reads.
    text_column
        The column of texts, where it is not recognised by its name.
    workers
        How many processes share the work.

    Raises
    ------
    InputError
        The file cannot be read, or has no such column.
    """
    return pd.concat(mentions_in_parts(path, text_column, workers), ignore_index=True)


def mentions_in_parts(path: Path, text_column: str | None = None, workers: int = 1) -> Iterator[pd.DataFrame]:
    """Yield the mentions of a file in parts; a Parquet file is read in parts too, so that it may be of any size.

    Arguments and errors as for `mentions_of_file`.
    """
    if path.is_file() and read_start(path).startswith(PARQUET):
        parts = _parquet_texts(path, text_column)
    else:
        parts = iter([read_texts(path, text_column)])
    for texts in parts:
        yield find_mentions(texts, workers=workers)


def _parquet_texts(path: Path, text_column: str | None) -> Iterator[pd.Series[str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            column, first = _text_column(file.schema_arrow.names, text_column, path.name), 1
            for batch in file.iter_batches(batch_size=_ROWS, columns=[column], use_threads=False):
                texts = batch.column(0).cast(pa.large_string()).to_pandas()
                yield pd.Series(texts.to_numpy(), index=range(first, first + len(texts)), dtype="str")
                first += len(texts)
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise InputError(f"{path} is a damaged Parquet file ({reason}): export it again.") from error


def read_texts(path: Path, text_column: str | None = None) -> pd.Series[str]:
    """Read the texts of a file, indexed by line or data row from 1 (see `mentions_of_file`)."""
    paths = resolve_paths(path)
    if path.suffix.lower() == ".txt":
        return pd.concat([_lines(each) for each in paths])
    texts = []
    for kind, files in pick_formats("auto", paths, "reviews"):
        for raw in kind.read(files):
            texts.append(
                raw.frame[_text_column([str(c) for c in raw.frame.columns], text_column, raw.file)].astype("str")
            )
    return pd.concat(texts)


def _lines(path: Path) -> pd.Series[str]:
    lines = read_text(path).text.splitlines()
    return pd.Series(lines, index=range(1, len(lines) + 1), dtype="str")


def _text_column(columns: list[str], named: str | None, file: str) -> str:
    if named is not None:
        if named not in columns:
            raise InputError(f"{file} has no column '{named}'{did_you_mean(named, columns)}.")
        return named
    guessed = guess_columns(columns, "reviews", {}).get("text", [])
    if not guessed:
        raise InputError(f"{file} has no column recognised as text; name it with --text-column ({', '.join(columns)}).")
    return guessed[0]
