"""Dates as files write them: ISO, or one form for the whole column, and never a guess between day and month.

A column in two forms is often one that a spreadsheet has half converted, days and months swapped: so the form of most
rows counts, and the other rows are set aside.

Times with a zone become UTC; those without are taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.values import as_id, shown, toml_text
from custservice.tables import TIME_COLUMN

RowName = Callable[[int], str]
DAY_FIRST, MONTH_FIRST = "dayfirst", "monthfirst"
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_TIME = (
    r"(?:[T\s,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap])?(?:\.?m\.?)?)?\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2}|[+-]\d{2})?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_MONTH_WORD = (
    r"(?P<word>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<year>\d{4}|'?\d{2})"
YEAR_FIRST, NUMBERS = "year first", "numbers"
_FORMS = {
    YEAR_FIRST: rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}",
    NUMBERS: rf"{_WEEKDAY}(?P<first>\d{{1,2}})[-/. ]\s?(?P<second_part>\d{{1,2}})[-/. ]\s?{_YEAR}{_TIME}",
    "day month": rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-/\s]*(?:of\s+)?{_MONTH_WORD}[-/,\s]*"
    rf"{_YEAR}{_TIME}",
    "month day": rf"{_WEEKDAY}{_MONTH_WORD}[-/\s]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-/,\s]+{_YEAR}{_TIME}",
}
#: Digits of seconds, milliseconds, microseconds and nanoseconds since 1970, for dates from 1973 on.
_EPOCH: Final[dict[int, Literal["s", "ms", "us", "ns"]]] = {
    9: "s",
    10: "s",
    12: "ms",
    13: "ms",
    15: "us",
    16: "us",
    18: "ns",
    19: "ns",
}
_NO_NOTES: tuple[str, ...] = ()
_UNIT: Final = "datetime64[us]"


@dataclass(frozen=True)
class Dates:
    """Dates read from a column.

    Attributes
    ----------
    values
        Naive UTC times, missing where there was none or it could not be read.
    unread
        True where there was a value that could not be read.
    notes
        How the column was understood, where that was a decision.
    """

    values: pd.Series[pd.Timestamp]
    unread: pd.Series[bool]
    notes: tuple[str, ...] = ()


def read_dates(
    values: pd.Series[Any], name: str, form: str | None = None, row_name: RowName = str, column: str = "..."
) -> Dates:
    """Read a column of dates.

    Parameters
    ----------
    values
        Texts, numbers or times.
    name
        What to call the column in messages.
    form
        ``"dayfirst"``, ``"monthfirst"``, a strptime format, or None: find out.
    row_name
        What to call the row of an index value in messages.
    column
        The file's name of the column, for messages.

    Raises
    ------
    InputError
        If day and month cannot be told apart, or most values are no dates.

    Examples
    --------
    >>> read_dates(pd.Series(["25/12/2023", "1/2/2024"]), "date").values.dt.month.tolist()
    [12, 2]
    >>> read_dates(pd.Series(["2024-03-09T23:30:00-05:00"]), "date").values[0]
    Timestamp('2024-03-10 04:30:00')
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _from_times(values)
    text, said = as_id(values), _Column(name, column, row_name)
    exact = form and form not in (DAY_FIRST, MONTH_FIRST)
    dates = _from_format(text, form) if exact and form else _from_text(text, form, said)
    _refuse_no_dates(text, dates, form, said)
    return dates


@dataclass(frozen=True)
class _Column:
    """What a column and its rows are called in messages."""

    name: str
    column: str
    row_name: RowName

    def rows(self, text: pd.Series[str], chosen: pd.Series[bool], count: int) -> str:
        first = text[chosen].drop_duplicates().head(count)
        return ", ".join(f"row {self.row_name(cast(int, key))}: {shown(value)}" for key, value in first.items())

    def setting(self, form: str) -> str:
        """Return the line of a study.toml that says how the dates are written."""
        table = next((table for table, time in TIME_COLUMN.items() if time == self.name), "reviews")
        return f'{self.name} = {{ column = {toml_text(self.column)}, format = "{form}" }} under [{table}.columns]'


def _from_times(values: pd.Series[Any]) -> Dates:
    aware = getattr(values.dtype, "tz", None) is not None
    naive = values.dt.tz_convert("UTC").dt.tz_localize(None) if aware else values
    return Dates(naive.astype(_UNIT), pd.Series(False, index=values.index))


def _from_format(text: pd.Series[str], form: str) -> Dates:
    zoned = "%z" in form
    try:
        times = pd.to_datetime(text, format=form, errors="coerce", utc=zoned)
    except ValueError as error:
        raise InputError(f"The date format '{form}' is not understood ({error}): write it as '%d/%m/%Y'.") from error
    values = (times.dt.tz_localize(None) if zoned else times).astype(_UNIT)
    return Dates(values, values.isna() & text.notna())


def _from_text(text: pd.Series[str], form: str | None, said: _Column) -> Dates:
    """Read dates that name the year first, or one other form: the one that most values have, the rest is unread."""
    iso = text.str.match(r"\d{4}-\d{2}-\d{2}(?!\d)", na=False)
    values = _utc(pd.to_datetime(text.where(iso), format="ISO8601", errors="coerce", utc=True))
    rest = text[values.isna() & text.notna()]
    if rest.empty:
        return Dates(values, pd.Series(False, index=text.index))
    fits = {key: rest[rest.str.fullmatch(pattern, case=False) & ~iso[rest.index]] for key, pattern in _FORMS.items()}
    for reading in (_from_digits(rest), _assemble(_parts(fits.pop(YEAR_FIRST), YEAR_FIRST))):
        values = values.fillna(reading.reindex(values.index))
    key = max(fits, key=lambda each: len(fits[each]))
    matching, notes = fits[key], _NO_NOTES
    others = matching
    if len(matching) > values.notna().sum():
        others = text[values.notna()]
        parts = _parts(matching, key)
        if key == NUMBERS:
            parts, notes = _name_day_and_month(parts, matching, form, said)
        values = _assemble(parts).reindex(values.index)
    if len(others):
        notes += (f"{len(others):,} dates of {said.name} are not written as most of them are, and were set aside "
                  f"({said.rows(others, others.notna(), 1)}).",)  # fmt: skip
    return Dates(values, values.isna() & text.notna(), notes)


def _parts(text: pd.Series[str], key: str) -> pd.DataFrame:
    return text.str.extract(re.compile(_FORMS[key], re.IGNORECASE))


def _utc(times: pd.Series[Any]) -> pd.Series[Any]:
    naive: pd.Series[Any] = times.dt.tz_localize(None).astype(_UNIT)
    return naive


def _from_digits(text: pd.Series[str]) -> pd.Series[Any]:
    """Read YYYYMMDD, YYYYMMDDHHMMSS and the time since 1970 in its usual units."""
    whole = text.str.replace(r"\.0*$", "", regex=True)
    length = whole.where(whole.str.fullmatch(r"\d+"), "").str.len()
    found = pd.Series(pd.NaT, index=text.index, dtype=_UNIT)
    for digits, pattern in ((8, "%Y%m%d"), (14, "%Y%m%d%H%M%S")):
        chosen = whole[length == digits]
        found = found.fillna(pd.to_datetime(chosen, format=pattern, errors="coerce").astype(_UNIT).reindex(text.index))
    for digits, unit in _EPOCH.items():
        numbers = pd.to_numeric(whole[length == digits]).astype("int64")
        times = pd.to_datetime(numbers, unit=unit, errors="coerce").astype(_UNIT)
        found = found.fillna(times.reindex(text.index))
    # Fractions of epoch seconds are cut off: nobody visits twice within one second.
    return found


def _name_day_and_month(
    parts: pd.DataFrame, text: pd.Series[str], form: str | None, said: _Column
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    first, second = parts["first"].astype("int64"), parts["second_part"].astype("int64")
    order, notes = (form, _NO_NOTES) if form else _order(first, second, text, said)
    day, month = (first, second) if order == DAY_FIRST else (second, first)
    return parts.assign(day=day, month=month), notes


def _order(
    first: pd.Series[int], second: pd.Series[int], text: pd.Series[str], said: _Column
) -> tuple[str, tuple[str, ...]]:
    day_first = (first > 12) & (first <= 31) & (second <= 12)
    month_first = (second > 12) & (second <= 31) & (first <= 12)
    say = f'say which with {said.setting(DAY_FIRST)}, or "{MONTH_FIRST}"'
    if day_first.any() and month_first.any():
        raise InputError(
            f"The dates of {said.name} are written day first in some rows and month first in others "
            f"({said.rows(text, day_first, 1)}; {said.rows(text, month_first, 1)}): {say}; "
            "the others will be set aside."
        )
    open_question = (first <= 12) & (second <= 12) & (first != second)
    if not day_first.any() and not month_first.any():
        if not open_question.any():
            return DAY_FIRST, ()
        raise InputError(
            f"The dates of {said.name} could be day first or month first ({said.rows(text, open_question, 2)}): {say}."
        )
    order, sure, words = (
        (DAY_FIRST, day_first, "day first") if day_first.any() else (MONTH_FIRST, month_first, "month first")
    )
    return order, (f"The dates of {said.name} were read {words}, because of {said.rows(text, sure, 1)}.",)


def _assemble(parts: pd.DataFrame) -> pd.Series[Any]:
    """Put times together from their parts; what is no day of the calendar is missing."""
    month = parts["word"].str[:3].str.lower().map(_MONTHS) if "word" in parts else parts["month"]
    year = parts["year"].str.lstrip("'").astype("int64")
    year = year.where(parts["year"].str.len() == 4, year + 2000)
    # Two digits beyond next year's are of the last century.
    year = year.mask((parts["year"].str.len() < 4) & (year > pd.Timestamp.now().year + 1), year - 100)
    days = pd.DataFrame({"year": year, "month": month.astype("int64"), "day": parts["day"].astype("int64")})
    date = pd.to_datetime(days, errors="coerce").astype(_UNIT)
    hour, minute, second = (_number(parts[key]) for key in ("hour", "minute", "second"))
    half = parts["half"].str.lower()
    hour = hour.mask(half.notna(), hour % 12).add((half == "p") * 12)
    hour = hour.mask((hour > 23) | (minute > 59) | (second > 59))
    micro = _number(parts["fraction"].str.ljust(6, "0").str[:6])
    time = pd.to_timedelta(hour * 3600 + minute * 60 + second, unit="s") + pd.to_timedelta(micro, unit="us")
    times: pd.Series[Any] = (date + time - _zone_offset(parts["zone"])).astype(_UNIT)
    return times


def _number(digits: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(digits).fillna(0.0).astype("float64")


def _zone_offset(zone: pd.Series[str]) -> pd.Series[pd.Timedelta]:
    found = zone.str.extract(r"(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?$")
    minutes = _number(found["hours"]) * 60 + _number(found["minutes"])
    return pd.to_timedelta(minutes.where(found["sign"] != "-", -minutes), unit="m")


def _refuse_no_dates(text: pd.Series[str], dates: Dates, form: str | None, said: _Column) -> None:
    filled = int(text.notna().sum())
    if not filled or dates.unread.sum() <= filled / 2:
        return
    how = f"in the form '{form}'" if form else "as dates"
    raise InputError(
        f"Most values of {said.name} cannot be read {how} ({said.rows(text, dates.unread, 1)}): "
        f"say how they are written with {said.setting('%d.%m.%Y')}."
    )
