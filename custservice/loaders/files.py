"""Bytes to text: packed files, encodings, and files that are no text at all."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from custservice.errors import InputError

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"
_TAR = (257, b"ustar")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# First bytes of what people hand in by mistake, and what to do about it.
_NOT_TEXT = (
    (ZIP, 'an Excel workbook (read it with format = "excel") or a zip archive (unpack it)'),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook or one with a password: save it as .xlsx, without a password"),
    (b"%PDF", "a PDF: export the table as CSV"),
    (b"\x89PNG", "a picture: give the table as CSV"),
    (b"\xff\xd8\xff", "a picture: give the table as CSV"),
    (b"GIF8", "a picture: give the table as CSV"),
    (b"SQLite format 3", "a database: export the table as CSV"),
    (PARQUET, 'a Parquet file: read it with format = "parquet"'),
    (b"BZh", "packed with bzip2: unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz: unpack it, or pack it with gzip"),
    (b"(\xb5/\xfd", "packed with zstd: unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "packed with 7-Zip: unpack it, or pack it with gzip"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\v\x1b\x1c\x1d\x1e\x1f\x85")
_LOOK_AT = 65_536


@dataclass(frozen=True)
class Text:
    """The decoded text of a file, and what there is to say about its encoding."""

    text: str
    notes: tuple[str, ...]


def existing_file(path: Path) -> Path:
    """Return ``path``, or say why nothing can be read there.

    Raises
    ------
    InputError
        If there is no such file, or it is a folder.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder: give the file in it that holds the table.")
    if not path.exists():
        near = _similar_name(path)
        raise InputError(f"There is no file {path}{near}")
    return path


def _similar_name(path: Path) -> str:
    import difflib

    if not path.parent.is_dir():
        return f": the folder {path.parent} does not exist either."
    names = [other.name for other in path.parent.iterdir()]
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)." if near else ": check the path."


def read_start(path: Path) -> bytes:
    """Return the first 64 kB of a file, unpacked where it is gzip.

    Raises
    ------
    InputError
        If the file is missing, a folder, unreadable, empty, or broken gzip.
    """
    existing_file(path)
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK_AT)
        if start.startswith(GZIP):
            with gzip.open(path) as packed:
                start = packed.read(_LOOK_AT)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path} is a damaged gzip file ({error}): fetch or export it again.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): check the permissions.") from error
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise InputError(f"{path} is empty: export the table again, with its header line.")
    return start


def read_text(path: Path) -> Text:
    """Return the whole text of a file: UTF-8 or UTF-16 by its byte order mark, UTF-8, else Windows-1252.

    Raises
    ------
    InputError
        As :func:`read_start`, and if the file is binary.
    """
    refuse_binary(path, read_start(path))
    data = path.read_bytes()
    if data.startswith(GZIP):
        try:
            data = gzip.decompress(data)
        except (EOFError, zlib.error, OSError) as error:
            raise InputError(f"{path} is a damaged gzip file ({error}): fetch or export it again.") from error
    return decode(data, path.name)


def refuse_binary(path: Path, start: bytes) -> None:
    """Raise InputError when the first bytes are not those of a text."""
    for magic, what in _NOT_TEXT:
        if start.startswith(magic):
            raise InputError(f"{path} is not a text table but {what}.")
    if start.startswith(_TAR[1], _TAR[0]):
        raise InputError(f"{path} is not a text table but a tar archive: unpack it.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    head = start[:8192]
    odd = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head) / max(len(head), 1)
    if odd > 0.3 or (odd > 0.03 and not _is_utf8(head)):
        raise InputError(f"{path} is a binary file, not a table of text: export it as CSV in UTF-8.")


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3  # a character cut in two
    return True


def decode(data: bytes, name: str) -> Text:
    """Decode the bytes of a text file; anything but plain UTF-8 is said in the notes.

    Examples
    --------
    >>> decode("café".encode("cp1252"), "june.csv").notes
    ('june.csv was read as Windows-1252, because it is not UTF-8.',)
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, errors="replace")
            notes = () if encoding == "utf-8" else (f"{name} was read as UTF-16.",)
            return Text(text, notes)
    try:
        return Text(data.decode("utf-8"), ())
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        return Text(text, (f"{name} was read as Windows-1252, because it is not UTF-8.",))
