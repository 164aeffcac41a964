"""The placebo: past visits beside returns, judged with allowance for how many were looked at."""

from __future__ import annotations

import pandas as pd

from custservice import figures

RETURNS = pd.DataFrame(
    [("recognition", "praise", 120.0), ("warmth", "praise", 50.0), ("courtesy", "blame", -90.0)],
    columns=["driver", "polarity", "effect"],
)
RETURNS = RETURNS.assign(low=RETURNS["effect"] - 30, high=RETURNS["effect"] + 30)


def past_of(warmth: float = 0.5) -> pd.DataFrame:
    table = RETURNS.assign(effect=[900.0, 40.0, -50.0], low=[700.0, 10.0, -200.0], high=[1100.0, 70.0, 100.0])
    return table.assign(q_value=[0.001, warmth, 0.4], expected=[True, False, False])


def test_the_title_counts_failures_and_names_what_was_expected() -> None:
    picture = figures.placebo(RETURNS, past_of(), "s")
    assert picture.title == "None of 2 mentions goes with past visits; being recognised does, as expected"
    assert "friendly staff +40 (+10 to +70)" in picture.alt  # its interval leaves out zero, its q-value does not
    failed = figures.placebo(RETURNS, past_of(0.01), "s").title
    assert failed.startswith("1 of 2 mentions goes with past visits: friendly staff;")
    alone = figures.placebo(RETURNS.iloc[[1]], past_of(0.01), "s").title
    assert alone == "Friendly staff goes with past visits"


def test_both_panels_share_their_rows_and_the_expected_one_is_marked() -> None:
    left, right = figures.placebo(RETURNS, past_of(), "s").figure.axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == ["Rude staff", "Friendly staff", "Being recognised"]
    assert [(text.get_text(), text.xy[1]) for text in right.texts] == [("expected", 2)]
    assert not left.texts


def test_without_a_past_there_is_nothing_to_draw() -> None:
    assert figures.placebo(RETURNS, pd.DataFrame(), "s").empty
