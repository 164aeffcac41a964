from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_report import write_small_study

from custservice import choose, open_study
from custservice.silent import silent_leavers
from custservice.silent.follow_up import keep
from custservice.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(write_small_study(tmp_path_factory.mktemp("leavers"), n_visits=4000))


def with_visits(folder: Path, visits: pd.DataFrame, **settings: object) -> Study:
    visits.to_csv(folder / "visits.csv", index=False)
    reviews = pd.DataFrame({"customer_id": ["other"], "location_id": ["x"], "reviewed_at": ["2024-03-01"]})
    reviews.assign(text="The staff ignored us.").to_csv(folder / "reviews.csv", index=False)
    lines = "".join(f"{name} = {value!r}\n".replace("'", '"') for name, value in settings.items())
    files = '[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
    (folder / "study.toml").write_text(f'title = "Made"\nwindow_days = 60\n{lines}{files}', encoding="utf-8")
    return open_study(folder)


def rhythms(rng: np.random.Generator, gone: int = 60, n: int = 200) -> pd.DataFrame:
    """Return customers who come about every 10 days, the last 60 every 50; the first ``gone`` stop in the middle."""
    rows = []
    for i in range(n):
        day = np.cumsum(rng.integers(5, 16, 40) * (5 if i >= n - 60 else 1))
        rows += [(f"c{i:03}", d) for d in day[day < (240 if i < gone else 330)]]
    visits = pd.DataFrame(rows, columns=["customer_id", "day"])
    visits["visited_at"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(visits.pop("day"), unit="D")
    return visits.assign(location_id="x")


def test_those_who_stopped_are_found_and_those_who_come_are_not(tmp_path: Path) -> None:
    visits = rhythms(np.random.default_rng(1))
    found = silent_leavers(with_visits(tmp_path, visits))
    gone = set(found.table["customer_id"])
    assert {f"c{i:03}" for i in range(60)} <= gone
    assert not {f"c{i:03}" for i in range(60, 140)} & gone
    # those who come every 50 days have been away for as long by now, and few of them are late
    slow = {f"c{i:03}" for i in range(140, 200)}
    assert len(slow & gone) <= 6
    assert found.counts["number"].iloc[2] == len(gone)
    assert found.table["last_said"].eq("The staff ignored us.").all()


def test_whoever_complained_is_left_out(tmp_path: Path) -> None:
    visits = rhythms(np.random.default_rng(2))
    complained = np.where(visits["customer_id"] == "c000", 1.0, np.where(visits["customer_id"] == "c001", np.nan, 0.0))
    found = silent_leavers(with_visits(tmp_path, visits.assign(complained=complained)))
    table = found.table.set_index("customer_id")
    assert "c000" not in table.index
    assert table.loc["c001", "complained"] == "unknown"
    assert table.loc["c002", "complained"] == "no"
    assert found.counts["number"].iloc[3] == found.counts["number"].iloc[2] - 1
    assert "no complaint is on record" in found.said[0]


def test_without_that_column_blame_in_a_review_counts(study: Study) -> None:
    found = silent_leavers(study, write=False)
    assert found.file is None
    assert found.rule == "no review of theirs blames staff"
    panel = study.panel
    blame = [c for c in panel if c.endswith("_blame") and not c.startswith("topic_")]
    blamed = panel[panel[blame].fillna(0).max(axis=1) > 0]
    pairs = set(zip(blamed["customer_id"], blamed["location_id"], strict=True))
    assert not pairs & set(zip(found.table["customer_id"], found.table["location_id"], strict=True))
    late = found.table["last_said_on"] - found.table["last_visit"]
    assert late.dropna().max() < pd.Timedelta(days=8)
    assert (found.table["still_coming"] < 0.5).all()


def test_the_table_is_kept_in_the_cache_alone_and_no_page_hears_of_anybody(study: Study) -> None:
    found = silent_leavers(study)
    assert found.file is not None
    assert found.file.parent == study.tables_in
    assert (found.file.parent / ".gitignore").read_text() == "*\n"
    assert len(pd.read_csv(found.file)) == len(found.table) > 0
    said = " ".join(found.said)
    assert str(found.file.parent) not in said
    assert not any(customer in said for customer in found.table["customer_id"])


def test_a_place_has_a_file_of_its_own_and_the_rhythm_of_all(study: Study) -> None:
    whole, part = silent_leavers(study), silent_leavers(choose(study, location="West Pier"))
    assert part.rhythm == whole.rhythm
    assert set(part.table["location_id"]) == {"West Pier"}
    assert part.file is not None
    assert whole.file is not None
    assert part.file.name != whole.file.name
    own = whole.table[whole.table["location_id"] == "West Pier"]
    assert part.table["customer_id"].tolist() == own["customer_id"].tolist()


def test_counts_of_few_are_not_said(study: Study) -> None:
    found = silent_leavers(study, write=False)
    few = replace(found, counts=found.counts.assign(number=[100, 40, 4, 3]))
    assert few.shown["number"].fillna(-1).tolist() == [100, 40, -1, -1]
    assert few.said == ["Too few customers here are regular, or overdue, to say how many without saying who."]
    near = replace(found, counts=found.counts.assign(number=[100, 40, 20, 18]))
    assert near.shown["number"].fillna(-1).tolist() == [100, 40, 20, -1]
    assert "20 are overdue" in near.said[0]
    assert "18" not in near.said[0]


def test_text_that_a_spreadsheet_would_run_is_made_harmless(study: Study) -> None:
    path = keep(study, pd.DataFrame({"said": ["=1+1", "fine"], "n": [1, 2]}), "try.csv")
    assert path is not None
    assert path.read_text() == "said,n\n'=1+1,1\nfine,2\n"


def test_reviews_that_stand_in_for_visits_cannot_tell(tmp_path: Path) -> None:
    made = with_visits(tmp_path, rhythms(np.random.default_rng(3), n=5))
    assert "Who is leaving cannot be told here." in silent_leavers(made).reason
    (tmp_path / "study.toml").write_text('title = "R"\n[reviews]\nfiles = "reviews.csv"\n', encoding="utf-8")
    assert "no log of visits" in silent_leavers(open_study(tmp_path)).reason
