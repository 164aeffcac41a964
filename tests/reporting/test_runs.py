"""The main job on a small study: whole pages, honest failures, nothing foreign overwritten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from custservice.demo import make_demo
from custservice.errors import ReportError
from custservice.reporting import runs
from custservice.reporting.execute import execute
from custservice.reporting.runs import NOTEBOOKS, run_reports

pytestmark = pytest.mark.slow
KERNEL = {"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    demo = make_demo(n_visits=3000)
    reviews = demo.reviews.copy()
    reviews.loc[reviews.index[:5], "text"] = "<script>alert(1)</script> The staff were rude </style> \u202e and =1+1"
    reviews.to_csv(folder / "reviews.csv", index=False)
    demo.visits.to_csv(folder / "visits.csv", index=False)
    text = (
        'title = "Small & <odd>"\nwindow_days = 60\n[reviews]\nfiles = "reviews.csv"\n[visits]\nfiles = "visits.csv"\n'
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


@pytest.fixture(scope="module")
def report(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    summary = run_reports(study, tmp_path_factory.mktemp("out") / "report")
    assert summary.exit_code == 0, [run.message for run in summary.runs]
    return summary.index.parent


def test_every_page_is_there_and_loads_nothing(report: Path) -> None:
    for name in ("index", *NOTEBOOKS):
        html = (report / f"{name}.html").read_text(encoding="utf-8")
        assert html.startswith("<!DOCTYPE html>")
        assert "Content-Security-Policy" in html
        assert "<script" not in html
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)
        assert not re.search(r"<img(?![^>]*\balt=\"[^\"]{20,})", html)
        assert "<title>" in html
        assert "Small &amp; &lt;odd&gt;" in html
        assert len(html.encode()) < 1_500_000


def test_pages_link_to_each_other_and_hide_code_from_leaders(report: Path) -> None:
    summary = (report / "summary.html").read_text(encoding="utf-8")
    assert all(f'href="{name}.html"' in summary for name in NOTEBOOKS if name != "summary")
    assert "open_study" not in summary
    assert '<details class="code">' in (report / "repeat_business.html").read_text(encoding="utf-8")


def test_tables_and_manifest_stand_beside(report: Path, study: Path) -> None:
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["inputs"]) == {"reviews.csv", "visits.csv"}
    assert {n["name"] for n in manifest["notebooks"]} == set(NOTEBOOKS)
    assert manifest["versions"]["pandas"]
    assert manifest["rows"]["visits"] > 2900
    effects = (report / "tables" / "effects.csv").read_text(encoding="utf-8").splitlines()
    assert effects[0].startswith("driver,polarity,n_mentions,effect")
    assert len(effects) > 3
    assert not (report / "notebooks").exists()


def test_a_failed_notebook_gives_a_page_and_the_others_run(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "notebooks"
    shutil.copytree(runs.notebooks_folder(), folder)
    book = nbformat.read(folder / "data_quality.ipynb", as_version=4)
    book.cells.insert(4, nbformat.v4.new_code_cell("raise ValueError('<b>boom</b>')"))
    nbformat.write(book, folder / "data_quality.ipynb")
    monkeypatch.setattr(runs, "notebooks_folder", lambda: folder)
    told: list[str] = []
    out = tmp_path / "report"
    summary = run_reports(study, out, only=["data_quality", "summary"], tell=lambda run: told.append(run.name))
    assert summary.exit_code == 1
    assert {run.name: run.status for run in summary.runs} == {"summary": "ok", "data_quality": "failed"}
    page = (out / "data_quality.html").read_text(encoding="utf-8")
    assert "could not be made" in page
    assert "ValueError: &lt;b&gt;boom&lt;/b&gt;" in page
    assert "Traceback" not in page
    assert "Failed." in (out / "index.html").read_text(encoding="utf-8")
    assert sorted(told) == ["data_quality", "summary"]


@pytest.mark.parametrize(
    ("source", "message"),
    [("import sys; sys.exit(0)", "did not finish|SystemExit"), ("import os; os._exit(1)", "died|Dead|did not finish")],
)
def test_leaving_early_is_a_failure(source: str, message: str, tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell("a: int = 1", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source), nbformat.v4.new_code_cell("1 + 1")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "book.ipynb")
    run = execute(tmp_path / "book.ipynb", tmp_path / "out.ipynb", {"a": 2}, tmp_path)
    assert run.status == "failed"
    assert re.search(message, run.message)


def test_the_old_report_is_replaced_whole(study: Path, report: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    shutil.copytree(report, again)
    (again / "summary.html").write_text("old", encoding="utf-8")
    run_reports(study, again, only=["data_quality"])
    assert not (again / "summary.html").exists()
    assert (again / "data_quality.html").exists()
    assert "Not asked for in this run: What brings customers back" in (again / "index.html").read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["again"]
    with pytest.raises(ReportError, match="no notebook 'sumary', did you mean 'summary'"):
        run_reports(study, tmp_path / "x", only=["sumary"])


def test_what_no_report_wrote_is_never_lost(study: Path, report: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "manifest.json").write_text('{"name": "a web app"}', encoding="utf-8")
    with pytest.raises(ReportError, match=r"holds 'manifest.json', which no report wrote"):
        run_reports(study, mine)
    again = tmp_path / "again"
    shutil.copytree(report, again)
    (again / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ReportError, match=r"holds 'thesis.txt', which no report wrote and which would be lost"):
        run_reports(study, again)
    assert (again / "thesis.txt").read_text("utf-8") == "years of work"


def test_nothing_published_names_a_folder_of_this_machine(study: Path, report: Path) -> None:
    for file in (p for p in report.rglob("*") if p.is_file()):
        text = file.read_text("utf-8")
        assert str(study.parent) not in text, file.name
        assert str(Path.cwd()) not in text, file.name


def test_notebooks_do_not_move_the_process(study: Path, tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("a: int = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"import os\nassert os.getcwd() == {str(study.parent)!r}"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "book.ipynb")
    before = Path.cwd()
    run = execute(tmp_path / "book.ipynb", tmp_path / "out.ipynb", {"a": 2}, study.parent)
    assert run.message == ""
    assert Path.cwd() == before
