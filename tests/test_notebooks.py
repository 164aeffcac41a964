"""Rules every notebook keeps: they tell a story in plain words, and logic lives in the library."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from small_report import write_small_study

from custservice import words
from custservice.choice import Choice
from custservice.lab.copies import FIRST
from custservice.reporting.parameters import check_parameters
from custservice.reporting.plan import NOTEBOOKS

FOLDER = Path(__file__).parents[1] / "notebooks"
#: Notebooks of the lab alone: they answer while somebody looks, so that no page is made of them.
LAB = ("explore",)
ALL = (*NOTEBOOKS, *LAB)


def cells(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"])


def code(name: str) -> list[dict[str, Any]]:
    return [c for c in cells(name) if c["cell_type"] == "code"]


def test_every_notebook_is_part_of_the_report_or_of_the_lab() -> None:
    assert {p.stem for p in FOLDER.glob("*.ipynb")} == set(ALL)
    assert FIRST in LAB


@pytest.mark.parametrize("name", ALL)
def test_notebooks_keep_the_rules(name: str) -> None:
    sources = ["".join(c["source"]) for c in code(name)]
    assert len([c for c in cells(name) if c["cell_type"] == "markdown"]) >= len(sources)
    assert not any(c["outputs"] or c["execution_count"] for c in code(name))
    assert not any(re.search(r"^\s*(def|class)\b", s, re.MULTILINE) for s in sources)
    short = [len(s.splitlines()) <= 12 for s in sources]
    assert sum(short) >= 0.9 * len(short)
    assert sum("parameters" in c["metadata"].get("tags", []) for c in code(name)) == 1
    last = "".join(cells(name)[-1]["source"])
    assert last.startswith("## What this shows, and what it cannot show")
    assert len({c["id"] for c in cells(name)}) == len(cells(name))


#: What a leader should not have to know; "confidence" and the like are said in plain words.
JARGON = (
    "p-value|q-value|p_value|regression|coefficient|interval|significan|standard error|cluster|covariate|control for"
    "|held constant|driver|estimat|hazard|odds|polarity|\\bn ="
)


def test_the_leadership_page_speaks_plainly() -> None:
    said = ["".join(c["source"]) for c in cells("summary") if c["cell_type"] == "markdown"]
    said += [words.READ_FOREST, words.READ_PLACES, *words.CERTAINTY.values(), *words.ACTIONS.values()]
    for text in said:
        assert not re.search(JARGON, text, re.IGNORECASE), text


@pytest.mark.parametrize("name", ALL)
def test_notebooks_take_every_choice(name: str) -> None:
    defaults = check_parameters(FOLDER / f"{name}.ipynb", {})
    assert list(defaults) == ["study_file", "publish", *(field.name for field in fields(Choice))]
    assert all(defaults[field.name] == "" for field in fields(Choice))


@pytest.mark.parametrize("name", LAB)
def test_notebooks_of_the_lab_run(name: str, tmp_path: Path) -> None:
    sources = ["".join(c["source"]) for c in code(name)]
    given = f"study_file, since = {str(write_small_study(tmp_path))!r}, '2023-09'"
    known: dict[str, Any] = {}
    exec("\n".join([sources[0], given, *sources[1:]]), known)
    assert known["study"].choice.since == "2023-09-01"


def command(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["summary", "data_quality"])
def test_notebooks_run_under_plain_papermill(name: str, tmp_path: Path) -> None:
    study, made = write_small_study(tmp_path), tmp_path / "made.ipynb"
    given = ["-p", "study_file", str(study), "-p", "since", "2024-01", "-p", "location", "West Pier"]
    words = [command("papermill"), str(FOLDER / f"{name}.ipynb"), str(made), "-k", "python3", *given]
    subprocess.run(words, check=True, capture_output=True)
    outputs = [o for c in json.loads(made.read_text("utf-8"))["cells"] for o in c.get("outputs", [])]
    assert any(": West Pier, " in str(output) for output in outputs)
    assert not any(output["output_type"] == "error" for output in outputs)


@pytest.mark.slow
def test_notebooks_run_under_plain_nbconvert(tmp_path: Path) -> None:
    words = [command("jupyter"), "nbconvert", "--to", "html", "--execute", str(FOLDER / "summary.ipynb")]
    subprocess.run([*words, "--output-dir", str(tmp_path)], check=True, capture_output=True)
    assert "Corner Cafes (demo)" in (tmp_path / "summary.html").read_text("utf-8")
