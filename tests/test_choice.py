"""What a report may be about: days, months, folder names."""

from __future__ import annotations

import datetime as dt

import pytest

from custservice.choice import Choice, day_of, months_between
from custservice.errors import ReportError


def test_months_stand_for_their_first_and_last_day() -> None:
    assert Choice(since="2024-02", until="2024-02").checked() == Choice(since="2024-02-01", until="2024-02-29")
    assert Choice(since="2024-02", until="2024-02").checked().period == "February 2024"
    assert Choice(since="2024-02", as_of="2024-03").checked().period == "from 2024-02-01 as known on 2024-03-31"


@pytest.mark.parametrize("value", ["yesterday", "2024-02-30", "2024-13", "31.1.2024", "2024"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(ReportError, match=f"'until' is '{value}', but must be a day such as 2024-01-31, or a month"):
        day_of(value, "until")


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ReportError, match=r"ends \(2024-01\) before it begins \(2024-02\)"):
        Choice(since="2024-02", until="2024-01").checked()


def test_every_choice_has_a_folder_of_its_own() -> None:
    months = [Choice(since=f"2024-{m:02}", until=f"2024-{m:02}").checked() for m in range(1, 13)]
    places = [Choice(location=place) for place in ("Mill Lane", "mill lane", "mill-lane", "Mill/Lane", "../x", "", "é")]
    people = [Choice(staff="7"), Choice(staff="8"), Choice(location="7"), Choice(location="x" * 300)]
    slugs = [choice.slug for choice in (*months, *places, *people, Choice(since="2024-01-01"), Choice(location="all"))]
    assert len(set(slugs)) == len(slugs)
    assert all(s.isascii() and "/" not in s and not s.startswith(".") and len(s) < 80 for s in slugs)
    assert months[0].slug == "month-2024-01"


def test_every_month_between_two_days() -> None:
    months = months_between(dt.date(2023, 11, 30), dt.date(2024, 2, 1))
    assert [m.since[:7] for m in months] == ["2023-11", "2023-12", "2024-01", "2024-02"]
