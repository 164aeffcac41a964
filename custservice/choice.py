"""What a report is about: a place or a person, a period, and the day on which it could have been written."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from custservice.errors import ReportError

#: Names of the parameters that are days.
DAYS = ("since", "until", "as_of")
_MONTH = re.compile(r"\d{4}-\d{2}")
_LONGEST_SLUG = 60


@dataclass(frozen=True)
class Choice:
    """The visits a report is about; "" leaves a part of it open.

    Attributes
    ----------
    location, staff
        One location's, or one person's, id as it stands in the visits.
    since, until
        First and last day, such as ``"2024-01-31"``; ``"2024-01"`` means the first or the last day of that month.
    as_of
        Only what was known at the end of this day.

    Examples
    --------
    >>> Choice(location="Mill Lane", since="2024-02", until="2024-02").checked().until
    '2024-02-29'
    """

    location: str = ""
    staff: str = ""
    since: str = ""
    until: str = ""
    as_of: str = ""

    def checked(self) -> Choice:
        """Return the choice with whole days in the place of months.

        Raises
        ------
        ReportError
            A day is none, or the period ends before it begins.
        """
        days = {name: day_of(getattr(self, name), name) for name in DAYS}
        if days["since"] and days["until"] and days["since"] > days["until"]:
            raise ReportError(f"The period ends ({self.until}) before it begins ({self.since}).")
        return replace(self, **days)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parts that say something, under the names of the notebooks' parameters."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def place(self) -> str:
        """Whose visits, in words; "" for all."""
        return ", ".join(
            [*([self.location] if self.location else []), *([f"staff {self.staff}"] if self.staff else [])]
        )

    @property
    def period(self) -> str:
        """When, in words; "" for always."""
        if self._month:
            return f"{dt.date.fromisoformat(self.since):%B %Y}"
        said = [f"{word} {value}" for word, value in (("from", self.since), ("to", self.until)) if value]
        return " ".join([*said, *([f"as known on {self.as_of}"] if self.as_of else [])])

    @property
    def when(self) -> str:
        """When, as the end of a sentence; "" for always.

        Examples
        --------
        >>> Choice(since="2024-02-01", until="2024-02-29").when
        'in February 2024'
        """
        return f"in {self.period}" if self._month else self.period

    @property
    def slug(self) -> str:
        """A folder name of its own for each choice, readable on any system.

        Examples
        --------
        >>> Choice().slug, Choice(since="2024-02-01", until="2024-02-29").slug, Choice(location="Mill Lane").slug
        ('all', 'month-2024-02', 'location-mill-lane-78beae')
        """
        parts = [f"{name.replace('_', '-')}-{_plain(value)}" for name, value in self.parameters.items()]
        if self._month:
            parts = [p for p in parts if not p.startswith(("since-", "until-"))] + [f"month-{self.since[:7]}"]
        text = "_".join(parts)[:_LONGEST_SLUG] or "all"
        named = [value for value in (self.location, self.staff) if value]
        exact = all(_plain(value) == value for value in named) and len(text) < _LONGEST_SLUG
        return text if exact else f"{text}-{sha256(repr(self).encode()).hexdigest()[:6]}"

    @property
    def _month(self) -> bool:
        """Whether the period is one whole month and nothing else is asked of it."""
        if self.as_of or self.since[:7] != self.until[:7] or not self.since.endswith("-01"):
            return False
        return self.until == _last_day(self.since[:7])


#: All visits.
ALL = Choice()


def day_of(value: str, name: str) -> str:
    """Return the day that a parameter names, "" for none.

    Raises
    ------
    ReportError
        It is no day and no month.
    """
    text = value.strip()
    if not text:
        return ""
    whole = _MONTH.fullmatch(text)
    try:
        dt.date.fromisoformat(f"{text}-01" if whole else text)
    except ValueError:
        allowed = "a day such as 2024-01-31, or a month such as 2024-01"
        raise ReportError(f"'{name}' is {value!r}, but must be {allowed}.") from None
    if whole:
        return f"{text}-01" if name == "since" else _last_day(text)
    return dt.date.fromisoformat(text).isoformat()


def months_between(first: dt.date, last: dt.date) -> list[Choice]:
    """Return one choice per calendar month from the month of ``first`` to that of ``last``."""
    numbers = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    months = [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]
    return [Choice(since=month, until=month).checked() for month in months]


def _last_day(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{month}-{calendar.monthrange(year, number)[1]:02}"


def _plain(value: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", value.lower()).strip("-.") or "x"
