"""Executed notebooks and lists of runs as self-contained HTML pages in the project's own template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from custservice.reporting.execute import NotebookRun, Outline

_HERE = Path(__file__).parent
TEMPLATE = _HERE / "template"


@cache
def _style() -> str:
    return (TEMPLATE / "page.css").read_text(encoding="utf-8")


def frame(title: str, study: str, audience: str, links: Sequence[dict[str, Any]], foot: str) -> dict[str, Any]:
    """Return what every page has around its content."""
    return {"title": title, "study": study, "audience": audience, "links": links, "foot": foot, "style": _style()}


def links_to(pages: Sequence[tuple[str, Outline]], here: str) -> list[dict[str, Any]]:
    """Return the links of a page to the overview and to the other pages of its place and period; itself is marked."""
    links = [{"title": "Overview", "href": "../../index.html", "here": False}]
    return links + [{"title": o.title, "href": f"../{n}/{n}.html", "here": n == here} for n, o in pages]


def notebook_page(executed: Path, page: dict[str, Any]) -> str:
    """Render an executed notebook."""
    from nbconvert import HTMLExporter

    exporter: Any = HTMLExporter(template_name="template", extra_template_basedirs=[str(_HERE)])  # type: ignore[no-untyped-call]
    exporter.exclude_anchor_links = True
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    html, _ = exporter.from_filename(str(executed), resources={"page": page})
    return str(html)


def failed_page(run: NotebookRun, page: dict[str, Any]) -> str:
    """Render what stands in the place of a page that could not be made."""
    lead = "Part of this report is missing." if run.audience == "leader" else "What failed:"
    return str(_template("failed.html.j2").render(page=page, lead=lead, message=run.message))


def index_page(rows: Sequence[dict[str, Any]], notes: Sequence[str], lead: str, page: dict[str, Any]) -> str:
    """Render the front page of a report: a row per run (see `custservice.reporting.overview`), and notes."""
    return str(_template("runs.html.j2").render(page=page, rows=rows, notes=notes, lead=lead))


def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(str(TEMPLATE))
    return Environment(loader=loader, autoescape=False).get_template(name)  # noqa: S701 (each value is escaped by |e)
