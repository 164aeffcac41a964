"""What a notebook shows: numbered figures and tables, sentences, quotes, and the CSV files beside them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from custservice.claims.told import Card
from custservice.figures import LinkBox, Picture
from custservice.findings import Finding
from custservice.quotes import Said, clean, no_controls, quote_html
from custservice.reporting.labels import label
from custservice.words import plain, sentence

_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r|%]")
#: The shapes of the figures' marks.
_SHAPE = {"praise": "\N{BLACK CIRCLE}", "blame": "\N{BLACK DIAMOND}"}
#: The marks of verdicts.
_VERDICT = {
    "supported": "\N{CHECK MARK}",
    "contradicted": "\N{MULTIPLICATION X}",
    "cannot tell": "?",
    "not testable": "-",
}
#: Tables of so many rows are not torn apart in print.
_SHORT = 22


@dataclass
class Page:
    """Shows results in a notebook, alike in JupyterLab and in a report.

    Parameters
    ----------
    publish
        Folder for the tables as CSV files; empty for none.

    Examples
    --------
    >>> page = Page()
    >>> page.table_html(pd.DataFrame({"place": ["<b>"], "visits": [12000]}), "Visits").partition(". V")[0]
    '<figure class="table short" tabindex="0"><table><caption><span>Table 1'
    """

    publish: str = ""
    figures: int = field(default=0, init=False)
    tables: int = field(default=0, init=False)
    linked: dict[str, int] = field(default_factory=dict, init=False)  # place on the page -> figure that leads there

    def figure(self, picture: Picture, note: str = "") -> None:
        """Show a picture with its number, an alt text and an optional note; where nothing was drawn, say so.

        Rows of it that lead to quotes become links across the picture.
        """
        if picture.empty:
            self.say(picture.alt)
            return
        self.figures += 1
        data = base64.b64encode(picture.svg().encode()).decode()
        links = picture.links()
        self.linked |= {link.anchor: self.figures for link in links}
        place = f' id="figure-{self.figures}"' if links else ""
        parts = [
            f'<figure class="picture"{place}><figcaption><b>Figure {self.figures}. {_text(picture.title)}</b>',
            f"<span>{_text(picture.subtitle)}</span></figcaption>",
            _with_links(f'<img alt="{_text(picture.alt)}" src="data:image/svg+xml;base64,{data}">', links),
            f"<p>{_text(note)}</p></figure>" if note else "</figure>",
        ]
        _show("".join(parts), f"{picture.title}. {picture.alt}")

    def table(
        self,
        frame: pd.DataFrame,
        caption: str,
        name: str = "",
        formats: Mapping[str, str] | None = None,
        empty: str = "There is nothing to show here.",
    ) -> None:
        """Show a table with its number and caption; ``name`` also writes it as ``name.csv`` where published.

        Parameters
        ----------
        frame
            What to show, in order; its index is not shown.
        formats
            A format for a column, such as ``{"effect": "{:+.0f}"}``; numbers get a plain one by default.
        empty
            What to say instead where the table has no rows.
        """
        if frame.empty:
            self.say(empty)
            return
        if name and self.publish:
            write_csv(frame, Path(self.publish) / f"{name}.csv")
        link = f"{name}.csv" if name and self.publish else ""
        _show(self.table_html(frame, caption, formats or {}, link), f"{caption}: {len(frame)} rows")

    def table_html(
        self, frame: pd.DataFrame, caption: str, formats: Mapping[str, str] | None = None, link: str = ""
    ) -> str:
        """Return a table as HTML: a caption, column headers, numbers to the right; every cell is escaped."""
        self.tables += 1
        frame = _in_words(frame)
        numeric = [pd.api.types.is_numeric_dtype(frame[c]) and not pd.api.types.is_bool_dtype(frame[c]) for c in frame]
        head = "".join(
            f'<th scope="col"{_aside(n)}>{_text(label(c))}</th>' for c, n in zip(frame, numeric, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                _cell(v, c, n, formats or {}, head=not i and not n)
                for i, (v, c, n) in enumerate(zip(row, frame, numeric, strict=True))
            )
            + "</tr>"
            for row in frame.itertuples(index=False)
        )
        number = f"Table {self.tables}"
        file = f' <a href="tables/{escape(link)}" download aria-label="{number} as CSV">CSV</a>' if link else ""
        return (
            f'<figure class="table{" short" if len(frame) <= _SHORT else ""}" tabindex="0"><table>'
            f"<caption><span>{number}. {_text(caption)}{file}</span></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></figure>"
        )

    def say(self, *sentences: str, kind: str = "") -> None:
        """Show sentences, one paragraph each, empty ones left out; ``kind`` is a style such as ``"finding"``."""
        mark = f' class="{escape(kind)}"' if kind else ""
        said = [s for s in sentences if s]
        if said:
            _show("".join(f"<p{mark}>{_text(s)}</p>" for s in said), " ".join(said))

    def box(self, *sentences: str) -> None:
        """Show what to do in a box, the first sentence in bold, empty ones left out."""
        said = [s for s in sentences if s]
        if said:
            first, rest = f"<p><strong>{_text(said[0])}</strong></p>", "".join(f"<p>{_text(s)}</p>" for s in said[1:])
            _show(f'<div class="do">{first}{rest}</div>', " ".join(said))

    def finding(self, finding: Finding) -> None:
        """Show a finding with the mark that its polarity has in the figures."""
        mark = f'<span class="mark" aria-hidden="true">{_SHAPE[finding.polarity]}</span>'
        about = f'<span class="sure">{sentence(finding.certainty)}.</span> {_text(finding.about)}'
        _show(
            f'<div class="finding {finding.polarity}"><p>{mark}<strong>{_text(finding.name)}</strong>: '
            f'{_text(finding.said)}</p><p class="about">{about}</p></div>',
            finding.text,
        )

    def points(self, sentences: Iterable[str], kind: str = "") -> None:
        """Show sentences as a list."""
        items = [s for s in sentences if s]
        if not items:
            return
        mark = f' class="{escape(kind)}"' if kind else ""
        _show(f"<ul{mark}>" + "".join(f"<li>{_text(s)}</li>" for s in items) + "</ul>", "\n".join(items))

    def quotes(self, quotes: pd.DataFrame, heading: str = "") -> None:
        """Show quotes chosen by `custservice.quotes.choose_quotes`, evidence highlighted, under a heading."""
        if len(quotes):
            title = f"<h3>{_text(heading)}</h3>" if heading else ""
            _show(f'<div class="said">{title}{quote_html(quotes)}</div>', f"{len(quotes)} quotes")

    def claims(self, cards: Iterable[Card]) -> None:
        """Show claims one by one: the claim, what it predicts, and for each test the verdict and what was measured."""
        shown = [_claim_html(card) for card in cards]
        if shown:
            _show(f'<div class="claims">{"".join(shown)}</div>', f"{len(shown)} claims")

    def said(self, groups: Iterable[Said]) -> None:
        """Show the quotes of many drivers by family, each where the rows of a figure lead, with the way back."""
        parts: list[str] = []
        family = ""
        for said in groups:
            if said.family_anchor != family:
                family = said.family_anchor
                words = escape(sentence(f"{said.family.replace('_', ' ')}: {said.polarity}"))
                number = self.linked.get(family, self.linked.get(said.anchor))
                back = f' <a class="back" href="#figure-{number}">back to Figure {number}</a>' if number else ""
                parts.append(f'<h3 id="{family}">{words}{back}</h3>')
            words = escape(sentence(plain(said.driver, said.polarity)))
            shown = quote_html(said.quotes) or "<p>No sentence says this plainly enough to be shown alone.</p>"
            parts.append(f'<h4 id="{said.anchor}">{words} ({said.n_mentions:,} mentions)</h4>{shown}')
        if parts:
            _show(f'<div class="said">{"".join(parts)}</div>', f"{len(parts)} groups of quotes")
        else:
            self.say("No driver is mentioned often enough to quote.")


def _claim_html(card: Card) -> str:
    parts = [f"<h3>{_text(card.claim.words)}</h3><p>{_text(card.claim.predicts)}</p>"]
    for line in card.lines:
        asked = f"{_text(sentence(line.part))}: " if line.part else ""
        found = f" {_text(line.found)}." if line.found else ""
        mark = f'<span class="mark" aria-hidden="true">{_VERDICT[line.verdict]}</span>'
        notes = " ".join(_text(note) for note in line.notes)
        verdict = line.verdict if line.part else sentence(line.verdict)
        parts.append(f"<p>{mark}{asked}<strong>{_text(verdict)}.</strong>{found}</p>")
        parts.append(f'<p class="about">{_text(line.test)} {notes}</p>')
    beware = f'<p class="about">Beware: {_text(card.claim.beware)}</p>' if card.claim.beware else ""
    sure = card.lines[0].verdict.replace(" ", "-")
    return f'<section class="claim {sure}">{"".join(parts)}{beware}</section>'


def _with_links(image: str, links: list[LinkBox]) -> str:
    """Lay links over an image; their places are shares of it, so that they stay on their rows at any width."""
    if not links:
        return image
    bands = "".join(
        f'<a href="#{escape(link.anchor)}" aria-label="{escape(link.words)}" title="{escape(link.words)}" '
        f'style="position:absolute;left:0;right:0;top:{100 * link.top:.2f}%;height:{100 * link.height:.2f}%"></a>'
        for link in links
    )
    return f'<div class="rows" style="position:relative;max-width:30rem">{image}{bands}</div>'


def write_csv(frames: pd.DataFrame | Iterable[pd.DataFrame], path: Path) -> int:
    """Write a table, or one that comes in parts, and return its rows.

    No spreadsheet takes it for formulas: text that could start one gets an apostrophe first.
    """
    rows = 0
    for number, frame in enumerate([frames] if isinstance(frames, pd.DataFrame) else frames):
        if not number:
            path.parent.mkdir(parents=True, exist_ok=True)
        safe = frame.copy()
        for column in safe.columns[[not pd.api.types.is_numeric_dtype(t) for t in safe.dtypes]]:
            safe[column] = safe[column].map(_no_formula, na_action="ignore")
        safe = safe.rename(columns=lambda c: _no_formula(str(c)))
        safe.to_csv(path, index=False, header=not number, mode="a" if number else "w", lineterminator="\n")
        rows += len(frame)
    return rows


def _show(html: str, text: str) -> None:
    from IPython.display import display

    display({"text/html": html, "text/plain": text}, raw=True)  # type: ignore[no-untyped-call]


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Put plain words in the place of the ids of drivers, which files keep."""
    if not {"driver", "polarity"} <= set(frame.columns):
        return frame
    words = [sentence(plain(d, p)) for d, p in zip(frame["driver"], frame["polarity"], strict=True)]
    rest = frame.drop(columns=["driver", "polarity", "family"], errors="ignore")
    rest.insert(0, "behaviour", words)
    return rest


def _aside(numeric: bool) -> str:
    return ' class="n"' if numeric else ""


def _text(value: Any) -> str:
    """Return text for HTML, without characters that control, or turn, what stands beside them."""
    return escape(no_controls(str(value)))


def _cell(value: Any, column: Any, numeric: bool, formats: Mapping[str, str], head: bool) -> str:
    name = str(column)
    first, _, rest = name.partition("_")
    form = formats.get(name) or formats.get(first if rest[:1].isdigit() else name)  # effect_30_days looks like effect
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        text = "–"
    elif name.endswith(("p_value", "q_value")):
        text = "<0.001" if value < 0.001 else f"{value:.3f}"
    elif form:
        text = form.format(value)
    elif isinstance(value, (float, np.floating)):
        text = f"{value:,.1f}" if abs(float(value)) < 1000 else f"{value:,.0f}"
    elif isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        text = f"{value:,}"
    else:
        text = clean(str(value))
        text = text.replace("-", "\N{NON-BREAKING HYPHEN}") if column == "month" else text
    text = text.replace("-", "\N{MINUS SIGN}") if numeric else text
    return f'<th scope="row">{escape(text)}</th>' if head else f"<td{_aside(numeric)}>{escape(text)}</td>"
