"""Days on which places celebrated good service, from a file of the study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from custservice.errors import StudyError
from custservice.loaders.files import read_text

if TYPE_CHECKING:
    from custservice.study import Study

COLUMNS = ["location_id", "date"]


def events_path(study: Study) -> Path | None:
    """Return the study's file of events, None where it names none."""
    named = study.config.events
    return None if named is None else study.path.parent / Path(named).expanduser()


def read_events(path: Path) -> pd.DataFrame:
    """Read events: a CSV file with the columns ``location_id`` and ``date`` (2024-01-31).

    Raises
    ------
    StudyError
        A column is missing, or a row holds no date.
    """
    import io

    try:
        table = pd.read_csv(io.StringIO(read_text(path).text), dtype="str", skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise StudyError(f"The events file {path.name} is no CSV file ({error}): export it again.") from error
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise StudyError(f"The events file {path.name} has no column '{missing[0]}'; it needs location_id and date.")
    dates = pd.to_datetime(table["date"], format="ISO8601", errors="coerce")
    bad = table.index[dates.isna() | table["location_id"].isna()]
    if len(bad):
        raise StudyError(
            f"The events file {path.name}, line {bad[0] + 2}: each row needs a place and a date (2024-01-31)."
        )
    return pd.DataFrame({"location_id": table["location_id"].str.strip(), "date": dates.dt.tz_localize(None)})
