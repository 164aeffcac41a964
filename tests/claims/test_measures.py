"""The helpers of claims against brute force and against known truths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from claims.worlds import NULL, TRUE, simulate

from custservice.claims import Facts
from custservice.claims.adjusted import adjusted, against
from custservice.claims.cards.heard_three_times import alarms
from custservice.claims.cards.listening_first import asking
from custservice.claims.cards.priority_pays import grow
from custservice.claims.claim import CannotTellError
from custservice.claims.effects import mention_effect
from custservice.claims.race import experiences, race
from custservice.claims.ranks import differences, rank_sets
from custservice.claims.shares import share, share_difference

RNG = np.random.default_rng(3)


def visits(n: int = 1200, places: int = 30) -> pd.DataFrame:
    place = RNG.integers(0, places, n)
    return pd.DataFrame({"location_id": place.astype(str), "customer_id": np.arange(n).astype(str), "place": place})


def test_a_share_and_its_error_leave_each_place_out() -> None:
    rows = visits()
    flag = pd.Series((RNG.random(len(rows)) < 0.3).astype(float))
    found = share(rows, flag, 0.5, "visits").estimate
    without = np.array([flag[rows["place"] != place].mean() for place in range(30)])
    error = np.sqrt(29 / 30 * ((without - flag.mean()) ** 2).sum())
    assert found.coef[0] == pytest.approx(flag.mean())
    assert found.std_error[0] == pytest.approx(error)
    assert found.influence.sum() == pytest.approx(0)


def test_shares_hold_their_truth() -> None:
    held = 0
    for _ in range(300):
        rows = visits(400, 20)
        level = RNG.uniform(0.1, 0.5, 20)[rows["place"]]
        row = share(rows, pd.Series((RNG.random(400) < level).astype(float)), 0.5, "visits").estimate.table().iloc[0]
        held += row["low"] <= 0.3 <= row["high"]
    assert held >= 300 * 0.95 - 3 * np.sqrt(300 * 0.95 * 0.05)


def test_all_or_none_is_no_certainty() -> None:
    rows = visits(60, 20)
    row = share(rows, pd.Series(np.ones(60)), 0.5, "visits").estimate.table().iloc[0]
    assert row["coef"] == pytest.approx(62 / 64)
    assert row["low"] < 0.96


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(CannotTellError, match=r"Too few odd visits \(12\): it takes 30"):
        share(visits(12), pd.Series(np.ones(12)), 0.5, "odd visits")


def test_a_difference_of_shares() -> None:
    rows = visits()
    flag, among = (pd.Series((RNG.random(len(rows)) < p).astype(float)) for p in (0.3, 0.4))
    found = share_difference(rows, flag, among > 0, 0.0, "visits").estimate
    assert found.coef[0] == pytest.approx(flag[among > 0].mean() - flag[among == 0].mean())
    assert found.std_error[0] == pytest.approx(np.sqrt(0.21 / (among > 0).sum() + 0.21 / (among == 0).sum()), rel=0.25)


def test_differences_are_those_of_all_pairs() -> None:
    rows = visits().assign(**{name: RNG.integers(0, 2, 1200) for name in "abcd"})
    found = differences(rows, ["a", "b"], ["c", "d"])
    assert found.names == ("a > c", "a > d", "b > c", "b > d")
    means = rows[list("abcd")].mean()
    assert found.coef == pytest.approx(
        [means["a"] - means["c"], means["a"] - means["d"], means["b"] - means["c"], means["b"] - means["d"]]
    )


def test_rank_sets_hold_all_true_ranks_at_once() -> None:
    chances, held = dict(zip("abcde", (0.5, 0.3, 0.28, 0.1, 0.02), strict=True)), 0
    for _ in range(60):
        rows = visits(1500, 30).assign(**{k: (RNG.random(1500) < p).astype(float) for k, p in chances.items()})
        table = rank_sets(rows, list("abcde")).set_index("column")
        held += all(table.loc[k, "best"] <= i + 1 <= table.loc[k, "worst"] for i, k in enumerate("abcde"))
        assert table.loc["a", ["best", "worst"]].tolist() == [1, 1]
        assert table.loc["e", ["best", "worst"]].tolist() == [5, 5]
    assert held >= 60 * 0.95 - 3 * np.sqrt(60 * 0.95 * 0.05)


@pytest.fixture(scope="module")
def true() -> Facts:
    return simulate(TRUE, 1)


def test_experiences_sum_up_what_came_before(true: Facts) -> None:
    rows = experiences(true)
    one = rows[rows["customer_id"] == rows["customer_id"].iloc[-1]].iloc[-1]
    past = true.sequence[
        (true.sequence["customer_id"] == one["customer_id"]) & (true.sequence["time_zero"] <= one["time_zero"])
    ]
    values = past["rating"].tolist()
    assert len(values) >= 3
    assert [one[name] for name in ("first", "last", "worst", "mean", "later")] == pytest.approx(
        [values[0], values[-1], min(values), np.mean(values), np.mean(values[1:])]
    )


def test_the_race_is_won_by_what_returns_follow(true: Facts) -> None:
    assert (race(true, "last", ("first", "worst", "mean")).estimate.table()["low"] > 0).all()
    nothing = race(simulate(NULL, 2), "last", ("first", "worst", "mean")).estimate.coef
    assert np.abs(nothing).max() < 0.3


def test_adjusted_finds_the_effect_that_was_put_in() -> None:
    facts = simulate(replace(NULL, effects={"hand_offs_blame": -0.2}), 1)
    rows = facts.reviewed
    found = adjusted(facts, rows, rows[["hand_offs_blame"]], threshold=0.0).estimate.table().iloc[0]
    assert found["low"] <= -0.2 <= found["high"] < 0
    shown = mention_effect(facts, "hand_offs_blame", direction=-1)
    assert shown.estimate.coef[0] == pytest.approx(found["coef"], abs=0.03)
    assert shown.threshold == pytest.approx(-0.05 * facts.average)


def test_against_is_the_difference_of_two_effects(true: Facts) -> None:
    rows = true.reviewed
    one, other = rows["listening_praise"] > 0, rows["dignity_blame"] > 0
    pair = adjusted(true, rows, against(rows, one, other, ("one", "other")), threshold=0.0).estimate.coef[0]
    columns = pd.DataFrame({"a": one.astype(float), "b": other.astype(float)})
    first = adjusted(true, rows, columns, threshold=0.0).estimate.coef[0]
    second = adjusted(true, rows, columns[["b", "a"]], threshold=0.0).estimate.coef[0]
    assert pair == pytest.approx(first - second)


def test_alarms_by_brute_force() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-10", "2024-01-20", *["2024-02-01"] * 10, "2024-09-01"])
    rude = [1.0, 1, 1, *[1.0] * 4, *[0.0] * 6, 1]
    here = pd.DataFrame({"time_zero": days, "courtesy_blame": rude, "location_id": "p"})
    there = pd.DataFrame({"time_zero": days, "courtesy_blame": 0.0, "location_id": "q"})
    panel = pd.concat([here, there], ignore_index=True)
    ids = panel.index.astype(str)
    panel = panel.assign(review_id=ids, visit_id=ids, customer_id=ids)
    sentences = pd.DataFrame({"review_id": ids, "compound": 0.0})
    found = alarms(Facts(panel, sentences, pd.DataFrame()))
    # The third within 30 days is of 20 January; of the ten reviews that follow 4 blame, of all 8 of 28.
    assert found[["location_id", "customer_id", "driver", "true"]].values.tolist() == [["p", "2", "courtesy", 1.0]]


def test_praise_of_not_being_pushy_is_no_offer(true: Facts) -> None:
    ids = true.reviewed.loc[true.reviewed["warmth_praise"] > 0, "review_id"]
    praise = pd.DataFrame({"review_id": ids, "sentence": 0, "driver": "warmth", "polarity": "praise"})
    more = replace(true, mentions=pd.concat([true.mentions, praise.assign(evidence="never pushy")]))
    assert asking(more).estimate.coef[0] == pytest.approx(asking(true).estimate.coef[0])


def test_growth_counts_customers_not_reviews(true: Facts) -> None:
    assert grow(true).n_customers <= true.panel["customer_id"].nunique()
