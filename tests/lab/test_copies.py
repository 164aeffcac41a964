"""Working copies: the study filled in, an analyst's own work never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from custservice.errors import ReportError
from custservice.lab import copy_notebooks
from custservice.reporting.parameters import read_parameters
from custservice.reporting.plan import NOTEBOOKS
from custservice.reporting.runs import notebooks_folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text("")
    return tmp_path / "study.toml"


def named(notebook: Path) -> str:
    return str(read_parameters(notebook)().study_file)  # type: ignore[attr-defined]


def edit(notebook: Path, source: str) -> None:
    book = json.loads(notebook.read_text("utf-8"))
    book["cells"][-1]["source"] = [source]
    notebook.write_text(json.dumps(book), encoding="utf-8")


def test_each_copy_names_the_study_and_nothing_else_changes(study: Path, tmp_path: Path) -> None:
    copies = copy_notebooks(study, tmp_path / "lab" / "mine")
    assert (copies.kept, copies.note) == ((), "")
    assert {path.name for path in copies.folder.iterdir()} == {f"{name}.ipynb" for name in ("explore", *NOTEBOOKS)}
    for copy in copies.folder.iterdir():
        assert (copies.folder / named(copy)).resolve() == study.resolve()
        ours = (notebooks_folder() / copy.name).read_text("utf-8").splitlines()
        theirs = copy.read_text("utf-8").splitlines()
        assert sum(a != b for a, b in zip(ours, theirs, strict=True)) == 1


def test_what_an_analyst_changed_or_ran_stays(study: Path, tmp_path: Path) -> None:
    folder = copy_notebooks(study, tmp_path / "lab").folder
    edit(folder / "summary.ipynb", "My own thoughts")
    (folder / "staff_attitude.ipynb").write_text("no notebook any more")
    ran = json.loads((folder / "explore.ipynb").read_text("utf-8"))
    ran["cells"][1]["execution_count"] = 7
    (folder / "explore.ipynb").write_text(json.dumps(ran), encoding="utf-8")
    (folder / "data_quality.ipynb").unlink()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    copies = copy_notebooks(study, folder)
    assert copies.kept == ("summary", "staff_attitude")
    assert copies.note.startswith("Kept as you left them: summary.ipynb, staff_attitude.ipynb (")
    assert copies.note.count(". ") == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
    assert (folder / "data_quality.ipynb").exists()


def test_untouched_copies_follow_to_another_study(study: Path, tmp_path: Path) -> None:
    folder = copy_notebooks(study, tmp_path / "lab").folder
    edit(folder / "summary.ipynb", "My own thoughts")
    other = tmp_path / 'other "Caf\u00e9" \\ study.toml'
    other.write_text("")
    assert copy_notebooks(other, folder).kept == ("summary",)
    assert (folder / named(folder / "explore.ipynb")).resolve() == other.resolve()
    assert (folder / named(folder / "summary.ipynb")).resolve() == study.resolve()


def test_the_notebooks_themselves_are_no_place_for_copies(study: Path) -> None:
    with pytest.raises(ReportError, match="holds the notebooks themselves"):
        copy_notebooks(study, notebooks_folder())
