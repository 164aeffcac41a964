"""Pages around executed notebooks: contents, methods, the way between leader and analyst, sheets with a foot."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from custservice.reporting.execute import Outline
from custservice.reporting.methods import anchor, sections
from custservice.reporting.render import css_string, frame, index_page, links_to, notebook_page
from custservice.reporting.runs import NOTEBOOKS, notebooks_folder

PAGES = [
    ("summary", Outline("For leaders", "leader", "The short of it.")),
    ("more", Outline("For analysts", "analyst", "The rest <of it>.")),
]


def rendered(folder: Path, audience: str = "analyst", methods: dict[str, str] | None = None) -> str:
    cells = [
        nbformat.v4.new_markdown_cell("# A page"),
        nbformat.v4.new_markdown_cell("## First & last\n\nText."),
        nbformat.v4.new_code_cell("secret = 1", outputs=[html('<p class="answer">Yes\u202e.\x00</p>')]),
        nbformat.v4.new_markdown_cell("## First & last\n\nAgain."),
    ]
    book = nbformat.v4.new_notebook(cells=cells, metadata={"custservice": {"methods": methods or {}}})
    nbformat.write(book, folder / "more.ipynb")
    name = "more" if audience == "analyst" else "summary"
    return notebook_page(folder / "more.ipynb", frame("A page", "Cafes", audience, links_to(PAGES, name), "foot · 1.0"))


def html(text: str) -> Any:
    return nbformat.v4.new_output("display_data", {"text/html": text})


def test_contents_lead_to_each_heading_once(tmp_path: Path) -> None:
    page = rendered(tmp_path)
    assert page.count('<nav class="contents"') == 1
    assert re.findall(r'<li><a href="#([^"]+)">First', page) == ["first-last", "first-last-2"]
    assert '<h2 id="first-last">First &amp; last</h2>' in page
    assert '<h2 id="first-last-2">' in page
    assert "<!--contents-->" not in page
    assert '<nav class="contents"' not in rendered(tmp_path, "leader")


def test_code_is_folded_for_analysts_and_absent_for_leaders(tmp_path: Path) -> None:
    assert '<details class="code"><summary>Code</summary><pre><code>secret = 1' in rendered(tmp_path)
    assert "secret" not in rendered(tmp_path, "leader")


def test_leaders_and_analysts_find_each_other(tmp_path: Path) -> None:
    leader = rendered(tmp_path, "leader")
    assert '<a href="../more/more.html">For analysts</a>: The rest &lt;of it&gt;.' in leader
    assert '<a href="../summary/summary.html">For leaders</a>' in rendered(tmp_path)


def test_methods_stand_in_the_page_and_headings_lead_to_them(tmp_path: Path) -> None:
    page = rendered(tmp_path, methods={"First & last": "Rates", "Not there": "Effects", "A page": "Nothing"})
    assert page.count(f'<p class="method"><a href="#{anchor("Rates")}">Methods: Rates</a></p>') == 2
    assert f'<div id="{anchor("Rates")}">' in page
    assert "Wilson intervals" in page
    assert f"#{anchor('Nothing')}" not in page
    assert '<li><a href="#methods">Methods</a></li>' in page
    assert "Methods" not in rendered(tmp_path)


def test_what_turns_or_controls_text_is_left_out(tmp_path: Path) -> None:
    assert '<p class="answer">Yes.</p>' in rendered(tmp_path)
    page = frame("Overview", "Ca\u202efes", "index", links_to(PAGES, "index"), "foot\x00")
    assert not re.search("[\u202e\x00]", index_page([], ["a\u2066b"], "lead", page))


def test_the_foot_of_sheets_can_end_neither_string_nor_style(tmp_path: Path) -> None:
    hostile = '"; } </style><script>\\'
    assert not set('<>/\\";{}') & set(re.sub(r"\\[0-9a-f]+ ", "", css_string(hostile)[1:-1]))
    page = frame("A", hostile, "leader", [], hostile)
    assert "</style" not in page["style"]
    assert "counter(page)" in page["style"]


def test_methods_have_headers_and_captions() -> None:
    for section in sections().values():
        assert section.html.count("<table>") == section.html.count("<caption>")
        assert "<th>" not in section.html
        assert " id=" not in section.html  # which the page gives


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_link_methods_that_are_there(name: str) -> None:
    book = json.loads((notebooks_folder() / f"{name}.ipynb").read_text("utf-8"))
    own = book["metadata"]["custservice"]
    headings = {line[3:] for c in book["cells"] for line in "".join(c["source"]).splitlines() if line[:3] == "## "}
    methods = own.get("methods", {})
    assert bool(methods) == (own["audience"] == "analyst")
    assert set(methods) <= headings
    assert set(methods.values()) <= set(sections())
