import hashlib
from pathlib import Path

import pandas as pd
import pytest

from custservice import study as study_module
from custservice.cache import FOLDER
from custservice.errors import InputError, StudyError
from custservice.loaders import load_visits
from custservice.panel import build_panel
from custservice.sentiment import LexiconError
from custservice.study import STAND_IN_NOTE, open_study
from custservice.tables import MENTION_COLUMNS, NO_TEXT

SHARED = Path(__file__).parents[1] / "../shared/data"
STUDIES = Path(__file__).parent / "studies"
needs_data = pytest.mark.skipif(not SHARED.exists(), reason="the public data sets are not in ../shared")

REVIEWS = """id,client,date,shop,comment
1,ann,2024-01-03,x,The staff were friendly and helpful.
2,bob,2024-01-04,x,The staff ignored us.
3,ann,2024-02-02,x,Le personnel était très gentil avec nous.
4,cid,2024-02-03,y,
5,,2024-02-04,y,Nice.
"""
VISITS = """order_no,client,order_date,shop,total
10,ann,2024-01-02,x,5
11,bob,2024-01-02,x,6
12,ann,2024-02-01,x,7
13,ann,2024-06-01,x,-7
14,dan,2024-07-01,y,7
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "reviews.csv").write_text(REVIEWS)
    (tmp_path / "visits.csv").write_text(VISITS)
    write(tmp_path, '[visits]\nfiles = "visits.csv"\n')
    return tmp_path


def write(folder, more=""):
    (folder / "study.toml").write_text(
        f'title = "Two <cafes>"\nwindow_days = 60\n[reviews]\nfiles = "reviews.csv"\n{more}', encoding="utf-8"
    )


def test_tables(folder):
    study = open_study(folder / "study.toml")
    assert study.reviews["review_id"].tolist() == ["1", "2", "3"]
    assert study.visits["visit_id"].tolist() == ["10", "11", "12", "14"]
    assert list(study.mentions.columns) == list(MENTION_COLUMNS)
    assert set(study.mentions["review_id"]) == {"1", "2"}
    assert study.panel["visit_id"].tolist() == ["10", "11", "12", "14"]
    assert study.panel["review_id"].fillna("-").tolist() == ["1", "2", "-", "-"]
    assert study.quarantine[["table", "row", "reason"]].values.tolist() == [
        ["reviews", 4, NO_TEXT],
        ["reviews", 5, "no customer"],
        ["visits", 4, "negative spend"],
    ]
    assert not study.stand_in
    assert any("1 of 3 reviews are not in English" in note for note in study.notes)
    assert len(study.notes) == len(set(study.notes))


def test_reviews_stand_in_for_visits_those_without_text_too(folder):
    write(folder)
    study = open_study(folder)
    assert study.stand_in
    assert study.visits["visit_id"].tolist() == ["1", "2", "3", "4"]
    assert study.reviews["visit_id"].tolist() == study.reviews["review_id"].tolist()
    assert len(study.panel) == 4
    assert STAND_IN_NOTE in study.notes


def test_an_own_lexicon_adds_drivers_and_patterns(folder):
    own = '[drivers]\ndress = "own"\n[dress.praise.colours]\n# What they wear.\npatterns = "wore yellow"\n'
    (folder / "mine.toml").write_text(own)
    (folder / "reviews.csv").write_text("id,customer,date,text\n1,a,2024-01-01,The waiter wore yellow.\n")
    (folder / "study.toml").write_text('title = "T"\nlexicon = "mine.toml"\n[reviews]\nfiles = "reviews.csv"\n')
    study = open_study(folder)
    assert study.mentions[["driver", "polarity", "evidence"]].values.tolist() == [["dress", "praise", "wore yellow"]]
    assert study.panel["dress_praise"].tolist() == [1]
    (folder / "mine.toml").write_text(own.replace("wore yellow", "wore green"))
    assert open_study(folder).mentions.empty
    (folder / "mine.toml").write_text(own.replace('"own"', '"own'))
    with pytest.raises(LexiconError, match=r"mine\.toml is not valid TOML"):
        open_study(folder)


def test_controls_are_checked_as_soon_as_the_study_is_opened(folder, monkeypatch):
    def opened(controls, last="total"):
        (folder / "visits.csv").write_text(VISITS.replace("total", last))
        text = (folder / "study.toml").read_text().partition("controls")[0].partition("[reviews]")[0]
        rest = '[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
        (folder / "study.toml").write_text(f"{text}controls = {controls}\n{rest}")
        return open_study(folder)

    with pytest.raises(StudyError, match=r"^study.toml, controls: .* 'mnth' \(did you mean 'month'\?\)\.$"):
        opened('["mnth"]')
    assert opened('["month", "weather"]', "weather").config.controls == ("month", "weather")
    assert opened('["month_in_file"]', "month").panel["month_in_file"].notna().all()
    with pytest.raises(StudyError, match="There is no control 'order_date'"):
        opened('["order_date"]')
    with pytest.raises(StudyError, match="no control 'text'"):
        opened('["text"]')
    monkeypatch.setattr(study_module, "read_reviews", lambda *_: pytest.fail("files were read for no reason"))
    (folder / "reviews.csv").write_text(REVIEWS + "6,new,2024-01-03,x,Nice.\n")
    with pytest.raises(StudyError, match=r"controls: A star rating lies between.*'rating'"):
        opened('["month", "rating"]')
    with pytest.raises(StudyError, match="controls: 'returned' is known only after the visit"):
        opened('["returned"]')
    assert opened('["topics", "topic_price_blame"]').config.controls == ("topics", "topic_price_blame")


@pytest.mark.parametrize("table", ["reviews", "visits"])
def test_a_table_without_a_usable_row_is_one_sentence(folder, table):
    path = folder / f"{table}.csv"
    path.write_text(path.read_text().replace("2024-", "2999-"))
    with pytest.raises(InputError) as caught:
        _ = open_study(folder).panel
    said = f"No row of {table}.csv can be used as {table}: all 5 were set aside (date in the future"
    assert str(caught.value).startswith(said)
    assert f"[{table}.columns] in study.toml" in str(caught.value)
    assert len(open_study(folder).quarantine) >= 5


def test_other_settings_of_the_panel(folder):
    study = open_study(folder)
    assert study.panel_for(link_days=0)["review_id"].isna().all()
    assert study.panel_for() is study.panel
    assert study.panel_for(window_days=150)["returned"].notna().sum() == 4 - 1
    with pytest.raises(StudyError, match=r"no setting 'link_day' \(did you mean 'link_days'"):
        study.panel_for(link_day=3)


def test_everything_is_computed_once_and_again_when_its_source_changes(folder, monkeypatch):
    first = open_study(folder)
    panel = first.panel
    before = len(list((folder / FOLDER).glob("*.parquet")))

    def refuse(*_):
        raise AssertionError("computed again")

    for name in ("read_reviews", "read_visits"):
        monkeypatch.setattr(study_module, name, refuse)
    monkeypatch.setattr(study_module.Study, "_find_mentions", refuse)
    monkeypatch.setattr(study_module.Study, "_build_panel", refuse)
    again = open_study(folder)
    pd.testing.assert_frame_equal(again.panel, panel)
    assert (again.notes, again.panel.attrs) == (first.notes, first.panel.attrs)
    assert again.quarantine.equals(first.quarantine)
    monkeypatch.undo()

    (folder / "visits.csv").write_text(VISITS + "15,eve,2024-07-02,y,1\n")
    assert len(open_study(folder).panel) == 5
    write(folder, '[visits]\nfiles = "visits.csv"\n[visits.columns]\nspend = "shop"\n')
    with pytest.raises(InputError, match="'shop', given as spend, holds no numbers"):
        _ = open_study(folder).visits
    assert len(list((folder / FOLDER).glob("*.parquet"))) > before


def test_what_was_in_the_future_is_read_again_another_day(folder, monkeypatch):
    now = pd.Timestamp.now().normalize()
    (folder / "visits.csv").write_text(VISITS + f"15,eve,{now + pd.Timedelta(days=5):%Y-%m-%d},y,1\n")
    study = open_study(folder)
    assert len(study.panel) == 4
    monkeypatch.setattr(pd.Timestamp, "now", lambda: now + pd.Timedelta(days=9))
    assert len(open_study(folder).panel) == 5


def test_what_is_forgotten_is_computed_again_and_replaces_the_cache(folder, monkeypatch):
    study = open_study(folder)
    panel = study.panel
    monkeypatch.setattr(study_module.Study, "_build_panel", lambda self, settings: panel.head(1))
    assert len(study.panel) == 4
    study.forget()
    assert len(study.panel) == len(study.panel) == 1
    assert study.reviews["review_id"].tolist() == ["1", "2", "3"]
    monkeypatch.undo()
    assert len(open_study(folder).panel) == 1


def test_a_corrupt_cache_is_no_error(folder):
    panel = open_study(folder).panel
    for entry in (folder / FOLDER).glob("*.parquet"):
        entry.write_bytes(b"PAR1 and nothing")
    pd.testing.assert_frame_equal(open_study(folder).panel, panel)


def test_hashes_of_the_inputs(folder):
    study = open_study(folder)
    assert study.input_hashes == {
        "reviews.csv": hashlib.sha256(REVIEWS.encode()).hexdigest(),
        "visits.csv": hashlib.sha256(VISITS.encode()).hexdigest(),
    }


def test_patterns_are_relative_to_the_study(folder):
    (folder / "months").mkdir()
    (folder / "months" / "m1.csv").write_text(VISITS)
    (folder / "months" / "m2.csv").write_text(VISITS.replace("1", "2"))
    write(folder, '[visits]\nfiles = "months/m*.csv"\n')
    assert [path.name for path in open_study(folder).files["visits"]] == ["m1.csv", "m2.csv"]


def test_a_missing_file_is_one_sentence(folder):
    (folder / "visits.csv").unlink()
    with pytest.raises(InputError, match=r"There is no file .*visits\.csv"):
        _ = open_study(folder).panel


def test_it_shows_itself(folder):
    study = open_study(folder)
    assert repr(study) == (
        "<Study 'Two <cafes>': reviews 3, visits 4, customers 3, locations 2, "
        f"from 2024-01-02 to 2024-07-01, set aside 3, tables in {(folder / FOLDER).as_posix()}>"
    )
    shown = study._repr_html_()
    assert "Two &lt;cafes&gt;" in shown
    assert "2024-01-02 to 2024-07-01" in shown


def test_what_a_reader_changes_stays_with_him(folder):
    study = open_study(folder)
    study.reviews.loc[0, "text"] = "changed"
    assert open_study(folder).reviews["text"][0] != "changed"


@needs_data
def test_lounge_study():
    panel = open_study(STUDIES / "lounge.toml").panel
    known = panel[panel["returned"].notna()]
    assert (len(panel), len(known), int(known["returned"].sum())) == (2264, 1725, 112)
    stars = known[known["staff_service_rating"] >= 1].groupby("staff_service_rating")["returned"]
    assert stars.agg(["sum", "size"]).values.tolist() == [[9, 241], [9, 233], [22, 334], [33, 446], [38, 443]]


@needs_data
@pytest.mark.slow
def test_albany_study():
    study = open_study(STUDIES / "albany.toml")
    panel = study.panel
    assert (len(study.reviews), len(study.visits), len(study.quarantine)) == (27855, 27864, 9)
    assert study.loaded["reviews"].rows_in == 27864
    assert study.loaded["reviews"].reasons == {NO_TEXT: 9}
    assert (int(panel["returned"].notna().sum()), int(panel["returned"].sum())) == (21246, 1734)


@needs_data
def test_cdnow_panel():
    visits = load_visits(SHARED / "cdnow.txt")
    ids = ["review_id", "customer_id", "location_id", "text"]
    reviews = pd.DataFrame({name: pd.Series(dtype="str") for name in ids})
    panel = build_panel(reviews.assign(reviewed_at=pd.Series(dtype="datetime64[us]")), visits, window_days=90)
    assert len(visits) == len(panel) == 69659
    assert (int(panel["returned"].notna().sum()), int(panel["returned"].sum())) == (63799, 31636)
