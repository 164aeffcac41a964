"""The demo study: what it holds, and that the whole chain from text to effect finds its known truth."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custservice.demo import EFFECTS, LOCATIONS, Demo, make_demo, write_demo
from custservice.panel import build_panel
from custservice.regression import Effects, estimate_effects
from custservice.sentiment import find_mentions
from custservice.study import open_study

DATA = Path(__file__).parents[1] / "data" / "demo"
REPETITIONS = int(os.environ.get("CUSTSERVICE_REPETITIONS", "2"))


@pytest.fixture(scope="module")
def demo() -> Demo:
    return make_demo()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_demo(tmp_path_factory.mktemp("demo")).parent


@pytest.fixture(scope="module")
def effects(folder: Path) -> Effects:
    return estimate_effects(open_study(folder / "study.toml").panel)


def with_truth(effects: Effects, truth: dict[str, float]) -> pd.DataFrame:
    """Join the truth; pools of rare drivers are true zeros because every driver with an effect is common."""
    table = effects.table
    keys = table["driver"] + "_" + table["polarity"]
    assert set(EFFECTS) <= set(keys)
    return table.assign(truth=[truth.get(key, 0.0) for key in keys])


def test_the_files_in_the_repository_are_what_the_seed_makes(folder: Path) -> None:
    for name in ("reviews.parquet", "visits.parquet"):
        pd.testing.assert_frame_equal(pd.read_parquet(DATA / name), pd.read_parquet(folder / name))
    assert json.loads((DATA / "truth.json").read_text()) == json.loads((folder / "truth.json").read_text())
    assert tomllib.loads((DATA / "study.toml").read_text()) == tomllib.loads((folder / "study.toml").read_text())


def test_it_holds_what_it_says(demo: Demo) -> None:
    assert set(demo.visits["location_id"]) == set(LOCATIONS)
    assert len(LOCATIONS) == 24
    assert len(demo.visits) == pytest.approx(30_000, rel=0.01)
    assert demo.reviews["review_id"].nunique() == pytest.approx(10_000, rel=0.07)
    assert (demo.visits["visited_at"].max() - demo.visits["visited_at"].min()).days == pytest.approx(730, abs=2)
    assert 0 < demo.truth["chance_of_return"]["lowest"] < demo.truth["chance_of_return"]["highest"] < 1
    assert demo.truth["effects"]["explanation_praise"] == 0


def test_returns_follow_the_probabilities_that_were_put_in(demo: Demo) -> None:
    """Base 0.60 with few effects large and frequent; and the panel cannot miss a return, nor count one too many."""
    said = pd.DataFrame({"review_id": [], "driver": [], "polarity": []}, dtype="str")
    reviews = demo.reviews[demo.reviews["text"] != ""].drop_duplicates("review_id")
    panel = build_panel(reviews, demo.visits, said, window_days=60, observed_until="2025-06-30")
    known = panel[panel["returned"].notna()]
    assert known["returned"].mean() == pytest.approx(0.59, abs=0.015)
    gap = panel.loc[panel["review_id"].notna(), "days_to_return"]
    assert not gap.between(60.0001, 61.3).any()  # nobody returns at the edge, where rounding could decide


def test_every_estimate_is_near_the_truth(effects: Effects, demo: Demo) -> None:
    table = with_truth(effects, demo.truth["effects"])
    z = (table["effect"] - table["truth"]) / table["std_error"]
    assert z.abs().max() < 3.5, table.assign(z=z)[["driver", "polarity", "effect", "truth", "z"]]


def test_every_effect_put_in_is_at_least_three_standard_errors(effects: Effects, demo: Demo) -> None:
    table = with_truth(effects, demo.truth["effects"])
    put_in = table[table["truth"] != 0]
    assert len(put_in) == len(EFFECTS)
    assert (put_in["truth"].abs() / put_in["std_error"]).min() >= 3


def test_mentions_are_found_as_labelled(demo: Demo) -> None:
    labels = demo.labels.iloc[:1500]
    texts = demo.reviews.drop_duplicates("review_id").set_index("review_id")["text"].reindex(labels.index)
    found = find_mentions(texts[texts != ""])
    drivers = [c for c in labels.columns if not c.startswith("topic_")]
    wanted = {(row, c) for c in drivers for row in labels.index[labels[c] & (texts != "")]}
    got = set(zip(found["text_id"], found["driver"] + "_" + found["polarity"], strict=True))
    f1 = 2 * len(wanted & got) / (len(wanted) + len(got))
    assert f1 > 0.75


@pytest.mark.slow
def test_intervals_hold_the_truth_over_many_seeds(tmp_path: Path) -> None:
    held: list[float] = []
    for seed in range(1, REPETITIONS + 1):
        study = open_study(write_demo(tmp_path / str(seed), seed))
        truth = json.loads((tmp_path / str(seed) / "truth.json").read_text())["effects"]
        table = with_truth(estimate_effects(study.panel), truth)
        held.extend(((table["low"] <= table["truth"]) & (table["truth"] <= table["high"])).astype(float))
    error = np.sqrt(0.9 * 0.1 / len(held))
    assert np.mean(held) >= 0.90 - (2 * error if REPETITIONS < 40 else 0)
