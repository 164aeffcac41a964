"""What a selection shows, without a browser."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from small_report import write_small_study

import custservice as cs
from custservice.errors import NothingToReportError, StudyError
from custservice.lab import Explorer, Selection, curve_of, trend_of
from custservice.rates import mention_rates, wilson


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    return Explorer(cs.open_study(write_small_study(tmp_path_factory.mktemp("small"), 3500)))


def test_there_is_something_to_choose(explorer: Explorer) -> None:
    panel = explorer.study.panel
    assert explorer.drivers[0] in mention_rates(panel)["driver"].head(3).tolist()
    assert explorer.locations == sorted(panel["location_id"].unique())
    assert (explorer.months[0], explorer.months[-1]) == (panel["month"].min(), panel["month"].max())


def test_a_selection_shows_numbers_pictures_and_quotes(explorer: Explorer) -> None:
    view = explorer.show(Selection("warmth", by="quarter"))
    panel = explorer.study.panel
    n = int(panel["warmth_praise"].sum())
    assert f"{n:,} mention friendly staff ({100 * n / panel['review_id'].notna().sum():.1f} of 100)" in view.about
    assert not view.trend.empty
    assert not view.curve.empty
    assert list(view.quotes) == ["praise", "blame"]
    assert 1 <= len(view.quotes["praise"]) <= 4
    assert view.quotes["praise"].equals(explorer.show(Selection("warmth", "praise")).quotes["praise"])


def test_place_and_period_narrow_it_by_the_functions_of_the_reports(explorer: Explorer) -> None:
    place, first, last = explorer.locations[0], explorer.months[3], explorer.months[14]
    view = explorer.show(Selection("warmth", "praise", place, first, last))
    part = cs.choose(explorer.study, location=place, since=first, until=last)
    assert cs.place_and_period(part) in view.about
    assert f"{int(part.panel['review_id'].notna().sum()):,} reviews of {len(part.panel):,} visits" in view.about
    assert set(view.quotes["praise"]["location_id"]) <= {place}
    assert list(view.quotes) == ["praise"]


def test_one_place_with_too_few_is_shown_the_curve_of_all(explorer: Explorer) -> None:
    place = explorer.locations[0]
    view = explorer.show(Selection("warmth", location=place))
    assert view.curve.subtitle.startswith(f"{place} has too few such reviews, so all places are shown. ")
    assert view.curve.title == curve_of(explorer.study, "warmth").title


def test_nothing_to_show_is_said_in_words(explorer: Explorer) -> None:
    place, last = explorer.locations[0], explorer.months[-1]
    recent = explorer.show(Selection("warmth", location=place, since=last, until=last))
    assert recent.trend.empty
    assert recent.trend.alt.startswith("No month has 30 reviews")
    assert recent.curve.empty
    assert recent.curve.alt.startswith("Whether these customers come back is known 60 days after each visit")
    rare = explorer.show(Selection(explorer.drivers[-1]))
    assert rare.curve.empty
    assert "no curve is drawn" in rare.curve.alt
    none = explorer.show(Selection("warmth", since="2031-01", until="2031-02"))
    assert "the log holds visits from" in none.about
    assert none.trend.empty
    assert none.quotes == {}


def test_one_polarity_leaves_the_other_curve_out(explorer: Explorer) -> None:
    praise = curve_of(explorer.study, "warmth", "praise")
    assert "unfriendly staff" not in praise.title
    assert "friendly staff" in praise.title
    assert "Too few reviewed visits mention a real apology" in curve_of(explorer.study, "apology", "praise").alt or (
        curve_of(explorer.study, "apology", "praise").empty
    )


def test_a_study_that_wants_no_quotes_shows_none(explorer: Explorer) -> None:
    report = explorer.study.config.report.model_copy(update={"quotes": 0})
    silent = cs.open_study(explorer.study.path)
    silent.config = silent.config.model_copy(update={"report": report})
    assert all(quotes.empty for quotes in Explorer(silent).show(Selection("warmth")).quotes.values())


def test_what_is_unknown_is_one_sentence(explorer: Explorer) -> None:
    with pytest.raises(StudyError, match=r"No review mentions 'warmht' \(did you mean 'warmth'"):
        explorer.show(Selection("warmht"))
    with pytest.raises(StudyError, match="by month or quarter, not by 'week'"):
        explorer.show(Selection("warmth", by="week"))


def test_a_part_can_be_explored(explorer: Explorer) -> None:
    part = Explorer(cs.choose(explorer.study, location=explorer.locations[0]))
    assert part.locations == explorer.locations[:1]
    view = part.show(Selection("warmth", since=explorer.months[2]))
    assert explorer.locations[0] in view.about


def test_trends_count_as_reports_do(explorer: Explorer) -> None:
    panel = explorer.study.panel
    before = panel.copy()
    months = trend_of(panel, "warmth", "blame", min_reviews=5)
    own = panel[panel["review_id"].notna()].groupby("month")["warmth_blame"].agg(["sum", "size"]).astype("int64")
    low, _ = wilson(own["sum"], own["size"])
    assert months["blame"].tolist() == pytest.approx((100 * own["sum"] / own["size"]).tolist())
    assert months["blame_low"].tolist() == pytest.approx((100 * low).tolist())
    assert "praise" not in months
    quarters = trend_of(panel, "warmth", by="quarter", min_reviews=5)
    assert quarters["reviews"].sum() == months["reviews"].sum()
    pd.testing.assert_frame_equal(panel, before)


def test_nothing_said_of_staff_is_one_sentence(tmp_path: Path) -> None:
    rows = "".join(f"c{i},2024-01-0{i % 9 + 1},It rained all day.\n" for i in range(20))
    (tmp_path / "r.csv").write_text("client,date,text\n" + rows)
    (tmp_path / "study.toml").write_text('title = "x"\n[reviews]\nfiles = "r.csv"\n')
    with pytest.raises(NothingToReportError, match="No review of this study mentions staff"):
        cs.explore(cs.open_study(tmp_path))
