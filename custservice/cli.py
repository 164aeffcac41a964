"""The command `custservice`; every mistake of a user ends in one sentence and exit code 2."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from custservice.errors import CustserviceError, NothingToReportError

if TYPE_CHECKING:
    from custservice.reporting.execute import NotebookRun


class _Group(click.Group):
    """Turns errors raised on purpose, and those of files and folders, into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CustserviceError as mistake:
            click.echo(f"custservice: {mistake}", err=True)
            ctx.exit(3 if isinstance(mistake, NothingToReportError) else 2)
        except OSError as mistake:
            if mistake.errno == errno.EPIPE:  # who reads the output has left, which click takes care of
                raise
            click.echo(f"custservice: {_file_trouble(mistake)}", err=True)
            ctx.exit(2)


def _file_trouble(mistake: OSError) -> str:
    why = mistake.strerror or str(mistake) or type(mistake).__name__
    what = f"{mistake.filename} cannot be read or written" if mistake.filename else "A file cannot be read or written"
    return f"{what} ({why}): check the path, its permissions and the space on the disk."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="custservice")
def main() -> None:
    """Which staff behaviours bring customers back: from reviews and visits to reports.

    \b
    Start with your own files:
        custservice init reviews.csv visits.csv
        custservice check study.toml
        custservice report study.toml
    """


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the report [default: reports/<name of the study's folder>].",
)
@click.option("--by", type=click.Choice(["location", "staff", "month"]), help="Pages for each of them instead of all.")
@click.option("--since", default="", metavar="DAY", help="Only visits from this day (2024-01-31) or month (2024-01).")
@click.option("--until", default="", metavar="DAY", help="Only visits up to this day or month; returns may come later.")
@click.option("--as-of", default="", metavar="DAY", help="Only what was known at the end of this day.")
@click.option("--only", multiple=True, help="Run only this notebook; may be given several times.")
@click.option("--workers", type=click.IntRange(1, 64), help="Notebooks at the same time [default: 2].")
@click.option("--force", is_flag=True, help="Compute the study's tables anew, and run what has not changed.")
@click.option("--timeout", type=click.IntRange(1), default=900, show_default=True, help="Seconds for one notebook.")
def report(
    study: Path, out: Path | None, only: tuple[str, ...], workers: int | None, force: bool, timeout: int, **what: str
) -> None:
    """Run the notebooks of a study and write its pages; what has not changed since is taken over.

    \b
    Exit code 0: all well.
    1: a notebook failed; its page says what, and the last good one still stands.
    2: the request cannot be carried out.
    3: nothing to report: no data in the period.

    \b
    Example:
        custservice report data/demo/study.toml
        custservice report study.toml --by location --only summary --since 2024-01
    """
    from custservice.choice import Choice
    from custservice.reporting import run_reports
    from custservice.reporting.plan import NOTEBOOKS, split
    from custservice.study import open_study

    target = out or Path("reports") / _name_of(study)
    opened, by = open_study(study), what.pop("by")
    choices = split(opened, by, Choice(**what))
    with _Progress((len(set(only)) or len(NOTEBOOKS)) * len(choices)) as progress:
        summary = run_reports(
            opened,
            target,
            only=only or None,
            choices=choices,
            workers=workers,
            force=force,
            timeout=timeout,
            tell=progress.tell,
        )
    click.echo(str(summary.index))
    sys.exit(summary.exit_code)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="demo")
@click.option("--seed", type=click.IntRange(min=0), help="Another seed gives another study with the same truth.")
def demo(folder: Path, seed: int | None) -> None:
    """Write the built-in demo study, whose truth is known, into FOLDER.

    \b
    Example:
        custservice demo demo && custservice report demo/study.toml
    """
    from custservice.demo import SEED, write_demo

    click.echo(str(write_demo(folder, SEED if seed is None else seed)))


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Folder of the copies [default: lab/<name of the study>]."
)
@click.option("--no-browser", is_flag=True, help="Start without opening a browser; the address is printed.")
def lab(study: Path, options: tuple[str, ...], folder: Path | None, no_browser: bool) -> None:
    """Open JupyterLab on a working copy of the notebooks, with STUDY filled in; Ctrl-C ends it.

    Copies that you have edited are never overwritten. Only this machine can reach it. OPTIONS of JupyterLab itself
    follow "--".

    \b
    Example:
        custservice lab data/demo/study.toml
        custservice lab study.toml --folder my_lab --no-browser -- --port 9000
    """
    from custservice.lab import copy_notebooks, start_lab
    from custservice.study import open_study

    opened = open_study(study)
    click.echo(
        f"{opened.title}: {len(opened.panel):,} visits.", err=True
    )  # tables are computed, and mistakes told, now
    copies = copy_notebooks(opened.path, folder or Path("lab") / _name_of(study))
    click.echo(f"Notebooks in {copies.folder}. {copies.note}".rstrip(), err=True)
    start_lab(copies.folder, browser=not no_browser, more=options)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), default="study.toml", show_default=True, help="The file to write."
)
def init(files: tuple[Path, ...], out: Path) -> None:
    """Write a commented study.toml for your FILES, with the mapping of columns it guessed.

    \b
    Example:
        custservice init reviews.csv orders.csv
    """
    from custservice.init_study import write_study

    written = write_study(files, out)
    click.echo(f"{written}\nRead it, mend what was guessed wrongly, then: custservice check {written}")


@main.command()
@click.argument("study", type=click.Path(path_type=Path))
def check(study: Path) -> None:
    """Read a study's files and say what was read, set aside and linked; nothing is written but the cache.

    \b
    Example:
        custservice check study.toml
    """
    from custservice.check_study import describe_study
    from custservice.study import open_study

    click.echo(describe_study(open_study(study)))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--text-column", help="The column that holds the texts, where it is not recognised.")
@click.option("--out", type=click.Path(path_type=Path), help="Write a CSV file instead of printing.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes at the same time.")
def mentions(file: Path, text_column: str | None, out: Path | None, workers: int) -> None:
    """Find mentions of staff in the texts of FILE: .txt with one text a line, or any file with a text column.

    \b
    Example:
        custservice mentions reviews.csv --text-column Comment
    """
    from custservice.mention_file import mentions_in_parts, mentions_of_file
    from custservice.reporting.page import write_csv

    if out is not None:
        count = write_csv(mentions_in_parts(file, text_column, workers), out)
        click.echo(f"{out}: {count:,} mentions")
        return
    found = mentions_of_file(file, text_column, workers)
    columns = ["text_id", "driver", "polarity", "evidence"]
    click.echo(found[columns].to_string(index=False) if len(found) else "No mention found.")


def _name_of(study: Path) -> str:
    """Return what a study's own folders are called: as the folder it is in, or its file where that says more."""
    whole = study.resolve()
    return whole.parent.name if whole.stem == "study" else whole.stem


class _Progress:
    """A bar on a terminal, one line per notebook elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bar: Any = None

    def __enter__(self) -> _Progress:
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=self._total, unit="notebook")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def tell(self, run: NotebookRun) -> None:
        """Report the end of one notebook."""
        status = f"as on {run.made}" if run.taken_over else f"{run.status} ({run.seconds:.1f} s)"
        where = " ".join(word for word in (run.name, run.choice.place, run.choice.period) if word)
        line = f"{where}: {status}" + (f": {run.message}" if run.message else "")
        if self._bar is not None:
            self._bar.update()
            if run.message:
                self._bar.write(line)
        else:
            click.echo(line, err=True)
