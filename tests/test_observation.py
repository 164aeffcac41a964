"""When observation ends: what is refused, what is noted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from custservice.errors import InputError
from custservice.observation import until_the_end

LOG = pd.DataFrame({"visited_at": pd.to_datetime(["2024-01-01", "2024-01-11", "2024-03-01"])})


def ended(until: Any, window_days: int = 20) -> tuple[pd.Timestamp, int, list[str]]:
    notes: list[str] = []
    end, kept = until_the_end(LOG, until, window_days, notes)
    return end, len(kept), notes


def test_the_latest_visit_is_the_end_where_nothing_is_said() -> None:
    assert ended(None) == (pd.Timestamp("2024-03-01"), 3, [])


def test_an_end_of_observation_that_cannot_be_is_refused() -> None:
    today = dt.datetime.now().date()
    for until in ("2999-01-01", max(today, dt.datetime.now(dt.UTC).date()) + dt.timedelta(days=1)):
        with pytest.raises(InputError, match=r"observed_until \(.*\) lies in the future"):
            ended(until)
    assert ended(today)[1] == 3
    with pytest.raises(InputError, match=r"observed_until \(2023-12-31\) lies before the first visit \(2024-01-01\)"):
        ended("2023-12-31")
    for wrong in ("soon", ["2024-01-01"], "NaT"):
        with pytest.raises(InputError, match="observed_until is"):
            ended(wrong)


def test_an_end_of_observation_far_past_the_last_visit_is_noted() -> None:
    assert ended("2024-03-10")[2] == []
    assert "lies 10 days after the last visit (2024-03-01)" in ended("2024-03-11T00:00:01")[2][0]
    assert ended("2024-03-11T00:00:01", window_days=40)[2] == []


def test_later_visits_are_left_out_and_counted() -> None:
    # the gap to the visit before is no sign of a log that ends too early
    end, kept, notes = ended("2024-02-20")
    assert (end, kept) == (pd.Timestamp("2024-02-20T23:59:59.999999"), 2)
    assert notes == ["1 visits after 2024-02-20 (observed_until) were left out."]
