"""The command: one sentence and exit code 2 for a mistake, help that shows an example."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from custservice.cli import main


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(w) for w in words])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    day = pd.date_range("2024-01-01", periods=60, freq="D")
    reviews = pd.DataFrame({"Client No": [f"{i % 20:03}" for i in range(60)], "Shop": "Mill Lane", "When": day})
    reviews["Comment"] = ["The staff were very friendly and helpful.", "They ignored us for ages.", "It rained."] * 20
    orders = reviews[["Client No", "Shop", "When"]].rename(columns={"When": "Order date"})
    reviews.to_csv(tmp_path / "reviews.csv", index=False)
    orders.to_csv(tmp_path / "orders.csv", index=False)
    return tmp_path / "reviews.csv", tmp_path / "orders.csv"


@pytest.mark.parametrize("command", ["report", "demo", "init", "check", "mentions"])
def test_help_shows_an_example(command: str) -> None:
    told = run(command, "--help")
    assert told.exit_code == 0
    assert f"        custservice {command}" in told.output.replace("\n  ", "\n      ")
    assert "\\b" not in told.output


def test_init_then_check(files: tuple[Path, Path], tmp_path: Path) -> None:
    made = run("init", *files, "--out", tmp_path / "study.toml")
    assert made.exit_code == 0, made.output
    checked = run("check", tmp_path / "study.toml")
    assert checked.exit_code == 0, checked.output
    assert "60 kept + 0 set aside" in checked.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["report", "nowhere/study.toml"], "nowhere"),
        (["check", "nowhere.toml"], "nowhere.toml"),
        (["init", "nowhere.csv"], "nowhere.csv"),
        (["mentions", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_mistakes_are_one_sentence(words: list[str], sentence: str) -> None:
    told = run(*words)
    assert told.exit_code == 2
    assert sentence in told.output
    assert "Traceback" not in told.output
    assert len(told.output.strip().splitlines()) == 1
    assert told.output.startswith("custservice: ")


def test_mentions_of_a_table_and_of_lines(files: tuple[Path, Path], tmp_path: Path) -> None:
    told = run("mentions", files[0])
    assert told.exit_code == 0, told.output
    assert "warmth" in told.output
    lines = tmp_path / "lines.txt"
    lines.write_text("It rained.\nThe staff ignored us.\n", encoding="utf-8")
    assert "attention" in run("mentions", lines).output
    out = tmp_path / "found.csv"
    assert run("mentions", files[0], "--text-column", "Comment", "--out", out).exit_code == 0
    assert len(pd.read_csv(out)) >= 40
    wrong = run("mentions", files[0], "--text-column", "Coment")
    assert wrong.exit_code == 2
    assert "did you mean 'Comment'" in wrong.output


def test_mentions_of_parquet_are_read_and_written_in_parts(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pd.read_csv(files[0]).to_parquet(tmp_path / "reviews.parquet")
    assert run("mentions", tmp_path / "reviews.parquet", "--out", tmp_path / "whole.csv").exit_code == 0
    monkeypatch.setattr("custservice.mention_file._ROWS", 7)
    told = run("mentions", tmp_path / "reviews.parquet", "--out", tmp_path / "parts.csv")
    assert told.exit_code == 0, told.output
    assert (tmp_path / "parts.csv").read_text() == (tmp_path / "whole.csv").read_text()
    assert run("mentions", files[0], "--out", tmp_path / "csv.csv").exit_code == 0
    assert (tmp_path / "csv.csv").read_text() == (tmp_path / "whole.csv").read_text()
    wrong = run("mentions", tmp_path / "reviews.parquet", "--text-column", "Coment")
    assert "did you mean 'Comment'" in wrong.output


def test_demo_writes_a_study(tmp_path: Path) -> None:
    told = run("demo", tmp_path / "demo")
    assert told.exit_code == 0
    assert (tmp_path / "demo" / "truth.json").exists()
