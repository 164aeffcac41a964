"""A small study, and a stand-in for the making of pages that needs no kernel."""

from __future__ import annotations

import time
from pathlib import Path

from custservice.demo import make_demo
from custservice.reporting import runs
from custservice.reporting.execute import NotebookRun, read_outline
from custservice.reporting.plan import Job


def write_small_study(folder: Path, n_visits: int = 2500) -> Path:
    demo = make_demo(n_visits=n_visits)
    demo.reviews.to_csv(folder / "reviews.csv", index=False)
    demo.visits.to_csv(folder / "visits.csv", index=False)
    more = '[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
    (folder / "study.toml").write_text(f'title = "Small"\nwindow_days = 60\n{more}', encoding="utf-8")
    return folder / "study.toml"


class NoWarm:
    """Stands in for the forking process where none can be started."""

    ready = False

    def __enter__(self) -> NoWarm:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def make_quickly(seconds: float) -> None:
    """Let all reports of this process be made of quick pages."""

    def make(job: Job, folder: Path, made: str, timeout: int) -> NotebookRun:
        return quick_page(job, folder, made, timeout, seconds)

    runs.Warm, runs.make_page = NoWarm, make  # type: ignore[misc,assignment]


def quick_page(job: Job, folder: Path, made: str, timeout: int, seconds: float = 0.0) -> NotebookRun:
    """Write a page in many small steps."""
    (folder / "tables").mkdir()
    for i in range(20):
        (folder / "tables" / f"{i}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
        time.sleep(seconds / 20)
    (folder / f"{job.name}.html").write_text(f"<p>{job.title} {job.key}</p>", encoding="utf-8")
    told = read_outline(Path(job.notebook))
    return NotebookRun(job.name, told.title, told.audience, told.about, "ok", seconds, "", job.named, job.choice, made)
