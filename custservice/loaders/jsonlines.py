"""The generic format ``jsonl``: one JSON object per line (or one JSON list of objects), plain or gzip."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from custservice.errors import InputError
from custservice.loaders.files import read_text
from custservice.loaders.raw import Format, Raw, Sample, broken_rows
from custservice.loaders.values import shown

NO_OBJECT = "not a JSON object"
# Made once: json.loads would make one for every line.
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)


def read_jsonlines(paths: Sequence[Path]) -> list[Raw]:
    """Read JSON-lines files; objects inside objects become columns such as ``user.id``.

    Rows are numbered by their lines (in a JSON list by their entries); those that are no JSON object go to ``broken``.

    Raises
    ------
    InputError
        If a file cannot be read as text, or nothing in it is a JSON object.
    """
    return [_read_one(path) for path in paths]


def _read_one(path: Path) -> Raw:
    decoded = read_text(path)
    rows: dict[int, dict[str, Any]] = {}
    broken: list[tuple[int, str, str]] = []
    for number, item, raw in _items(decoded.text, path):
        try:
            rows[number] = parse_object(raw) if raw else _flatten(_object(item))
        except (ValueError, RecursionError):
            broken.append((number, NO_OBJECT, raw or json.dumps(item)))
    if not any(rows.values()):
        where = f" (line {broken[0][0]}: {shown(broken[0][2])})" if broken else ""
        raise InputError(f"{path} holds no JSON object{where}: export the table again, one object per line.")
    names = dict.fromkeys(name for row in rows.values() for name in row)
    # Values keep their Python types: a frame would turn the id 9007199254740993 beside a gap into a float.
    index = pd.Index(rows, name="row", dtype="int64")
    columns = {name: [row.get(name) for row in rows.values()] for name in names}
    frame = pd.DataFrame({name: pd.Series(values, index, dtype=object) for name, values in columns.items()})
    return Raw(path.name, frame, broken_rows(broken), decoded.notes)


def _items(text: str, path: Path) -> Iterator[tuple[int, Any, str]]:
    """Yield number, item and text of each entry: lines are not parsed yet, an entry of a list has no text."""
    if not text.lstrip().startswith("["):
        # Not splitlines(): it would also cut at characters that JSON allows inside strings.
        yield from ((number, None, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
        return
    try:
        items = json.loads(text, parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        what = getattr(error, "msg", "nested too deeply, or a number too long")
        place = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            f"{path} is not readable as JSON{place} ({what}): mend that place or export it again."
        ) from error
    yield from ((number, item, "") for number, item in enumerate(items, start=1))


def parse_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text; objects inside it become keys such as ``user.id``.

    Raises
    ------
    ValueError
        If the text is not JSON, or no object.
    RecursionError
        If it is nested too deeply.

    Examples
    --------
    >>> parse_object('{"stars": 5, "votes": {"useful": 2}}')
    {'stars': 5, 'votes.useful': 2}
    """
    return _flatten(_object(_DECODER.decode(text)))


def _object(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise ValueError(NO_OBJECT)
    return item


def _flatten(item: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in item.items():
        name = prefix + " ".join(_whole(key).split())
        if isinstance(value, dict):
            flat |= _flatten(value, f"{name}.")
        elif isinstance(value, list):
            flat[name] = json.dumps(value)
        else:
            flat[name] = _whole(value) if isinstance(value, str) else value
    return flat


def _whole(text: str) -> str:
    """Replace halves of characters, which JSON can escape but no table can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _recognises(sample: Sample) -> bool:
    return re.match(rb'(\xef\xbb\xbf)?\s*(\{\s*"|\[\s*\{)', sample.start) is not None


FORMAT = Format("jsonl", _recognises, read_jsonlines)
