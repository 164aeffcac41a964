"""The trend of one behaviour: drawn with intervals, or a reason in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from custservice import figures
from custservice.lab import trend_of


def panel_of(n: int = 1200) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"review_id": np.arange(n).astype(str), "customer_id": np.arange(n).astype(str)})
    frame["month"] = rng.choice(["2024-01", "2024-02", "2024-04"], n)
    frame["courtesy_praise"] = (rng.random(n) < 0.1).astype(int)
    frame["courtesy_blame"] = (rng.random(n) < 0.3).astype(int)
    return frame


def test_title_and_alt_say_what_is_seen() -> None:
    picture = figures.trend(trend_of(panel_of(), "courtesy"), "a study")
    rate = 100 * panel_of()["courtesy_blame"].mean()
    assert f"{rate:.1f} mention rude staff" in picture.title
    assert "by month, 2024-01 to 2024-04: polite staff" in picture.alt
    assert "1 of 4 months have too few reviews" in picture.subtitle
    assert picture.svg() == figures.trend(trend_of(panel_of(), "courtesy"), "a study").svg()


def test_intervals_are_drawn_for_each_month_and_polarity() -> None:
    both = figures.trend(trend_of(panel_of(), "courtesy"), "a study").figure.axes[0]
    one = figures.trend(trend_of(panel_of(), "courtesy", "blame"), "a study").figure.axes[0]
    assert (len(both.collections), len(one.collections)) == (2, 1)
    rates = trend_of(panel_of(), "courtesy", "blame").dropna()
    drawn = [s for s in one.collections[0].get_segments() if len(s)]
    assert np.array(drawn)[:, :, 1].tolist() == rates[["blame_low", "blame_high"]].to_numpy().tolist()


def test_too_few_reviews_is_said_and_quarters_proposed() -> None:
    months = figures.trend(trend_of(panel_of(60), "courtesy"), "a study")
    assert months.empty
    assert "No month has 30 reviews" in months.alt
    assert "quarters hold more" in months.alt
    quarters = figures.trend(trend_of(panel_of(20), "courtesy", by="quarter"), "a study")
    assert "No quarter has 30" in quarters.alt
    assert "quarters hold" not in quarters.alt
