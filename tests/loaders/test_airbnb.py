from pathlib import Path

import pytest

from custservice.errors import InputError
from custservice.loaders import load_visits, read_reviews
from custservice.tables import NO_TEXT

SHARED = Path(__file__).parents[2] / "../shared/data"
REVIEWS = """listing_id,id,date,reviewer_id,reviewer_name,comments
1,10,2024-05-01,7,Kim,We loved it.
2,11,2024-06-01,7,Kim,Again.
"""
LISTINGS = "id,name,host_id,room_type\n1,Loft,900,Entire\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "reviews.csv").write_text(REVIEWS)
    (tmp_path / "listings.csv").write_text(LISTINGS)
    return [tmp_path / "listings.csv", tmp_path / "reviews.csv"]


def test_the_host_is_the_location(files):
    loaded = read_reviews(files)
    assert loaded.table["location_id"].tolist() == ["900", "listing 2"]
    assert loaded.table["review_id"].tolist() == ["10", "11"]
    assert any("1 reviews are of listings that are not in the listings file" in note for note in loaded.notes)


def test_without_listings_the_listing_is_the_location_and_a_note_says_so(files):
    loaded = read_reviews(files[1])
    assert loaded.table["location_id"].tolist() == ["listing 1", "listing 2"]
    assert any("no listings were given" in note for note in loaded.notes)


def test_what_will_not_do(files, tmp_path):
    with pytest.raises(InputError, match="holds listings only"):
        read_reviews(files[0])
    short = tmp_path / "short.csv"
    short.write_text("listing_id,date\n1,2024-05-01\n")
    with pytest.raises(InputError, match="short review list without comments"):
        read_reviews(short, format="airbnb")
    short.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="neither the columns of Airbnb reviews"):
        read_reviews(short, format="airbnb")
    with pytest.raises(InputError, match="holds reviews and no visits"):
        load_visits(files)


@pytest.mark.skipif(not SHARED.exists(), reason="the Airbnb data is not in ../shared")
def test_no_row_of_the_real_files_is_lost():
    loaded = read_reviews([SHARED / "albany_reviews.csv.gz", SHARED / "albany_listings.csv.gz"])
    assert (loaded.rows_in, loaded.reasons) == (27864, {NO_TEXT: 9})
    foreign = (loaded.table["language"] != "en").sum()
    assert 520 <= foreign <= 590
