"""Curves of returning: groups named at the end, numbers at risk beneath, small ones hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice import figures
from custservice.coming_back import driver_curves
from custservice.figures import Picture


def curves_of(n: int = 600, late: float = 90.0) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str)})
    panel["warmth_praise"], panel["warmth_blame"] = np.arange(n) % 3 == 0, np.arange(n) % 3 == 1
    panel = panel.astype({"warmth_praise": int, "warmth_blame": int})
    panel["days_to_return"] = rng.uniform(1, late, n)
    panel["follow_up_days"] = 120.0
    return driver_curves(panel, "warmth", 60)


def texts(picture: Picture) -> list[str]:
    return [text.get_text().strip() for axes in picture.figure.axes for text in axes.texts]


def test_the_curves_are_named_and_the_numbers_at_risk_stand_beneath() -> None:
    picture = figures.return_curves(curves_of(), "a study")
    found = texts(picture)
    assert {"praise", "blame", "neither"} <= set(found)
    assert found.count("200") == 3  # on day 0 all of each group
    assert picture.title.startswith("Within 60 days ")
    assert "after friendly staff" in picture.title
    assert picture.svg() == figures.return_curves(curves_of(), "a study").svg()


def test_fewer_than_five_at_risk_are_not_told() -> None:
    curves = curves_of(late=60.2)
    assert curves.loc[curves["day"] == 60, "at_risk"].isna().all()
    assert "<5" in texts(figures.return_curves(curves, "a study"))


def test_names_at_the_end_do_not_cover_each_other() -> None:
    curves = curves_of()
    curves["share"] = curves["day"] / 100
    picture = figures.return_curves(curves, "a study")
    places = sorted(text.xy[1] for text in picture.figure.axes[0].texts)
    assert min(np.diff(places)) > 0.05 * picture.figure.axes[0].get_ylim()[1]


def test_the_alt_text_gives_shares_with_intervals() -> None:
    assert pytest.approx(0.67, abs=0.1) == float(curves_of()["share"].max())
    assert "neither 6" in figures.return_curves(curves_of(), "a study").alt
