from pathlib import Path

import pytest

from custservice.loaders import read_reviews

LOUNGE = Path(__file__).parents[2] / "../shared/data/lounge.csv"
HEADER = "airline_name,title,author,date,content,lounge_name,overall_rating,staff_service_rating"


def test_columns_are_known(tmp_path):
    path = tmp_path / "lounge.csv"
    path.write_text(f'{HEADER}\nsome-air,Calm,A Guest,2015-06-13,"Quiet, and the staff smiled.",West,4.0,5.0\n')
    table = read_reviews(path).table
    assert table[["customer_id", "location_id", "rating", "title"]].values.tolist() == [
        ["A Guest", "some-air", 4.0, "Calm"]
    ]
    assert table["staff_service_rating"].tolist() == [5]


@pytest.mark.skipif(not LOUNGE.exists(), reason="the Skytrax data is not in ../shared")
def test_no_row_of_the_real_file_is_lost():
    loaded = read_reviews(LOUNGE)
    assert (loaded.rows_in, len(loaded.table)) == (2264, 2264)
    assert set(loaded.table["language"]) == {"en"}
    assert loaded.table["staff_service_rating"].between(0, 5).sum() == 2255
