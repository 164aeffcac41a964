"""A browser, and a report of reviews that were written to break it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser.axe import VERSION, axe_source
from browser.chromium import Browser, find_chromium

from custservice.choice import ALL, Choice
from custservice.demo import make_demo
from custservice.reporting import runs
from custservice.reporting.plan import split
from custservice.reporting.runs import notebooks_folder, run_reports
from custservice.study import open_study

#: Each is a sentence that the finder reads as blame, or as praise, so that it can be quoted, and an attack.
NASTY = (
    "<script>window.broken = 1</script> The waiter was rude to us again.",
    "The staff were rude </style></q></main><img src=x onerror='window.broken = 2'> and nobody cared.",
    "The waiter was rude, see javascript:window.broken=3 or [this](javascript:window.broken=4) for more.",
    "The staff were \u202eyrev erew\u202c rude to my \u2066mother\u2069 that day.",
    "The waiter was rude \x00 and \x07 the waitress was rude \ufeff too.",
    "The manager took full responsibility for it, " + "x" * 100_000,
    "The waiter was rude {{ 7 * 7 }} ${window.broken = 5} <!--contents--> --> ]]> & &lt;script&gt;.",
    "The friendly staff <svg onload=window.broken=6> greeted us <a href='javascript:window.broken=7'>here</a>.",
)
TITLE = "</title></style><script>window.broken = 8</script> $Caf\u00e9$ \u202e\"'"
PLACE = "<b onclick='window.broken = 9'>Mill $x_1$ \u202eLane</b>"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no chromium is installed")
    started = Browser(path, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    source = axe_source(Path(str(request.config.cache.mkdir("axe"))))  # type: ignore[union-attr]
    if source is None:
        pytest.skip(f"axe-core {VERSION} is not here and could not be had from the npm registry")
    return source


@pytest.fixture(scope="session")
def report(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a report in which every third review is an attack: of all visits, a place, and a month.

    Its month cannot be made, and one more has no visit.
    """
    folder = tmp_path_factory.mktemp("nasty")
    demo = make_demo(n_visits=3000)
    reviews, visits = demo.reviews.copy(), demo.visits.copy()
    attacked = reviews.index[::3]
    reviews.loc[attacked, "text"] = [NASTY[i % len(NASTY)] for i in range(len(attacked))]
    first = visits["location_id"].iloc[0]
    for table in (reviews, visits):
        table["location_id"] = table["location_id"].replace(first, PLACE)
    reviews.to_parquet(folder / "reviews.parquet")
    visits.to_parquet(folder / "visits.parquet")
    title = TITLE.replace('"', '\\"')
    files = '[reviews]\nfiles = "reviews.parquet"\n[visits]\nfiles = "visits.parquet"\n'
    (folder / "study.toml").write_text(f'title = "{title}"\nwindow_days = 60\n{files}', encoding="utf-8")
    study, out = open_study(folder / "study.toml"), tmp_path_factory.mktemp("out") / "report"
    place = next(choice for choice in split(study, "location") if choice.location == PLACE)
    for only, choices in ((None, [ALL]), (["summary"], [place])):
        summary = run_reports(study, out, only=only, choices=choices)
        assert summary.exit_code == 0, [run.message for run in summary.runs]
    month, never = (Choice(since=day, until=day).checked() for day in ("2024-03", "2031-01"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "notebooks_folder", lambda: failing_notebooks(folder / "notebooks"))
        summary = run_reports(study, out, only=["summary", "data_quality"], choices=[month, never])
    assert [run.status for run in summary.runs] == ["failed", "failed", "empty", "empty"]
    return summary.index.parent


def failing_notebooks(folder: Path) -> Path:
    """Return a folder of the notebooks, two of which fail with a message that is an attack."""
    if not folder.exists():
        shutil.copytree(notebooks_folder(), folder)
        for name in ("summary", "data_quality"):
            book = nbformat.read(folder / f"{name}.ipynb", as_version=4)
            book.cells.insert(2, nbformat.v4.new_code_cell(f"raise ValueError({NASTY[1]!r})"))
            nbformat.write(book, folder / f"{name}.ipynb")
    return folder
