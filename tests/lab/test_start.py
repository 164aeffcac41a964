"""The command `custservice lab`, up to the start of JupyterLab."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from small_report import write_small_study

from custservice import lab
from custservice.cli import main
from custservice.lab import jupyter_options


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Keep what JupyterLab would be told."""
    told: list[list[str]] = []
    monkeypatch.setattr(lab, "start_lab", lambda folder, **more: told.append(jupyter_options(folder, **more)))
    return told


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["lab", *map(str, words)])


def test_the_lab_starts_on_copies_for_this_machine_only(
    tmp_path: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = write_small_study(tmp_path, 300)
    monkeypatch.chdir(tmp_path)
    told = run(study, "--no-browser", "--", "--port", "9000")
    assert told.exit_code == 0, told.output
    assert re.search(r"Small: \d+ visits\.", told.output)
    (options,) = started
    assert options[:2] == [f"--ServerApp.root_dir={tmp_path / 'lab' / tmp_path.name}", "--ServerApp.ip=127.0.0.1"]
    assert "--LabApp.default_url=/lab/tree/explore.ipynb" in options
    assert options[-3:] == ["--no-browser", "--port", "9000"]
    assert not [word for word in options if "token" in word or "password" in word]
    (tmp_path / "lab" / tmp_path.name / "summary.ipynb").write_text("mine")
    again = run(tmp_path)  # the study's folder will do
    assert "Kept as you left them: summary.ipynb (" in again.output
    assert "--no-browser" not in started[1]


@pytest.mark.parametrize("case", ["no study", "no data", "folder is a file"])
def test_mistakes_are_one_sentence(tmp_path: Path, started: list[list[str]], case: str) -> None:
    study = write_small_study(tmp_path, 100)
    (tmp_path / "file").write_text("")
    if case == "no data":
        (tmp_path / "visits.csv").unlink()
    told = run(tmp_path / "nowhere.toml" if case == "no study" else study, "--folder", tmp_path / "file")
    assert told.exit_code == 2
    last = told.output.strip().splitlines()[-1]
    assert last.startswith("custservice: ")
    assert "Traceback" not in told.output
    assert started == []
