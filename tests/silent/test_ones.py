"""The silent ones in worlds whose truth is known."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
from silent_worlds import CHANCES, World, make_world

from custservice.errors import EstimationError
from custservice.silent import SilentOnes, find_feelings, of_panel, stated_share

REPETITIONS = int(os.environ.get("CUSTSERVICE_REPETITIONS", "20"))


def asked(world: World) -> tuple[pd.DataFrame, SilentOnes]:
    found = of_panel(world.panel, CHANCES)
    return found.shares.set_index("way"), found


def error_of(row: pd.Series) -> float:
    return float(row["high"] - row["low"]) / 4


def test_weighting_finds_the_truth_when_reviewing_depends_on_the_columns_only() -> None:
    world = make_world(11, "columns", n=20_000)
    shares, found = asked(world)
    seen, weighted = shares.loc["as heard"], shares.loc["weighted"]
    assert abs(seen["unhappy"] - world.share) > 5 * error_of(seen)
    assert abs(weighted["unhappy"] - world.share) < 3 * error_of(weighted)
    assert found.trusted


def test_weighting_fails_when_reviewing_depends_on_happiness_and_says_so() -> None:
    world = make_world(12, "happiness", n=20_000)
    shares, found = asked(world)
    weighted = shares.loc["weighted"]
    assert weighted["unhappy"] < world.share - 5 * error_of(weighted)
    assert not found.trusted
    assert found.check["difference"] > 0  # those who write come back more often than people like them
    stated = shares.loc["stated"]
    assert abs(stated["unhappy"] - world.share) < 3 * error_of(stated)
    assert found.stated is not None
    assert found.stated.expected == pytest.approx(found.stated.seen, abs=0.02)


def test_bounds_hold_whatever_reviewing_depends_on() -> None:
    for depends_on in ("columns", "happiness", "both"):
        world = make_world(13, depends_on)
        worst = asked(world)[0].loc["worst case"]
        assert worst["low"] <= worst["bound_low"] <= world.share <= worst["bound_high"] <= worst["high"]
        differences = of_panel(world.panel).differences.set_index("way").loc["worst case"]
        assert differences["low"] < world.difference < differences["high"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("depends_on", "way"), [("columns", "weighted"), ("happiness", "stated"), ("both", "worst case")]
)
def test_intervals_hold_the_truth_as_often_as_they_say(depends_on: str, way: str) -> None:
    held = 0
    for seed in range(REPETITIONS):
        world = make_world(1000 + seed, depends_on)
        row = asked(world)[0].loc[way]
        held += int(row["low"] <= world.share <= row["high"])
    error = np.sqrt(0.95 * 0.05 / REPETITIONS)
    assert held / REPETITIONS >= 0.95 - 3 * error


def test_bounds_hold_the_truth_where_it_lies_at_their_end() -> None:
    """All silent ones happy: the truth is the lower bound, where an interval can miss it."""
    rng = np.random.default_rng(3)
    held, times = 0, 400
    from custservice.silent import share_bounds

    for _ in range(times):
        unhappy = rng.random(800) < 0.1
        heard = unhappy | (rng.random(800) < 0.3)
        found = share_bounds(unhappy, heard, np.arange(800))
        held += int(found.from_ <= 0.1 <= found.to)
    assert held / times >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / times)


def test_stated_chances_that_do_not_fit_are_said() -> None:
    feelings = find_feelings(make_world(14, "columns").panel)
    clusters = np.arange(len(feelings.level))
    few = stated_share(feelings, clusters, {"unhappy": 0.001, "indifferent": 0.5, "happy": 1.0})
    assert not few.possible
    with pytest.raises(EstimationError, match="must name unhappy, indifferent, happy"):
        stated_share(feelings, clusters, {"unhappy": 0.1})


def test_equal_chances_change_nothing() -> None:
    shares, _ = asked(make_world(15, "both"))
    same = of_panel(make_world(15, "both").panel, dict.fromkeys(CHANCES, 0.2)).shares.set_index("way")
    np.testing.assert_allclose(same.loc["stated"].iloc[:3].astype(float), shares.loc["as heard"].iloc[:3].astype(float))


def test_too_few_visits_and_no_silence_are_said() -> None:
    panel = make_world(16, "columns", n=60).panel
    assert "Too few visits" in of_panel(panel).reason
    heard = make_world(17, "columns", n=400).panel
    heard = heard[heard["review_id"].notna()].reset_index(drop=True)
    assert "nobody is silent" in of_panel(heard).reason


def test_nothing_is_changed_in_what_was_given() -> None:
    panel = make_world(18, "both", n=1000).panel
    before = panel.copy(deep=True)
    of_panel(panel)
    pd.testing.assert_frame_equal(panel, before)
