"""The waterfall: impact, confounding and what remains add up on the page too."""

from __future__ import annotations

import pandas as pd

from custservice import figures

ROW = {"driver": "warmth", "polarity": "praise", "impact": 12.0, "confounding": 4.0, "confounding_low": 1.0}
ROW |= {"confounding_high": 7.0, "adjusted": 8.0, "low": 3.0, "high": 13.0}
SMALL = ROW | {"driver": "courtesy", "polarity": "blame", "impact": -2.0, "confounding": 0.5, "confounding_low": -1.0}
SMALL |= {"confounding_high": 2.0, "adjusted": -2.5, "low": -4.0, "high": -1.0}


def written(picture: figures.Picture) -> list[str]:
    return [text.get_text().replace("\N{MINUS SIGN}", "-") for text in picture.figure.axes[0].texts]


def test_the_largest_impacts_come_first_and_their_steps_are_written() -> None:
    picture = figures.waterfall(pd.DataFrame([SMALL, ROW]), "measure")
    assert written(picture) == ["Friendly staff", "+12.0", "-4.0", "+8.0", "Rude staff", "-2.0", "-0.5", "-2.5"]
    assert picture.title == "Friendly staff: an impact of +12.0 becomes +8.0 without confounding"
    assert "confounding +4.0 (+1.0 to +7.0), what remains +8.0 (+3.0 to +13.0)" in picture.alt
    assert len(written(figures.waterfall(pd.DataFrame([SMALL, ROW]), "measure", most=1))) == 4


def test_bars_end_where_the_next_begins() -> None:
    axes = figures.waterfall(pd.DataFrame([ROW]), "measure").figure.axes[0]
    spans = [sorted((bar.get_x(), bar.get_x() + bar.get_width())) for bar in axes.patches]
    assert spans == [[0.0, 12.0], [8.0, 12.0], [0.0, 8.0]]


def test_titles_do_not_speak_of_confounding_that_may_be_chance() -> None:
    assert "no more than chance" in figures.waterfall(pd.DataFrame([SMALL]), "measure").title
    assert figures.waterfall(pd.DataFrame(), "measure").empty
