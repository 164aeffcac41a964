"""The same question in other ways: each row is what the one call gives, and what fails is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custservice import figures
from custservice.errors import StudyError
from custservice.regression import estimate_effects
from custservice.specifications import OWN, default_specifications
from custservice.study import Study, open_study

DEMO = Path(__file__).parents[1] / "data" / "demo"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("demo")
    for file in DEMO.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    return open_study(folder)


def test_rows_are_what_the_one_call_gives_under_those_settings(study: Study) -> None:
    table = study.compare({"half": {"window_days": 120}, "plain": {"controls": [], "absorb": None}})
    assert table["specification"].unique().tolist() == [OWN, "half", "plain"]
    panels = {OWN: study.panel, "half": study.panel_for(window_days=120), "plain": study.panel}
    settings = {OWN: {}, "half": {}, "plain": {"absorb": None}}
    for name, panel in panels.items():
        controls = [] if name == "plain" else study.config.controls
        peer = estimate_effects(panel, controls=controls, **settings[name])
        part = table[table["specification"] == name]
        single = peer.table[~peer.table["driver"].str.startswith("other ")]
        assert np.allclose(part["effect"], single["effect"])
        assert np.allclose(part["high"], single["high"])
        assert set(part["n_visits"]) == {peer.counts["sample"]}


def test_what_cannot_be_estimated_is_said_and_the_rest_stands(study: Study) -> None:
    table = study.compare({"too long": {"window_days": 20000}, "logit": {"model": "logit"}})
    assert table["specification"].unique().tolist() == [OWN, "logit"]
    assert len(table.attrs["notes"]) == 1
    assert table.attrs["notes"][0].startswith("too long: No reviewed visit has a known outcome")


@pytest.mark.slow
def test_the_default_ways_all_answer_on_the_demo(study: Study) -> None:
    table = study.compare()
    assert table.attrs["notes"] == []
    assert set(table["specification"]) == {OWN, *default_specifications(study)}
    picture = figures.specifications(table)
    assert picture.title.endswith(f"in all {1 + len(default_specifications(study))} ways of asking")
    assert len(picture.alt) > 60


def test_settings_that_ask_another_question_are_refused(study: Study) -> None:
    with pytest.raises(StudyError, match="no setting 'outcome'"):
        study.compare({"money": {"outcome": "spend_next"}})
    with pytest.raises(StudyError, match="did you mean 'window_days'"):
        study.compare({"short": {"window_day": 30}})


def test_the_picture_counts_the_effects_that_keep_their_sign() -> None:
    rows = [
        (spec, driver, "blame", effect, effect - 20, effect + 20, p)
        for spec, shift in ((OWN, 0), ("logit", 15))
        for driver, effect, p in (("attention", -60.0 + shift, 0.001), ("warmth", -10.0 + shift, 0.4))
    ]
    columns = ["specification", "driver", "polarity", "effect", "low", "high", "p_value"]
    table = pd.DataFrame(rows, columns=columns).assign(n_visits=500)
    table.attrs["own"] = OWN
    picture = figures.specifications(table)
    assert picture.title == "1 of 2 effects keep their sign in all 2 ways of asking"
    assert "from -60 to -45" in picture.alt
    assert picture.svg() == figures.specifications(table).svg()
    assert figures.specifications(table.iloc[:0]).empty
