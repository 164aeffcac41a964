"""The main job: every notebook of a study, run and rendered, and one page that leads to them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custservice.errors import ReportError, did_you_mean
from custservice.quality import period
from custservice.reporting.execute import NotebookRun, Outline, execute, load_papermill, read_outline
from custservice.reporting.manifest import files_of, make_manifest
from custservice.reporting.parameters import check_parameters
from custservice.reporting.render import failed_page, frame, index_page, links_to, notebook_page
from custservice.study import Study, open_study

#: The notebooks of a report, in the order a reader meets them.
NOTEBOOKS = ("summary", "repeat_business", "staff_attitude", "data_quality")
WORKERS = 2


@dataclass(frozen=True)
class RunSummary:
    """What became of a report.

    Attributes
    ----------
    index
        The page that leads to the others.
    runs
        One `NotebookRun` per notebook.
    """

    index: Path
    runs: tuple[NotebookRun, ...]

    @property
    def exit_code(self) -> int:
        """0 when every notebook ran, 1 when one failed."""
        return int(any(run.status != "ok" for run in self.runs))


def run_reports(
    study: Study | str | Path,
    out: str | Path,
    *,
    only: Sequence[str] | None = None,
    workers: int | None = None,
    force: bool = False,
    tell: Callable[[NotebookRun], None] | None = None,
) -> RunSummary:
    """Run the notebooks of a study and write its pages into a folder.

    The pages are made in a folder of their own, which takes the place of the old one when all is done: what stands in
    ``out`` is always one whole report.

    Parameters
    ----------
    study
        A study or the path of its study.toml.
    out
        Folder of the report; a report that stands there is replaced, other content is an error.
    only
        Names of the notebooks to run; all by default.
    workers
        How many notebooks run at the same time; 2 by default.
    force
        Compute the study's tables anew instead of taking them from the cache.
    tell
        Called with each run as it ends.

    Raises
    ------
    ReportError
        There is no such notebook, or ``out`` holds something that is no report.
    """
    opened = study if isinstance(study, Study) else open_study(study)
    target = Path(out).resolve()
    names = _chosen(only)
    _refuse_foreign(target)
    started, start = dt.datetime.now(dt.UTC).replace(tzinfo=None), time.perf_counter()
    if force:
        opened.forget()
    opened.panel_for(link_days=opened.config.report.link_days_compared)
    opened.mentions  # noqa: B018 (computed once here, so that the notebooks find it in the cache)
    opened.panel  # noqa: B018
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        work = Path(scratch) / "report"
        (work / "tables").mkdir(parents=True)
        (work / "notebooks").mkdir()
        outlines = [(name, read_outline(_notebook(name))) for name in names]
        runs = tuple(_run_all(opened, names, work, workers or WORKERS, tell))
        foot = _foot(opened, started)
        for run in runs:
            _write_page(run, work, opened.title, outlines, foot)
        page = frame("Overview", opened.title, "index", links_to(outlines, "index"), foot)
        absent = [read_outline(_notebook(name)).title for name in NOTEBOOKS if name not in names]
        (work / "index.html").write_text(index_page(runs, absent, opened.notes, _lead(opened), page), encoding="utf-8")
        shutil.rmtree(work / "notebooks")  # they hold absolute paths and the whole code; the pages are the product
        manifest = make_manifest(opened, runs, started, time.perf_counter() - start)
        manifest["files"] = sorted(p.relative_to(work).as_posix() for p in work.rglob("*") if p.is_file())
        (work / "manifest.json").write_text(json.dumps(manifest, indent=1, default=str) + "\n", encoding="utf-8")
        _put_in_place(work, target, Path(scratch))
    return RunSummary(target / "index.html", runs)


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: in a checkout beside the package, in an installed package inside it."""
    package = Path(__file__).parents[1]
    inside = package / "_notebooks"
    return inside if inside.exists() else package.parent / "notebooks"


def _notebook(name: str) -> Path:
    return notebooks_folder() / f"{name}.ipynb"


def _chosen(only: Sequence[str] | None) -> list[str]:
    names = [name.removesuffix(".ipynb") for name in only or NOTEBOOKS]
    for name in names:
        if name not in NOTEBOOKS:
            raise ReportError(f"There is no notebook '{name}'{did_you_mean(name, NOTEBOOKS)}.")
    return [name for name in NOTEBOOKS if name in names]


def _refuse_foreign(target: Path) -> None:
    if target.is_file():
        raise ReportError(f"{target} is a file; name a folder for the report.")
    if not target.exists():
        return
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    ours = files_of(target) or set()
    foreign = sorted(there - ours)
    if foreign:
        raise ReportError(
            f"The folder {target} holds '{foreign[0]}', which no report wrote and which would be lost; move it away or "
            "name another folder."
        )


def _run_all(
    study: Study, names: Sequence[str], work: Path, workers: int, tell: Callable[[NotebookRun], None] | None
) -> Iterator[NotebookRun]:
    given = {"study_file": str(study.path), "publish": str(work / "tables")}
    checked: list[tuple[Path, dict[str, Any]]] = [(_notebook(n), check_parameters(_notebook(n), given)) for n in names]

    def one(job: tuple[Path, dict[str, Any]]) -> NotebookRun:
        notebook, parameters = job
        run = execute(notebook, work / "notebooks" / notebook.name, parameters, study.path.parent)
        if tell is not None:
            tell(run)
        return run

    load_papermill()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        yield from pool.map(one, checked)


def _write_page(run: NotebookRun, work: Path, title: str, outlines: Sequence[tuple[str, Outline]], foot: str) -> None:
    page = frame(run.title, title, run.audience, links_to(outlines, run.name), foot)
    executed = work / "notebooks" / f"{run.name}.ipynb"
    html = notebook_page(executed, page) if run.status == "ok" else failed_page(run, page)
    (work / run.page).write_text(html, encoding="utf-8")


def _put_in_place(work: Path, target: Path, scratch: Path) -> None:
    if target.exists():
        target.rename(scratch / "old")
    work.rename(target)


def _foot(study: Study, started: dt.datetime) -> str:
    from custservice import __version__

    data = f"{study.visits['visited_at'].max():%d %B %Y}".lstrip("0")
    return f"custservice {__version__} · data until {data} · made on {started:%Y-%m-%d %H:%M} UTC"


def _lead(study: Study) -> str:
    panel = study.panel
    return (
        f"{period(panel)}: {len(study.reviews):,} reviews and {len(panel):,} visits at "
        f"{panel['location_id'].nunique():,} locations."
    )
