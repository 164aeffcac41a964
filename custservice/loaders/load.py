"""Files to tables: read, name the columns, convert, fill in, set aside what breaks the schema."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.columns import Assigned, ColumnSpec, Mapped, assign_columns, check_mapping
from custservice.loaders.dates import read_dates
from custservice.loaders.formats import check_options, pick_formats
from custservice.loaders.language import add_language
from custservice.loaders.raw import Raw
from custservice.loaders.values import as_found, as_id, as_number, as_text, shown
from custservice.tables import COLUMNS, ID_COLUMN, NO_DATE, ONE_PLACE, UNKNOWN_PLACE, TableName, set_aside

Paths = str | PathLike[str] | Iterable[str | PathLike[str]]
#: Columns beside the table's own in the quarantine.
WHERE_FROM = ("file", "row", "reason", "raw")
UNREADABLE_DATE = "unreadable date"
#: From this share on, repeated ids look like a file of another kind.
_MANY_REPEATS = 0.05
_GENERATED = {"reviews": "r", "visits": "v"}


@dataclass(frozen=True)
class Loaded:
    """A table read from files.

    Attributes
    ----------
    table
        The rows that keep the schema, canonical columns first, extra ones after them.
    quarantine
        The other rows: ``file``, ``row`` (from 1, without the header; in a workbook as Excel counts), ``reason``,
        ``raw`` (what could not be read), then the columns of the table.
    notes
        Sentences for the user: what was decided, generated or assumed.
    taken
        Canonical name -> column of the file.
    """

    table: pd.DataFrame
    quarantine: pd.DataFrame
    notes: tuple[str, ...]
    taken: Mapping[str, str]

    @property
    def rows_in(self) -> int:
        """Number of data rows in the files: kept and set aside."""
        return len(self.table) + len(self.quarantine)

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> number of rows set aside for it, most frequent first."""
        return {str(reason): int(count) for reason, count in self.quarantine["reason"].value_counts().items()}


def load_reviews(
    path: Paths, format: str = "auto", columns: Mapping[str, ColumnSpec] | None = None, **options: str
) -> pd.DataFrame:
    r"""Read reviews from one file or several.

    Parameters
    ----------
    path
        A path, a pattern such as ``"reviews-*.csv"``, or a list of them.
    format
        ``"auto"``, ``"csv"``, ``"jsonl"``, ``"parquet"``, ``"excel"``, ``"skytrax"``, ``"airbnb"`` or ``"yelp"``.
    columns
        Canonical name -> the file's column, for columns that are not recognised. The date may be given as
        ``{"column": "When", "format": "%d/%m/%Y"}``, with ``"dayfirst"`` or ``"monthfirst"`` as format too.
    **options
        Settings of the format: ``sheet`` of ``"excel"``, ``city`` and ``category`` of ``"yelp"``.

    Returns
    -------
    DataFrame
        One row per review: review_id, customer_id, location_id, reviewed_at (naive UTC), text, language, and
        whatever else the file holds. ``attrs["notes"]`` is a list of sentences, ``attrs["quarantined"]`` counts
        the rows that were set aside, by reason; :func:`read_reviews` returns those rows too.

    Raises
    ------
    InputError
        If a file cannot be read or understood.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "june.csv"
    >>> _ = file.write_text("Client No;When;Comment\n0042;2024-06-01;They were friendly and helpful.\n")
    >>> load_reviews(file)[["customer_id", "text"]].values.tolist()
    [['0042', 'They were friendly and helpful.']]
    """
    return _with_attrs(read_reviews(path, format, columns, **options))


def load_visits(
    path: Paths, format: str = "auto", columns: Mapping[str, ColumnSpec] | None = None, **options: str
) -> pd.DataFrame:
    """Read visits (orders, bookings, receipts) from one file or several.

    Parameters
    ----------
    path, format, columns, **options
        As for :func:`load_reviews`; formats are ``"auto"``, ``"csv"``, ``"jsonl"``, ``"parquet"``, ``"excel"`` and
        ``"cdnow"``.

    Returns
    -------
    DataFrame
        One row per visit: visit_id, customer_id, location_id, visited_at (naive UTC), spend where there is one,
        and whatever else the file holds; ``attrs`` as for :func:`load_reviews`.

    Raises
    ------
    InputError
        If a file cannot be read or understood.
    """
    return _with_attrs(read_visits(path, format, columns, **options))


def read_reviews(
    path: Paths, format: str = "auto", columns: Mapping[str, ColumnSpec] | None = None, **options: str
) -> Loaded:
    """Read reviews together with what was set aside and what there is to say (see :func:`load_reviews`)."""
    return _read(path, format, columns, options, "reviews")


def read_visits(
    path: Paths, format: str = "auto", columns: Mapping[str, ColumnSpec] | None = None, **options: str
) -> Loaded:
    """Read visits together with what was set aside and what there is to say (see :func:`load_visits`)."""
    return _read(path, format, columns, options, "visits")


def _with_attrs(loaded: Loaded) -> pd.DataFrame:
    table = loaded.table.copy()
    table.attrs = {"notes": list(loaded.notes), "quarantined": loaded.reasons}
    return table


def _read(
    path: Paths,
    format: str,
    columns: Mapping[str, ColumnSpec] | None,
    options: Mapping[str, str],
    table: TableName,
) -> Loaded:
    told = check_mapping(columns, table)
    picked = pick_formats(format, resolve_paths(path), table)
    check_options(options, [each for each, _ in picked])
    raws: list[tuple[Raw, Assigned]] = []
    for each, paths in picked:
        known = each.columns[table]
        own = {name: value for name, value in options.items() if name in each.options}
        found = each.read(paths, **own)
        raws += [(raw, assign_columns(raw.frame, table, told.names, known, raw.file)) for raw in found]
    return _convert(raws, told, table)


def resolve_paths(path: Paths) -> list[Path]:
    """Return the files meant by a path, a pattern or a list of them.

    Raises
    ------
    InputError
        If there is none, or a pattern fits no file.
    """
    given = [path] if isinstance(path, str | PathLike) else list(path)
    if not given:
        raise InputError("No file was given: name at least one.")
    found: list[Path] = []
    for each in given:
        if any(sign in str(each) for sign in "*?[") and not Path(each).exists():
            matches = sorted(glob.glob(str(Path(each).expanduser())))
            if not matches:
                raise InputError(f"No file fits {each}: check the folder and the pattern.")
            found += map(Path, matches)
        else:
            found.append(Path(each).expanduser())
    return found


def _convert(raws: list[tuple[Raw, Assigned]], told: Mapped, table: TableName) -> Loaded:
    frame, position = _join(raws)
    taken = {name: column for _, assigned in raws for name, column in assigned.taken.items()}
    frame, unread, notes = _typed(frame, table, told, taken, position)
    frame, filled = _fill_in(frame, table, position)
    kept, bad = set_aside(frame, table)
    notes += _note_line_items(bad, len(frame), table)
    bad = _name_reasons(bad, unread, table)
    first = [name for name in COLUMNS[table] if name in frame.columns]
    order = [*first, *(name for name in frame.columns if name not in first)]
    quarantine = _quarantine(bad[[*order, "reason"]], unread, position, raws)
    said = [note for raw, assigned in raws for note in (*raw.notes, *assigned.notes)]
    kept = kept[order].reset_index(drop=True)
    if table == "reviews":
        kept, languages = add_language(kept)
        filled += languages
    return Loaded(kept, quarantine, tuple(dict.fromkeys([*said, *notes, *filled])), taken)


def _join(raws: list[tuple[Raw, Assigned]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of all files, and beside them each row's file, number in it, and number overall."""
    places, before = [], 0
    for raw, assigned in raws:
        rows = assigned.frame.index.to_numpy()
        places.append(pd.DataFrame({"file": raw.file, "row": rows, "overall": rows + before}))
        before += int(max(rows.max(initial=0), raw.broken["row"].max() if len(raw.broken) else 0))
    frame = pd.concat([assigned.frame for _, assigned in raws], ignore_index=True)
    return frame, pd.concat(places, ignore_index=True)


def _typed(
    frame: pd.DataFrame, table: TableName, told: Mapped, taken: dict[str, str], position: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series[Any], list[str]]:
    """Return the frame with typed columns, the dates that could not be read (as text), and notes."""
    several = len(position["file"].unique()) > 1

    def row_name(key: int) -> str:
        return f"{position['row'][key]}{' of ' + position['file'][key] if several else ''}"

    notes: list[str] = []
    columns: dict[str, pd.Series[Any]] = {}
    unread = pd.Series(dtype="str")
    for name, values in frame.items():
        kind = COLUMNS[table].get(str(name))
        if kind == "time":
            column = taken[str(name)]
            dates = read_dates(values, str(name), told.date_format, row_name, column)
            columns[str(name)] = dates.values
            unread = as_text(values[dates.unread])
            notes += dates.notes
        elif kind == "number":
            column, number, note = _number_column(values, str(name), told, taken, row_name)
            columns[column] = number
            notes += note
        else:
            convert = as_found if kind is None else as_text if name in ("text", "title") else as_id
            columns[str(name)] = convert(values)
    return pd.DataFrame(columns), unread, notes


def _number_column(
    values: pd.Series[Any], name: str, told: Mapped, taken: dict[str, str], row_name: Callable[[int], str]
) -> tuple[str, pd.Series[Any], list[str]]:
    numbers = as_number(values)
    count = int(numbers.unread.sum())
    if not count:
        return name, numbers.values, []
    where = int(numbers.unread.to_numpy().argmax())
    first = f"{shown(values.iloc[where])} in row {row_name(where)}"
    if count <= values.notna().sum() / 2:
        return name, numbers.values, [f"{count:,} values of {name} are no numbers and count as missing ({first})."]
    column = taken[name]
    if name in told.names:
        raise InputError(f"The column '{column}', given as {name}, holds no numbers ({first}): give another column.")
    del taken[name]
    column = f"{column}_in_file" if column == name else column
    return column, as_found(values), [f"'{column}' could be {name} by its name but holds no numbers ({first})."]


def _fill_in(frame: pd.DataFrame, table: TableName, position: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Give every row a location and an id."""
    notes: list[str] = []
    if "location_id" not in frame:
        frame = frame.assign(location_id=pd.Series(ONE_PLACE, index=frame.index, dtype="str"))
        notes.append(f"The {table} have no location: all of them count as one place, '{ONE_PLACE}'.")
    elif nowhere := int(frame["location_id"].isna().sum()):
        frame = frame.assign(location_id=frame["location_id"].fillna(UNKNOWN_PLACE))
        notes.append(f"{nowhere:,} {table} have no location: they count as one place, '{UNKNOWN_PLACE}'.")
    name = ID_COLUMN[table]
    given = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype="str")
    missing = int(given.isna().sum())
    if missing:
        # Padded, so that ids sort in the order of the file; ties between visits go to the smallest id.
        made = _GENERATED[table] + position["overall"].astype("str").str.zfill(8)
        made = made.mask(made.isin(given.dropna()), made + "-made")
        frame = frame.assign(**{name: given.fillna(made).astype("str")})
        which = "The" if missing == len(frame) else f"{missing:,}"
        notes.append(f"{which} {table} have no {name}: ids were made from the row numbers.")
    return frame, notes


def _note_line_items(bad: pd.DataFrame, rows: int, table: TableName) -> list[str]:
    name = ID_COLUMN[table]
    repeats = int(bad["reason"].str.contains(f"duplicate {name}", regex=False).sum())
    if repeats <= _MANY_REPEATS * rows:
        return []
    return [
        f"{repeats:,} of {rows:,} rows repeat a {name} and were set aside: if they are the single items of one "
        "receipt, add them up per receipt first."
    ]


def _name_reasons(bad: pd.DataFrame, unread: pd.Series[Any], table: TableName) -> pd.DataFrame:
    there = bad.index.isin(unread.index)
    renamed = bad["reason"].str.replace(NO_DATE, UNREADABLE_DATE, regex=False)
    return bad.assign(reason=bad["reason"].mask(there, renamed))


def _quarantine(
    bad: pd.DataFrame, unread: pd.Series[Any], position: pd.DataFrame, raws: list[tuple[Raw, Assigned]]
) -> pd.DataFrame:
    """Return all rows set aside, those of broken lines too, in the order of the files."""
    place = position.loc[bad.index]
    listed = bad.assign(file=place["file"], row=place["row"], raw=unread.reindex(bad.index).astype("str"))
    broken = [raw.broken.assign(file=raw.file) for raw, _ in raws if len(raw.broken)]
    files = [raw.file for raw, _ in raws]
    whole = pd.concat([listed, *broken], ignore_index=True)
    rank = whole["file"].map({name: number for number, name in enumerate(files)})
    order = whole.assign(_place=rank).sort_values(["_place", "row"], kind="stable").index
    rest = [name for name in bad.columns if name != "reason"]
    whole = whole.loc[order, [*WHERE_FROM, *rest]].reset_index(drop=True)
    return whole.astype({"file": "str", "row": "int64", "reason": "str", "raw": "str"})
