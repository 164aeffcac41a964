"""One job from notebook to page, in a folder of its own; nothing here knows of the report it becomes part of."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from custservice.reporting.execute import NotebookRun, execute, read_outline
from custservice.reporting.plan import Job
from custservice.reporting.render import failed_page, frame, links_to, notebook_page
from custservice.words import day_in_words

FAILED_PAGE = "failed.html"


def make_page(job: Job, folder: Path, made: str, timeout: int, inside: bool = False) -> NotebookRun:
    """Run a job's notebook and write its page and tables into a folder.

    Parameters
    ----------
    job
        What to run.
    folder
        An empty folder. A run that failed leaves the page that says so, as ``failed.html``, and nothing else.
    made
        When, for the foot of the page.
    timeout
        Seconds after which a notebook (in a plain kernel: one of its cells) that still runs is a failure.
    inside
        Run the cells in this process instead of a kernel's.
    """
    executed, tables = folder / f"{job.name}.ipynb", folder / "tables"
    tables.mkdir()
    told = {**job.parameters, "publish": str(tables)}
    run = execute(Path(job.notebook), executed, told, Path(job.parameters["study_file"]).parent, timeout, inside)
    run = replace(run, parameters=job.named, choice=job.choice, made=made)
    if run.status == "ok":
        try:
            html = notebook_page(executed, _page(job, run))
            (folder / f"{job.name}.html").write_text(html, encoding="utf-8")
        except Exception as failed:  # a page that cannot be rendered fails its own run only
            run = replace(run, status="failed", message=f"The page: {type(failed).__name__}: {failed}")
    executed.unlink(missing_ok=True)  # it holds absolute paths and the whole code; the page is the product
    if run.status != "ok":
        write_failure(job, run, folder)
    return run


def write_failure(job: Job, run: NotebookRun, folder: Path) -> None:
    """Leave nothing in a folder but the page that says what failed."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (folder / FAILED_PAGE).write_text(failed_page(run, _page(job, run)), encoding="utf-8")


def _page(job: Job, run: NotebookRun) -> dict[str, object]:
    outlines = [(name, read_outline(Path(job.notebook).with_name(f"{name}.ipynb"))) for name in job.links]
    return frame(run.title, job.title, run.audience, links_to(outlines, job.name), _foot(job, run))


def _foot(job: Job, run: NotebookRun) -> str:
    from custservice import __version__

    until = day_in_words(dt.date.fromisoformat(job.data_until))
    return f"custservice {__version__} · data until {until} · run {job.key[:8]} · made on {run.made} UTC"
