"""What is done is not done again, what changed is, and what is killed can be started again."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from small_report import NoWarm, quick_page, write_small_study

from custservice.choice import Choice
from custservice.reporting import runs
from custservice.reporting.execute import NotebookRun
from custservice.reporting.plan import NOTEBOOKS, Job, split
from custservice.reporting.runs import RunSummary, run_reports
from custservice.reporting.warm import WorkerDiedError
from custservice.study import open_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_study(tmp_path_factory.mktemp("study"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def make(job, folder, when, timeout):  # type: ignore[no-untyped-def]
        names.append(job.name)
        return quick_page(job, folder, when, timeout)

    monkeypatch.setattr(runs, "Warm", NoWarm)
    monkeypatch.setattr(runs, "make_page", make)
    return names


def taken(summary: RunSummary) -> list[str]:
    return [run.name for run in summary.runs if run.taken_over]


def test_what_has_not_changed_is_taken_over(study: Path, tmp_path: Path, made: list[str]) -> None:
    out = tmp_path / "out"
    assert taken(run_reports(study, out)) == []
    assert sorted(made) == sorted(NOTEBOOKS)
    again = run_reports(study, out)
    assert taken(again) == list(NOTEBOOKS)
    assert again.exit_code == 0
    assert (out / "index.html").read_text("utf-8").count("Taken over: nothing has changed since") == len(NOTEBOOKS)
    assert taken(run_reports(study, out, only=["summary"], force=True)) == []
    assert len(made) == len(NOTEBOOKS) + 1


def test_what_changed_is_done_again(study: Path, tmp_path: Path, made: list[str]) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    for name in ("study.toml", "reviews.csv", "visits.csv"):
        (folder / name).write_bytes((study.parent / name).read_bytes())
    out = tmp_path / "out"
    run_reports(folder, out, only=["summary"])
    before = json.loads((out / "all/summary/manifest.json").read_text("utf-8"))
    assert before["before"] is None
    with (folder / "reviews.csv").open("a", encoding="utf-8") as file:
        lines = (study.parent / "reviews.csv").read_text("utf-8").splitlines()
        file.write("\n".join(f"new{i}{line}" for i, line in enumerate(lines[1:31])) + "\n")
    assert taken(run_reports(folder, out, only=["summary"])) == []
    now = json.loads((out / "all/summary/manifest.json").read_text("utf-8"))
    assert now["before"]["key"] == before["key"]
    assert now["inputs"] != before["inputs"]
    (out / "all/summary/summary.html").write_text("half", encoding="utf-8")
    assert taken(run_reports(folder, out, only=["summary"])) == [], "a page that was changed is no page of ours"
    kept = json.loads((out / "all/summary/manifest.json").read_text("utf-8"))
    assert kept["before"] == now["before"], "of the same data, the run before stays the one before"
    assert len(made) == 3


def test_pages_lead_to_those_that_stand_there(study: Path, tmp_path: Path, made: list[str]) -> None:
    run_reports(study, tmp_path, only=["summary"])
    run_reports(study, tmp_path)
    assert made.count("summary") == 2, "the page now leads to the others"
    assert taken(run_reports(study, tmp_path, only=["summary"])) == ["summary"]


def test_a_full_disk_fails_the_run_and_leaves_the_page(
    study: Path, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = run_reports(study, tmp_path, only=["summary"])
    page = summary.page("summary").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "make_page", full)
    failed = run_reports(study, tmp_path, only=["summary"], force=True)
    assert failed.exit_code == 1
    assert "No space left" in failed.runs[0].message
    assert summary.page("summary").read_bytes() == page
    assert made == ["summary"]


def test_a_process_that_dies_fails_its_run_and_leaves_the_page(
    study: Path, tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run_reports(study, tmp_path).page("summary").read_bytes()

    class Dies(NoWarm):
        ready = True

        def make(self, job: Job, folder: Path, when: str, timeout: int) -> NotebookRun:
            if job.name != "summary":
                return quick_page(job, folder, when, timeout)
            (folder / "summary.html").write_text("half", encoding="utf-8")
            raise WorkerDiedError("The process died (signal 9).")

    monkeypatch.setattr(runs, "Warm", Dies)
    failed = run_reports(study, tmp_path, force=True)
    assert [run.status for run in failed.runs] == ["failed", *["ok"] * (len(NOTEBOOKS) - 1)]
    assert failed.page("summary").read_bytes() == page
    assert "signal 9" in (tmp_path / "index.html").read_text("utf-8")
    monkeypatch.setattr(runs, "Warm", NoWarm)
    assert taken(run_reports(study, tmp_path)) == list(NOTEBOOKS[1:]), "what failed is tried again"


def test_studies_split_by_place_and_month(study: Path) -> None:
    opened = open_study(study)
    assert [c.location for c in split(opened, "location")] == sorted(opened.panel["location_id"].unique())
    months = split(opened, "month", Choice(since="2024-02-10", until="2024-04"))
    assert [(m.since, m.until) for m in months] == [
        ("2024-02-10", "2024-02-29"),
        ("2024-03-01", "2024-03-31"),
        ("2024-04-01", "2024-04-30"),
    ]
    assert split(opened) == [Choice()]


def test_too_few_customers_are_nothing_to_report(study: Path, tmp_path: Path, made: list[str]) -> None:
    opened = open_study(study)
    reviewed = opened.panel[opened.panel["review_id"].notna()]
    people = reviewed.groupby("staff_id")["customer_id"].nunique()
    assert (people < 5).any()
    few = replace(Choice(), staff=str(people[people < 5].index[0]))
    summary = run_reports(opened, tmp_path, only=["summary"], choices=[few])
    assert summary.exit_code == 3
    assert "fewer than 5 customers" in summary.runs[0].message
    assert made == []
    assert "fewer than 5 customers" in (tmp_path / "index.html").read_text("utf-8")


SCRIPT = """
import sys
from small_report import make_quickly
from custservice.reporting import runs
make_quickly(seconds=0.2)
print("begins", flush=True)
runs.run_reports(sys.argv[1], sys.argv[2], force=len(sys.argv) > 3)
"""


FULL = """
import resource, sys
from custservice.reporting import runs
from small_report import NoWarm, quick_page

def large_page(job, folder, made, timeout):
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))  # as if no more fitted on the disk
    run = quick_page(job, folder, made, timeout)
    (folder / "tables" / "large.csv").write_text("a\\n" * 100_000, encoding="utf-8")
    return run

runs.Warm, runs.make_page = NoWarm, large_page
summary = runs.run_reports(sys.argv[1], sys.argv[2], only=["summary"], force=True)
sys.exit(summary.exit_code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the size of files is limited as on POSIX systems")
def test_a_file_that_cannot_grow_fails_the_run_and_leaves_the_page(
    study: Path, tmp_path: Path, made: list[str]
) -> None:
    page = run_reports(study, tmp_path, only=["summary"]).page("summary")
    before = page.read_bytes()
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    full = subprocess.run([sys.executable, "-c", FULL, str(study), str(tmp_path)], env=paths, stderr=subprocess.PIPE)
    assert full.returncode == 1, full.stderr
    assert b"Traceback" not in full.stderr
    assert page.read_bytes() == before
    assert_whole(tmp_path)
    assert "File too large" in (tmp_path / "index.html").read_text("utf-8")
    again = run_reports(study, tmp_path, only=["summary"])
    assert (again.exit_code, taken(again)) == (0, []), "what failed is tried again"
    assert not (page.parent / "failed.html").exists()


@pytest.mark.slow
def test_killed_at_any_moment_the_last_good_page_stands(study: Path, tmp_path: Path) -> None:
    out, chance = tmp_path / "out", random.Random(4)
    open_study(study).panel_for(link_days=7)
    command = [sys.executable, "-c", SCRIPT, str(study), str(out)]
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    for force in ([], [], ["force"], ["force"], ["force"]):
        with subprocess.Popen([*command, *force], env=paths, stdout=subprocess.PIPE) as run:
            assert run.stdout is not None
            run.stdout.readline()
            until = time.monotonic() + chance.uniform(0.3, 2.5)
            while time.monotonic() < until and run.poll() is None:
                assert all((folder / f"{folder.name}.html").exists() for folder in out.glob("all/*"))
                time.sleep(0.01)
            run.send_signal(signal.SIGKILL)
        assert_whole(out)
    there = {path: path.stat().st_mtime_ns for path in out.glob("all/*/*.html")}
    subprocess.run(command, env=paths, check=True, stdout=subprocess.DEVNULL)
    assert_whole(out)
    assert len(list(out.glob("all/*/*.html"))) == len(NOTEBOOKS)
    assert all(path.stat().st_mtime_ns == time_ for path, time_ in there.items()), "what was there is not done again"
    assert [p.name for p in (out / ".custservice").iterdir()] == ["lock"]


@pytest.mark.slow
def test_killed_in_the_middle_of_a_notebook_the_last_good_page_stands(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "custservice", "report", str(study), "--out", str(out), "--workers", "1"]
    command += ["--only", "summary", "--only", "staff_attitude"]
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}

    def kill(*options: str) -> None:
        """Kill the command when `staff_attitude` has written its first table, and not yet its page."""
        with subprocess.Popen([*command, *options], env=paths, stdout=subprocess.DEVNULL) as run:
            begun: list[Path] = []
            while not begun and run.poll() is None:
                begun = list(out.glob(".custservice/work-*/*/tables/mentions.csv"))
            run.send_signal(signal.SIGKILL)
        assert begun, "the notebook was done before it could be killed"
        assert not (begun[0].parents[1] / "staff_attitude.html").exists()
        assert_whole(out, None)

    kill()
    assert [page.stem for page in out.glob("all/*/*.html")] == ["summary"]
    subprocess.run(command, env=paths, check=True, stdout=subprocess.DEVNULL)
    before = {page: page.read_bytes() for page in out.glob("all/*/*.html")}
    assert len(before) == 2
    kill("--force")
    page = out / "all" / "staff_attitude" / "staff_attitude.html"
    assert page.read_bytes() == before[page]
    subprocess.run(command, env=paths, check=True, stdout=subprocess.DEVNULL)
    assert page.read_bytes() == before[page], "nothing was missing, so nothing was done"


def assert_whole(out: Path, n_files: int | None = 21) -> None:
    """Assert that each folder of a run that can be seen holds all its files, as its manifest says."""
    for folder in out.glob("all/*"):
        files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
        assert n_files in (None, len(files))
        assert set(files) <= {p.relative_to(folder).as_posix() for p in folder.rglob("*")}
        for name, digest in files.items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
