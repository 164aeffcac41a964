import datetime as dt
import json
import tomllib
from dataclasses import replace

import pytest
from openpyxl import Workbook

from custservice.config import StudyConfig, parse_config
from custservice.errors import InputError, StudyError
from custservice.init_study import study_text, write_study
from custservice.loaders import FORMATS
from custservice.study import open_study

REVIEWS = "Client No;When;Comment;Stars;Branch;My note\n0042;{};They were friendly and helpful.;5;West;x\n"
ORDERS = "order_id,client_no,order_date,total,shop,branch\n1,0042,2023-03-02,3.50,West,a\n2,0042,2024-04-02,1,West,b\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "june-reviews.csv").write_text(REVIEWS.format("2024-04-03"))
    (tmp_path / "in" / "orders.csv").write_text(ORDERS)
    return tmp_path


def files(folder):
    return [folder / "in" / "orders.csv", folder / "in" / "june-reviews.csv"]


def test_what_it_writes_opens_and_reads(folder):
    out = write_study(files(folder), folder / "study.toml")
    study = open_study(out)
    assert study.title == "June reviews"
    assert study.config.reviews.files == ("in/june-reviews.csv",)
    assert study.config.reviews.mapping == {
        "customer_id": "Client No",
        "location_id": "Branch",
        "reviewed_at": "When",
        "text": "Comment",
        "rating": "Stars",
    }
    assert study.config.window_days == 180
    assert study.reviews["customer_id"].tolist() == ["0042"]
    assert study.visits["visit_id"].tolist() == ["1", "2"]


def test_every_key_is_explained_and_valid(folder):
    text = study_text(files(folder), folder)
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line and not line.startswith("# [") else line
                            for line in text.splitlines() if '"..."' not in line)  # fmt: skip
    config = parse_config(tomllib.loads(uncommented))
    assert set(StudyConfig.model_fields) == set(config.model_fields_set)
    settings = [line for line in text.splitlines() if " = " in line and not line.startswith(("files", "format"))]
    assert all(" # " in line for line in settings)
    assert "it could also be" in text
    assert "Kept under their own names: My note" in text


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        ("2020-01-01", "2021-12-31", 365),
        ("2023-01-01", "2024-06-01", 180),
        ("2024-01-01", "2024-01-15", 7),
        ("2024-01-01", "2024-01-11", 5),
        ("2024-01-01", "2024-01-02", 2),
        ("01/02/2024", "10/03/2024", 14),  # the order of day and month is asked, but hardly matters for the span
    ],
)
def test_the_window_leaves_outcomes_known_and_says_so(tmp_path, first, last, window):
    (tmp_path / "a.csv").write_text(f"client,date,text\nann,{first},Fine.\n")
    (tmp_path / "b.csv").write_text(f"client,date,text\nbob,{last},Fine.\n")
    text = study_text([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path)
    assert tomllib.loads(text)["window_days"] == window
    line = next(line for line in text.splitlines() if line.startswith("window_days"))
    assert ("would have no known outcome" in line) == (window < 365)


def test_hints_of_what_fails_later_can_be_pasted(folder):
    (folder / "in" / "june-reviews.csv").write_text("Kundin,When,text\nann,2024-01-01,Fine.\n")
    out = write_study(files(folder)[1:], folder / "study.toml")
    with pytest.raises(InputError) as caught:
        _ = open_study(out).reviews
    line, _, section = str(caught.value).partition("with ")[2].partition(" under ")
    assert section.startswith("[reviews.columns]")
    out.write_text(out.read_text().replace("[reviews.columns]", "[reviews.columns]\n" + line.replace("...", "Kundin")))
    assert open_study(out).reviews["customer_id"].tolist() == ["ann"]


def test_an_ambiguous_date_is_asked(folder):
    (folder / "in" / "june-reviews.csv").write_text(REVIEWS.format("03/04/2024"))
    out = write_study(files(folder), folder / "study.toml")
    text = out.read_text()
    assert "could be day first or month first (row 1: '03/04/2024')" in text
    with pytest.raises(InputError, match="could be day first or month first"):
        _ = open_study(out).reviews
    out.write_text(
        text.replace(
            '# reviewed_at = { column = "When", format = "monthfirst"',
            'reviewed_at = { column = "When", format = "monthfirst"',
        )
    )
    assert open_study(out).reviews["reviewed_at"].dt.month.tolist() == [3]


def test_an_unknown_customer_is_asked(folder):
    (folder / "in" / "june-reviews.csv").write_text("Kundin,date,text\nann,2024-01-01,Fine.\n")
    out = write_study(files(folder)[1:], folder / "study.toml")
    text = out.read_text()
    assert 'the customer was not recognised: it is needed. Which column is it? "Kundin"' in text
    assert "[visits]\n# files" in text
    out.write_text(text.replace('# customer_id = "..."', 'customer_id = "Kundin"'))
    assert open_study(out).reviews["customer_id"].tolist() == ["ann"]


def test_a_format_with_known_columns(folder):
    header = "airline_name,author,date,content,lounge_name,overall_rating,staff_service_rating"
    (folder / "lounge.csv").write_text(f"{header}\nair,Guest,2024-01-01,Quiet place.,West,4,5\n")
    out = write_study([folder / "lounge.csv"], folder / "my.toml")
    assert "custservice check my.toml" in out.read_text()
    assert open_study(out).reviews["rating"].tolist() == [4]


def test_a_workbook_is_recognised_and_its_sheet_can_be_changed(folder):
    book = Workbook()
    book.active.title = "June"
    book.active.append(["Client No", "When", "Comment"])
    book.active.append([42, dt.datetime(2024, 6, 1), "They were friendly and helpful."])
    book.create_sheet("July").append(["Client No", "When", "Comment"])
    book["July"].append([43, dt.datetime(2024, 7, 1), "They were friendly and helpful."])
    book.save(folder / "reviews.xlsx")
    out = write_study([folder / "reviews.xlsx"], folder / "my.toml")
    study = open_study(out)
    assert study.config.reviews.format == "excel"
    assert study.config.reviews.mapping == {"customer_id": "Client No", "reviewed_at": "When", "text": "Comment"}
    assert study.reviews["customer_id"].tolist() == ["42"]
    out.write_text(out.read_text().replace('# sheet = "..."', 'sheet = "July"'))
    assert open_study(out).reviews["customer_id"].tolist() == ["43"]


def test_the_yelp_set_is_recognised_and_can_be_narrowed(folder):
    place = {"business_id": "b1", "name": "Cafe", "city": "Springfield", "categories": "Cafes"}
    review = {"review_id": "r1", "user_id": "u1", "business_id": "b1", "stars": 5.0, "text": "Kind staff."}
    rows = [review | {"date": "2019-05-01 10:00:00"}, review | {"business_id": "b2", "date": "2021-05-01 10:00:00"}]
    (folder / "business.json").write_text(json.dumps(place) + "\n")
    (folder / "review.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    files = [folder / "review.json", folder / "business.json"]
    text = study_text(files, folder)
    assert tomllib.loads(text)["reviews"]["files"] == ["review.json", "business.json"]
    assert "window_days = 365 " in text
    out = folder / "my.toml"
    out.write_text(text.replace('# city = "..."', 'city = "Springfield"'))
    study = open_study(out)
    assert study.reviews[["location_id", "business_name"]].values.tolist() == [["b1", "Cafe"]]
    assert study.stand_in


def test_a_first_look_at_the_yelp_set_does_not_read_it_whole(folder, monkeypatch):
    review = {
        "review_id": "r1",
        "user_id": "u1",
        "business_id": "b1",
        "stars": 5.0,
        "text": "Kind.",
        "date": "2019-05-01",
    }
    (folder / "review.json").write_text(json.dumps(review) + "\n")
    whole = replace(FORMATS["yelp"], read=lambda paths: pytest.fail("the whole file was read"))
    monkeypatch.setitem(FORMATS, "yelp", whole)
    assert 'format = "yelp"' in study_text([folder / "review.json"], folder)


def test_odd_names_survive(folder):
    name = 'Who "is"\\ it?'
    (folder / "a.csv").write_text('"Who ""is""\\ it?",date,text,client\nann,2024-01-01,Fine.,x\n')
    text = study_text([folder / "a.csv"], folder)
    assert name in text.replace('\\"', '"').replace("\\\\", "\\")
    assert tomllib.loads(text)["reviews"]["columns"]["customer_id"] == "client"


def test_what_will_not_do(folder):
    (folder / "study.toml").write_text("mine")
    with pytest.raises(StudyError, match="exists already"):
        write_study(files(folder), folder / "study.toml")
    assert (folder / "study.toml").read_text() == "mine"
    with pytest.raises(StudyError, match="There is no folder"):
        write_study(files(folder), folder / "no" / "study.toml")
    with pytest.raises(InputError, match="None of the files has a column of review texts"):
        write_study(files(folder)[:1], folder / "other.toml")
    assert not (folder / "other.toml").exists()
