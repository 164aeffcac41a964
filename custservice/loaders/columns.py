"""Which column of a file is which column of ours: as told, as the format says, or by common names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.loaders.aliases import ALIASES, plain
from custservice.loaders.values import toml_text
from custservice.tables import COLUMNS, REQUIRED, TIME_COLUMN, TableName

#: How a column is told: its name, or a table with its name and how its dates are written.
ColumnSpec = str | Mapping[str, str]
WHAT = {
    "customer_id": "the customer",
    "reviewed_at": "the date of the review",
    "visited_at": "the date of the visit",
    "text": "the text of the review",
}


@dataclass(frozen=True)
class Mapped:
    """What the user said about columns, checked.

    Attributes
    ----------
    names
        Canonical name -> column of the file.
    date_format
        How dates are written (``"dayfirst"``, ``"monthfirst"`` or a strptime format), or None.
    """

    names: dict[str, str]
    date_format: str | None = None


@dataclass(frozen=True)
class Assigned:
    """A frame with canonical names, which column each of them came from, and what there is to say."""

    frame: pd.DataFrame
    taken: dict[str, str]
    notes: tuple[str, ...]


def check_mapping(columns: Mapping[str, ColumnSpec] | None, table: TableName) -> Mapped:
    """Check a user's mapping of canonical names to columns.

    Raises
    ------
    InputError
        If a name is not one of the table's, or the form for a date is not understood.

    Examples
    --------
    >>> check_mapping({"reviewed_at": {"column": "When", "format": "dayfirst"}}, "reviews")
    Mapped(names={'reviewed_at': 'When'}, date_format='dayfirst')
    """
    names: dict[str, str] = {}
    date_format = None
    for name, spec in (columns or {}).items():
        if name not in COLUMNS[table]:
            raise InputError(f"{table} have no column '{name}'{did_you_mean(name, COLUMNS[table])}.")
        if isinstance(spec, str):
            names[name] = spec
            continue
        _check_spec(name, spec, table)
        if "column" in spec:
            names[name] = spec["column"]
        date_format = spec.get("format", date_format)
    return Mapped(names, date_format)


def _check_spec(name: str, spec: Any, table: TableName) -> None:
    if not isinstance(spec, Mapping) or not all(isinstance(value, str) for value in spec.values()):
        raise InputError(f"The column '{name}' of {table} must be given as a text, the name of the file's column.")
    for key in spec:
        if key not in ("column", "format"):
            raise InputError(f"The column '{name}' of {table} has no setting '{key}'"
                             f"{did_you_mean(key, ['column', 'format'])}.")  # fmt: skip
    if "format" in spec and name != TIME_COLUMN[table]:
        raise InputError(f"Only {TIME_COLUMN[table]} takes a format; '{name}' needs the name of its column alone.")


def assign_columns(
    frame: pd.DataFrame, table: TableName, told: Mapping[str, str], known: Mapping[str, str], where: str
) -> Assigned:
    """Rename a file's columns to ours.

    Parameters
    ----------
    frame
        The file as it stands.
    table
        ``"reviews"`` or ``"visits"``.
    told, known
        Canonical name -> column, by the user and by the format; the user's wins.
    where
        The file, for messages.

    Raises
    ------
    InputError
        If a required column is missing, a told one does not exist, or a guess is ambiguous.
    """
    columns = [str(name) for name in frame.columns]
    taken = {name: _find(column, columns, where, name) for name, column in told.items()}
    for name, column in known.items():
        if name not in taken and column in columns and column not in taken.values():
            taken[name] = column
    notes: list[str] = []
    for name, found in guess_columns(columns, table, taken).items():
        if len(found) > 1:
            notes += _ambiguous(name, table, found, where)
        taken[name] = found[0]
    for name in REQUIRED[table]:
        if name not in taken:
            raise InputError(_missing(name, table, columns, where))
    return Assigned(_rename(frame, taken, table), taken, tuple(notes))


def _find(column: str, columns: Sequence[str], where: str, name: str) -> str:
    if column in columns:
        return column
    alike = [other for other in columns if plain(other) == plain(column)]
    if len(alike) == 1:
        return alike[0]
    near = did_you_mean(column, columns).replace("allowed are", "there are")
    raise InputError(f"{where} has no column '{column}' (asked for as {name}){near}.")


def guess_columns(columns: Sequence[str], table: TableName, taken: Mapping[str, str]) -> dict[str, list[str]]:
    """Return canonical name -> the columns that could be it, equally likely ones together, by their names alone.

    Examples
    --------
    >>> guess_columns(["Client No", "When", "Stars"], "reviews", {})
    {'customer_id': ['Client No'], 'reviewed_at': ['When'], 'rating': ['Stars']}
    """
    guessed: dict[str, list[str]] = {}
    used = set(taken.values())
    for name, ranks in ALIASES[table].items():
        if name in taken:
            continue
        for rank in ((plain(name),), *ranks):
            found = [column for column in columns if column not in used and plain(column) in rank]
            if found:
                guessed[name] = found
                used.add(found[0])
                break
    return guessed


def _ambiguous(name: str, table: TableName, found: Sequence[str], where: str) -> list[str]:
    say = _setting(name, found[1], table)
    both = " and ".join(f"'{column}'" for column in found)
    if name in REQUIRED[table]:
        raise InputError(f"{where}: {both} could each be {WHAT[name]} ({name}): say which, for example with {say}.")
    return [f"{where}: {both} could each be {name}; '{found[0]}' was taken. To change that, say {say}."]


def _missing(name: str, table: TableName, columns: Sequence[str], where: str) -> str:
    words = [plain(name), *(alias for rank in ALIASES[table][name] for alias in rank)]
    by_plain = {plain(column): column for column in columns}
    near = next((hit for word in words for hit in difflib.get_close_matches(word, by_plain, n=1, cutoff=0.8)), None)
    column = by_plain[near] if near else "..."
    hint = f"is it '{column}'? Then say" if near else "say which it is with"
    shown = ", ".join(columns[:30]) + (", ..." if len(columns) > 30 else "")
    return (
        f"{where} has no column recognised as {WHAT[name]} ({name}); {hint} "
        f"{_setting(name, column, table)}. Its columns are: {shown}."
    )


def _setting(name: str, column: str, table: TableName) -> str:
    """Return the line of a study.toml that maps a column."""
    return f"{name} = {toml_text(column)} under [{table}.columns]"


def _rename(frame: pd.DataFrame, taken: Mapping[str, str], table: TableName) -> pd.DataFrame:
    ours = {column: name for name, column in taken.items()}
    repeated = {name: column for name, column in taken.items() if ours[column] != name}
    # An unused column that bears one of our names steps aside, it is not ours.
    aside = {column: f"{column}_in_file" for column in frame.columns if column not in ours and column in COLUMNS[table]}
    renamed = frame.rename(columns={**ours, **aside})
    return renamed.assign(**{name: frame[column] for name, column in repeated.items()})
