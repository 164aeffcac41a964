"""A working copy of the notebooks with a study filled in; what an analyst has edited is never touched."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custservice.errors import ReportError
from custservice.reporting.plan import NOTEBOOKS
from custservice.reporting.runs import notebooks_folder

#: The notebook that the lab opens.
FIRST = "explore"
_STUDY_LINE = re.compile(r"^study_file: str = .*$", re.MULTILINE)
_COMMENT = "the study to read"


@dataclass(frozen=True)
class Copies:
    """A working copy of the notebooks.

    Attributes
    ----------
    folder
        Where they are.
    kept
        Names of those that were there already and are not as they would be written now: edited, or of another version.
    """

    folder: Path
    kept: tuple[str, ...]

    @property
    def note(self) -> str:
        """What to tell of those that were kept, in one sentence; "" for none."""
        if not self.kept:
            return ""
        names = ", ".join(f"{name}.ipynb" for name in self.kept)
        return f"Kept as you left them: {names} (a copy that you rename or delete is written anew the next time)."


def copy_notebooks(study: Path, folder: Path) -> Copies:
    """Copy the notebooks into a folder, their ``study_file`` naming the study.

    A copy that is there already is left alone, unless all that sets it apart is the study it names: then it is written
    anew and names this one.

    Parameters
    ----------
    study
        The study.toml.
    folder
        Made where it is missing.

    Raises
    ------
    ReportError
        It is the folder of the notebooks themselves.
    OSError
        The folder cannot be written.
    """
    if folder.resolve() == notebooks_folder().resolve():
        raise ReportError(f"{folder} holds the notebooks themselves; choose another folder for the copies.")
    folder.mkdir(parents=True, exist_ok=True)
    named = _as_seen_from(folder.resolve(), study.resolve())
    kept = []
    for name in (FIRST, *NOTEBOOKS):
        source, target = notebooks_folder() / f"{name}.ipynb", folder / f"{name}.ipynb"
        ours = _filled(json.loads(source.read_text(encoding="utf-8")), named)
        if target.exists():
            theirs = _sources(target)
            if theirs == _said(ours):
                continue
            if theirs is None or [_without_study(cell) for cell in theirs] != [_without_study(c) for c in _said(ours)]:
                kept.append(name)
                continue
        _write(ours, target)
    return Copies(folder, tuple(kept))


def _as_seen_from(folder: Path, study: Path) -> str:
    """Return the way from the folder to the study, so that both can be moved together."""
    try:
        return Path(os.path.relpath(study, folder)).as_posix()
    except ValueError:  # another drive
        return study.as_posix()


def _filled(book: dict[str, Any], study: str) -> dict[str, Any]:
    line = f"study_file: str = {json.dumps(study, ensure_ascii=False)}  # {_COMMENT}"
    for cell in book["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            text = _STUDY_LINE.sub(lambda _: line, "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    return book


def _said(book: dict[str, Any]) -> list[str]:
    return ["".join(cell["source"]) for cell in book["cells"]]


def _without_study(source: str) -> str:
    return _STUDY_LINE.sub("", source)


def _sources(notebook: Path) -> list[str] | None:
    """Return the text of a notebook's cells, None where it is no notebook any more."""
    try:
        return _said(json.loads(notebook.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError):
        return None


def _write(book: dict[str, Any], target: Path) -> None:
    """Write through a file beside it, so that no half notebook is left."""
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(beside, target)
