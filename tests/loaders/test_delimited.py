import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custservice.errors import InputError
from custservice.loaders import delimited, read_reviews
from custservice.loaders.delimited import DELIMITERS, find_dialect, header_of, parse, read_delimited

HOSTILE = [
    "\x00",
    "\r",
    "\r\n",
    "\n",
    '"',
    '""',
    "'",
    ",",
    ";",
    "\t",
    "|",
    "\u202egnihton\u202c",
    "\u2028",
    "\ue000",
    "\\",
]
letters = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
texts = st.lists(st.one_of(letters, st.sampled_from(HOSTILE)), max_size=6).map(
    lambda parts: "It was fine. " + "".join(parts) + "!"
)
quick = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_one(path: Path):
    return read_delimited([path])[0]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def as_csv(rows: list[list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows(rows)
    return out.getvalue()


@quick
@given(
    written=st.lists(texts, min_size=1, max_size=8),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    packed=st.booleans(),
)
def test_texts_come_back_as_written(tmp_path, written, delimiter, encoding, quoting, packed):
    rows = [["customer_id", "date", "text"], *([f"{i:03d}", "2024-01-02", text] for i, text in enumerate(written))]
    data = as_csv(rows, delimiter, quoting).encode(encoding)
    loaded = read_reviews(write(tmp_path / "a.csv", gzip.compress(data) if packed else data))
    assert loaded.table["text"].tolist() == written
    assert loaded.table["customer_id"].tolist() == [f"{i:03d}" for i in range(len(written))]
    assert loaded.quarantine.empty


@quick
@given(lines=st.lists(st.text(st.sampled_from('ab,";\r0 '), max_size=12), max_size=12))
def test_every_line_is_kept_or_set_aside(tmp_path, lines):
    text = "a,b\n1,2\n" + "".join(line + "\n" for line in lines)
    parsed = parse(text, tmp_path / "a.csv")
    numbers = [*parsed.frame.index, *(number for number, _, _ in parsed.broken)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    # What is in the file is in a row or in a broken line, whatever its quotes do.
    kept = sum(field.count("b") for field in parsed.frame.to_numpy().ravel())
    assert kept + sum(raw.count("b") for _, _, raw in parsed.broken) == sum(line.count("b") for line in lines)


def test_files_without_quotes_read_the_same(tmp_path):
    content = "id, text \n\n1, fine\n 2 ,x,\n3\n  \n4,last"
    plain = read_one(write(tmp_path / "a.csv", content))
    quoted = read_one(write(tmp_path / "b.csv", content + '\n5,"q"'))
    assert quoted.frame.iloc[:-1].equals(plain.frame)
    assert quoted.broken.equals(plain.broken)


def test_long_files_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "_ROWS_AT_ONCE", 2)
    for count in (1, 2, 3, 4, 5):
        raw = read_one(write(tmp_path / "a.csv", "id,text\n" + "".join(f"{i},t\n" for i in range(count))))
        assert raw.frame["id"].tolist() == [str(i) for i in range(count)]
        assert raw.frame.index.tolist() == list(range(1, count + 1))


@quick
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_table_or_an_input_error(tmp_path, data):
    said = ""
    try:
        read_reviews(write(tmp_path / "a.csv", data))
    except InputError as error:
        said = str(error)
    assert "\n" not in said


def test_lines_that_do_not_fit_are_set_aside_with_their_numbers(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", "id,text\n1,good\n2\n3,one,two\n4,fine,\n\n5,last"))
    assert raw.frame["id"].tolist() == ["1", "4", "5"]
    assert raw.frame.index.tolist() == [1, 4, 5]
    assert raw.broken.values.tolist() == [
        [2, "1 field where 2 are expected", "2"],
        [3, "3 fields where 2 are expected", "3,one,two"],
    ]


def test_an_unclosed_quote_costs_one_line(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id,text\n1,fine\n2,"never closed\n3,good\n4,"quoted, well"\n'))
    assert raw.frame["id"].tolist() == ["1", "3", "4"]
    assert raw.broken["reason"].tolist() == ["a quote out of place"]
    assert raw.broken["raw"].tolist() == ['2,"never closed']


def test_a_quote_that_stays_open_to_the_end_costs_one_line(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id,text\n1,fine\n2,"never closed\n3,good\n'))
    assert raw.frame["id"].tolist() == ["1", "3"]
    assert raw.broken["reason"].tolist() == ["a quote that is never closed"]


def test_rows_swallowed_by_a_quote_are_never_taken_for_text(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id,text\n1,"open\n2,x\n3,"open\n4,x\n'))
    assert raw.frame["id"].tolist() == ["2", "4"]
    assert len(raw.broken) == 2


def test_carriage_return_in_quotes_is_text_in_old_mac_files_too(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id,text\r1,"one\rtwo"\r2,three\r'))
    assert raw.frame["text"].tolist() == ["one\rtwo", "three"]


def test_carriage_return_outside_quotes_is_text_where_lines_end_otherwise(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", "id,text\n1,one\rtwo\n"))
    assert raw.frame["text"].tolist() == ["one\rtwo"]


def test_backslash_quotes_are_understood_where_they_make_lines_fit(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id,text\n1,"He said \\"hello, you\\", and smiled"\n2,"C:\\\\temp"\n'))
    assert raw.frame["text"].tolist()[0] == 'He said "hello, you", and smiled'
    assert raw.broken.empty


@pytest.mark.parametrize(("before", "quote"), [("", ""), ("", '"'), ("sep=,\n", '"')])
def test_a_field_may_be_longer_than_the_readers_own_limit(tmp_path, before, quote):
    csv.field_size_limit(131_072)  # as a fresh interpreter has it, whatever was read before
    raw = read_one(write(tmp_path / "a.csv", f"{before}id,text\n1,{quote}{'x' * 200_000}{quote}\n"))
    assert raw.frame["text"].str.len().tolist() == [200_000]


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["a,b\n", "1,2\n"], ","),
        (["a;b;c\n", "1,5;2,5;x, y, z\n"], ";"),
        (["a\tb\n", "one, two, three\tx;y\n"], "\t"),
        (["a|b\n", '1|"x|y"\n'], "|"),
        (["sep=;\n", "a;b\n"], ";"),
    ],
)
def test_the_delimiter_is_found(lines, delimiter):
    assert find_dialect(lines)[0].delimiter == delimiter


def test_spaces_after_commas_are_skipped_where_the_header_has_them(tmp_path):
    raw = read_one(write(tmp_path / "a.csv", 'id, text\n1, "one, two"\n'))
    assert raw.frame["text"].tolist() == ["one, two"]


def test_names_of_columns_are_unique_and_never_empty():
    assert header_of(b"id,text,text,,\n") == ("id", "text", "text.2", "column 4", "column 5")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,text\n", "has a header line but no rows"),
        ("id,text\n1,2,3\n", r"no row that fits its header \(row 1: 3 fields where 2 are expected, split at commas\)"),
    ],
)
def test_a_file_without_usable_rows_is_an_error(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read_one(write(tmp_path / "a.csv", content))
