"""What every format hands over: rows as they stand in the file, and the lines that are no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from custservice.tables import TableName


@dataclass(frozen=True)
class Raw:
    """One file, read but not yet understood.

    Attributes
    ----------
    file
        Name of the file, for messages and for the quarantine.
    frame
        One row per data row, columns named as in the file; the index is the row's number, from 1.
    broken
        Lines that do not fit the header: columns ``row``, ``reason``, ``raw``.
    notes
        Sentences for the user.
    """

    file: str
    frame: pd.DataFrame
    broken: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, from which the formats recognise their own.

    Attributes
    ----------
    path
        Where the file is.
    start
        The first bytes, after unpacking.
    header
        Column names of the first line when read as a delimited table.
    """

    path: Path
    start: bytes
    header: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A source format of the registry.

    Attributes
    ----------
    name
        What the user writes as ``format``.
    recognises
        Whether a sample is of this format.
    read
        Reads all files of this format that were given together; takes the ``options`` as keywords.
    columns
        For each table the format can fill: canonical name -> column of the file. Names that are absent are
        guessed.
    options
        Settings of its own in a study.toml: name -> what it means.
    peek
        Reads the beginning alone, where whole files may be too large for a first look.
    """

    name: str
    recognises: Callable[[Sample], bool]
    read: Callable[..., list[Raw]]
    columns: Mapping[TableName, Mapping[str, str]] = field(default_factory=lambda: {"reviews": {}, "visits": {}})
    options: Mapping[str, str] = field(default_factory=dict)
    peek: Callable[[Sequence[Path]], list[Raw]] | None = None


def broken_rows(rows: Sequence[tuple[int, str, str]]) -> pd.DataFrame:
    """Return ``(row, reason, raw)`` triples as the frame that ``Raw.broken`` wants.

    Examples
    --------
    >>> broken_rows([(3, "2 fields where 4 are expected", "a,b")]).columns.tolist()
    ['row', 'reason', 'raw']
    """
    frame = pd.DataFrame(list(rows), columns=["row", "reason", "raw"])
    return frame.astype({"row": "int64", "reason": "str", "raw": "str"})
