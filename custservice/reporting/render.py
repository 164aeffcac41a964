"""Executed notebooks and lists of runs as self-contained HTML pages in the project's own template."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any

from custservice.reporting.execute import NotebookRun, Outline
from custservice.reporting.methods import anchor, sections
from custservice.reporting.overview import chosen

_HERE = Path(__file__).parent
TEMPLATE = _HERE / "template"
_PLAIN_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_HEADING = re.compile(r'<h2 id="([^"]+)">(.*?)</h2>', re.DOTALL)
_NO_WORD = re.compile(r"<[^>]*>|[^a-z0-9]+")
_CONTENTS = "<!--contents-->"
#: Characters that control, or turn the direction of what stands beside them: no page needs one.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@cache
def _style() -> str:
    return (TEMPLATE / "page.css").read_text(encoding="utf-8")


def frame(title: str, study: str, audience: str, links: Sequence[dict[str, Any]], foot: str) -> dict[str, Any]:
    """Return what every page has around its content."""
    style = f"{_style()}\n{_sheet(f'{title} · {study}', foot)}"
    return {"title": title, "study": study, "audience": audience, "links": links, "foot": foot, "style": style}


def _sheet(head: str, foot: str) -> str:
    """Return what stands in the margins of each printed sheet but the first, which bears the title itself."""
    look = "font: 7.5pt system-ui, sans-serif; color: #565656;"
    return (
        f"@page {{ @top-left {{ content: {css_string(head)}; {look} }}\n"
        f"@bottom-left {{ content: {css_string(foot)}; {look} width: 85%; }}\n"
        f'@bottom-right {{ content: counter(page) " / " counter(pages); {look} }} }}\n'
        "@page :first { @top-left { content: none; } }"
    )


def css_string(text: str) -> str:
    r"""Return text as a string of CSS that can end neither the string nor the style sheet.

    Examples
    --------
    >>> print(css_string('A "b" </style>'))
    "A \22 b\22  \3c \2f style\3e "
    """
    return '"' + "".join(c if c.isalnum() or c in " .,:-" else f"\\{ord(c):x} " for c in text) + '"'


def links_to(pages: Sequence[tuple[str, Outline]], here: str) -> list[dict[str, Any]]:
    """Return the links of a page to the overview and to the other pages of its place and period; itself is marked."""
    links = [{"title": "Overview", "href": "../../index.html", "here": False, "audience": "index", "about": ""}]
    return links + [
        {"title": o.title, "href": f"../{n}/{n}.html", "here": n == here, "audience": o.audience, "about": o.about}
        for n, o in pages
    ]


def notebook_page(executed: Path, page: dict[str, Any]) -> str:
    """Render an executed notebook.

    Its metadata ``custservice.methods`` may name for a heading the section of docs/methods.md that explains it; the
    page then carries these sections, folded, and leads to them.
    """
    from nbconvert import HTMLExporter

    exporter: Any = HTMLExporter(template_name="template", extra_template_basedirs=[str(_HERE)])  # type: ignore[no-untyped-call]
    exporter.exclude_anchor_links = True
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    metadata = json.loads(executed.read_text(encoding="utf-8"))["metadata"]
    methods: dict[str, str] = metadata.get("custservice", {}).get("methods", {})
    wanted = [known for title, known in sections().items() if title in methods.values()]
    behind = [link for link in page["links"] if link.get("audience") == "analyst"]
    around = {**page, "contents": page["audience"] == "analyst", "behind": behind, "methods": wanted}
    html, _ = exporter.from_filename(str(executed), resources={"page": around})
    return _UNSEEN.sub("", _with_contents(_with_methods(_with_places(str(html)), methods)))


def _with_places(html: str) -> str:
    """Give each heading an id, so that links can lead to it; the same words again get a number."""
    taken: Counter[str] = Counter()

    def placed(found: re.Match[str]) -> str:
        words = _NO_WORD.sub("-", unescape(found[1]).lower()).strip("-") or "part"
        taken[words] += 1
        return f'<h2 id="{words}{f"-{taken[words]}" if taken[words] > 1 else ""}">{found[1]}</h2>'

    return _PLAIN_HEADING.sub(placed, html)


def _with_methods(html: str, methods: Mapping[str, str]) -> str:
    """Let headings lead to the methods behind them; those that are not there are passed over."""

    def led(found: re.Match[str]) -> str:
        title = methods.get(unescape(found[2]), "")
        link = f'<p class="method"><a href="#{anchor(title)}">Methods: {escape(title)}</a></p>'
        return found[0] + link if title in sections() else found[0]

    return _HEADING.sub(led, html)


def _with_contents(html: str) -> str:
    """Put a list of the headings where the frame has left room for it."""
    if _CONTENTS not in html:
        return html
    items = "".join(f'<li><a href="#{place}">{words}</a></li>' for place, words in _HEADING.findall(html))
    listed = f'<nav class="contents" aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>{items}</ol></nav>'
    return html.replace(_CONTENTS, listed, 1)


def failed_page(run: NotebookRun, page: dict[str, Any]) -> str:
    """Render what stands in the place of a page that could not be made."""
    lead = "Part of this report is missing." if run.audience == "leader" else "What failed:"
    return _UNSEEN.sub("", _template("failed.html.j2").render(page=page, lead=lead, message=run.message))


def index_page(rows: Sequence[dict[str, Any]], notes: Sequence[str], lead: str, page: dict[str, Any]) -> str:
    """Render the front page of a report: the way to its pages, and a row per run (see `overview`), and notes."""
    groups = chosen(rows)
    whole = next((g for g in groups if not g.words or len(groups) == 1), None)
    places = [g for g in groups if g is not whole]
    html = _template("runs.html.j2").render(page=page, rows=rows, whole=whole, places=places, notes=notes, lead=lead)
    return _UNSEEN.sub("", html)


def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(str(TEMPLATE))
    return Environment(loader=loader, autoescape=False).get_template(name)  # noqa: S701 (each value is escaped by |e)
