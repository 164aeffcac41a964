"""What all figures share: palette, shapes, style, canvas, and the picture with its words."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, wraps
from importlib.resources import files
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ParamSpec

from custservice.quotes import no_controls

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOUR = {"praise": "#0072B2", "blame": "#B84F00", "quiet": "#8A8A8A"}
MARK = {"praise": "o", "blame": "D"}
#: Text and lines that are neither praise nor blame.
INK = "#444444"
WIDTH = 4.2
ROW = 0.34
P = ParamSpec("P")
_PATH = re.compile(r' d="[^"]*"')
_THOUSANDTHS = re.compile(r"(\.\d\d)\d+")
_BETWEEN = re.compile(r">\s+<")


@dataclass(frozen=True)
class Row:
    """A row of a figure that leads to a place on the page: its height in data units, the anchor, and the words."""

    y: float
    anchor: str
    words: str


@dataclass(frozen=True)
class LinkBox:
    """A band across the picture that leads to an anchor: top and height as shares of the picture's height."""

    anchor: str
    words: str
    top: float
    height: float


@dataclass(frozen=True)
class Picture:
    """A figure and what it shows.

    Attributes
    ----------
    figure
        The matplotlib figure, without a title: pages write it as text, which wraps on a phone.
    title
        What it shows.
    subtitle
        The measure, the period and n.
    alt
        One or two sentences for readers who cannot see it.
    empty
        Whether there was nothing to draw: pages then say ``alt`` instead.
    rows
        Rows of the first axes that lead to a place on the page.
    """

    figure: Figure
    title: str
    subtitle: str
    alt: str
    empty: bool = False
    rows: tuple[Row, ...] = ()

    def svg(self) -> str:
        """Return the figure as SVG, the same bytes for the same data."""
        return self._svg

    @cached_property
    def _svg(self) -> str:
        out = io.StringIO()
        with _style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return _lighter(out.getvalue())

    def links(self) -> list[LinkBox]:
        """Return where the rows lie in the SVG, so that a page can lay links over them."""
        if not self.rows:
            return []
        self.svg()  # which lays the figure out
        with _style():
            box = self.figure.get_tightbbox().padded(_settings()["savefig.pad_inches"])
            axes = self.figure.axes[0]
            to_inches = axes.transData + self.figure.dpi_scale_trans.inverted()
            step = abs(to_inches.transform((0, 1))[1] - to_inches.transform((0, 0))[1]) / box.height
            tops = [(box.y1 - to_inches.transform((0, row.y))[1]) / box.height - step / 2 for row in self.rows]
        return [
            LinkBox(row.anchor, row.words, float(top), float(step)) for row, top in zip(self.rows, tops, strict=True)
        ]


def _lighter(svg: str) -> str:
    """Return an SVG without what no eye sees: spaces between elements, and thousandths of a point in paths."""
    svg = _PATH.sub(lambda found: _THOUSANDTHS.sub(r"\1", found[0]), svg)
    return _BETWEEN.sub("><", svg)


@cache
def _settings() -> dict[str, Any]:
    from matplotlib import rc_params_from_file

    path = files("custservice").joinpath("custservice.mplstyle")
    rules: Any = rc_params_from_file(str(path), use_default_template=False)
    return dict(rules)


def _style() -> Any:
    from matplotlib import rc_context

    settings: Any = _settings()
    return rc_context(settings)


def styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Let a function draw in the project's own style."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with _style():
            return draw(*args, **kwargs)

    return inside


def canvas(height: float, width: float = WIDTH, **layout: Any) -> tuple[Figure, Any]:
    """Return a figure of so many inches and its axes (``layout`` as for ``Figure.subplots``)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(**layout)


def nothing(title: str, reason: str) -> Picture:
    """Return a picture with nothing in it: pages say the reason in its place."""
    return Picture(canvas(1.0)[0], title, "Not drawn", reason, empty=True)


def draw_effect(axes: Axes, row: dict[Any, Any], place: float, size: float = 6.5) -> None:
    """Draw an effect with its interval in its polarity's colour and shape: filled where it leaves out zero."""
    sure = row["low"] > 0 or row["high"] < 0
    colour = COLOUR[row["polarity"]]
    # Marks lie within the axes: left out of the layout, they do not slow it down.
    axes.plot([row["low"], row["high"]], [place] * 2, color=colour, alpha=1 if sure else 0.55, in_layout=False)
    look: dict[str, Any] = {
        "color": colour,
        "markerfacecolor": colour if sure else "white",
        "markersize": size,
        "in_layout": False,
    }
    axes.plot(row["effect"], place, MARK[row["polarity"]], **look)


def key(axes: Axes) -> None:
    """Add a legend of praise and blame."""
    for polarity in ("praise", "blame"):
        axes.plot([], [], MARK[polarity], color=COLOUR[polarity], label=polarity)
    axes.legend(loc="lower right", fontsize=9, handletextpad=0.2)


def short(text: str, most: int = 26) -> str:
    """Return a text cut to so many letters, without characters that turn or control what stands beside them."""
    text = " ".join(no_controls(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def folded(text: str, most: int = 20) -> str:
    r"""Return a label, where it is longer, in two lines of like length, so that it leaves room for what it names.

    Examples
    --------
    >>> folded("Staff who hide behind rules")
    'Staff who hide\nbehind rules'
    """
    if len(text) <= most:
        return text
    lines = (wrap(text, width, break_long_words=False) for width in range(len(text) // 2, len(text) + 1))
    return "\n".join(next(parts for parts in lines if len(parts) <= 2))


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Return values moved up where they are nearer to each other than a gap, in their own order.

    Examples
    --------
    >>> spread([5.0, 1.0, 5.5], 2.0)
    [5.0, 1.0, 7.0]
    """
    placed, floor = dict.fromkeys(range(len(values)), 0.0), float("-inf")
    for i in sorted(placed, key=lambda i: values[i]):
        floor = placed[i] = max(values[i], floor + gap)
    return list(placed.values())
