import gzip
import json

import pytest

from custservice.errors import InputError
from custservice.loaders import load_visits, read_reviews
from custservice.loaders.jsonlines import NO_OBJECT
from custservice.loaders.yelp import read_yelp
from custservice.tables import NO_TEXT


def review(number, business="b1", **changes):
    return {
        "review_id": f"r{number}",
        "user_id": f"u{number}",
        "business_id": business,
        "stars": 4.0,
        "useful": 1,
        "funny": 0,
        "cool": 0,
        "text": "They were kind.",
        "date": f"2019-05-{number:02d} 18:30:00",
        **changes,
    }


def business(key, city, categories):
    return {"business_id": key, "name": f"The {key}", "city": city, "stars": 3.5, "categories": categories}


BUSINESSES = [
    business("b1", "Springfield", "Cafes, Restaurants"),
    business("b2", " springfield ", "Hair Salons"),
    business("b3", "Shelbyville", ["Restaurants"]),
    business("b4", "Shelbyville", None),
]


def write(path, *rows):
    text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
    path.write_bytes(text.encode())
    return path


@pytest.fixture
def files(tmp_path):
    places = write(tmp_path / "business.json", *BUSINESSES)
    rows = [review(number, f"b{number}") for number in range(1, 5)]
    return [write(tmp_path / "review.json", *rows), places]


def test_reviews_alone(files):
    loaded = read_reviews(files[0])
    assert loaded.taken == {
        "review_id": "review_id",
        "customer_id": "user_id",
        "location_id": "business_id",
        "reviewed_at": "date",
        "text": "text",
        "rating": "stars",
    }
    assert loaded.table["location_id"].tolist() == ["b1", "b2", "b3", "b4"]
    assert loaded.table["customer_id"].tolist() == ["u1", "u2", "u3", "u4"]
    assert loaded.table["reviewed_at"].astype("str").tolist()[0] == "2019-05-01 18:30:00"
    assert loaded.table["rating"].tolist() == [4.0] * 4
    assert loaded.table["useful"].tolist() == [1] * 4
    with pytest.raises(InputError, match="holds reviews and no visits"):
        load_visits(files[0])


def test_names_stand_beside_the_reviews(files):
    write(files[0], *(review(number, f"b{number}") for number in (1, 3, 4, 9)))
    loaded = read_reviews(files)
    assert loaded.table["business_name"].fillna("-").tolist() == ["The b1", "The b3", "The b4", "-"]
    assert loaded.table["categories"].fillna("-").tolist() == ["Cafes, Restaurants", "Restaurants", "-", "-"]
    assert any("1 reviews are of businesses that are not in the file of businesses" in note for note in loaded.notes)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"city": "Springfield"}, ["b1", "b2"]),
        ({"category": "restaurants"}, ["b1", "b3"]),
        ({"city": "SHELBYVILLE", "category": "Restaurants"}, ["b3"]),
        ({"city": "Shelbyville"}, ["b3", "b4"]),
    ],
)
def test_only_a_city_or_category(files, options, kept):
    loaded = read_reviews(files, **options)
    assert loaded.table["location_id"].tolist() == kept
    left = 4 - len(kept)
    assert any(f"{len(kept)} reviews of the" in note and f"{left} of others" in note for note in loaded.notes)
    assert loaded.rows_in == len(kept)


def test_the_end_of_the_whole_file_is_said_when_the_choice_ends_before(files):
    loaded = read_reviews(files, city="Springfield")
    assert any("observed_until = 2019-05-04 in the study" in note for note in loaded.notes)
    loaded = read_reviews(files, city="Shelbyville")
    assert not any("observed_until" in note for note in loaded.notes)
    write(files[0], review(1), review(2, "b3", date="2999-01-01 00:00:00"))
    assert not any("observed_until" in note for note in read_reviews(files, city="Springfield").notes)


def test_an_id_in_a_text_or_in_escapes_does_not_mislead_the_choice(files):
    tricky = json.dumps(review(3, "b1", text='Ask for "business_id": "b9", they said.'))
    escaped = json.dumps(review(4, "@")).replace('"@"', '"\\u00623"')
    front = {"text": '"business_id":"b3"', **review(2, "b3", text='"business_id":"b1"')}
    write(files[0], tricky, escaped, front)
    assert read_reviews(files, city="Springfield").table["review_id"].tolist() == ["r3"]


def test_choices_that_find_nothing(files):
    with pytest.raises(InputError, match=r"'Sprngfield' \(did you mean 'Springfield'"):
        read_reviews(files, city="Sprngfield")
    with pytest.raises(
        InputError, match="No business in Shelbyville has the category 'Zoo'; the most frequent are Res"
    ):
        read_reviews(files, city="Shelbyville", category="Zoo")
    with pytest.raises(InputError, match="name it in files, beside the reviews"):
        read_reviews(files[0], city="Springfield")
    write(files[0], review(1, "b3"))
    with pytest.raises(InputError, match=r"None of the 1 reviews in .* is of a business asked for"):
        read_reviews(files, city="Springfield")


@pytest.mark.parametrize("bad", ["{", "[1]", "null", '{"a": ' * 50_000, "\x00", '"' + "x" * 200_000])
def test_broken_lines_are_set_aside_with_their_numbers(tmp_path, bad):
    path = write(tmp_path / "review.json", review(1), "", bad, review(2), review(3, text=""), review(4, user_id=None))
    loaded = read_reviews(path)
    assert loaded.table["review_id"].tolist() == ["r1", "r2"]
    assert loaded.quarantine[["row", "reason"]].values.tolist() == [[3, NO_OBJECT], [5, NO_TEXT], [6, "no customer"]]
    assert loaded.quarantine["raw"].tolist()[0] == bad


def test_hostile_texts_come_back_as_written(tmp_path):
    texts = ["=cmd|' /C calc'!A0", "zero \x00 end", "<script>kind</script>", "kind " * 30_000, "line\u2028break\r\n"]
    rows = [review(number, text=text) for number, text in enumerate(texts, start=1)]
    assert read_reviews(write(tmp_path / "review.json", *rows)).table["text"].tolist() == texts


def test_packed_files_and_older_sets(tmp_path):
    old = review(1, date="2011-04-19") | {"type": "review", "votes": {"useful": 2}}
    data = b"\xef\xbb\xbf" + json.dumps(old).encode() + b"\n"
    path = tmp_path / "review.json.gz"
    path.write_bytes(gzip.compress(data))
    table = read_reviews(path).table
    assert table["votes.useful"].tolist() == [2]
    assert table["reviewed_at"].dt.year.tolist() == [2011]
    path.write_bytes(gzip.compress(data * 5000)[:-20])
    with pytest.raises(InputError, match="damaged gzip"):
        read_reviews(path)


def test_pieces_are_one_table_and_a_first_look_is_short(files, monkeypatch):
    whole = read_reviews(files).table
    monkeypatch.setattr("custservice.loaders.yelp._ROWS_AT_ONCE", 3)
    assert read_reviews(files).table.equals(whole)
    assert len(read_yelp(files, at_most=2)[0].frame) == 2


def test_the_file_of_reviews_is_never_held_whole(files, monkeypatch):
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda _: pytest.fail("the whole file was read"))
    monkeypatch.setattr("pathlib.Path.read_text", lambda _: pytest.fail("the whole file was read"))
    assert len(read_reviews(files).table) == 4


def test_other_files_of_the_set_are_refused(files, tmp_path):
    tip = write(tmp_path / "tip.json", {"user_id": "u", "business_id": "b", "text": "Go.", "date": "2019-01-01"})
    with pytest.raises(InputError, match="only those called review and business are read"):
        read_reviews([files[0], tip], format="yelp")
    with pytest.raises(InputError, match="holds businesses only"):
        read_reviews(files[1])
