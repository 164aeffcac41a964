"""Facts of a study, and the file of events that one claim asks for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_report import write_small_study

from custservice import choose, claims, open_study, score_sentiment, test_claims
from custservice.claims.events import read_events
from custservice.claims.facts import facts_of
from custservice.errors import CustserviceError


def test_feelings_are_those_of_the_sentences(tmp_path: Path) -> None:
    study = open_study(write_small_study(tmp_path))
    rows = facts_of(study).reviewed
    texts = study.reviews.set_index("review_id")["text"]
    one = rows["review_id"].iloc[0]
    assert rows["feeling"].iloc[0] == pytest.approx(score_sentiment([texts[one]])["compound"].mean())
    assert len(rows) == study.panel["review_id"].notna().sum()


def test_a_part_of_one_place_has_the_facts_of_all(tmp_path: Path) -> None:
    study = open_study(write_small_study(tmp_path))
    part = choose(study, location=str(study.panel["location_id"].iloc[0]))
    assert len(facts_of(part).panel) == len(study.panel)
    pd.testing.assert_frame_equal(test_claims(part).table, test_claims(study).table)


def test_what_comes_next_is_the_customers_own() -> None:
    from custservice.claims import Facts

    days = pd.to_datetime(["2024-03-01", "2024-01-01", "2024-02-01", "2024-01-15"])
    panel = pd.DataFrame(
        {"customer_id": list("aaab"), "time_zero": days, "visit_id": list("1234"), "review_id": list("1234")}
    ).assign(location_id="x", rating=[5, 1, 3, 4])
    facts = Facts(panel, pd.DataFrame({"review_id": list("1234"), "compound": [0.5, -0.5, 0.1, 0.2]}), pd.DataFrame())
    told = facts.sequence.set_index("visit_id")
    assert told.loc[["2", "3"], "next_rating"].tolist() == [3, 5]
    assert told.loc[["2", "3"], "next_feeling"].tolist() == [0.1, 0.5]
    assert told.loc[["1", "4"], "next_feeling"].isna().all()


def test_events_are_read(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("location_id,date,what\nMill Lane,2024-01-31,cake\n x ,2024-02-01,\n", "utf-8")
    found = read_events(file)
    assert found["location_id"].tolist() == ["Mill Lane", "x"]
    assert found["date"].tolist() == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place,date\nx,2024-01-31\n", "events.csv has no column 'location_id'; it needs location_id and date"),
        ("location_id,date\nx,2024-01-31\ny,soon\n", "events.csv, line 3: each row needs a place and a date"),
        ("location_id,date\n,2024-01-31\n", "events.csv, line 2: each row needs"),
        ("", "events.csv is empty"),
    ],
)
def test_events_that_cannot_be_read_are_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(CustserviceError, match=said):
        read_events(file)


def test_a_study_may_name_its_events(tmp_path: Path) -> None:
    path = write_small_study(tmp_path)
    place = str(open_study(path).panel["location_id"].iloc[0])
    path.write_text('events = "events.csv"\n' + path.read_text("utf-8"), "utf-8")
    (tmp_path / "events.csv").write_text(f"location_id,date\n{place},2024-01-31\n", "utf-8")
    table = test_claims(open_study(path)).table.set_index("claim")
    assert table.loc["celebrate_wins", "verdict"] != "not testable"


def test_ten_stars_are_read_as_such() -> None:
    """Of ten stars 4 and fewer are bad, 8 and more good; of five the same share."""
    from custservice.claims import Facts

    for top in (5, 10):
        values = [top * share for share in (0.2, 0.4, 0.6, 0.8, 1.0)]
        ids = [str(number) for number in range(5)]
        panel = pd.DataFrame({"review_id": ids, "rating": values})
        stars = Facts(panel, pd.DataFrame({"review_id": ids, "compound": 0.0}), pd.DataFrame()).stars
        assert stars.top == top
        assert stars.unhappy.tolist() == [True, True, False, False, False]
        assert stars.happy.tolist() == [False, False, False, True, True]


def test_a_place_is_told_whose_verdicts_these_are(tmp_path: Path) -> None:
    study = open_study(write_small_study(tmp_path))
    assert "all of them" not in claims.whose(study)
    said = claims.whose(choose(study, location=str(study.panel["location_id"].iloc[0])))
    assert f"{len(study.panel):,} visits at {study.panel['location_id'].nunique()} locations" in said
    assert "all of them" in said
