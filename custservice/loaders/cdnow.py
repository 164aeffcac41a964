"""The format ``cdnow``: the CDNOW purchase log, a classic of repeat-buying research (visits, no reviews).

Where to get it: brucehardie.com, page "Datasets", file ``CDNOW_master.txt`` (in a zip): 69,659 purchases of 23,570
customers from January 1997 to June 1998, fixed width, one line per purchase: customer, day (YYYYMMDD), number of
CDs, dollars.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.files import read_text
from custservice.loaders.raw import Format, Raw, Sample, broken_rows

_NAMES = ("customer_id", "date", "items", "spend")
_COLUMNS = {"customer_id": "customer_id", "visited_at": "date", "spend": "spend"}
_LINE = r"[ \t]*(\d{5})[ \t]+((?:19|20)\d{6})[ \t]+(\d+)[ \t]+(\d+(?:\.\d+)?)[ \t\r]*"


def read_cdnow(paths: Sequence[Path]) -> list[Raw]:
    """Read CDNOW logs; the column of CD counts becomes ``items``.

    Raises
    ------
    InputError
        If no line of a file looks like a purchase.
    """
    return [_read_one(path) for path in paths]


def _read_one(path: Path) -> Raw:
    decoded = read_text(path)
    lines = pd.Series(decoded.text.split("\n"), dtype="str")
    lines = lines[lines.str.strip() != ""]
    if "customer" in lines.iloc[0].lower():
        lines = lines.iloc[1:]
    lines.index = pd.RangeIndex(1, len(lines) + 1, name="row")
    fields = lines.str.extract(f"^{_LINE}$")
    good = fields[0].notna()
    if not good.any():
        raise InputError(
            f"{path} has no line in the form of the CDNOW log (customer, YYYYMMDD, items, dollars): "
            'if it is another table, read it with format = "csv".'
        )
    reason = "not a line of customer, day, items and dollars"
    odd = lines[~good]
    broken = [(number, reason, line.rstrip("\r")) for number, line in zip(odd.index.tolist(), odd, strict=True)]
    frame = fields[good].set_axis(list(_NAMES), axis=1)
    return Raw(path.name, frame, broken_rows(broken), decoded.notes)


def _recognises(sample: Sample) -> bool:
    lines = sample.start.decode("utf-8", errors="replace").splitlines()[:4]
    return bool(lines) and any(re.fullmatch(_LINE, line) for line in lines[:2])


FORMAT = Format("cdnow", _recognises, read_cdnow, {"visits": _COLUMNS})
