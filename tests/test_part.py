"""A part of a study: its own index rows, everybody's outcomes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from custservice.asked import ask
from custservice.demo import make_demo
from custservice.errors import NothingToReportError, ReportError
from custservice.first_step import FirstStep
from custservice.here import own_rates, own_rates_in_short, said_here, where_here
from custservice.observation import when_known
from custservice.part import Part, chain_of, choose
from custservice.quality import rows_read, verdict
from custservice.study import Study, open_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study")
    demo = make_demo(n_visits=6000)
    demo.reviews.to_csv(folder / "reviews.csv", index=False)
    demo.visits.to_csv(folder / "visits.csv", index=False)
    more = '[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
    (folder / "study.toml").write_text(f'title = "Cafes"\nwindow_days = 60\n{more}', encoding="utf-8")
    return open_study(folder)


def whole(study: Study) -> pd.DataFrame:
    return study.panel.set_index("visit_id")


def test_nothing_chosen_is_the_study_itself(study: Study) -> None:
    assert choose(study) is study
    assert chain_of(study) is study


def test_rows_of_a_month_keep_the_outcomes_of_the_whole_log(study: Study) -> None:
    part = choose(study, since="2024-03", until="2024-03")
    panel = part.panel.set_index("visit_id")
    assert set(panel["month"]) == {"2024-03"}
    pd.testing.assert_frame_equal(panel, whole(study).loc[panel.index], check_like=True)
    assert (panel["returned"] == 1).any(), "no return is in the month itself, so each was seen in the whole log"
    assert set(part.visits["visit_id"]) == set(panel.index)
    assert part.reviews["reviewed_at"].dt.strftime("%Y-%m").eq("2024-03").all()
    assert part.mentions["review_id"].isin(part.reviews["review_id"]).all()


def test_one_place_is_told_the_effects_of_all(study: Study) -> None:
    place = study.panel["location_id"].iloc[0]
    part = choose(study, location=place)
    asked = ask(part)
    everybody = ask(study)
    assert asked.effects is not None
    assert everybody.effects is not None
    pd.testing.assert_frame_equal(asked.effects.table, everybody.effects.table)
    assert set(part.panel["location_id"]) == {place}
    assert "are those of all" in said_here(asked)[1]
    assert (asked.here, everybody.here) == (place, "")
    rates = own_rates(asked)
    reviewed = part.panel["review_id"].notna().sum()
    assert set(rates["reviews"]) == {reviewed}
    for row in rates.to_dict("records"):
        raw = 100 * part.panel[f"{row['driver']}_{row['polarity']}"].mean()
        assert min(raw, row["average"]) - 1e-9 <= row["here"] <= max(raw, row["average"]) + 1e-9
    step = FirstStep("promptness", "blame", "Be quick.", "Everywhere.", pd.DataFrame())
    assert f"100 reviews of {place}, " in where_here(part, step)
    assert where_here(study, step) == where_here(part, None) == ""
    assert place in part.title
    short = own_rates_in_short(asked)
    assert 0 < len(short) <= 6
    assert list(short) == ["driver", "polarity", "here", "average", "effect"]
    assert short["here"].str.fullmatch(r"\d+ \(\d+ to \d+\)").all()
    assert own_rates_in_short(everybody).empty


def test_one_person_is_a_part_too(study: Study) -> None:
    person = study.panel["staff_id"].value_counts().index[0]
    part = choose(study, staff=person, since="2024-01")
    assert set(part.panel["staff_id"]) == {person}
    assert isinstance(part, Part)
    assert isinstance(part.chain, Part)
    assert not part.chain.panel["staff_id"].eq(person).all()
    assert part.chain.panel["month"].min() == "2024-01"
    assert "people" in said_here(ask(part))[1]
    assert f"together show, not {part.choice.place} alone." in ask(part).sureness
    assert "alone" not in ask(study).sureness


def test_a_recent_month_says_when_its_outcomes_are_known(study: Study) -> None:
    last = study.panel["month"].max()
    asked = ask(choose(study, since=last))
    assert asked.effects is None
    first = choose(study, since=last).panel.query("review_id.notna()")["time_zero"].min() + pd.Timedelta(days=60)
    assert f"{first:%d %B %Y}".lstrip("0") in asked.answer
    assert "Of 100 reviews" in said_here(asked)[0]
    assert asked.how_sure == ["Nothing is compared yet."]
    assert "this page says what customers mention" in asked.first[1]


def test_a_month_most_of_which_is_too_recent_says_so_too(study: Study) -> None:
    days = study.panel["time_zero"]
    since = days.max() - pd.Timedelta(days=61)  # the outcomes of two days are known
    part = choose(study, since=f"{since:%Y-%m-%d}")
    reviewed = part.panel[part.panel["review_id"].notna()]
    assert 0 < reviewed["returned"].notna().sum() < len(reviewed) / 2
    recent = f"{reviewed['returned'].isna().sum():,} of the {len(reviewed):,} reviewed visits are too recent."
    asked = ask(part)
    assert any(recent in line for line in (asked.answer, *asked.how_sure))
    assert when_known(study.panel) == ""


def test_as_of_knows_nothing_of_later_days(study: Study) -> None:
    day = "2024-06-30"
    part = choose(study, as_of=day)
    end = pd.Timestamp("2024-07-01")
    assert part.reviews["reviewed_at"].max() < end
    assert part.visits["visited_at"].max() < end
    panel = part.panel.set_index("visit_id")
    assert (panel["time_zero"] + panel["follow_up_days"] * pd.Timedelta(days=1)).max() < end
    late = panel["time_zero"] > end - pd.Timedelta(days=60)
    assert late.any()
    assert panel.loc[late, "returned"].isna().all()
    early = panel.index[~late & panel["review_id"].notna()]
    assert (panel.loc[early, "returned"] == whole(study).loc[early, "returned"]).all()


def test_a_later_day_knows_no_more_than_the_log(study: Study) -> None:
    pd.testing.assert_frame_equal(choose(study, as_of="2025-12-31").panel, study.panel)


def test_what_was_read_is_counted_for_whole_files(study: Study) -> None:
    part = choose(study, since="2024-03", until="2024-03")
    pd.testing.assert_frame_equal(rows_read(part), rows_read(study))
    assert verdict(part).partition(". ")[0] == verdict(study).partition(". ")[0]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"location": "West Peir"}, r"no location 'West Peir' \(did you mean 'West Pier'\?\)"),
        ({"staff": "nobody at all"}, "no staff 'nobody at all'; allowed are .* and .* more"),
        ({"since": "June"}, "'since' is 'June', but must be a day"),
    ],
)
def test_what_is_not_there_is_said(study: Study, chosen: dict[str, str], sentence: str) -> None:
    with pytest.raises(ReportError, match=sentence):
        choose(study, **chosen)


@pytest.mark.parametrize("chosen", [{"since": "2031-01"}, {"until": "1999-01"}, {"as_of": "1999-01-01"}])
def test_no_visit_is_nothing_to_report(study: Study, chosen: dict[str, str]) -> None:
    with pytest.raises(NothingToReportError, match=r"first visit is of|the log holds visits from"):
        choose(study, **chosen)


def test_reviews_that_stand_in_for_visits_have_parts_too(study: Study, tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_bytes((study.path.parent / "reviews.csv").read_bytes())
    (tmp_path / "study.toml").write_text('title = "R"\n[reviews]\nfiles = "reviews.csv"\n', encoding="utf-8")
    alone = open_study(tmp_path)
    part = choose(alone, since="2024-03", until="2024-03", as_of="2024-06")
    assert len(part.visits) == len(part.panel) > 0
    assert part.panel["returned"].isna().all(), "a window of a year, known for four months"
    assert part.stand_in
    assert "(as known on 2024-06-30)" in part.title
    assert ask(part).effects is None


def test_an_end_of_observation_can_only_come_earlier(study: Study, tmp_path: Path) -> None:
    for name in ("reviews.csv", "visits.csv"):
        (tmp_path / name).write_bytes((study.path.parent / name).read_bytes())
    text = study.path.read_text("utf-8").replace("window_days = 60", "window_days = 60\nobserved_until = 2024-12-31")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    ended = open_study(tmp_path)
    pd.testing.assert_frame_equal(choose(ended, as_of="2025-03").panel, ended.panel)
    earlier = choose(ended, as_of="2024-06").panel
    assert earlier.attrs["observed_until"].startswith("2024-06-30T23:59:59")
