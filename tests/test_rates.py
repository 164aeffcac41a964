"""Shares and their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from custservice.rates import in_short, mention_rates, raw_returns, shrunk_rates, staff_rates, standing_out, wilson


def panel_of(rows: int = 200) -> pd.DataFrame:
    number = np.arange(rows)
    reviewed = number % 2 == 0
    frame = pd.DataFrame(
        {"review_id": np.where(reviewed, number.astype(str), None), "location_id": "a", "month": "2024-01"}
    )
    frame.loc[rows // 2 :, "location_id"] = "b"
    frame["customer_id"] = number.astype(str)
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


def test_months_without_visits_have_a_row() -> None:
    panel = panel_of().assign(month=["2023-11"] * 50 + ["2024-02"] * (len(panel_of()) - 50))
    table = staff_rates(panel, "month", min_reviews=1)
    assert table["month"].tolist() == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert table["visits"].tolist()[1:3] == [0, 0]
    assert table["reviewing_rate"].isna().tolist() == [False, True, True, False]


def test_one_customer_with_many_reviews_is_not_put_on_show() -> None:
    panel = panel_of()
    alone = panel.assign(customer_id=panel["customer_id"].where(panel["location_id"] == "b", "only one"))
    table = staff_rates(alone, "location_id", min_reviews=30).set_index("location_id")
    assert table["praise"].isna().to_dict() == {"a": True, "b": False}
    assert shrunk_rates(alone, "courtesy_blame")["location_id"].tolist() == ["b"]


def mentions_at_places(seed: int, rude_at_7: float) -> pd.DataFrame:
    rng, n = np.random.default_rng(seed), 4000
    place = rng.integers(0, 20, n)
    panel = pd.DataFrame({"review_id": np.arange(n).astype(str), "location_id": place})
    panel["customer_id"] = panel["review_id"]
    panel["courtesy_blame"] = (rng.random(n) < np.where(place == 7, rude_at_7, 0.1)).astype(int)
    panel["warmth_praise"] = (rng.random(n) < 0.3).astype(int)
    return panel


def test_what_stands_out_is_where_it_was_put() -> None:
    out = standing_out(mentions_at_places(1, 0.3), "location_id")
    assert out[["location_id", "driver", "polarity"]].to_numpy().tolist() == [[7, "courtesy", "blame"]]
    assert out.loc[0, "low"] > out.loc[0, "average"]


def test_chance_alone_seldom_stands_out() -> None:
    found = sum(len(standing_out(mentions_at_places(seed, 0.1), "location_id")) > 0 for seed in range(40))
    assert found <= 6  # 5% of 40 are 2; more than 6 would come by chance once in 300 times


def test_places_without_enough_reviews_stand_out_nowhere() -> None:
    assert standing_out(mentions_at_places(1, 0.3), "location_id", min_reviews=5000).empty


def test_in_short_names_the_most_praised_and_blamed() -> None:
    said = in_short(panel_of())
    assert said.startswith(
        "Of 100 reviews, 50 praise staff and 20 blame them. Most praised: friendly staff (50 of 100)"
    )
    assert said.endswith("Most blamed: rude staff (20 of 100).")


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
    panel["customer_id"] = panel["review_id"]
    panel["courtesy_blame"] = (rng.random(len(place)) < true[place]).astype(int)
    table = shrunk_rates(panel, "courtesy_blame").set_index("location_id").sort_index()
    raw_error = ((table["rate"] / 100 - true) ** 2).mean()
    assert ((table["shrunk"] / 100 - true) ** 2).mean() < 0.7 * raw_error
    inside = (table["low"] / 100 <= true) & (true <= table["high"] / 100)
    assert inside.mean() == pytest.approx(0.95, abs=0.04)  # 200 places: two standard errors are .03
    pulled = (table["rate"] - table["shrunk"]).abs() / (table["rate"] - table["rate"].mean()).abs()
    assert pulled[table["reviews"] == 40].median() > 2 * pulled[table["reviews"] == 400].median()


def test_places_alike_but_for_chance_shrink_to_one_rate() -> None:
    panel = panel_of()
    assert shrunk_rates(panel, "courtesy_blame")["shrunk"].tolist() == [20.0, 20.0]
    assert shrunk_rates(panel, "courtesy_blame", min_reviews=99).empty


def test_the_spread_between_places_solves_its_moment_equation() -> None:
    n, k = np.array([30, 40, 50, 60, 45]), np.array([3, 12, 6, 21, 9])
    rows = [(str(place), str(i), float(i < k[place])) for place in range(5) for i in range(n[place])]
    panel = pd.DataFrame(rows, columns=["location_id", "customer_id", "warmth_praise"])
    panel["review_id"] = np.arange(len(panel)).astype(str)
    table, mean = shrunk_rates(panel, "warmth_praise"), k.sum() / n.sum()
    pull = (table["shrunk"] / 100 - mean) / (table["n_mentions"] - table["reviews"] * table["shrunk"] / 100)
    between = mean * (1 - mean) * pull / (1 + pull)  # pull is 1 / prior
    assert np.ptp(between) < 1e-12
    spread = (n * (k / n - mean) ** 2).sum()
    of_places = (n.sum() - (n**2).sum() / n.sum()) * between[0]
    assert spread == pytest.approx(of_places + 4 * (mean * (1 - mean) - between[0]), rel=1e-9)
