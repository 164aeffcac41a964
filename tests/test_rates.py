"""Shares and their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice.rates import mention_rates, raw_returns, shrunk_rates, staff_rates, wilson


def panel_of(rows: int = 200) -> pd.DataFrame:
    number = np.arange(rows)
    reviewed = number % 2 == 0
    frame = pd.DataFrame(
        {"review_id": np.where(reviewed, number.astype(str), None), "location_id": "a", "month": "2024-01"}
    )
    frame.loc[rows // 2 :, "location_id"] = "b"
    for column, every in {"warmth_praise": 4, "courtesy_blame": 10, "topic_price_blame": 20}.items():
        frame[column] = pd.array(np.where(reviewed, number % every == 0, pd.NA), dtype="Int8")
    frame["returned"] = pd.array(np.where(number < 190, number % 8 == 0, pd.NA), dtype="Int8")
    return frame


def test_wilson_equals_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    for k, n in ((0, 12), (3, 40), (40, 40), (500, 1200)):
        assert np.allclose(np.array(wilson([k], [n])).ravel(), proportion_confint(k, n, method="wilson"))


def test_mention_rates_count_reviewed_visits_only() -> None:
    rates = mention_rates(panel_of()).set_index("driver")
    assert rates.loc["warmth", ["n_mentions", "n_reviews", "per_100"]].tolist() == [50, 100, 50.0]
    assert rates.loc["courtesy", "per_100"] == 20.0
    assert rates.index[0] == "warmth"
    assert mention_rates(panel_of(), topics=True)["driver"].tolist() == ["topic_price"]


def test_staff_rates_by_place_and_the_minimum() -> None:
    table = staff_rates(panel_of(), "location_id", min_reviews=30).set_index("location_id")
    assert table.loc["a", ["visits", "reviews", "reviewing_rate"]].tolist() == [100, 50, 50.0]
    assert table.loc["a", "praise"] == 50.0
    few = staff_rates(panel_of(), "location_id", min_reviews=51)
    assert few["praise"].isna().all()
    assert few["reviews"].tolist() == [50, 50]
    one = staff_rates(panel_of(), "location_id", column="courtesy_blame")
    assert one["blame"].tolist() == [20.0, 20.0]
    assert one["praise"].tolist() == [0.0, 0.0]


def test_raw_returns_are_plain_shares() -> None:
    table = raw_returns(panel_of()).set_index("driver")
    known = panel_of().query("review_id.notna() and returned.notna()")
    with_it = known[known["warmth_praise"] == 1]["returned"].astype(float).mean()
    without = known[known["warmth_praise"] == 0]["returned"].astype(float).mean()
    assert table.loc["warmth", "rate_with"] == pytest.approx(100 * with_it)
    assert table.loc["warmth", "difference"] == pytest.approx(1000 * (with_it - without))


def test_shrinkage_pulls_small_places_further_and_recovers_the_spread() -> None:
    rng = np.random.default_rng(3)
    true = rng.beta(8, 72, 200)
    sizes = rng.choice([40, 400], 200)
    place = np.repeat(np.arange(200), sizes)
    panel = pd.DataFrame({"review_id": np.arange(len(place)).astype(str), "location_id": place})
    panel["courtesy_blame"] = (rng.random(len(place)) < true[place]).astype(int)
    table = shrunk_rates(panel, "courtesy_blame").set_index("location_id").sort_index()
    raw_error = ((table["rate"] / 100 - true) ** 2).mean()
    assert ((table["shrunk"] / 100 - true) ** 2).mean() < 0.7 * raw_error
    pulled = (table["rate"] - table["shrunk"]).abs() / (table["rate"] - table["rate"].mean()).abs()
    assert pulled[table["reviews"] == 40].median() > 2 * pulled[table["reviews"] == 400].median()


def test_places_alike_but_for_chance_shrink_to_one_rate() -> None:
    panel = panel_of()
    assert shrunk_rates(panel, "courtesy_blame")["shrunk"].tolist() == [20.0, 20.0]
    assert shrunk_rates(panel, "courtesy_blame", min_reviews=99).empty
