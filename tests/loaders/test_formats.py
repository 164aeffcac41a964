import zipfile

import pytest
from openpyxl import Workbook

from custservice.errors import InputError
from custservice.loaders import FORMATS, read_visits
from custservice.loaders.formats import pick_formats, recognise

CONTENT = {
    "csv": "a,b\n1,2\n",
    "jsonl": '\n {"a": 1}\n',
    "skytrax": "airline_name,author,date,content,lounge_name,overall_rating,staff_service_rating\n",
    "airbnb": "listing_id,id,date,reviewer_id,reviewer_name,comments\n",
    "cdnow": " 00004 19970101  2   29.33\n",
    "parquet": "PAR1...",
    "yelp": '{"review_id":"r","user_id":"u","business_id":"b","stars":4.0,"text":"Fine.","date":"2019-05-01"}\n',
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_recognises_its_own(tmp_path, name):
    path = tmp_path / "file"
    if name == "excel":
        Workbook().save(path)
    else:
        path.write_text(CONTENT[name])
    assert recognise(path).name == name


def test_a_zip_archive_is_no_workbook(tmp_path):
    path = tmp_path / "file.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("reviews.csv", "client,date\nann,2024-01-05\n")
    with pytest.raises(InputError, match="or a zip archive"):
        read_visits(path)


def test_a_header_in_brackets_is_no_json(tmp_path):
    path = tmp_path / "file"
    path.write_text("[id],[text]\n1,2\n")
    assert recognise(path).name == "csv"


def test_files_of_several_formats_may_be_given_together(tmp_path):
    (tmp_path / "jan.csv").write_text("client,date\nann,2024-01-05\n")
    (tmp_path / "feb.jsonl").write_text('{"customer_id": "ann", "visited_at": "2024-02-05"}\n')
    loaded = read_visits([tmp_path / "jan.csv", tmp_path / "feb.jsonl"])
    assert loaded.table["visited_at"].dt.month.tolist() == [1, 2]


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(InputError, match=r"no format 'skytrack' \(did you mean 'skytrax'"):
        pick_formats("skytrack", [], "reviews")
