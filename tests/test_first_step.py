"""What to do first, and where."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from made_up import make_panel

from custservice.figures import places
from custservice.first_step import _where, first_step
from custservice.rates import shrunk_rates
from custservice.regression import estimate_effects


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return make_panel(n=12000)


def test_the_first_step_names_the_places_where_it_happens_most(panel: pd.DataFrame) -> None:
    step = first_step(estimate_effects(panel), panel, 30)
    assert step is not None
    assert (step.driver, step.polarity) == ("courtesy", "blame")
    assert "19" in step.where.split(" and ")[0]  # rudeness grows with the number of the place
    assert "on average" in step.where


def test_places_whose_interval_holds_the_average_are_not_named(panel: pd.DataFrame) -> None:
    step = first_step(estimate_effects(panel), panel, 30)
    assert step is not None
    average = float(np.average(step.places["rate"], weights=step.places["reviews"]))
    said = set(step.where.removeprefix("Start at ").split(":")[0].replace(" and ", ", ").split(", "))
    named = step.places[
        [f"{p} ({s:.0f})" in said for p, s in zip(step.places["location_id"], step.places["shrunk"], strict=True)]
    ]
    assert len(named) == len(said)
    assert (named["low"] > average).all()


def test_the_picture_shows_the_numbers_of_the_sentence(panel: pd.DataFrame) -> None:
    step = first_step(estimate_effects(panel), panel, 30)
    assert step is not None
    first = step.places.iloc[0]
    assert f"{first['location_id']} ({first['shrunk']:.0f})" in step.where
    assert f"to {first['shrunk']:.0f} ({first['location_id']})" in places(step).alt


def test_no_place_is_named_where_none_stands_out(panel: pd.DataFrame) -> None:
    even = panel.assign(courtesy_blame=(np.random.default_rng(2).random(len(panel)) < 0.2).astype(int))
    even["returned"] = (np.random.default_rng(3).random(len(panel)) < 0.5 - 0.2 * even["courtesy_blame"]).astype(int)
    step = first_step(estimate_effects(even), even, 30)
    assert step is not None
    assert step.where.startswith("No location stands out: rude staff comes up in about 20 of 100 reviews")
    assert step.places.empty


def test_nothing_clear_is_no_step(panel: pd.DataFrame) -> None:
    by_chance = panel.head(400).assign(returned=np.arange(400) % 2)
    assert first_step(estimate_effects(by_chance, controls=[]), panel, 30) is None
    assert first_step(None, panel, 30) is None


def test_effects_against_expectation_are_no_step(panel: pd.DataFrame) -> None:
    turned = panel.assign(returned=1 - panel["returned"].astype(int))
    assert first_step(estimate_effects(turned), turned, 30) is None


@pytest.mark.parametrize(
    ("polarity", "shares", "said"),
    [
        ("blame", [10.0, 10.0, 40.0], r"Start at c: 3\d of 100 reviews there mention rude staff, 20 on average\."),
        (
            "praise",
            [40.0, 40.0, 8.0],
            r"Start at c: only \d+ of 100 reviews there mention polite staff, 29 .*",
        ),
        (
            "blame",
            [5.0, 40.0, 42.0],
            r"Start at c \(4\d\) and b \(\d\d\): so many of 100 .* 29 on average\.",
        ),
    ],
)
def test_one_place_is_named_apart_from_several(polarity: str, shares: list[float], said: str) -> None:
    rows = [
        {"location_id": place, "mention": float(i < share), "review_id": f"{place}{i}", "customer_id": f"{place}{i}"}
        for place, share in zip("abc", shares, strict=True)
        for i in range(100)
    ]
    table = shrunk_rates(pd.DataFrame(rows), "mention", min_reviews=30)
    where, stands_out = _where(table, "courtesy", polarity)
    assert stands_out
    assert re.fullmatch(said, where)
