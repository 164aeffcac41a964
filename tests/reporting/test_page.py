"""What a page shows: numbered, escaped, with a CSV file that no spreadsheet runs."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from custservice import figures
from custservice.findings import Finding
from custservice.quotes import Said
from custservice.reporting.page import Page, write_csv


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr("custservice.reporting.page._show", lambda html, text: seen.append(html))
    return seen


def test_tables_are_numbered_captioned_and_escaped(shown: list[str], tmp_path: Path) -> None:
    page = Page(str(tmp_path))
    frame = pd.DataFrame({"place": ["<b>x</b>"], "n_visits": [12345], "effect": [-61.7], "none": [None]})
    page.table(frame, "Visits & more", "visits", {"effect": "{:+.0f}"})
    page.table(frame, "Again")
    assert "Table 1. Visits &amp; more" in shown[0]
    assert 'href="tables/visits.csv"' in shown[0]
    assert "Table 2. Again" in shown[1]
    assert "csv" not in shown[1]
    assert "<b>x" not in shown[0]
    assert re.findall(r'<td class="n">([^<]*)', shown[0]) == ["12,345", "−62"]
    assert "<td>–</td>" in shown[0]
    assert '<th scope="col" class="n">visits</th>' in shown[0]


def test_csv_cannot_carry_formulas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=place": ["=1+1", "+a", "-b", "@c", "\td", " =e", "fine", None], "n": [-1.5] * 8})
    write_csv(frame, tmp_path / "a" / "t.csv")
    lines = (tmp_path / "a" / "t.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "'=place,n"
    assert [line.split(",")[0][0] for line in lines[1:7]] == ["'"] * 6
    assert lines[7:] == ["fine,-1.5", ",-1.5"]


def test_sentences_points_and_quotes_are_escaped(shown: list[str]) -> None:
    page = Page()
    page.say("1 < 2", kind="finding blame")
    page.points(["a & b"])
    page.quotes(
        pd.DataFrame(
            {"location_id": ["x & y"], "month": ["May"], "before": ["a "], "evidence": ["<i>"], "after": [""]}
        ),
        "<h>",
    )
    page.quotes(pd.DataFrame(columns=["location_id"]), "never")
    assert shown[0] == '<p class="finding blame">1 &lt; 2</p>'
    assert shown[1] == "<ul><li>a &amp; b</li></ul>"
    assert "<mark>&lt;i&gt;</mark>" in shown[2]
    assert "x &amp; y" in shown[2]
    assert len(shown) == 3


def test_rows_of_a_figure_lead_to_quotes_and_back(shown: list[str]) -> None:
    row = {"driver": "warmth", "polarity": "praise", "effect": 9.0, "low": 1.0, "high": 17.0}
    effects = pd.DataFrame([row])
    anchors = {("warmth", "praise"): "quotes-warmth-praise"}
    page = Page()
    page.figure(figures.forest(effects, "t", "s"))
    page.figure(figures.forest(effects, "t", "s", anchors=anchors))
    assert "<a " not in shown[0]
    assert 'id="figure-2"' in shown[1]
    found = re.findall(r'<a href="#(.*?)" aria-label="(.*?)".*?top:[\d.]+%;height:[\d.]+%', shown[1])
    assert found == [("quotes-warmth-praise", "Quotes: friendly staff")]
    quotes = pd.DataFrame(
        {"location_id": ["x"], "month": ["May"], "before": ["<so> "], "evidence": ["kind"], "after": [""]}
    )
    said = [Said("warmth", "praise", "warmth", 1234, quotes), Said("empathy", "praise", "warmth", 9, quotes)]
    page.said([*said, Said("apology", "blame", "responsibility", 6, quotes.head(0))])
    assert shown[2].count("<h3") == 2
    assert '<h3 id="quotes-family-warmth-praise">Warmth: praise <a class="back" href="#figure-2">' in shown[2]
    assert '<h4 id="quotes-warmth-praise">Friendly staff (1,234 mentions)</h4>' in shown[2]
    assert "&lt;so&gt;" in shown[2]
    none = "<p>No sentence says this plainly enough to be shown alone.</p>"
    assert f'<h4 id="quotes-apology-blame">No apology (6 mentions)</h4>{none}' in shown[2]
    page.said([])
    assert "mentioned often enough" in shown[3]


def test_findings_bear_the_mark_of_the_figures_and_a_box_says_what_to_do(shown: list[str]) -> None:
    page = Page()
    page.finding(Finding("courtesy", "blame", "clear", "about 60 fewer.", "It comes up in <9% of visits.", -60.0, 9.0))
    page.finding(Finding("warmth", "praise", "likely", "about 9 more.", "It comes up.", 9.0, 4.0))
    page.box("Do <this>.", "", "There.")
    page.box("")
    assert '<div class="finding blame"><p><span class="mark" aria-hidden="true">◆</span>' in shown[0]
    assert "<strong>Rude staff</strong>: about 60 fewer." in shown[0]
    assert '<span class="sure">Clear.</span> It comes up in &lt;9% of visits.' in shown[0]
    assert "●" in shown[1]
    assert shown[2] == '<div class="do"><p><strong>Do &lt;this&gt;.</strong></p><p>There.</p></div>'
    assert len(shown) == 3


def test_first_cells_head_their_rows_and_headers_are_words(shown: list[str]) -> None:
    frame = pd.DataFrame({"location_id": ["x"], "n_mentions": [3], "effect_30_days": [-4.4], "q_value": [0.0002]})
    Page().table(frame, "t", formats={"effect": "{:+.0f}"})
    assert re.findall(r'<th scope="col"[^>]*>([^<]*)', shown[0]) == ["location", "mentions", "effect, 30 days", "q"]
    assert '<tr><th scope="row">x</th>' in shown[0]
    assert re.findall(r'<td class="n">([^<]*)', shown[0]) == ["3", "−4", "&lt;0.001"]
