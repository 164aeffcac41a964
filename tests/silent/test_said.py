"""What pages say of the silent ones."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from silent_worlds import make_world

from custservice import figures, silent
from custservice.silent import SilentOnes, of_panel

SAID = (
    silent.in_short,
    silent.what_to_do,
    silent.about_weights,
    silent.about_check,
    silent.about_chances,
)


@pytest.fixture(scope="module")
def found() -> SilentOnes:
    return of_panel(make_world(21, "happiness", n=8000).panel)


def test_the_answer_names_what_is_heard_and_what_is_open(found: SilentOnes) -> None:
    rows = found.shares.set_index("way")
    answer = silent.in_short(found)[0]
    assert f"About {rows.loc['as heard', 'unhappy']:.0f} of 100 visits with a review were unhappy." in answer
    worst = rows.loc["worst case"]
    assert f"anything from {worst['bound_low']:.0f} to {worst['bound_high']:.0f} of 100" in answer
    assert "2 stars or fewer" in silent.in_short(found)[1]


def test_weights_that_fail_are_said_to_fail_everywhere(found: SilentOnes) -> None:
    assert not found.trusted
    assert "The weights fail" in silent.about_check(found)[1]
    assert "come back more often, as if fewer of them had been unhappy" in silent.about_check(found)[1]
    assert "fails its check" in silent.shares_table(found)["way"].iloc[1]
    passes = replace(found, check={**found.check, "p_value": 0.5})
    assert "That is no proof" in silent.about_check(passes)[1]
    assert "fails" not in silent.shares_table(passes)["way"].iloc[1]


def test_a_reason_stands_alone() -> None:
    none = SilentOnes("Nobody is silent.")
    assert [said(none) for said in SAID] == [["Nobody is silent."], [], [], [], []]
    assert silent.shares_table(none).empty
    assert silent.differences_table(none).empty
    assert silent.balance_table(none).empty
    assert figures.silent_share(none, "2024").empty


def test_tables_are_in_plain_words(found: SilentOnes) -> None:
    shares = silent.shares_table(found)
    assert shares.columns.tolist() == ["way", "unhappy", "low", "high", "at_least", "at_most"]
    assert shares["way"].iloc[2] == "if 6% of unhappy, 32% of happy customers speak"
    assert silent.balance_table(found)["column"].tolist() == ["location", "month", "first visit", "spend (log)"]
    assert silent.differences_table(found)["way"].iloc[2] == "whatever the silent ones thought"


def test_differences_that_rest_on_few_are_not_shown() -> None:
    panel = make_world(22, "columns", n=500).panel
    known = panel.assign(returned=pd.array([1] * 490 + [None] * 10, dtype="Int8"))
    assert of_panel(known).differences.empty
