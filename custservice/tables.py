"""The four tables: their columns, types and checks, and how a bad row is set aside.

Every check on a row carries the reason that a user reads in the quarantine. The checks are declared once, as
pandera schemas; pandera is imported where it is used because its import costs more than pandas' own.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    import pandera.pandas as pa

TableName = Literal["reviews", "visits"]

#: Columns of the two input tables that users may map, in the order they are written.
COLUMNS: dict[TableName, dict[str, str]] = {
    "reviews": {
        "review_id": "str",
        "customer_id": "str",
        "location_id": "str",
        "reviewed_at": "time",
        "text": "str",
        "visit_id": "str",
        "rating": "number",
        "staff_id": "str",
        "title": "str",
        "language": "str",
    },
    "visits": {
        "visit_id": "str",
        "customer_id": "str",
        "location_id": "str",
        "visited_at": "time",
        "spend": "number",
        "staff_id": "str",
        "complained": "number",
        "satisfaction": "number",
        "compensation": "number",
        "handled_by_first": "number",
        "busy": "number",
        "margin": "number",
        "cost_to_serve": "number",
    },
}
#: What must be in the file: the rest is optional, an id is generated, a missing location becomes one place.
REQUIRED: dict[TableName, tuple[str, ...]] = {
    "reviews": ("customer_id", "reviewed_at", "text"),
    "visits": ("customer_id", "visited_at"),
}
TIME_COLUMN: dict[TableName, str] = {"reviews": "reviewed_at", "visits": "visited_at"}
ID_COLUMN: dict[TableName, str] = {"reviews": "review_id", "visits": "visit_id"}
#: Location of rows whose file has no location column.
ONE_PLACE = "all"
#: Location of single rows that have none where others have one.
UNKNOWN_PLACE = "unknown"
NO_TEXT = "no text"
NO_DATE = "no date"
FUTURE = "date in the future"
#: How programs write a text that is not there, in exactly these spellings. As an id they stand for themselves.
NOTHING_WRITTEN = frozenset({"", "N/A", "n/a", "NA", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None"})
#: Dates before this are slips of a keyboard or a spreadsheet's zero, not visits.
EARLIEST = pd.Timestamp("1900-01-01")

#: What the panel names itself, beside a column per driver or topic and polarity; "topics" means the latter together.
PANEL_COLUMNS = (
    "visit_id",
    "review_id",
    "customer_id",
    "location_id",
    "time_zero",
    "month",
    "follow_up_days",
    "returned",
    "days_to_return",
    "visits_next",
    "spend_next",
    "first_visit",
    "prior_visits",
    "days_since_previous",
    "history_days",
    "rating",
    "topics",
)
MENTION_COLUMNS = ("review_id", "sentence", "family", "driver", "polarity", "evidence", "start", "end")
POLARITIES = ("praise", "blame")


def is_panel_column(name: str) -> bool:
    """Return whether the panel keeps a name for itself, so that a file's column must bear another one there.

    Examples
    --------
    >>> is_panel_column("month"), is_panel_column("warmth_praise"), is_panel_column("weather")
    (True, True, False)
    """
    return name in PANEL_COLUMNS or name.endswith(tuple(f"_{polarity}" for polarity in POLARITIES))


@cache
def schema(table: TableName) -> pa.DataFrameSchema:
    """Return the pandera schema of an input table; the ``error`` of each check is the quarantine reason."""
    import pandera.pandas as pa

    def column(name: str) -> pa.Column:
        kind = COLUMNS[table][name]
        return pa.Column(checks=_checks(table, name, kind), nullable=True, required=name in REQUIRED[table])

    return pa.DataFrameSchema({name: column(name) for name in COLUMNS[table]}, strict=False)


def _checks(table: TableName, name: str, kind: str) -> list[Any]:
    import pandera.pandas as pa

    def check(function: Any, reason: str) -> Any:
        return pa.Check(function, error=reason, ignore_na=False)

    if name == ID_COLUMN[table]:
        return [check(lambda s: ~s.duplicated() | s.isna(), f"duplicate {name}")]
    if name == "text":
        return [check(lambda s: ~s.fillna("").str.strip().isin(NOTHING_WRITTEN), NO_TEXT)]
    if name == TIME_COLUMN[table]:
        return [
            check(lambda s: s.notna(), NO_DATE),
            check(lambda s: ~(s > _end_of_today()), FUTURE),
            check(lambda s: ~(s < EARLIEST), f"date before {EARLIEST.year}"),
        ]
    if name == "customer_id":
        return [check(lambda s: s.fillna("").str.strip() != "", "no customer")]
    if name == "spend":
        return [check(lambda s: ~(s < 0), "negative spend")]
    return []


def _end_of_today() -> pd.Timestamp:
    # A day of grace: somewhere it is tomorrow already, and times without a zone may be local.
    return pd.Timestamp.now().normalize() + pd.Timedelta(days=2)


def set_aside(frame: pd.DataFrame, table: TableName) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a table into the rows that keep its schema and the rows that break it.

    Parameters
    ----------
    frame
        A table with canonical column names and types and a unique index.
    table
        ``"reviews"`` or ``"visits"``.

    Returns
    -------
    (kept, quarantined)
        ``quarantined`` has the same columns and a ``reason`` (several joined by ``"; "``); together the two
        hold every row of ``frame`` exactly once.

    Examples
    --------
    >>> visits = pd.DataFrame({"visit_id": ["1", "2"], "customer_id": ["ann", None],
    ...                        "visited_at": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    >>> kept, bad = set_aside(visits, "visits")
    >>> len(kept), bad["reason"].tolist()
    (1, ['no customer'])
    """
    import pandera.errors

    try:
        schema(table).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as broken:
        cases = broken.failure_cases[["index", "check"]].drop_duplicates()
        reasons = cases.groupby("index", sort=False)["check"].agg("; ".join)
        bad = frame.loc[reasons.index].assign(reason=reasons).sort_index()
        return frame.drop(index=bad.index), bad
    return frame, frame.iloc[:0].assign(reason=pd.Series(dtype="str"))
