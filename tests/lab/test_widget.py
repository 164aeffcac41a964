"""The controls: each change shows at once, and no text breaks what is shown."""

from __future__ import annotations

import pytest
from small_report import write_small_study

import custservice as cs
from custservice.lab.widget import Explore, picture_html


@pytest.fixture(scope="module")
def widget(tmp_path_factory: pytest.TempPathFactory) -> Explore:
    folder = tmp_path_factory.mktemp("nasty")
    study = write_small_study(folder, 2500)
    for name in ("reviews.csv", "visits.csv"):  # a place whose name is an attack
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text.replace("Mill Lane", "<b onclick=alert(1)>\u202e"), encoding="utf-8")
    return cs.explore(cs.open_study(study))  # type: ignore[no-any-return]


def shown(widget: Explore) -> list[str]:
    return [widget.about.value, widget.trend.value, widget.curve.value, widget.said.value]


def test_it_starts_with_the_most_mentioned_behaviour_everywhere(widget: Explore) -> None:
    assert widget.driver.value == widget.explorer.drivers[0]
    assert widget.selection.location == ""
    assert (widget.selection.since, widget.selection.until) == ("", "")
    assert all(shown(widget))


def test_each_control_changes_what_is_shown(widget: Explore) -> None:
    changes = {
        "driver": ("courtesy", "Rude staff, in customers' words"),
        "polarity": ("blame", "mention rude staff"),
        "by": ("quarter", "by quarter"),
        "period": (("2024-01", "2024-06"), "January 2024 to June 2024"),
        "place": ("Quayside", "Small: Quayside"),
    }
    for control, (value, seen) in changes.items():
        before = "".join(shown(widget))
        getattr(widget, control).value = value
        after = "".join(shown(widget))
        assert after != before, control
        assert seen in after, control


def test_names_of_places_are_text(widget: Explore) -> None:
    nasty = next(name for name in widget.explorer.locations if name.startswith("<b"))
    widget.place.value = nasty
    after = "".join(shown(widget))
    assert "&lt;b onclick=alert(1)&gt;" in after
    assert "<b onclick" not in after
    assert "\u202e" not in after


def test_a_mistake_is_shown_in_words(widget: Explore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise cs.CustserviceError("This <cannot> be.")

    monkeypatch.setattr(widget.explorer, "show", refuse)
    widget._show()
    assert widget.about.value == '<p class="cs-about">This &lt;cannot&gt; be.</p>'
    assert widget.said.value == ""


def test_pictures_have_words() -> None:
    empty = picture_html(cs.figures.nothing("Who <came>", "Too few."))
    assert "<img" not in empty
    assert "<p>Too few.</p>" in empty
    assert "Who &lt;came&gt;" in empty
