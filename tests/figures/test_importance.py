"""Importance: what cannot be told apart is joined, and the title does not rank what chance ranks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from custservice import figures
from custservice.regression import Importance

NAMES = ["warmth", "courtesy", "general", "attention"]


def found_of(*told: tuple[int, int]) -> Importance:
    table = pd.DataFrame({"driver": NAMES, "columns": 2, "share": [0.5, 0.3, 0.15, 0.05]})
    table = table.assign(low=table["share"] - 0.05, high=table["share"] + 0.1, r2=table["share"] * 0.04, group=1)
    pairs = list(combinations(range(4), 2))
    differences = pd.DataFrame({"first": [NAMES[a] for a, _ in pairs], "second": [NAMES[b] for _, b in pairs]})
    differences["low"] = [0.1 if pair in told else -0.1 for pair in pairs]
    return Importance(table, differences, 0.04, 0.012, ())


def side_lines(picture: figures.Picture) -> list[list[float]]:
    return [np.asarray(line.get_ydata()).tolist() for line in picture.figure.axes[0].lines if line.get_xdata()[0] > 1]


def test_runs_join_what_cannot_be_told_apart() -> None:
    assert figures.alike(found_of()) == [(0, 3)]
    assert figures.alike(found_of((0, 3))) == [(0, 2), (1, 3)]
    assert figures.alike(found_of((0, 1), (0, 2), (0, 3))) == [(1, 3)]
    assert figures.alike(found_of((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))) == []


def test_the_title_ranks_only_what_can_be_told_apart() -> None:
    assert figures.importance(found_of()).title == "No driver's share can be told from the others"
    assert figures.importance(found_of((0, 1), (0, 2), (0, 3))).title == "Warmth explains most of what mentions explain"
    second = figures.importance(found_of((0, 2), (0, 3))).title
    assert second == "Warmth has the largest share, but cannot be told from the next"
    assert "from the 2 after it" in figures.importance(found_of((0, 3))).title


def test_the_total_r2_and_the_intervals_are_said() -> None:
    picture = figures.importance(found_of((0, 3)))
    assert "4.0% of the variation" in picture.subtitle
    assert "held constant explains 1.2%" in picture.subtitle
    assert "Warmth 50% (45 to 60)" in picture.alt
    assert "Cannot be told apart: Warmth to Service in general; Courtesy to Attention." in picture.alt
    assert picture.svg() == figures.importance(found_of((0, 3))).svg()
