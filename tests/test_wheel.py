"""What is installed from the wheel is whole: notebooks, style, lexicons, templates and weights come with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_the_demo_is_reported_from_the_wheel_in_an_empty_folder(installed: dict[str, str], tmp_path: Path) -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-P", *words]
        return subprocess.run(command, cwd=tmp_path, env=installed, check=True, capture_output=True, text=True).stdout

    assert run("-c", "import custservice; print(custservice.__file__)").startswith(installed["PYTHONPATH"])
    run("-m", "custservice", "demo", "demo")
    run("-m", "custservice", "report", "demo/study.toml", "--out", "out")
    runs = [json.loads(line) for line in (tmp_path / "out" / "runs.jsonl").read_text("utf-8").splitlines()]
    assert {run["status"] for run in runs} == {"ok"}
    assert len(runs) == len(list((tmp_path / "out").glob("all/*/*.html")))
