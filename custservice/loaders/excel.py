"""The generic format ``excel``: one sheet of an Excel workbook (.xlsx, .xlsm), column names in its first filled row.

Cells are taken as Excel shows them where that matters: dates are dates, ``0042`` made by a number format stays
``0042``, a formula counts with the result that Excel stored. Nothing in a cell is ever run. Rows bear the numbers that
Excel shows at their left edge.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError, did_you_mean
from custservice.loaders.delimited import column_names
from custservice.loaders.files import ZIP, read_start
from custservice.loaders.raw import Format, Raw, Sample, broken_rows
from custservice.loaders.values import shown, toml_text

#: Excel's own limit; a damaged file may claim billions of empty rows.
_MOST_ROWS = 1_048_576
_PIECE = 1 << 20
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+(\d+):[A-Z]+\d+)"')
# A formula without a stored result; one whose result is an empty text has t="str".
_SILENT = re.compile(
    rb"<(?:\w+:)?c\b(?P<cell>[^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# Excel writes control characters in this form, because XML cannot hold them.
_CONTROL = re.compile(r"_x(00[01][0-9A-Fa-f])_")


@dataclass
class _Found:
    """What a sheet holds beside plain values."""

    merged: list[tuple[str, int]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Sheet:
    """One sheet: its name, its filled rows by number, and what else it holds."""

    name: str
    others: list[str]
    rows: dict[int, list[Any]]
    found: _Found


def read_excel(paths: Sequence[Path], *, sheet: str | None = None) -> list[Raw]:
    """Read one sheet of each workbook: the first that is not hidden, or the one called ``sheet``.

    Raises
    ------
    InputError
        If a file is no workbook or damaged, has no such sheet, or its first filled row does not name the columns.
    """
    return [_read_one(path, sheet) for path in paths]


def _read_one(path: Path, name: str | None) -> Raw:
    _refuse_others(path)
    sheet = _read_sheet(path, name)
    where = f"sheet {shown(sheet.name)} of {path.name}"
    if len(sheet.rows) < 2:
        what = "one filled row" if sheet.rows else "nothing in it"
        raise InputError(f"{path}: the sheet {shown(sheet.name)} has {what}, no header with rows under it: "
                         f"name another with sheet{_options(sheet)}, or export it again.")  # fmt: skip
    frame = _frame(sheet, where)
    return Raw(path.name, frame, broken_rows([]), tuple(_notes(sheet, where, named=name is not None)))


def _refuse_others(path: Path) -> None:
    if not read_start(path).startswith(ZIP) or not zipfile.is_zipfile(path):
        raise InputError(f"{path} is not an Excel workbook (.xlsx): save it as one, or name its own format.")
    with zipfile.ZipFile(path) as archive:
        if "xl/workbook.bin" in archive.namelist():
            raise InputError(f"{path} is a binary Excel workbook (.xlsb): save it as .xlsx.")


def _read_sheet(path: Path, name: str | None) -> _Sheet:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise InputError(
            f"{path} is an Excel workbook, and the package openpyxl that reads them is not installed: "
            "install it (pip install openpyxl), or save the sheet as CSV."
        ) from error
    try:
        # openpyxl warns of what it leaves out (charts, colours), none of which is read here.
        with warnings.catch_warnings(), path.open("rb") as file:
            warnings.simplefilter("ignore")
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            chosen, others = _choose(path, workbook.worksheets, name)
            found = _scan(path, chosen)
            # Some programs write a wrong size of the sheet, and rows beyond it would be left out.
            chosen.reset_dimensions()
            return _Sheet(chosen.title, others, dict(_rows(chosen, found)), found)
    except InputError:
        raise
    except Exception as error:  # a damaged workbook fails in dozens of ways
        reason = str(error).partition("\n")[0].rstrip(".:") or type(error).__name__
        raise InputError(
            f"{path} is a damaged Excel workbook ({reason}): open it in Excel and save it again."
        ) from error


def _choose(path: Path, sheets: Sequence[Any], name: str | None) -> tuple[Any, list[str]]:
    names = [sheet.title for sheet in sheets]
    if name is None:
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or list(sheets)
        if not visible:
            raise InputError(f"{path} has no sheet with cells: export the table again.")
        return visible[0], [sheet.title for sheet in visible[1:]]
    # Excel itself does not tell names apart by case.
    alike = [sheet for sheet in sheets if sheet.title.strip().casefold() == name.strip().casefold()]
    if not alike:
        raise InputError(f"{path} has no sheet '{name}'{did_you_mean(name, names)}.")
    return alike[0], []


def _scan(path: Path, sheet: Any) -> _Found:
    """Return the merged cells and the formulas without result, which reading row by row does not show."""
    found, rest = _Found(), b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as file:
        while piece := file.read(_PIECE):
            rest += piece
            end = rest.rfind(b"row>") + 4
            if end > 4:
                _note_cells(rest[:end], found)
                rest = rest[end:]
    _note_cells(rest, found)
    return found


def _note_cells(xml: bytes, found: _Found) -> None:
    found.merged += [(cells.decode(), int(row)) for cells, row in _MERGED.findall(xml)]
    for match in _SILENT.finditer(xml):
        if b't="str"' not in match["cell"]:
            place = re.search(rb'\br="([A-Z]+\d+)"', match["cell"])
            found.silent.append(place[1].decode() if place else "somewhere")


def _rows(sheet: Any, found: _Found) -> Iterator[tuple[int, list[Any]]]:
    """Yield the filled rows with their numbers."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS:
            raise ValueError(f"more than {_MOST_ROWS:,} rows")
        values = [None if cell.value is None else _value(cell, found) for cell in cells]
        if any(value is not None and (not isinstance(value, str) or value.strip()) for value in values):
            yield number, values


def _value(cell: Any, found: _Found) -> Any:
    value = cell.value
    if cell.data_type == "e":
        found.errors.append(f"{value} in {cell.coordinate}")
        return None
    if isinstance(value, str):
        return _CONTROL.sub(lambda match: chr(int(match[1], 16)), value) if "_x00" in value else value
    if type(value) is int and cell.has_style and re.fullmatch("0{2,}", cell.number_format):
        # The number 42 that is shown as 0042 is 0042 in every other file.
        return str(value).zfill(len(cell.number_format))
    return value


def _frame(sheet: _Sheet, where: str) -> pd.DataFrame:
    first, *numbers = sheet.rows
    width = max(map(len, sheet.rows.values()))
    rows = [[*values, *[None] * (width - len(values))] for values in sheet.rows.values()]
    header, *body = rows
    used = [any(row[place] is not None for row in body) for place in range(width)]
    kept = [place for place in range(width) if used[place] or _is_name(header[place])]
    _refuse_titles(first, [header[place] for place in kept], sheet.found, where)
    # Left of the first name may be nothing; the numbers of columns are those that the user sees.
    names = column_names([_name(header[place]) for place in range(width)])
    index = pd.Index(numbers, name="row", dtype="int64")
    # Values keep their Python types, as from JSON.
    return pd.DataFrame(
        {names[place]: pd.Series([row[place] for row in body], index, dtype=object) for place in kept}, index=index
    )


def _is_name(value: Any) -> bool:
    return value is not None and bool(str(value).strip())


def _name(value: Any) -> str:
    return "" if value is None else str(value)


def _refuse_titles(row: int, header: list[Any], found: _Found, where: str) -> None:
    say = "give every column its name in one row, with nothing above it"
    merged = [cells for cells, top in found.merged if top <= row]
    if merged:
        raise InputError(f"Row {row} of {where}, the first that is filled, has merged cells ({merged[0]}): {say}.")
    named = [name for name in header if _is_name(name)]
    if len(named) < len(header) - len(named) or (len(named) == 1 < len(header)):
        raise InputError(
            f"Row {row} of {where}, the first that is filled, names {len(named)} of {len(header)} columns "
            f"({shown(named[0])}) and looks like a title: {say}."
        )


def _notes(sheet: _Sheet, where: str, *, named: bool) -> Iterator[str]:
    found = sheet.found
    if sheet.others and not named:
        yield f"The {where} was read; the others ({_some(sheet.others)}) were not: to change that, say " \
              f"sheet = {toml_text(sheet.others[0])}."  # fmt: skip
    if found.errors:
        yield f"{len(found.errors):,} cells of {where} hold an Excel error and count as empty ({_some(found.errors)})."
    if found.silent:
        yield (f"{len(found.silent):,} formulas of {where} have no stored result and count as empty "
               f"({_some(found.silent)}): open the workbook in Excel and save it.")  # fmt: skip
    if found.merged:
        cells = [cells for cells, _ in found.merged]
        yield (f"{len(cells):,} groups of cells of {where} are merged ({_some(cells)}): only the first cell of each "
               "holds the value, the others count as empty.")  # fmt: skip


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:3]) + (", ..." if len(words) > 3 else "")


def _options(sheet: _Sheet) -> str:
    return f" = {toml_text(sheet.others[0])}" if sheet.others else ""


def _recognises(sample: Sample) -> bool:
    if not sample.start.startswith(ZIP) or not zipfile.is_zipfile(sample.path):
        return False
    with zipfile.ZipFile(sample.path) as archive:
        return any(name.startswith("xl/") for name in archive.namelist())


FORMAT = Format(
    "excel",
    _recognises,
    read_excel,
    options={"sheet": "the sheet to read; without this line the first"},
)
