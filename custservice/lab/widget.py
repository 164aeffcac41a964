"""Controls over an `Explorer`: choose place, period and behaviour; the rest follows."""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from custservice.errors import CustserviceError
from custservice.figures import Picture, base
from custservice.lab.explore import BY, Explorer, Selection, View
from custservice.quotes import LEAST_MENTIONS, no_controls, quote_html
from custservice.show import mark
from custservice.words import PLAIN, plain, sentence

_ALL = "all places"
_LONGEST = 40
_STYLE = """<style>
.cs-explore { max-width: 68rem; }
.cs-explore .widget-html-content { line-height: 1.45; overflow-wrap: anywhere; }
.cs-explore .widget-toggle-buttons { display: flex; flex-flow: row nowrap; align-items: center; }
.cs-explore .widget-toggle-buttons .widget-label { flex: 0 0 80px; text-align: right; margin-right: 8px; }
.cs-explore .cs-about { font-size: 1.05rem; margin: .3rem 0; max-width: 60rem; }
.cs-explore figure { background: #fff; color: #1c1c1c; margin: 0; padding: .7rem; border-radius: .3rem; }
.cs-explore figcaption b { display: block; font-size: 1.05rem; }
.cs-explore figcaption span { display: block; font-size: .85rem; color: #565656; margin: .2rem 0 .4rem; }
.cs-explore figure img { width: 100%; max-width: 30rem; height: auto; display: block; }
.cs-explore h3 { font-size: 1.05rem; margin: .6rem 0 .3rem; }
.cs-explore .quotes { list-style: none; margin: 0; padding: 0; }
.cs-explore .quotes li { margin: .5rem 0; font-size: .95rem; padding-left: .7rem; border-left: .2rem solid #d9d9d9; }
.cs-explore .quotes q { unicode-bidi: isolate; }
.cs-explore .quotes mark { background: #ffe9a8; color: #1c1c1c; padding: 0 .1em; }
.cs-explore .quotes .where { opacity: .75; font-size: .85rem; }
</style>"""


class Explore(widgets.VBox):  # type: ignore[misc]
    """Controls and what they show; each change shows at once.

    Parameters
    ----------
    explorer
        What answers a selection.

    Attributes
    ----------
    place, driver, polarity, by, period
        The controls; ``period`` is None where the data lie in one month.
    about, trend, curve, said
        What they show, as HTML.
    """

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.place, self.driver = _places(explorer), _drivers(explorer)
        both = [("praise and blame", ""), ("praise", "praise"), ("blame", "blame")]
        self.polarity = _buttons(both, "Said", "27rem")
        self.by = _buttons([(name, name) for name in BY], "Trend by", "17rem")
        self.period = _period(explorer)
        self.about, self.trend, self.curve, self.said = (widgets.HTML() for _ in range(4))
        chosen = [self.driver, self.place, self.polarity, self.by, *([self.period] if self.period else [])]
        wrap = widgets.Layout(display="flex", flex_flow="row wrap", width="100%", overflow="visible")
        for shown in (self.trend, self.curve):
            shown.layout = widgets.Layout(flex="1 1 26rem", min_width="20rem")
        rows = [widgets.Box(chosen, layout=wrap), self.about]
        rows += [widgets.Box([self.trend, self.curve], layout=wrap), self.said, widgets.HTML(_STYLE)]
        super().__init__(rows)
        self.add_class("cs-explore")
        for control in chosen:
            control.observe(self._show, names="value")
        self._show()

    @property
    def selection(self) -> Selection:
        """What the controls say; a period of all months leaves it open."""
        since, until = self.period.value if self.period else ("", "")
        if self.period and (since, until) == (self.explorer.months[0], self.explorer.months[-1]):
            since, until = "", ""
        return Selection(self.driver.value, self.polarity.value, self.place.value, since, until, self.by.value)

    def _show(self, _: Any = None) -> None:
        try:
            view = self.explorer.show(self.selection)
        except CustserviceError as mistake:
            self.about.value = _words(str(mistake), "cs-about")
            self.trend.value = self.curve.value = self.said.value = ""
            return
        self.about.value = _words(view.about, "cs-about")
        self.trend.value, self.curve.value = picture_html(view.trend), picture_html(view.curve)
        self.said.value = said_html(view, self.selection.driver)


def picture_html(picture: Picture) -> str:
    """Return a picture with its title and alt text, or the words of an empty one."""
    if picture.empty:
        return f"<figure><figcaption><b>{_text(picture.title)}</b></figcaption>{_words(picture.alt)}</figure>"
    data = base64.b64encode(picture.svg().encode()).decode()
    return (
        f"<figure><figcaption><b>{_text(picture.title)}</b><span>{_text(picture.subtitle)}</span></figcaption>"
        f'<img alt="{_text(picture.alt)}" src="data:image/svg+xml;base64,{data}"></figure>'
    )


def said_html(view: View, driver: str) -> str:
    """Return the quotes of a view, evidence marked, under a heading for each polarity; or why there are none."""
    parts = []
    for polarity, quotes in view.quotes.items():
        words = plain(driver, polarity)
        parts.append(f"<h3>{mark(polarity)} {_text(sentence(words))}, in customers' words</h3>")
        none = f"Fewer than {LEAST_MENTIONS} mentions of it here, or none that can be quoted: no sentence is shown."
        parts.append(quote_html(quotes) or _words(none))
    return f'<div class="cs-said">{"".join(parts)}</div>' if parts else ""


def _places(explorer: Explorer) -> widgets.Dropdown:
    options = [(_ALL, ""), *((_label(name), name) for name in explorer.locations)]
    return widgets.Dropdown(options=options, description="Place")


def _drivers(explorer: Explorer) -> widgets.Dropdown:
    """Drivers by the plain words of praise and blame; a study's own by its id."""
    named = [(f"{plain(d, 'praise')} / {plain(d, 'blame')}" if d in PLAIN else _label(d), d) for d in explorer.drivers]
    layout = widgets.Layout(width="29rem", max_width="100%")
    return widgets.Dropdown(
        options=[(sentence(words), d) for words, d in named], description="Behaviour", layout=layout
    )


def _buttons(options: list[tuple[str, str]], description: str, width: str) -> widgets.ToggleButtons:
    layout = widgets.Layout(width=width, max_width="100%")
    style = {"button_width": "auto"}
    return widgets.ToggleButtons(options=options, description=description, style=style, layout=layout)


def _period(explorer: Explorer) -> widgets.SelectionRangeSlider | None:
    months = explorer.months
    if len(months) < 2:
        return None
    layout = widgets.Layout(width="34rem", max_width="100%")
    ends = (0, len(months) - 1)
    named = [(f" {pd.Timestamp(month):%b %Y} ", month) for month in months]
    return widgets.SelectionRangeSlider(
        options=named, index=ends, description="Period", continuous_update=False, layout=layout
    )


def _label(name: str) -> str:
    return base.short(name, _LONGEST)


def _words(said: str, kind: str = "") -> str:
    return f'<p class="{kind}">{_text(said)}</p>' if kind else f"<p>{_text(said)}</p>"


def _text(value: str) -> str:
    return escape(no_controls(value))
