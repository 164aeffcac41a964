from pathlib import Path

import pytest

from custservice.errors import InputError
from custservice.loaders import load_reviews, read_visits

CDNOW = Path(__file__).parents[2] / "../shared/data/cdnow.txt"


def test_lines_are_read_and_odd_ones_set_aside(tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(
        b" customer_id date cds dollars\r\n 00001 19970101  1   11.77\r\n 00002 1997x\r\n 00002 19970112  5  0.00\r\n"
    )
    loaded = read_visits(path)
    assert loaded.table[["customer_id", "spend", "items"]].values.tolist() == [["00001", 11.77, 1], ["00002", 0.0, 5]]
    assert loaded.table["visited_at"].dt.day.tolist() == [1, 12]
    assert loaded.quarantine[["row", "raw"]].values.tolist() == [[2, " 00002 1997x"]]
    assert loaded.table["visit_id"].tolist() == ["v00000001", "v00000003"]


def test_what_will_not_do(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text("a b c\n")
    with pytest.raises(InputError, match="no line in the form of the CDNOW log"):
        read_visits(path, format="cdnow")
    path.write_text(" 00001 19970101  1   11.77\n")
    with pytest.raises(InputError, match="holds visits and no reviews"):
        load_reviews(path)


@pytest.mark.skipif(not CDNOW.exists(), reason="the CDNOW data is not in ../shared")
def test_no_row_of_the_real_file_is_lost():
    loaded = read_visits(CDNOW)
    assert (len(loaded.table), len(loaded.quarantine)) == (69659, 0)
    assert loaded.table["customer_id"].nunique() == 23570
