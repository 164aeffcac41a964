import gzip

import pytest

from custservice.errors import InputError
from custservice.loaders.files import decode, existing_file, read_start, read_text


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        ("naïve – 好".encode(), "naïve – 好", None),
        ("naïve".encode("utf-8-sig"), "naïve", None),
        ("naïve".encode("utf-16"), "naïve", "UTF-16"),
        ("“naïve” – 5 €".encode("cp1252"), "“naïve” – 5 €", "Windows-1252"),
        (b"caf\xe9 \x81", "café \ufffd", "Windows-1252"),
    ],
)
def test_encodings(data, text, note):
    decoded = decode(data, "june.csv")
    assert decoded.text == text
    assert [note in said for said in decoded.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"PK\x03\x04" + b"x" * 100, "Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "a picture"),
        (b"review.json".ljust(257, b"\x00") + b"ustar  " + b"{}" * 4000, "a tar archive"),
        (b"%PDF-1.7" + b"x" * 100, "a PDF"),
        (b"PAR1" + b"x" * 100, "a Parquet file"),
        (bytes(range(256)) * 8, "binary"),
    ],
)
def test_binary_files_are_refused_with_what_to_do(tmp_path, start, what):
    path = tmp_path / "a.csv"
    path.write_bytes(start)
    with pytest.raises(InputError, match=what):
        read_text(path)


def test_a_packed_binary_file_is_refused_too(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"PK\x03\x04" + bytes(100)))
    with pytest.raises(InputError, match="Excel"):
        read_text(path)


def test_a_few_control_characters_do_not_make_a_file_binary(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,one\x00two\x07three and so on\n")
    assert read_text(path).text.endswith("one\x00two\x07three and so on\n")


def test_damaged_gzip_is_an_error(tmp_path):
    whole = gzip.compress(b"id,text\n" + b"1,fine and well\n" * 20_000)
    for name, data in {"cut.csv.gz": whole[:-40], "bad.csv.gz": whole[:10] + b"\xff" * 50}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match="damaged gzip"):
            read_text(tmp_path / name)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_an_error(tmp_path, data):
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match="is empty"):
        read_start(path)


def test_a_missing_file_names_the_nearest_one(tmp_path):
    (tmp_path / "reviews.csv").write_text("x")
    with pytest.raises(InputError, match=r"did you mean reviews\.csv\?"):
        existing_file(tmp_path / "review.csv")
    with pytest.raises(InputError, match=r"the folder .* does not exist either"):
        existing_file(tmp_path / "no" / "review.csv")
    with pytest.raises(InputError, match="is a folder"):
        existing_file(tmp_path)
