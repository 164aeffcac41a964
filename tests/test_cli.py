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


@pytest.mark.parametrize("command", ["report", "demo", "init", "check", "mentions", "lab"])
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


def one_sentence(told: Result) -> str:
    """Return what was said, which is one sentence and exit code 2."""
    assert told.exit_code == 2, (told.output, told.exception)
    assert isinstance(told.exception, SystemExit)
    assert len(told.output.strip().splitlines()) == 1
    assert told.output.startswith("custservice: ")
    return told.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["report", "nowhere/study.toml"], "nowhere"),
        (["check", "nowhere.toml"], "nowhere.toml"),
        (["init", "nowhere.csv"], "nowhere.csv"),
        (["mentions", "nowhere.csv"], "nowhere.csv"),
        (["mentions", "nowhere.txt"], "nowhere.txt"),
        (["check", "x" * 5000], "File name too long"),
    ],
)
def test_mistakes_are_one_sentence(words: list[str], sentence: str) -> None:
    assert sentence in one_sentence(run(*words))


FILES = {
    "empty.csv": (b"", "is empty"),
    "empty.txt": (b"", "is empty"),
    "zeros.txt": (bytes(100), "is empty"),
    "header.csv": (b"client,date,comment\n", "has a header line but no rows"),
    "binary.txt": (bytes(range(256)) * 9, "is a binary file"),
    "half.csv.gz": (b"\x1f\x8bxx", "damaged gzip"),
    "half.xlsx": (b"PK\x03\x04junk", "an Excel workbook"),
    "half.parquet": (b"PAR1junk", "damaged Parquet"),
}


@pytest.mark.parametrize("command", ["check", "report", "init", "mentions"])
@pytest.mark.parametrize("name", FILES)
def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(FILES[name][0])
    (tmp_path / "study.toml").write_text(f'title = "T"\n[reviews]\nfiles = "{name}"\n')
    given = name if command in ("init", "mentions") else "study.toml"
    out = ["--out", "other.toml"] if command == "init" else []
    assert FILES[name][1] in one_sentence(run(command, given, *out))


@pytest.mark.parametrize("command", ["check", "report"])
@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("x = = 3", "", "not valid TOML"),
        ("\0", "", "not valid TOML"),
        ("x = " + "[" * 5000, "", "not valid TOML"),
        ("window_days = " + "9" * 5000, "", "not valid TOML"),
        ("window_days = 99999999", "", "less than or equal to 36500"),
        ('window_days = "60"', "", "must be a whole number"),
        ("observed_until = 2999-01-01", "", "lies in the future"),
        ("observed_until = 2001-01-01", "", "lies before the first visit"),
        ("observed_until = 0001-01-01T00:00:00+14:00", "", "is no date"),
        ('controls = ["mnth"]', "", "did you mean 'month'"),
        ('controls = ["rating"]', "", "star rating lies between"),
        ("", "[visits]\nfiles = 'folder'", "is a folder"),
        ("", "[visits]\nfiles = 'a\\\\u0000b'", "There is no file"),
        ("", "[visits]\nfiles = 'bad.csv'", "No row of bad.csv can be used as visits: all 2 were set aside"),
    ],
)
def test_studies_that_cannot_be(files: tuple[Path, Path], command: str, before: str, after: str, sentence: str) -> None:
    folder = files[0].parent
    (folder / "folder").mkdir()
    (folder / "bad.csv").write_text("client,date\n,2024-01-01\nann,2999-01-01\n")
    study = folder / "study.toml"
    study.write_text(f'title = "T"\n{before}\n[reviews]\nfiles = "reviews.csv"\n{after}\n')
    assert sentence in one_sentence(run(command, study))


def test_a_study_that_is_no_utf8_or_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tmp_path / "study.toml"
    study.write_bytes(b'title = "\xff"')
    assert "is not UTF-8 text" in one_sentence(run("check", study))

    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "study.toml cannot be read or written (Permission denied)" in one_sentence(run("check", study))


def test_places_that_cannot_be_written(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('title = "T"\n[reviews]\nfiles = "reviews.csv"\n')
    below_a_file = files[0] / "x"
    for words in (
        ("mentions", files[0], "--out", below_a_file),
        ("mentions", files[0], "--out", tmp_path),
        ("report", tmp_path / "study.toml", "--out", below_a_file),
        ("demo", below_a_file),
    ):
        assert "cannot be read or written" in one_sentence(run(*words))
    assert "is a file" in one_sentence(run("demo", files[0]))
    assert "There is no folder" in one_sentence(run("init", files[0], "--out", tmp_path / "no" / "x.toml"))


def test_the_demo_spares_a_folder_of_other_files(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert "holds files that are no demo study" in one_sentence(run("demo", tmp_path))
    (tmp_path / "study.toml").write_text("mine")
    (tmp_path / "truth.json").write_text("{}")
    assert "holds files that are no demo study" in one_sentence(run("demo", tmp_path))
    assert (tmp_path / "study.toml").read_text() == "mine"


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
    (tmp_path / "demo" / "reviews.parquet").unlink()
    assert run("demo", tmp_path / "demo").exit_code == 0  # it is a demo study, which may be made anew
    assert (tmp_path / "demo" / "reviews.parquet").exists()


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--since", "2031-01"], 3, "There is no visit from 2031-01-01"),
        (["--since", "2031-01", "--by", "month"], 3, "There is no visit from 2031-01-01"),
        (["--since", "June"], 2, "'since' is 'June', but must be a day"),
        (["--by", "staff"], 2, "no column 'staff_id'"),
        (["--by", "weekday"], 2, "'location', 'staff', 'month'"),
        (["--only", "sumary"], 2, "did you mean 'summary'"),
        (["--timeout", "0"], 2, "timeout"),
    ],
)
def test_reports_say_what_cannot_be_done(
    files: tuple[Path, Path], tmp_path: Path, words: list[str], code: int, sentence: str
) -> None:
    run("init", *files, "--out", tmp_path / "study.toml")
    told = run("report", tmp_path / "study.toml", "--out", tmp_path / "out", *words)
    assert told.exit_code == code, told.output
    if code == 3 and "--by" not in words:
        assert sentence in (tmp_path / "out" / "index.html").read_text("utf-8")
    else:
        assert sentence in " ".join(told.output.split())
