"""A table about single customers, kept where only the analyst finds it."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from custservice.study import Study

_FORMULA = re.compile(r"^\s*[=+\-@|%]")


def keep(study: Study, table: pd.DataFrame, name: str) -> Path | None:
    """Write a table into the study's cache, whole or not at all, and return its path; None where it cannot be written.

    Only the owner may read it. Text that a spreadsheet could take for a formula gets an apostrophe first.
    """
    folder = study.tables_in
    if folder is None:
        return None
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(t) for t in safe.dtypes]]:
        safe[column] = safe[column].map(_no_formula, na_action="ignore")
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix="follow-up-", suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            safe.to_csv(file, index=False, lineterminator="\n", date_format="%Y-%m-%d")
        os.replace(temporary, folder / name)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        return None
    return folder / name


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
