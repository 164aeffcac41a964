"""The main job on a small study: whole pages, honest failures, nothing foreign overwritten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from custservice.choice import Choice
from custservice.demo import make_demo
from custservice.reporting import runs
from custservice.reporting.execute import execute
from custservice.reporting.plan import split
from custservice.reporting.runs import NOTEBOOKS, run_reports
from custservice.study import open_study

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


def page(report: Path, name: str) -> str:
    return (report / "all" / name / f"{name}.html").read_text(encoding="utf-8")


def test_every_page_is_there_and_loads_nothing(report: Path) -> None:
    for html in ((report / "index.html").read_text(encoding="utf-8"), *(page(report, name) for name in NOTEBOOKS)):
        assert html.startswith("<!DOCTYPE html>")
        assert "Content-Security-Policy" in html
        assert "<script" not in html
        assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", html)
        assert not re.search(r"<img(?![^>]*\balt=\"[^\"]{20,})", html)
        assert "<title>" in html
        assert "Small &amp; &lt;odd&gt;" in html
        assert len(html.encode()) < 1_500_000


def test_every_link_leads_to_a_file(report: Path) -> None:
    for path in report.rglob("*.html"):
        links = re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8"))
        assert links
        assert all((path.parent / link).is_file() for link in links), (path, links)


def test_code_is_hidden_from_leaders(report: Path) -> None:
    assert "open_study" not in page(report, "summary")
    assert '<details class="code">' in page(report, "repeat_business")


def test_tables_and_manifest_stand_beside(report: Path, study: Path) -> None:
    folder = report / "all" / "repeat_business"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["inputs"]) == {"reviews.csv", "visits.csv"}
    assert manifest["parameters"]["study_file"] == "study.toml"
    assert manifest["parameters"]["location"] == ""
    assert manifest["defaults"]["publish"] == ""
    assert set(manifest["defaults"]) == set(manifest["parameters"])
    assert set(manifest["seeds"]) == {"bands", "importance"}
    assert all(isinstance(seed, int) for seed in manifest["seeds"].values())
    assert isinstance(manifest["dirty"], bool)
    assert re.fullmatch(r"[0-9a-f]{12}", manifest["commit"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in (manifest["lexicon"], *manifest["inputs"].values()))
    assert manifest["made"]
    assert manifest["seconds"] > 0
    assert manifest["peak_memory_mb"] > 50
    assert manifest["versions"]["pandas"]
    assert manifest["rows"]["visits"] > 2900
    effects = (folder / "tables" / "effects.csv").read_text(encoding="utf-8").splitlines()
    assert effects[0].startswith("driver,polarity,n_mentions,effect")
    assert len(effects) > 3
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert there == {*manifest["files"], "manifest.json"}
    listed = [json.loads(line) for line in (report / "runs.jsonl").read_text("utf-8").splitlines()]
    assert [run["name"] for run in listed] == list(NOTEBOOKS)
    assert all((report / run["manifest"]).exists() for run in listed)


def test_a_failed_notebook_gives_a_page_and_the_others_run(
    study: Path, report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "notebooks"
    shutil.copytree(runs.notebooks_folder(), folder)
    for name in ("data_quality", "summary"):
        book = nbformat.read(folder / f"{name}.ipynb", as_version=4)
        book.cells.insert(4, nbformat.v4.new_code_cell("raise ValueError('<b>boom</b>')"))
        nbformat.write(book, folder / f"{name}.ipynb")
    monkeypatch.setattr(runs, "notebooks_folder", lambda: folder)
    told: list[str] = []
    out = tmp_path / "report"
    shutil.copytree(report, out)
    shutil.rmtree(out / "all" / "data_quality")
    summary = run_reports(study, out, tell=lambda run: told.append(run.name))
    assert summary.exit_code == 1
    failed = {"summary", "data_quality"}
    wanted = {name: "failed" if name in failed else "ok" for name in NOTEBOOKS}
    assert {run.name: run.status for run in summary.runs} == wanted
    failed = page(out, "data_quality")
    assert "could not be made" in failed
    assert "ValueError: &lt;b&gt;boom&lt;/b&gt;" in failed
    assert "Traceback" not in failed
    assert page(out, "summary") == page(report, "summary"), "the last good page still stands"
    leaders = (out / "all" / "summary" / "failed.html").read_text("utf-8")
    assert "could not be made" in leaders
    assert "boom" not in leaders
    index = (out / "index.html").read_text("utf-8")
    assert "Failed. Cell 3: ValueError: &lt;b&gt;boom&lt;/b&gt;" in index  # the third code cell of the notebook
    assert "still stands." in index
    assert index.count("Taken over: nothing has changed since") == len(NOTEBOOKS) - 2
    assert sorted(told) == sorted(NOTEBOOKS)
    monkeypatch.undo()
    again = run_reports(study, out)
    assert again.exit_code == 0
    assert not (out / "all" / "summary" / "failed.html").exists()


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


def test_a_kernel_that_hangs_is_ended(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell("a: int = 1", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell("import time\ntime.sleep(600)")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), tmp_path / "book.ipynb")
    run = execute(tmp_path / "book.ipynb", tmp_path / "out.ipynb", {"a": 2}, tmp_path, timeout=2)
    assert (run.status, run.message) == ("failed", "A cell took longer than 2 s.")
    assert run.seconds < 300


def test_two_runs_give_the_same_pages(study: Path, report: Path, tmp_path: Path) -> None:
    again = run_reports(study, tmp_path / "again", force=True)
    assert [run.status for run in again.runs] == ["ok"] * len(NOTEBOOKS)
    for path in sorted(p for p in report.glob("all/**/*") if p.suffix in (".html", ".csv")):
        other = tmp_path / "again" / path.relative_to(report)
        one, two = (re.sub(r"made on [-:\d ]+ UTC", "", p.read_text("utf-8")) for p in (path, other))
        assert one == two, path.name


def test_places_and_months_have_pages_of_their_own(study: Path, tmp_path: Path) -> None:
    opened = open_study(study)
    place, month = split(opened, "location")[0], split(opened, "month")[-1]
    never = Choice(since="2031-01").checked()
    summary = run_reports(opened, tmp_path / "out", only=["summary"], choices=[place, month, never])
    assert [run.status for run in summary.runs] == ["ok", "ok", "empty"]
    assert summary.exit_code == 0
    first, second, _ = ((tmp_path / "out" / run.page) for run in summary.runs)
    assert f": {place.location}" in first.read_text("utf-8")
    assert "Whether these customers come back is known 60 days after each visit" in second.read_text("utf-8")
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert month.period in index
    assert "There is no visit from 2031-01-01" in index
    assert run_reports(opened, tmp_path / "none", only=["summary"], choices=[never]).exit_code == 3


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
