"""The front page: the page for leaders first, then each place, then all runs; what failed is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custservice.choice import Choice
from custservice.reporting.execute import NotebookRun
from custservice.reporting.overview import chosen, listed, rows_of
from custservice.reporting.render import frame, index_page
from custservice.reporting.store import FAILED, MADE_BY, MANIFEST, Store

NOTEBOOKS = (("summary", "leader"), ("repeat_business", "analyst"))


def write_run(out: Path, choice: Choice, name: str, audience: str, file: str = MANIFEST, **more: Any) -> None:
    known = {"made_by": MADE_BY, "name": name, "title": f"The {name}", "audience": audience, "about": "What it says."}
    known |= {"place": choice.place, "period": choice.period, "seconds": 1.5, "made": "2024-05-06 07:08:09"}
    known |= {"data_until": "2024-04-30", "measures": {"reviews": 1234, "known": 900, "praise": 50.0, "blame": 40.0}}
    folder = out / choice.slug / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(json.dumps({**known, "message": "", "files": {}, "before": None, **more}), "utf-8")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for name, audience in NOTEBOOKS:
        for place in ("Mill Lane", "Abbey Row"):
            write_run(tmp_path, Choice(location=place), name, audience)
    return tmp_path


def front(out: Path, *runs: NotebookRun) -> str:
    links = [{"title": "Overview", "href": "index.html", "here": True}]
    return index_page(rows_of(Store(out), runs), [], "lead", frame("Overview", "Cafes", "index", links, "foot"))


def test_places_lead_to_their_pages_for_leaders(out: Path) -> None:
    groups = chosen(rows_of(Store(out), []))
    assert [(g.words, g.entry["name"], len(g.analysts)) for g in groups] == [
        ("Abbey Row", "summary", 1),
        ("Mill Lane", "summary", 1),
    ]
    page = front(out)
    assert page.index("Abbey Row</a>") < page.index("Mill Lane</a>") < page.index("All runs")
    assert page.count("1,234 reviews") == 2
    assert 'class="do start"' not in page, "there is no page over all visits"


def test_the_page_over_all_visits_comes_first(out: Path) -> None:
    for name, audience in NOTEBOOKS:
        write_run(out, Choice(), name, audience)
    page = front(out)
    first = page.index('<section class="do start"><h2><a href="all/summary/summary.html">The summary</a>')
    assert first < page.index("Behind it, for analysts") < page.index("Each place and period") < page.index("All runs")


def test_what_failed_is_said_and_the_last_good_page_led_to(out: Path) -> None:
    wrong = {"message": "Cell 3: ValueError: <b>", "made": "2024-06-07 08:09:10"}
    write_run(out, Choice(location="Mill Lane"), "summary", "leader", FAILED, **wrong)
    write_run(out, Choice(location="Quayside"), "summary", "leader", FAILED, **wrong)
    page = front(out)
    assert page.count("Failed. Cell 3: ValueError: &lt;b&gt;") == 2
    assert page.count("The page of 2024-05-06 07:08 still stands.") == 2
    assert page.count("It could not be made.") == 1
    assert page.count("What failed</a>") == 1


def test_what_changed_since_the_run_before_is_said(out: Path) -> None:
    old = {"made": "2024-04-01", "data_until": "2024-03-31", "key": "k"}
    before = {**old, "measures": {"reviews": 1200, "known": 900, "praise": 48.0, "blame": 40.2}}
    write_run(out, Choice(location="Mill Lane"), "summary", "leader", before=before)
    rows = rows_of(Store(out), [])
    changes = [row["change"] for row in rows if row["change"]]
    assert changes == ["+34 reviews, praise 48 → 50 of 100 (data until 2024-03-31)"]
    told = [json.loads(line) for line in listed(rows).splitlines()]
    assert [run["before"] for run in told if run["before"]] == [before]


def test_what_had_nothing_to_report_has_a_row_and_no_link(out: Path) -> None:
    empty = NotebookRun("summary", "The summary", "leader", "x", "empty", 0.0, "There is no visit <in> May.", {})
    page = front(out, empty)
    assert "There is no visit &lt;in&gt; May." in page
    assert 'href="all/' not in page
