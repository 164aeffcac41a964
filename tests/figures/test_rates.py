"""Figures of rates: each says what it shows, and the same data give the same bytes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice import figures
from custservice.figures import Picture
from custservice.quality import follow_up
from custservice.rates import mention_rates, staff_rates


def panel_of(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"visit_id": np.arange(n).astype(str), "review_id": np.arange(n).astype(str)})
    frame["customer_id"] = frame["visit_id"]
    frame["location_id"] = rng.choice(["a", "b", "c", "d"], n)
    frame["month"] = rng.choice(["2024-01", "2024-02", "2024-03"], n)
    frame["warmth_praise"], frame["courtesy_blame"] = rng.integers(0, 2, (2, n))
    frame["returned"] = rng.integers(0, 2, n)
    return frame


def pictures() -> dict[str, Picture]:
    panel = panel_of()
    return {
        "driver_rates": figures.driver_rates(mention_rates(panel), "a study"),
        "by_place": figures.by_place(staff_rates(panel, "location_id"), "blame"),
        "by_month": figures.by_month(staff_rates(panel, "month")),
        "counts_by_month": figures.counts_by_month(follow_up(panel), "a study"),
    }


@pytest.mark.parametrize("name", pictures())
def test_every_picture_says_what_it_shows_and_is_reproducible(name: str) -> None:
    first, again = pictures()[name], pictures()[name]
    assert len(first.alt) > 30
    assert first.title
    assert first.subtitle
    assert first.svg() == again.svg()
    assert first.svg().startswith("<?xml")


def test_empty_tables_give_a_picture_that_says_so() -> None:
    panel = panel_of(20)
    assert "too few" in figures.by_place(staff_rates(panel, "location_id"), "blame").title
    assert "No month has enough" in figures.by_month(staff_rates(panel, "month")).alt


def test_this_place_is_marked_wherever_it_stands() -> None:
    rates = staff_rates(panel_of(), "location_id").sort_values("blame", ignore_index=True)
    lowest, highest = (str(rates["location_id"].iloc[at]) for at in (0, -1))
    for here, most, said in (
        (highest, 4, "4 locations, this one shaded"),
        (highest, 2, "2 highest of 4 locations, this one shaded"),
        (lowest, 2, "1 highest of 4 locations and this one (shaded)"),
    ):
        picture = figures.by_place(rates, "blame", most=most, here=here)
        axes = picture.figure.axes[0]
        bold = [label.get_text() for label in axes.get_yticklabels() if label.get_fontweight() == "bold"]
        assert bold == [here]
        assert len(axes.get_yticks()) == most
        assert said in picture.subtitle
        assert f"Here ({here}): {rates.set_index('location_id')['blame'][here]:.0f}." in picture.alt
    unknown = figures.by_place(rates, "blame", here="elsewhere")
    assert unknown.svg() == figures.by_place(rates, "blame").svg()
