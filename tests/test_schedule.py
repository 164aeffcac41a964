"""The commands of docs/schedule.md run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_report import NoWarm, quick_page, write_small_study

from custservice.cli import main
from custservice.reporting import runs

TEXT = (Path(__file__).parents[1] / "docs" / "schedule.md").read_text(encoding="utf-8")
COMMANDS = sorted({found.strip() for found in re.findall(r'custservice (report study\.toml[^\n>|"]*)', TEXT)})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_study(tmp_path_factory.mktemp("study")).parent


def test_every_scheduler_is_there() -> None:
    assert re.findall(r"^## (.*)", TEXT, re.MULTILINE)[:4] == ["cron", "systemd", "GitHub Actions", "Airflow"]
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr(runs, "Warm", NoWarm)
    monkeypatch.setattr(runs, "make_page", quick_page)
    told = CliRunner().invoke(main, command.replace("{{ ds }}", "2024-12-31").split())
    assert told.exit_code == 0, told.output
    assert (folder / "reports" / "study" / "index.html").exists()
    assert (folder / "reports" / "study" / "runs.jsonl").read_text("utf-8").count("\n") >= 4
