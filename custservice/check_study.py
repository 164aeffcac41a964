"""What a study read, in plain text: for the command ``custservice check``."""

from __future__ import annotations

from collections.abc import Sequence

from custservice.loaders import Loaded
from custservice.study import Study
from custservice.tables import TIME_COLUMN, TableName

_ROWS_SHOWN = 5


def describe_study(study: Study) -> str:
    """Return what was read per table, how reviews and visits fit together, and what there is to know.

    Parameters
    ----------
    study
        As :func:`custservice.study.open_study` returns it.

    Returns
    -------
    str
        Several lines, for a terminal.

    Raises
    ------
    InputError
        If a file of the study cannot be read.
    """
    lines = [f"{study.title} ({study.path.name})", ""]
    for table, loaded in study.loaded.items():
        names = [path.name for path in study.files[table]]
        lines += _table_lines(table, loaded, names)
    lines += ["Reviews and visits", *_linkage(study), "", "Outcome", *_outcome(study), ""]
    notes = study.notes
    if notes:
        lines += ["To know", *(f"  - {note}" for note in notes), ""]
    return "\n".join(lines)


def _table_lines(table: TableName, loaded: Loaded, files: Sequence[str]) -> list[str]:
    frame = loaded.table
    lines = [
        f"{table.capitalize()} from {', '.join(files)}",
        f"  rows in       {loaded.rows_in:,} = {len(frame):,} kept + {len(loaded.quarantine):,} set aside",
    ]
    lines += [
        f"    set aside   {reason}: {count:,} ({_rows(loaded, reason)})" for reason, count in loaded.reasons.items()
    ]
    lines.append("  columns       " + ", ".join(f"{ours} = {column!r}" for ours, column in loaded.taken.items()))
    if frame.empty:
        return [*lines, ""]
    dates = frame[TIME_COLUMN[table]]
    lines.append(f"  dates         {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}")
    lines.append(f"  customers     {frame['customer_id'].nunique():,}")
    lines.append(f"  locations     {frame['location_id'].nunique():,}")
    if "language" in frame:
        counts = frame["language"].value_counts().head(8)
        lines.append("  language      " + ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    return [*lines, ""]


def _rows(loaded: Loaded, reason: str) -> str:
    rows = loaded.quarantine.loc[loaded.quarantine["reason"] == reason]
    several = len(loaded.quarantine["file"].unique()) > 1
    first = [
        f"{row} of {file}" if several else str(row)
        for row, file in zip(rows["row"].head(_ROWS_SHOWN), rows["file"].head(_ROWS_SHOWN), strict=True)
    ]
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(first)}{', ...' if len(rows) > _ROWS_SHOWN else ''}"


def _linkage(study: Study) -> list[str]:
    if study.stand_in:
        return ["  the reviews stand in for visits: each review is a visit of its own"]
    lines = []
    for days in dict.fromkeys((study.config.link_days, study.config.report.link_days_compared)):
        panel = study.panel_for(link_days=days)
        reviewed = int(panel["review_id"].notna().sum())
        within = f"{days} day{'s' if days != 1 else ''}"
        lines.append(f"  linked within {within}: {_share(reviewed, len(panel))} of the visits have a readable review")
    return lines


def _outcome(study: Study) -> list[str]:
    panel = study.panel
    known = panel["returned"].notna()
    returned = int(panel.loc[known, "returned"].sum())
    config = study.config
    place = "the same location" if config.return_to == "location" else "any location"
    known_reviewed = int((known & panel["review_id"].notna()).sum())
    return [
        f"  a return is a visit to {place} {config.min_gap_days} to {config.window_days} days later",
        f"  known for     {_share(int(known.sum()), len(panel))} of the visits, {known_reviewed:,} of them reviewed",
        f"  returned      {_share(returned, int(known.sum()))} of those",
    ]


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / whole:.1%})" if whole else "none"
