"""The methods as parts of a page: a page that is passed on alone still says how its numbers are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_NUMBER = re.compile(r"^\d+\.\s+")
_TABLE = re.compile(r"<table>(.*?)</table>", re.DOTALL)
_HEADING = re.compile(r"<h3[^>]*>(.*?)</h3>", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """A section of docs/methods.md: its ``title``, its text as ``html``, and the ``anchor`` where it stands."""

    title: str
    html: str

    @property
    def anchor(self) -> str:
        """The place on the page."""
        return anchor(self.title)


def anchor(title: str) -> str:
    """Return the id of a section of the methods.

    Examples
    --------
    >>> anchor("What this cannot show")
    'methods-what-this-cannot-show'
    """
    return f"methods-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"


def methods_file() -> Path:
    """Return the text of the methods: in a checkout in docs, in an installed package inside it."""
    package = Path(__file__).parents[1]
    inside = package / "_methods.md"
    return inside if inside.exists() else package.parent / "docs" / "methods.md"


@cache
def sections() -> dict[str, Section]:
    """Return the sections of the methods by title, in order, without their numbers.

    Examples
    --------
    >>> list(sections())[:3]
    ['Mentions', 'The panel', 'Effects']
    """
    parts = re.split(r"^## ", methods_file().read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = {}
    for part in parts:
        heading, _, text = part.partition("\n")
        title = _NUMBER.sub("", heading).strip()
        found[title] = Section(title, _html(title, text))
    return found


def _html(title: str, text: str) -> str:
    from nbconvert.filters import markdown2html

    html = re.sub(r'<a class="anchor-link".*?</a>', "", re.sub(r'<h3 id="[^"]*">', "<h3>", str(markdown2html(text))))
    out, last, caption = [], 0, title
    for table in _TABLE.finditer(html):
        before = html[last : table.start()]
        caption = (_HEADING.findall(before) or [caption])[-1]
        body = table[1].replace("<th>", '<th scope="col">')
        out += [before, f'<figure class="table" tabindex="0"><table><caption><span>{caption}</span></caption>{body}']
        out.append("</table></figure>")
        last = table.end()
    return "".join([*out, html[last:]])
