from __future__ import annotations

from silent_worlds import make_world

from custservice import figures
from custservice.silent import of_panel


def test_the_picture_says_what_the_silent_ones_could_change() -> None:
    found = of_panel(make_world(31, "happiness").panel)
    picture, again = (figures.silent_share(found, "January to June 2024") for _ in range(2))
    worst = found.shares.iloc[-1]
    reach = f"{worst['bound_low']:.0f} to {worst['bound_high']:.0f}"
    assert picture.title.endswith(f"among all visits it could be {reach}")
    assert picture.subtitle.startswith("Unhappy visits per 100, January to June 2024: 4,000 visits")
    assert picture.alt.endswith(
        f"whatever the silent ones thought {reach} ({worst['low']:.0f} to {worst['high']:.0f})."
    )
    assert picture.svg() == again.svg()


def test_the_marks_lie_where_the_numbers_are_and_assumed_ones_are_hollow() -> None:
    found = of_panel(make_world(32, "columns").panel)
    assert found.trusted
    axes = figures.silent_share(found, "2024").figure.axes[0]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == found.shares["unhappy"].dropna().tolist()[::-1]
    assert [line.get_markerfacecolor() == "white" for line in marks] == [True, False, False]
    bar = axes.patches[0]
    assert (bar.get_x(), bar.get_x() + bar.get_width()) == (
        found.shares["bound_low"].iloc[-1],
        found.shares["bound_high"].iloc[-1],
    )
