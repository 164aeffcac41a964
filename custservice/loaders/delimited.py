"""The generic format ``csv``: comma, semicolon, tab or pipe, plain or gzip, column names in the first line.

Python's own csv reader does the work: unlike faster ones it takes a carriage return inside quotes for text, and
it lets us see which lines do not fit the header.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.files import decode, read_text
from custservice.loaders.raw import Format, Raw, Sample, broken_rows

DELIMITERS = ",;\t|"
_ROWS_AT_ONCE = 20_000
_UNCLOSED = "a quote that is never closed"
_MISPLACED = "a quote out of place"
_LONE_RETURN = re.compile(r"\r(?!\n)")


@dataclass(frozen=True)
class Dialect:
    """How the lines of a file split into fields."""

    delimiter: str
    skip_space: bool = False
    escape: str | None = None


@dataclass(frozen=True)
class Parsed:
    """The records of a file: those that fit the header, by their numbers from 1, and those that do not fit."""

    frame: pd.DataFrame
    broken: list[tuple[int, str, str]]


def read_delimited(paths: Sequence[Path]) -> list[Raw]:
    """Read delimited files with a header line; lines that do not fit it go to ``broken``.

    Raises
    ------
    InputError
        If a file cannot be read as text, has no data row, or no line fits its header.
    """
    return [_read_one(path) for path in paths]


def _read_one(path: Path) -> Raw:
    decoded = read_text(path)
    parsed = parse(decoded.text, path)
    return Raw(path.name, parsed.frame, broken_rows(parsed.broken), decoded.notes)


def _protect_returns(text: str) -> tuple[str, str]:
    """Replace carriage returns that end no line by a character that the text does not hold."""
    if "\n" not in text or not _LONE_RETURN.search(text):
        return text, ""
    stand_in = next(char for char in map(chr, range(0xE000, 0xF8FF)) if char not in text)
    return _LONE_RETURN.sub(stand_in, text), stand_in


def parse(text: str, path: Path) -> Parsed:
    r"""Split the text of a delimited file into its records.

    Raises
    ------
    InputError
        If there is no data row, or no line fits the header.

    Examples
    --------
    >>> parse("id;text\n1;fine\n2\n", Path("june.csv")).broken
    [(2, '1 field where 2 are expected', '2')]
    """
    text, stand_in = _protect_returns(text)
    lines = _lines(text)
    dialect, first = find_dialect(lines)
    parsed = _parse_as(lines[first:], dialect)
    if parsed.broken and '\\"' in text:
        # Databases write a quote inside quotes as \" where spreadsheets double it.
        escaped = _parse_as(lines[first:], replace(dialect, escape="\\"))
        parsed = escaped if len(escaped.broken) < len(parsed.broken) else parsed
    if parsed.frame.empty:
        raise InputError(_nothing_read(parsed, dialect, path))
    return _with_returns(parsed, stand_in) if stand_in else parsed


def _with_returns(parsed: Parsed, stand_in: str) -> Parsed:
    frame = parsed.frame.apply(lambda column: column.str.replace(stand_in, "\r", regex=False))
    frame.columns = pd.Index(column_names([name.replace(stand_in, " ") for name in frame.columns]))
    return Parsed(frame, [(number, reason, raw.replace(stand_in, "\r")) for number, reason, raw in parsed.broken])


def _lines(text: str) -> list[str]:
    ending = "\n" if "\n" in text else "\r"
    lines = [line + ending for line in text.split(ending)]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _parse_as(lines: list[str], dialect: Dialect) -> Parsed:
    quoted = dialect.escape or any('"' in line for line in lines)
    records = _records(lines, dialect) if quoted else _plain_records(lines, dialect)
    header = column_names(next(records, ([], ""))[0])
    width = len(header)
    rows: list[list[str]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str, str]] = []
    # In pieces, because a million small lists at once keep the garbage collector busy.
    frames: list[pd.DataFrame] = []
    for number, (fields, problem) in enumerate(records, start=1):
        if len(fields) > width and not any(fields[width:]):
            del fields[width:]
        if len(fields) == width and not problem:
            rows.append(fields)
            numbers.append(number)
            if len(rows) == _ROWS_AT_ONCE:
                frames.append(_as_frame(header, rows, numbers))
                rows, numbers = [], []
        else:
            reason = problem or _field_count(len(fields), width)
            broken.append((number, reason, dialect.delimiter.join(fields)))
    frames += [_as_frame(header, rows, numbers)] if rows or not frames else []
    return Parsed(pd.concat(frames), broken)


def _plain_records(lines: list[str], dialect: Dialect) -> Iterator[tuple[list[str], str]]:
    """Yield the records of a file without a quote, where a line is a record."""
    for line in lines:
        text = line.rstrip("\r\n")
        if text:
            fields = text.split(dialect.delimiter)
            yield [field.lstrip(" ") for field in fields] if dialect.skip_space else fields, ""


def _field_count(found: int, expected: int) -> str:
    return f"{found} field{'s' if found != 1 else ''} where {expected} {'are' if expected != 1 else 'is'} expected"


class _Feed:
    """Lines for the csv reader, which asks for one more only while a quote is open."""

    def __init__(self, lines: list[str], position: int) -> None:
        self.lines = lines
        self.position = position
        self.exhausted = False

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            self.exhausted = True
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]


def _records(lines: list[str], dialect: Dialect) -> Iterator[tuple[list[str], str]]:
    """Yield records, and what is wrong with their quotes: then the record is its first line alone.

    Strict reading matters: else a quote that is never closed swallows the rows up to the next quote, unnoticed.
    """
    begun, problem = 0, ""
    while True:
        feed = _Feed(lines, begun)
        reader = csv.reader(
            feed,
            delimiter=dialect.delimiter,
            skipinitialspace=dialect.skip_space,
            escapechar=dialect.escape,
            strict=True,
        )
        try:
            for fields in reader:
                begun = feed.position
                if fields:
                    yield fields, ""
            return
        except csv.Error:
            problem = _UNCLOSED if feed.exhausted else _MISPLACED
        yield [lines[begun].rstrip("\r\n")], problem
        begun += 1


def find_dialect(lines: Sequence[str]) -> tuple[Dialect, int]:
    r"""Return the dialect of a file and the number of lines before its header.

    The delimiter is the one that cuts the first lines most evenly into the most fields; a first line ``sep=;``
    says it outright.

    Examples
    --------
    >>> find_dialect(["when;what\n", "1,5;a, b\n"])
    (Dialect(delimiter=';', skip_space=False, escape=None), 0)
    """
    # A review may be longer than the csv reader's default limit of 131,072 characters per field.
    csv.field_size_limit(2**31 - 1)
    if lines and (said := re.fullmatch(r"\ufeff?sep=(.)\s*", lines[0])):
        return Dialect(said[1]), 1
    start = list(lines[:60])
    delimiter = max(DELIMITERS, key=lambda each: _evenness(start, each))
    header = start[0].split(delimiter) if start else []
    spaced = len(header) > 1 and all(name.startswith(" ") for name in header[1:])
    return Dialect(delimiter, skip_space=spaced and delimiter != "\t"), 0


def _evenness(lines: list[str], delimiter: str) -> float:
    widths = [len(fields) for fields in csv.reader(lines, delimiter=delimiter) if fields]
    if not widths or widths[0] < 2:
        return 0.0
    # The last record of the sample may be cut off in the middle, so it does not count where there are others.
    body = widths[1:-1] or widths[1:] or widths
    return sum(width == widths[0] for width in body) / len(body) + widths[0] / 1000


def column_names(header: Sequence[str]) -> list[str]:
    """Return the names of columns as a header gives them: none is empty, none stands twice.

    Examples
    --------
    >>> column_names(["date", "", "date"])
    ['date', 'column 2', 'date.2']
    """
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        clean = " ".join(name.lstrip("\ufeff").split()) or f"column {position}"
        copies = sum(other == clean or other.startswith(f"{clean}.") for other in names)
        names.append(f"{clean}.{copies + 1}" if clean in names else clean)
    return names


def _as_frame(header: list[str], rows: list[list[str]], numbers: list[int]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    index = pd.Index(numbers, name="row", dtype="int64")
    named = zip(header, columns, strict=True)
    return pd.DataFrame({name: pd.array(list(values), dtype="str") for name, values in named}, index=index)


def _nothing_read(parsed: Parsed, dialect: Dialect, path: Path) -> str:
    if not parsed.broken:
        return f"{path} has a header line but no rows: export the table again, with its data."
    number, reason, _ = parsed.broken[0]
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
    return (
        f"{path} has no row that fits its header (row {number}: {reason}, split at "
        f"{names.get(dialect.delimiter, dialect.delimiter)}): check the first line and the delimiter."
    )


def header_of(start: bytes) -> tuple[str, ...]:
    r"""Return the column names in the first line of a sample, as far as it is text.

    Examples
    --------
    >>> header_of(b"id;name\n1;ann\n")
    ('id', 'name')
    """
    lines = _lines(_protect_returns(decode(start, "").text)[0])
    if not lines:
        return ()
    dialect, first = find_dialect(lines)
    reader = csv.reader(lines[first:], delimiter=dialect.delimiter, skipinitialspace=dialect.skip_space)
    return tuple(column_names(next(reader, [])))


def _recognises(sample: Sample) -> bool:
    return True


FORMAT = Format("csv", _recognises, read_delimited)
