"""The pages in a real browser: they ask for nothing, no review breaks them, and everybody can use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser.chromium import Browser, Tab
from test_notebooks import JARGON

from custservice.reporting.runs import NOTEBOOKS

pytestmark = pytest.mark.slow
#: Where each page stands in the report.
PLACES = {
    "index": "index.html",
    **{name: f"all/{name}/{name}.html" for name in NOTEBOOKS},
    "place": "location-*/summary/summary.html",
    "failed": "month-*/data_quality/data_quality.html",
    "failed for leaders": "month-*/summary/summary.html",
}
PAGES = tuple(PLACES)
WIDTHS = (360, 1440)
#: What is left of a sheet between the margins, in CSS pixels (width, height), and its size in inches.
SHEETS = {"A4": (680, 1001, 8.27, 11.69), "Letter": (702, 935, 8.5, 11.0)}
ATTRIBUTES = "[...new Set([...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))]"
LINKS = "[...document.links].map(a => a.getAttribute('href'))"
FOCUSABLE = "a[href], summary, [tabindex='0']"


def page_of(report: Path, name: str) -> Path:
    (page,) = report.glob(PLACES[name])
    return page


@contextmanager
def opened(browser: Browser, page: Path, width: int, *, trusting: bool = False) -> Iterator[Tab]:
    tab = browser.open(page, width, trusting=trusting)
    try:
        yield tab
    finally:
        tab.close()


def test_a_request_would_be_seen(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<title>x</title><img src='https://example.invalid/x.png'><script>window.ran = 1</script>", "utf-8")
    with opened(browser, page, 360) as tab:
        assert tab.requests == [page.as_uri(), "https://example.invalid/x.png"]
        assert tab.run("window.ran") == 1
        assert [e["type"] for e in tab.told("Network.loadingFailed")] == ["Image"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_for_and_no_review_breaks_a_page(
    browser: Browser, report: Path, name: str, width: int
) -> None:
    page = page_of(report, name)
    assert page.stat().st_size < 1_500_000
    with opened(browser, page, width) as tab:
        tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert tab.requests == [page.as_uri()]
        assert tab.told("Log.entryAdded") == []
        assert tab.told("Page.javascriptDialogOpening") == []
        assert tab.run("window.broken") is None
        assert tab.run("document.scripts.length + document.querySelectorAll('iframe, object, embed, form').length") == 0
        assert tab.run("document.querySelectorAll('style').length") == 1
        assert [name for name in tab.run(ATTRIBUTES) if name.startswith("on")] == []
        assert [link for link in tab.run(LINKS) if re.match(r"\s*[a-z]+:", link, re.IGNORECASE)] == []
        assert not re.search("[\x00\u202a-\u202e\u2066-\u2069]", tab.run("document.body.innerText"))
        assert tab.run("document.querySelectorAll('body > footer').length") == 1
        assert tab.run("document.documentElement.scrollWidth") == width
        assert "script" in tab.run("document.title")  # the study's own name is text, whatever stands in it


def test_the_attacks_were_quoted(browser: Browser, report: Path) -> None:
    text = ""
    for name in ("staff_attitude", "repeat_business"):
        with opened(browser, page_of(report, name), 1440) as tab:
            text += tab.run("document.querySelector('main').innerText")
    assert "rude" in text
    assert "broken" in text
    assert "xxxxxxxxxx" in text
    assert max(map(len, text.split())) < 300  # words are cut
    assert "Mill $x_1$ Lane" in text


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(browser: Browser, report: Path, name: str) -> None:
    with opened(browser, page_of(report, name), 1440) as tab:
        links = tab.run(LINKS)
        ids = tab.run("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    led = {(page_of(report, name).parent / link).resolve() for link in links if not link.startswith("#")}
    assert all(place.exists() for place in led)
    whole = set(PAGES) if name == "index" else {"index", *NOTEBOOKS} if name in NOTEBOOKS else {"index"}
    assert {page_of(report, other).resolve() for other in whole - {name}} <= led


@pytest.mark.parametrize("width", WIDTHS)
def test_the_front_page_leads_to_the_leaders_page_first(browser: Browser, report: Path, width: int) -> None:
    with opened(browser, report / "index.html", width) as tab:
        links = tab.run("[...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))")
        assert links[: len(NOTEBOOKS)] == [PLACES[name] for name in NOTEBOOKS]
        start = tab.run("document.querySelector('main a').getBoundingClientRect().bottom")
        assert start < 500, "it is seen without scrolling"
        hidden = "[...document.querySelectorAll('.runs td, .runs th')].filter(e => e.getBoundingClientRect().right > N)"
        assert tab.run(f"{hidden.replace('N', str(width))}.length") == 0
        text = tab.run("document.querySelector('main').innerText")
        assert tab.run("document.querySelectorAll('[role=row]').length") == 1 + len(NOTEBOOKS) + 1 + 2 + 2
    for said in ("Failed. Cell 2: ValueError: The staff were rude", "There is no visit in January 2031", "March 2024"):
        assert said in text
    assert "Traceback" not in text


def test_leaders_see_neither_message_nor_folder_of_a_failure(browser: Browser, report: Path) -> None:
    with opened(browser, page_of(report, "failed for leaders"), 360) as tab:
        text = tab.run("document.body.innerText")
    assert "This page could not be made." in text
    assert not re.search("Error|Cell|rude|/tmp|Traceback", text)
    with opened(browser, page_of(report, "failed"), 360) as tab:
        assert "Cell 2: ValueError: The staff were rude" in tab.run("document.body.innerText")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Browser, report: Path, axe: str, name: str, width: int) -> None:
    with opened(browser, page_of(report, name), width, trusting=True) as tab:
        tab.run(f"{axe}; 0")
        found = tab.run(
            "axe.run().then(r => r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ' ' + v.nodes[0].html.slice(0, 200)))"
        )
    assert found == []


def test_axe_would_find_something(browser: Browser, axe: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><html lang='en'><title>x</title><img src='data:,'>", encoding="utf-8")
    with opened(browser, page, 360, trusting=True) as tab:
        tab.run(f"{axe}; 0")
        assert "image-alt" in tab.run("axe.run().then(r => r.violations.map(v => v.id))")


@pytest.mark.parametrize("name", ["index", "summary", "repeat_business"])
def test_the_keyboard_alone_is_enough(browser: Browser, report: Path, name: str) -> None:
    seen = "[...document.querySelectorAll(F)].filter(e => e.checkVisibility()).length".replace("F", f'"{FOCUSABLE}"')
    where = """(() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
      window.order = window.order || []; if (!window.order.includes(e)) window.order.push(e);
      return {tag: e.tagName, href: e.getAttribute('href'), width: parseFloat(s.outlineWidth), style: s.outlineStyle,
              left: b.left, new: window.order.length}; })()"""
    with opened(browser, page_of(report, name), 1440) as tab:
        number = tab.run(seen)
        tab.press("Tab")
        first = tab.run(where)
        assert first["href"] == "#content"
        assert first["left"] >= 0  # hidden until it has the focus
        for place in range(2, number + 1):
            tab.press("Tab")
            at = tab.run(where)
            assert at["new"] == place, at
            assert at["style"] != "none"
            assert at["width"] >= 2


def test_the_skip_link_and_folded_code_work_by_key(browser: Browser, report: Path) -> None:
    with opened(browser, page_of(report, "repeat_business"), 1440) as tab:
        tab.press("Tab")
        tab.press("Enter")
        assert tab.run("document.activeElement.id") == "content"
        tab.run("document.querySelector('details.code summary').focus()")
        tab.press("Enter")
        assert tab.run("document.querySelector('details.code').open") is True
        assert "custservice" in tab.run("document.querySelector('details.code').innerText")


def test_a_link_to_the_methods_opens_them(browser: Browser, report: Path) -> None:
    with opened(browser, page_of(report, "repeat_business"), 1440) as tab:
        tab.run("document.querySelector('.method a').focus()")
        tab.press("Enter")
        assert tab.run("document.querySelector(location.hash).closest('details').open") is True


@pytest.mark.parametrize("name", ["summary", "place"])
def test_no_table_of_the_leadership_page_is_wider_than_a_phone(browser: Browser, report: Path, name: str) -> None:
    with opened(browser, page_of(report, name), 360) as tab:
        assert tab.run("[...document.querySelectorAll('table')].filter(t => t.scrollWidth > innerWidth).length") == 0
        assert tab.run("document.querySelectorAll('pre, code').length") == 0


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", [*NOTEBOOKS, "place", "index"])
def test_sheets_cut_nothing(browser: Browser, report: Path, name: str, sheet: str) -> None:
    width, height, wide, high = SHEETS[sheet]
    with opened(browser, page_of(report, name), width) as tab:
        tab.ask("Emulation.setEmulatedMedia", media="print")
        assert tab.run("document.documentElement.scrollWidth") <= width
        uncut = "[...document.querySelectorAll('figure.picture, figure.short, .finding, li')]"
        assert tab.run(f"{uncut}.filter(e => e.getBoundingClientRect().height > {height}).length") == 0
        assert tab.run(f"{uncut}.filter(e => e.getBoundingClientRect().right > {width}).length") == 0
        assert (
            tab.run(
                "[...document.querySelectorAll('header, .contents, .skip')].filter(e => e.checkVisibility()).length"
            )
            == 0
        )
        assert tab.run("getComputedStyle(document.querySelector('thead') || document.body).display") != "none"
        printed = tab.ask("Page.printToPDF", paperWidth=wide, paperHeight=high, preferCSSPageSize=False)["data"]
    assert len(printed) > 10_000


def test_every_sheet_bears_the_foot(report: Path) -> None:
    html = page_of(report, "summary").read_text("utf-8")
    foot = re.search(r'@bottom-left \{ content: "([^"]*)"', html)
    assert foot is not None
    plain = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), foot[1])
    assert plain in re.sub(r"\s+", " ", html)
    assert re.search(r"custservice \d+\.\d+\.\d+ · data until \d+ \w+ \d{4}", plain)


@pytest.mark.parametrize("name", ["summary", "place"])
def test_what_a_leader_reads_is_plain(browser: Browser, report: Path, name: str) -> None:
    with opened(browser, page_of(report, name), 360) as tab:
        tab.run("document.querySelectorAll('.quotes, .behind').forEach(e => e.remove())")
        text = tab.run("document.querySelector('main').innerText")
        text += " ".join(tab.run("[...document.images].map(i => i.alt)"))
    assert re.findall(JARGON, text, re.IGNORECASE) == []
