"""Figures of effects: certain ones solid, families above their drivers, rows that lead to quotes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice import figures
from custservice.rates import raw_returns

FAMILIES = pd.DataFrame(
    [
        ("attention", "blame", 2, -50.0, -70.0, -30.0),
        ("warmth", "praise", 1, 12.0, -20.0, 44.0),
        ("respect", "blame", 3, -5.0, -9.0, -1.0),
    ],
    columns=["family", "polarity", "n_drivers", "effect", "low", "high"],
)


def effects_of(effect: float = -61.7) -> pd.DataFrame:
    rows = [
        ("attention", "blame", effect, effect - 30, effect + 30),
        ("promptness", "blame", -4.0, -40.0, 32.0),
        ("warmth", "praise", 12.0, -20.0, 44.0),
    ]
    return pd.DataFrame(rows, columns=["driver", "polarity", "effect", "low", "high"])


def labels(picture: figures.Picture) -> list[str]:
    return [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]


def test_the_alt_text_carries_the_numbers_of_sure_effects_only() -> None:
    alt = figures.forest(effects_of(), "t", "s").alt
    assert "being ignored -62 (-92 to -32)" in alt
    assert "friendly staff" not in alt
    assert "None is clear of zero" in figures.forest(effects_of(5.0), "t", "s").alt


def test_praise_and_blame_keep_their_colour_and_shape() -> None:
    assert figures.COLOUR["praise"] != figures.COLOUR["blame"]
    assert figures.MARK["praise"] != figures.MARK["blame"]
    svg = figures.forest(effects_of(), "t", "s").svg().upper()
    assert figures.COLOUR["praise"] in svg
    assert figures.COLOUR["blame"] in svg


def test_a_family_stands_above_its_drivers_unless_it_is_one_driver_or_none() -> None:
    picture = figures.forest(effects_of(), "t", "s", FAMILIES)
    assert labels(picture) == ["Attention, all blame", "Being ignored", "Slow service", "Friendly staff"]
    bold = [label.get_fontweight() == "bold" for label in picture.figure.axes[0].get_yticklabels()]
    assert bold == [True, False, False, False]
    assert "attention, all blame -50 (-70 to -30)" in picture.alt
    assert labels(figures.forest(effects_of(), "t", "s")) == ["Being ignored", "Slow service", "Friendly staff"]


def test_rows_lead_to_their_anchors_from_top_to_bottom_without_overlap() -> None:
    anchors = {("family-attention", "blame"): "all", ("attention", "blame"): "one", ("promptness", "blame"): "slow"}
    anchors |= {("warmth", "praise"): "kind"}
    picture = figures.forest(effects_of(), "t", "s", FAMILIES, anchors)
    links = picture.links()
    assert [link.anchor for link in links] == ["all", "one", "slow", "kind"]
    tops, heights = np.array([link.top for link in links]), np.array([link.height for link in links])
    assert (np.diff(tops) >= heights[:-1] - 1e-9).all()
    assert tops[0] >= 0
    assert tops[-1] + heights[-1] < 0.85  # the axis stands beneath
    assert links[2].words == "Quotes: slow service"
    assert figures.forest(effects_of(), "t", "s").links() == []


def test_raw_differences_without_mentions_say_so() -> None:
    panel = pd.DataFrame({"review_id": ["a", "b"], "returned": [0, 1], "warmth_praise": [1, 0]})
    assert "No driver" in figures.raw_differences(raw_returns(panel), "x").alt


def test_one_specification_is_said_in_the_singular() -> None:
    rows = [("as asked", -9.0), ("logit", -8.0)]
    table = pd.DataFrame(rows, columns=["specification", "effect"])
    table = table.assign(driver="warmth", polarity="blame", n_visits=9, low=-20.0, high=2.0, p_value=0.1)
    table.attrs["own"] = "as asked"
    assert figures.specifications(table).title == "The one effect measured keeps its sign in all 2 ways of asking"
