import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.loaders import read_reviews

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
    ("lines", "message"),
    [
        ((row(), '{"customer_id": 1,'), "not readable as JSON in line 2"),
        ((row(), "[1, 2]"), r"something other than a JSON object \(entry 2\)"),
        (("{" * 3 + "}" * 3,), "not readable as JSON in line 1"),
        (('{"a": ' * 100_000,), "nested too deeply|not readable"),
    ],
)
def test_an_unreadable_line_is_named(tmp_path, lines, message):
    with pytest.raises(InputError, match=message):
        read_reviews(write(tmp_path / "a.jsonl", *lines), format="jsonl")
