"""The registry of source formats, and how a file's format is recognised.

A new format is one module beside this one that ends in ``FORMAT = Format(...)``, and one line here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from custservice.errors import InputError, did_you_mean
from custservice.loaders import airbnb, cdnow, delimited, excel, jsonlines, parquet, skytrax, yelp
from custservice.loaders.delimited import header_of
from custservice.loaders.files import PARQUET, ZIP, read_start
from custservice.loaders.raw import Format, Sample
from custservice.tables import TableName

#: Recognised in this order: the particular ones first, ``csv`` takes what is left.
FORMATS: dict[str, Format] = {
    each.FORMAT.name: each.FORMAT for each in (parquet, excel, yelp, jsonlines, skytrax, airbnb, cdnow, delimited)
}


def recognise(path: Path) -> Format:
    """Return the format that recognises a file.

    Raises
    ------
    InputError
        If the file is missing, a folder or empty.
    """
    start = read_start(path)
    header = () if start.startswith((PARQUET, ZIP)) else header_of(start)
    sample = Sample(path, start, header)
    return next(each for each in FORMATS.values() if each.recognises(sample))


def pick_formats(name: str, paths: Sequence[Path], table: TableName) -> list[tuple[Format, list[Path]]]:
    """Return the formats to read ``paths`` with, each with its own files, in the order given.

    Raises
    ------
    InputError
        If there is no such format, or it cannot fill the table.
    """
    if name != "auto" and name not in FORMATS:
        raise InputError(f"There is no format '{name}'{did_you_mean(name, ['auto', *FORMATS])}.")
    found = [(recognise(path) if name == "auto" else FORMATS[name], path) for path in paths]
    for each, path in found:
        if table not in each.columns:
            other = next(iter(each.columns))
            raise InputError(f"{path} is in the format '{each.name}', which holds {other} and no {table}.")
    grouped = groupby(found, key=lambda pair: pair[0].name)
    return [(FORMATS[key], [path for _, path in group]) for key, group in grouped]


def check_options(options: Mapping[str, str], formats: Iterable[Format]) -> None:
    """Refuse settings that none of the formats has.

    Raises
    ------
    InputError
        If there is such a setting.

    Examples
    --------
    >>> check_options({"sheet": "June"}, [FORMATS["csv"]])
    Traceback (most recent call last):
        ...
    custservice.errors.InputError: 'sheet' is a setting of the format 'excel', and the files are in the format 'csv'.
    """
    used = list(formats)
    for name in options:
        if any(name in each.options for each in used):
            continue
        owner = next((each.name for each in FORMATS.values() if name in each.options), None)
        if owner is None:
            known = [option for each in FORMATS.values() for option in each.options]
            raise InputError(f"No format has a setting '{name}'{did_you_mean(name, known)}.")
        names = " and ".join(f"'{each}'" for each in dict.fromkeys(each.name for each in used))
        raise InputError(f"'{name}' is a setting of the format '{owner}', and the files are in the format {names}.")
