"""The main job: the notebooks of a study, run and rendered for each place or month, and one page that leads to them.

A *run* is one notebook for one choice of visits. `plan` says which there are, and the key of all that decides a page; a
run whose key stands in its folder is taken over. The others are made one by one in a hidden folder (`make`), get a
manifest and take their place whole (`store`); whatever stops the process, what is visible is the last good page, and
what is missing is all that the next start does. The front page is read off the folders of the runs (`overview`).

    out/index.html, runs.jsonl
    out/all/summary/summary.html, manifest.json, tables/*.csv
    out/location-mill-lane-78beae/summary/...        and failed.html, failed.json beside the last good page
    out/.custservice/lock, work-*/                   one process at a time; swept at the next start
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from custservice.choice import ALL, Choice
from custservice.errors import NothingToReportError, ReportError, did_you_mean
from custservice.quality import period
from custservice.reporting.execute import TIMEOUT_SECONDS, NotebookRun, load_papermill, read_outline
from custservice.reporting.make import make_page, write_failure
from custservice.reporting.manifest import about, hashes_of, make_manifest
from custservice.reporting.overview import listed, rows_of
from custservice.reporting.plan import NOTEBOOKS, Job, Seen, look, make_job
from custservice.reporting.render import frame, index_page
from custservice.reporting.store import FAILED, MANIFEST, Store
from custservice.reporting.warm import Warm, WorkerDiedError
from custservice.study import Study, open_study
from custservice.words import day_in_words

WORKERS = 2
Tell = Callable[[NotebookRun], None]


@dataclass(frozen=True)
class RunSummary:
    """What became of a report.

    Attributes
    ----------
    index
        The page that leads to the others.
    runs
        One `NotebookRun` per notebook and choice.
    """

    index: Path
    runs: tuple[NotebookRun, ...]

    @property
    def exit_code(self) -> int:
        """0 when all went well, 1 when a run failed, 3 when there was nothing to report."""
        if any(run.status == "failed" for run in self.runs):
            return 1
        return 0 if any(run.status == "ok" for run in self.runs) else 3

    def page(self, name: str) -> Path:
        """Return the page of a notebook, of the first choice that was asked for."""
        return next(self.index.parent / run.page for run in self.runs if run.name == name)


@dataclass(frozen=True)
class _Report:
    """A report under way."""

    study: Study
    store: Store
    made: str
    timeout: int
    seen: dict[Choice, Seen]


def run_reports(
    study: Study | str | Path,
    out: str | Path,
    *,
    only: Sequence[str] | None = None,
    choices: Sequence[Choice] = (ALL,),
    workers: int | None = None,
    force: bool = False,
    timeout: int = TIMEOUT_SECONDS,
    tell: Tell | None = None,
) -> RunSummary:
    """Run the notebooks of a study and write its pages into a folder.

    Each page appears whole or not at all. Runs whose notebook, parameters, data, lexicon and versions are those of the
    page that stands there are taken over.

    Parameters
    ----------
    study
        A study or the path of its study.toml.
    out
        Folder of the report; runs that stand there are kept or replaced, content that no report wrote is an error.
    only
        Names of the notebooks to run; all by default.
    choices
        The visits to report, each in pages of its own: see `custservice.reporting.plan.split`; all visits by default.
    workers
        How many notebooks run at the same time; 2 by default.
    force
        Compute the study's tables anew instead of taking them from the cache, and run what has not changed.
    timeout
        Seconds after which a notebook (in a plain kernel: one of its cells) that still runs is a failure.
    tell
        Called with each run as it ends.

    Raises
    ------
    ReportError
        There is no such notebook or place, ``out`` holds something that is no report, or another process writes it.
    """
    opened = study if isinstance(study, Study) else open_study(study)
    store, names = Store(Path(out).resolve()), _chosen(only)
    made = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S}"
    if force:
        opened.forget()
    seen, empty = _look_at(opened, [choice.checked() for choice in choices], names, made)
    if tell is not None:
        for run in empty:
            tell(run)
    with store.open() as work:
        report = _Report(opened, store, made, timeout, seen)
        runs = [*empty, *_do(report, _jobs(report, names), work, workers or WORKERS, force, tell)]
        _write_overview(report, runs)
    at = {(choice.checked(), name): i for i, (choice, name) in enumerate((c, n) for c in choices for n in names)}
    return RunSummary(store.folder / "index.html", tuple(sorted(runs, key=lambda run: at[run.choice, run.name])))


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


def _look_at(
    study: Study, choices: Iterable[Choice], names: Sequence[str], made: str
) -> tuple[dict[Choice, Seen], list[NotebookRun]]:
    """Return what the data hold of each choice, and the runs that have nothing to report."""
    study.panel_for(link_days=study.config.report.link_days_compared)
    study.mentions  # noqa: B018 (computed once here, so that the notebooks find it in the cache)
    seen: dict[Choice, Seen] = {}
    empty: list[NotebookRun] = []
    for choice in choices:
        try:
            seen[choice] = look(study, choice)
        except NothingToReportError as nothing:
            for name in names:
                told = read_outline(_notebook(name))
                run = NotebookRun(name, told.title, told.audience, told.about, "empty", 0.0, str(nothing), {})
                empty.append(replace(run, choice=choice, made=made))
    return seen, empty


def _jobs(report: _Report, names: Sequence[str]) -> Iterator[Job]:
    """Return the jobs, each page leading to those of the same choice that are asked for or stand there already."""
    for choice, seen in report.seen.items():
        there = [n for n in NOTEBOOKS if n in names or report.store.record(Path(choice.slug) / n)]
        for name in names:
            job = make_job(report.study, _notebook(name), choice, seen.title, there)
            report.store.refuse_foreign(job.folder)
            yield job


def _do(
    report: _Report, jobs: Iterable[Job], work: Path, workers: int, force: bool, tell: Tell | None
) -> Iterator[NotebookRun]:
    """Take over what is there, make the rest, and let each run take its place as it ends."""
    todo: list[Job] = []
    for job in list(jobs):
        there = None if force else _taken_over(report.store, job)
        if there is None:
            todo.append(job)
            continue
        if tell is not None:
            tell(there)
        yield there
    if not todo:
        return
    with Warm() as warm, ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        if not warm.ready:
            load_papermill()
        waiting: dict[Future[NotebookRun], tuple[Job, Path]] = {}
        for number, job in enumerate(todo):
            folder = work / str(number)
            waiting[pool.submit(_make, warm, job, folder, report)] = (job, folder)
        for done in as_completed(waiting):
            run = _finish(report, *waiting[done], done.result())
            if tell is not None:
                tell(run)
            yield run


def _make(warm: Warm, job: Job, folder: Path, report: _Report) -> NotebookRun:
    """Do a job: in a fork of the warm process, or with a kernel of its own where there is none."""
    start, how = time.perf_counter(), warm.make if warm.ready else make_page
    folder.mkdir()
    try:
        return how(job, folder, report.made, report.timeout)
    except WorkerDiedError as died:
        message = str(died)
    except OSError as trouble:  # a full disk fails the run, and leaves what stands there alone
        message = f"{type(trouble).__name__}: {trouble.strerror}"
    return _failed(job, report.made, time.perf_counter() - start, message)


def _failed(job: Job, made: str, seconds: float, message: str) -> NotebookRun:
    told = read_outline(Path(job.notebook))
    run = NotebookRun(job.name, told.title, told.audience, told.about, "failed", seconds, message, job.named)
    return replace(run, choice=job.choice, made=made)


def _finish(report: _Report, job: Job, folder: Path, run: NotebookRun) -> NotebookRun:
    """Write what is known of a run beside its page, and put both in place."""
    try:
        if run.status == "ok":
            before = report.store.record(job.folder)
            known = make_manifest(report.study, job, run, report.seen[job.choice], before)
            _seal(folder, known, MANIFEST)
        else:
            _beside_the_last_good(report, job, run, folder)
        report.store.put(folder, job.folder)
    except OSError as trouble:
        run = _failed(job, run.made, run.seconds, f"{type(trouble).__name__}: {trouble.strerror}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return run


def _beside_the_last_good(report: _Report, job: Job, run: NotebookRun, folder: Path) -> None:
    """Let a failure stand beside the last good page, or in its place where there is none."""
    if not (folder / "failed.html").exists():
        folder.mkdir(exist_ok=True)
        write_failure(job, run, folder)
    good, there = report.store.record(job.folder), report.store.folder / job.folder
    _seal(folder, about(report.study, job, run), FAILED)
    if good is None:
        (folder / "failed.html").rename(folder / f"{job.name}.html")
        _seal(folder, about(report.study, job, run), FAILED)
        return
    for name in (*good["files"], MANIFEST):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(there / name, folder / name)


def _seal(folder: Path, known: dict[str, object], name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    text = json.dumps({**known, "files": hashes_of(folder)}, indent=1, default=str, ensure_ascii=False)
    (folder / name).write_text(text + "\n", encoding="utf-8")


def _taken_over(store: Store, job: Job) -> NotebookRun | None:
    """Return the run that stands there, where it is whole and nothing that decides it has changed."""
    known = store.record(job.folder)
    if known is None or known["key"] != job.key or store.record(job.folder, FAILED) is not None:
        return None
    there = hashes_of(store.folder / job.folder)
    if any(there.get(name) != digest for name, digest in known["files"].items()):
        return None
    outline = (known["title"], known["audience"], known["about"])
    run = NotebookRun(job.name, *outline, "ok", known["seconds"], "", job.named, job.choice, known["made"], True)
    return replace(run, memory=known["peak_memory_mb"])


def _write_overview(report: _Report, runs: Sequence[NotebookRun]) -> None:
    from custservice import __version__

    study = report.study
    until = day_in_words(study.visits["visited_at"].max())
    foot = f"custservice {__version__} · data until {until} · made on {report.made} UTC"
    page = frame("Overview", study.title, "index", [{"title": "Overview", "href": "index.html", "here": True}], foot)
    rows = rows_of(report.store, runs)
    report.store.write("runs.jsonl", listed(rows))
    report.store.write("index.html", index_page(rows, study.notes, _lead(study), page))


def _lead(study: Study) -> str:
    panel = study.panel
    return (
        f"{period(panel)}: {len(study.reviews):,} reviews and {len(panel):,} visits at "
        f"{panel['location_id'].nunique():,} locations."
    )
