"""The words pages use."""

from __future__ import annotations

import pytest

from custservice.sentiment import families
from custservice.words import ACTIONS, PLAIN, how_many, rounded


def test_every_driver_has_plain_words_and_an_action() -> None:
    assert set(PLAIN) == set(ACTIONS) == {d for d, f in families().items() if f != "topic"}


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [(64.2, 0.9, 64), (64.2, 4.9, 64), (64.2, 5.0, 65), (64.2, 10.0, 60), (64.2, 49.0, 60), (-7.0, 55.0, 0)],
)
def test_numbers_are_rounded_to_what_the_error_supports(value: float, error: float, shown: int) -> None:
    assert rounded(value, error) == shown


def test_intervals_read_from_near_to_far_and_name_both_sides() -> None:
    assert how_many(-110, -150, -70, 20) == "about 110 fewer returns per 1,000 visits (70 to 150 fewer)"
    assert how_many(110, 70, 150, 20) == "about 110 more returns per 1,000 visits (70 to 150 more)"
    assert how_many(-10, -50, 30, 20) == "about 10 fewer returns per 1,000 visits (50 fewer to 30 more)"
