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


def read_jsonlines(paths: Sequence[Path]) -> list[Raw]:
    """Read JSON-lines files; objects inside objects become columns such as ``user.id``.

    Raises
    ------
    InputError
        If a line is no JSON object; the line is named.
    """
    return [_read_one(path) for path in paths]


def _read_one(path: Path) -> Raw:
    decoded = read_text(path)
    rows = [_flatten(item) for item in _objects(decoded.text, path)]
    if not rows or not any(rows):
        raise InputError(f"{path} holds no JSON object: export the table again, one object per line.")
    names = dict.fromkeys(name for row in rows for name in row)
    # Values keep their Python types: a frame would turn the id 9007199254740993 beside a gap into a float.
    index = pd.RangeIndex(1, len(rows) + 1, name="row")
    frame = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], index, dtype=object) for name in names})
    return Raw(path.name, frame, broken_rows([]), decoded.notes)


def _objects(text: str, path: Path) -> Iterator[Mapping[str, Any]]:
    if text.lstrip().startswith("["):
        items = _parse(text, path, "")
    else:
        # Not splitlines(): it would also cut at characters that JSON allows inside strings.
        lines = enumerate(text.split("\n"), start=1)
        items = (_parse(line, path, f" in line {number}") for number, line in lines if line.strip())
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise InputError(f"{path} holds something other than a JSON object (entry {number}): mend that line.")
        yield item


def _parse(text: str, path: Path, place: str) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except (json.JSONDecodeError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise InputError(f"{path} is not readable as JSON{place} ({what}): mend or remove it.") from error


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
