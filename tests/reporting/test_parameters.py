"""What a notebook may be told."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from custservice.errors import ReportError
from custservice.reporting.parameters import check_parameters


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return write(tmp_path, 'study_file: str = "x"  # which\nleast: int = 3\nsince: str = ""\n')


def write(folder: Path, source: str, tags: tuple[str, ...] = ("parameters",)) -> Path:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})])
    path = folder / "book.ipynb"
    nbformat.write(book, path)
    return path


def test_defaults_are_filled_in(notebook: Path) -> None:
    assert check_parameters(notebook, {"least": 5}) == {"study_file": "x", "least": 5, "since": ""}
    assert check_parameters(notebook, {"since": "2024-02"})["since"] == "2024-02-01"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"studyfile": "a"}, r"no parameter 'studyfile' \(did you mean 'study_file'\?\)"),
        ({"least": "5"}, "parameter 'least' must be int, not '5'"),
        ({"least": 5.0}, "parameter 'least' must be int"),
        ({"since": "2024-02-30"}, "'since' is '2024-02-30', but must be a day such as 2024-01-31, or a month"),
    ],
)
def test_what_is_not_allowed_is_said(notebook: Path, given: dict[str, object], sentence: str) -> None:
    with pytest.raises(ReportError, match=sentence):
        check_parameters(notebook, given)


def test_a_notebook_must_declare_its_parameters(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="has 0 cells tagged"):
        check_parameters(write(tmp_path, "a: int = 1", tags=()), {})
    with pytest.raises(ReportError, match="is not 'name: type = value'"):
        check_parameters(write(tmp_path, "a = 1"), {})
    with pytest.raises(ReportError, match="must have one of the types"):
        check_parameters(write(tmp_path, "a: list = []"), {})
    with pytest.raises(ReportError, match="There is no notebook"):
        check_parameters(tmp_path / "none.ipynb", {})
