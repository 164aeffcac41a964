"""The tables of the data-quality notebook: what is counted, and what is hidden."""

from __future__ import annotations

import pandas as pd
import pytest

from custservice.quality import follow_up, hide_small, linkage, period, publishable, verdict, who_reviews
from custservice.study import Study, open_study

STUDY = """
title = "Two cafes"
window_days = 30
observed_until = 2024-12-31
[reviews]
files = "reviews.csv"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("two")
    rows = [
        f"{i},{i % 7},{'ab'[i % 2]},2024-{'01' if i < 10 else '04'}-{i % 28 + 1:02d},Kind staff." for i in range(20)
    ]
    rows.append("20,1,a,2024-01-03,")
    head = "review_id,customer_id,location_id,date,text"
    (folder / "reviews.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return open_study(folder / "study.toml")


def test_small_counts_are_hidden_and_what_rests_on_them() -> None:
    raw = pd.DataFrame({"n_with": [40, 40, 3], "returns_with": [20, 3, 1], "rate_with": [50.0, 7.5, 33.3]})
    shown = publishable(raw, "n_with", "returns_with")
    assert shown["n_with"].tolist() == [40, 40, pd.NA]
    assert shown["returns_with"].tolist() == [20, pd.NA, pd.NA]
    assert shown["rate_with"].fillna(-1).tolist() == [50.0, -1, -1]
    assert raw["n_with"].tolist() == [40, 40, 3]


def test_zero_and_five_are_shown() -> None:
    assert hide_small(pd.DataFrame({"n": [0, 1, 4, 5]}))["n"].tolist() == [0, pd.NA, pd.NA, 5]


def test_months_without_visits_have_a_row(study: Study) -> None:
    months = follow_up(study.panel).set_index("month")
    assert months.index.tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert months.loc["2024-02"].tolist() == [0, 0, 0]
    assert months["visits"].sum() == len(study.panel)


def test_the_verdict_counts_rows_and_usable_reviews(study: Study) -> None:
    assert verdict(study).startswith("21 rows came in and 1 (4.8%) was set aside. ")
    usable = (study.panel["review_id"].notna() & study.panel["returned"].notna()).sum()
    assert f"{usable} reviewed visits have a known outcome" in verdict(study)


def test_where_reviews_stand_in_nothing_is_linked(study: Study) -> None:
    assert linkage(study).empty


def test_without_unreviewed_visits_there_is_no_comparison(study: Study) -> None:
    panel = study.panel
    assert len(who_reviews(panel)) == 2
    assert who_reviews(panel[panel["review_id"].notna()]).empty


def test_a_panel_without_rows_has_no_period() -> None:
    assert period(pd.DataFrame({"time_zero": pd.to_datetime([])})) == "no visits"
