import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.loaders import read_reviews
from custservice.loaders.jsonlines import NO_OBJECT

quick = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def write(path, *rows):
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def row(**changes):
    return {"customer_id": 7, "date": "2024-01-02", "text": "They were kind.", **changes}


@quick
@given(
    written=st.lists(st.text(max_size=30).map(lambda text: "Fine. " + text), min_size=1, max_size=6),
    packed=st.booleans(),
)
def test_texts_come_back_as_written(tmp_path, written, packed):
    data = "".join(json.dumps(row(text=text)) + "\n" for text in written).encode()
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(data) if packed else data)
    assert read_reviews(path).table["text"].tolist() == written


def test_types_of_values(tmp_path):
    path = write(
        tmp_path / "a.jsonl",
        row(customer_id=9007199254740993, date=1704153600, rating=5, user={"name": "ann", "tags": ["a"]}),
        row(customer_id=123.0, date="2024-01-02T05:06:07Z", rating=None),
        row(customer_id="007", date=1704153600123, rating="4.5"),
        row(customer_id=None),
    )
    loaded = read_reviews(path)
    assert loaded.table["customer_id"].tolist() == ["9007199254740993", "123", "007"]
    assert loaded.table["reviewed_at"].dt.strftime("%Y-%m-%d %H:%M").tolist() == [
        "2024-01-02 00:00",
        "2024-01-02 05:06",
        "2024-01-02 00:00",
    ]
    assert loaded.table["rating"].tolist()[::2] == [5.0, 4.5]
    assert loaded.table["user.name"].dropna().tolist() == ["ann"]
    assert loaded.reasons == {"no customer": 1}
    assert loaded.quarantine["row"].tolist() == [4]


def test_a_list_of_objects_is_read_too(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([row(), row(customer_id=8)]))
    assert len(read_reviews(path).table) == 2


def test_half_a_character_is_replaced(tmp_path):
    path = write(tmp_path / "a.jsonl", '{"customer_id": 1, "date": "2024-01-02", "text": "fine \\ud83d"}')
    assert read_reviews(path).table["text"].tolist() == ["fine \ufffd"]


@pytest.mark.parametrize(
    "bad",
    [
        '{"customer_id": 1,',
        "[1, 2]",
        "null",
        "{" * 3 + "}" * 3,
        '{"a": ' * 100_000,
        '{"a": ' + "9" * 5000 + "}",
        "\x00",
    ],
)
def test_a_broken_line_is_set_aside_with_its_number(tmp_path, bad):
    path = write(tmp_path / "a.jsonl", row(customer_id="ann"), "", bad, row(customer_id="bob"))
    loaded = read_reviews(path, format="jsonl")
    assert loaded.table["customer_id"].tolist() == ["ann", "bob"]
    assert loaded.table["review_id"].tolist() == ["r00000001", "r00000004"]
    assert loaded.quarantine[["row", "reason", "raw"]].values.tolist() == [[3, NO_OBJECT, bad]]


def test_an_entry_of_a_list_that_is_no_object_is_set_aside(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([row(), 7, row()]))
    loaded = read_reviews(path)
    assert len(loaded.table) == 2
    assert loaded.quarantine[["row", "reason", "raw"]].values.tolist() == [[2, NO_OBJECT, "7"]]


def test_gaps_in_the_numbers_of_lines_make_no_id_twice(tmp_path):
    write(tmp_path / "a.jsonl", row(), "", "", row())
    write(tmp_path / "b.jsonl", "", row(), "{")
    write(tmp_path / "c.jsonl", row())
    loaded = read_reviews(tmp_path / "?.jsonl")
    assert loaded.table["review_id"].tolist() == ["r00000001", "r00000004", "r00000006", "r00000008"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"customer_id": 1,\n[1]', r"holds no JSON object \(line 1: '{\"customer_id\": 1,'\): export"),
        ("{}\n{}\n", "holds no JSON object: export the table again"),
        ('[{"a": 1},\n{"a": 2', "not readable as JSON in line 2"),
        ("[" * 100_000, "not readable as JSON"),
    ],
)
def test_a_file_without_any_object_is_one_sentence(tmp_path, content, message):
    path = tmp_path / "a.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_reviews(path, format="jsonl")
    assert len(str(caught.value)) < 300
