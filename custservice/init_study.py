"""A first study.toml for files nobody has seen before: what is guessed stands in it, with what else it could be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError, StudyError
from custservice.loaders.columns import WHAT
from custservice.loaders.dates import DAY_FIRST, read_dates
from custservice.loaders.formats import recognise
from custservice.loaders.guess import guess_by_content, sort_files
from custservice.loaders.load import resolve_paths
from custservice.loaders.raw import Raw
from custservice.loaders.values import toml_text
from custservice.tables import COLUMNS, REQUIRED, TIME_COLUMN, TableName

_WINDOWS = (365, 180, 90, 60, 30, 14, 7)
_MEANING = {
    "review_id": "one per review; made from the row number where there is none",
    "visit_id": "ties a review to its visit; without it customer, place and date do",
    "customer_id": "who: must be the same for every visit of one person",
    "location_id": "where; without it all rows count as one place",
    "reviewed_at": "when the review was written",
    "visited_at": "when the visit was",
    "text": "what the customer wrote",
    "rating": "stars or points; never a control, for it lies between attitude and return",
    "staff_id": "who served",
    "title": "headline of the review",
    "language": "such as en; detected where there is none",
    "spend": "what was paid",
    "complained": "yes or no",
    "satisfaction": "answer of a survey",
    "compensation": "what was given back",
    "handled_by_first": "whether the first person solved it, yes or no",
    "busy": "how busy it was",
    "margin": "profit of the visit",
    "cost_to_serve": "cost of the visit",
}


@dataclass(frozen=True)
class _Source:
    """One table as it will stand in the study.toml."""

    files: list[str]
    format: str
    columns: list[str] = field(default_factory=list)
    span_days: int | None = None
    options: list[str] = field(default_factory=list)


def write_study(files: Sequence[str | os.PathLike[str]], out: str | os.PathLike[str] = "study.toml") -> Path:
    """Write a commented study.toml for files, with the mapping that was guessed.

    Parameters
    ----------
    files
        Files of reviews and, if there are any, of visits; which is which is found out.
    out
        The study.toml to write. An existing one is never overwritten.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    StudyError
        If ``out`` exists, or its folder does not.
    InputError
        If a file cannot be read, or none of them holds reviews.
    """
    target = Path(out).expanduser()
    if target.exists():
        raise StudyError(f"{target} exists already: choose another name, or move it away.")
    if not target.parent.is_dir():
        raise StudyError(f"There is no folder {target.parent}: make it first.")
    text = study_text(files, target.parent, target.name)
    with target.open("x", encoding="utf-8") as file:
        file.write(text)
    return target


def study_text(files: Sequence[str | os.PathLike[str]], folder: Path, name: str = "study.toml") -> str:
    """Return the text of a commented study.toml called ``name`` in ``folder`` (see :func:`write_study`)."""
    tables = sort_files([path.resolve() for path in resolve_paths(files)])
    if "reviews" not in tables:
        raise InputError("None of the files has a column of review texts: give the file with the reviews too.")
    sources = {table: _source(paths, table, folder.resolve()) for table, paths in tables.items()}
    first = tables["reviews"][0]
    parts = [_head(first, sources, name), _section("reviews", sources["reviews"])]
    parts.append(_section("visits", sources["visits"]) if "visits" in sources else _NO_VISITS)
    parts.append(_REPORT)
    return "\n".join(parts)


def _source(paths: Sequence[Path], table: TableName, folder: Path) -> _Source:
    names = [_relative(path, folder) for path in paths]
    found = recognise(paths[0])
    read = found.peek or found.read
    raws = read([path for path in paths if found.name == "airbnb" or recognise(path).name == found.name])
    frame = raws[0].frame
    if found.columns.get(table):
        known = found.columns[table]
        lines = [f"# The format '{found.name}' knows its columns:"]
        lines += [f"# {name} = {toml_text(column)}" for name, column in known.items()]
        dates_of: str | None = known[TIME_COLUMN[table]]
    else:
        lines, dates_of = _columns(frame, table)
    options = [_line(f'# {name} = "..."', meaning) for name, meaning in found.options.items()]
    return _Source(names, found.name, lines, None if dates_of is None else _span(raws, dates_of), options)


def _columns(frame: pd.DataFrame, table: TableName) -> tuple[list[str], str | None]:
    """Return the lines of a ``columns`` section, and the column taken for the date."""
    guessed = guess_by_content(frame, table)
    time = TIME_COLUMN[table]
    used = {found[0] for found in guessed.values()}
    lines: list[str] = []
    for name in COLUMNS[table]:
        found = guessed.get(name, [])
        if name == time and found:
            lines += _date_lines(frame[found[0]], name, found)
        elif found:
            lines.append(_line(f"{name} = {toml_text(found[0])}", _comment(name, found[1:])))
        elif name in REQUIRED[table]:
            rest = [toml_text(str(column)) for column in frame.columns if column not in used]
            lines.append(f"# {WHAT[name]} was not recognised: it is needed. Which column is it? {', '.join(rest)}")
            lines.append(_line(f'# {name} = "..."', _comment(name, [])))
    absent = [name for name in COLUMNS[table] if name not in guessed and name not in REQUIRED[table]]
    lines.append("# Not found, not needed; name the column where the file has one:")
    lines += [_line(f'# {name} = "..."', _comment(name, [])) for name in absent]
    rest = [str(column) for column in frame.columns if column not in used]
    lines.append(f"# Kept under their own names: {', '.join(rest) if rest else 'no other column'}")
    return lines, guessed[time][0] if time in guessed else None


def _date_lines(values: pd.Series[Any], name: str, found: Sequence[str]) -> list[str]:
    comment = _comment(name, found[1:])
    column = toml_text(found[0])
    try:
        read_dates(values, name)
    except InputError as error:
        why = str(error).partition(": say ")[0]
        return [
            f"# {why}. Take away the # before the right line:",
            _line(f'# {name} = {{ column = {column}, format = "dayfirst" }}', comment),
            _line(f'# {name} = {{ column = {column}, format = "monthfirst" }}', "or another form, as '%d.%m.%Y'"),
        ]
    return [_line(f"{name} = {column}", comment)]


def _span(raws: Sequence[Raw], column: str) -> int | None:
    """Return from the first date to the last, in days: day first where that is open, which hardly matters for it."""
    values = pd.concat([raw.frame[column] for raw in raws if column in raw.frame], ignore_index=True)
    for form in (None, DAY_FIRST):
        try:
            dates = read_dates(values, "date", form).values
        except InputError:
            continue
        return None if dates.isna().all() else int((dates.max() - dates.min()).days)
    return None


def _comment(name: str, others: Sequence[str]) -> str:
    also = f"; it could also be {', '.join(map(toml_text, others))}" if others else ""
    return _MEANING[name] + also


def _line(setting: str, comment: str) -> str:
    return f"{setting:<40} # {comment}"


def _head(first: Path, sources: dict[TableName, _Source], study: str) -> str:
    name = first.name.partition(".")[0].replace("_", " ").replace("-", " ").strip()
    span = sources["visits" if "visits" in sources else "reviews"].span_days
    window = _WINDOWS[0] if span is None else _window(span)
    lines = [
        "# What is read, and what counts as a return. Next:",
        f"#   custservice check {study}     says what was read and what was set aside",
        f"#   custservice report {study}    makes the reports",
        _line(f"title = {toml_text(name[:1].upper() + name[1:] or 'Study')}", "stands on every page"),
        _line(f"window_days = {window}", f"a return counts up to so many days after the visit{_why(window, span)}"),
        _line("min_gap_days = 1", "and from so many days on"),
        _line('return_to = "location"', '"location": back to the same place, "any": to any place'),
        _line("# observed_until = 2024-12-31", "the last day of observation, where it is not that of the last visit"),
        _line("link_days = 30", "a review belongs to the customer's latest visit at most so many days before"),
        _line('# controls = ["month"]', "columns held constant; without this line the default ones"),
        _line('# events = "celebrations.csv"', "days on which places celebrated good service: location_id, date"),
        _line('# lexicon = "my_drivers.toml"', "own patterns and drivers, in the form of the built-in drivers.toml"),
        _line('# staff_rating = "staff_stars"', "a column of customers' ratings of staff, set beside what they write"),
        "",
    ]
    return "\n".join(lines)


def _window(span: int) -> int:
    """Return the longest usual window that at least half of the days are followed for; never as short as the gap."""
    return next((days for days in _WINDOWS if 2 * days <= span), max(span // 2, 2))


def _why(window: int, span: int | None) -> str:
    if span is None:
        return ""
    if window == _WINDOWS[0]:
        return f"; the files span {span:,} days"
    return f"; not {_WINDOWS[0]}, because the files span {span:,} days and later visits would have no known outcome"


def _section(table: TableName, source: _Source) -> str:
    files = ", ".join(map(toml_text, source.files))
    lines = [f"[{table}]", f"files = [{files}]", f"format = {toml_text(source.format)}", *source.options]
    return "\n".join([*lines, "", f"[{table}.columns]", *source.columns, ""])


_NO_VISITS = """# There is no file of visits, so a repeat review stands in for a repeat visit. Orders, bookings or
# receipts with a customer number are better: run `custservice init` again with that file, or add
# [visits]
# files = "visits.csv"
"""
_REPORT = "\n".join(
    [
        "[report]",
        _line("min_reviews = 30", "a rate is shown for a place or month with at least so many reviews"),
        _line("quotes = 3", "masked quotes per driver"),
        _line("link_days_compared = 7", "a second link_days, its results beside the first"),
        "",
    ]
)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()
