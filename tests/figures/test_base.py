"""The look that all figures and pages share: one palette that everybody can tell apart, one type scale, safe labels."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from custservice import figures
from custservice.figures.base import INK, folded, short
from custservice.reporting.render import TEMPLATE

#: How people without one kind of cone see linear RGB (Vienot, Brettel and Mollon 1999; tritan after Brettel 1997).
SEEN = {
    "all": np.eye(3),
    "protan": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deutan": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
    "tritan": np.array([[1, 0.14461, -0.14461], [0, 0.85924, 0.14076], [0, 0.85924, 0.14076]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CSS = (TEMPLATE / "page.css").read_text("utf-8")


def linear(colour: str) -> np.ndarray:
    part = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4))


def contrast(one: str, other: str) -> float:
    light = sorted(float(TO_XYZ[1] @ linear(c)) + 0.05 for c in (one, other))
    return light[1] / light[0]


def lab(rgb: np.ndarray) -> np.ndarray:
    x, y, z = np.cbrt(TO_XYZ @ np.clip(rgb, 0, 1) / np.array([0.9505, 1, 1.089]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def variable(name: str) -> str:
    found = re.search(rf"--{name}: (#\w+)", CSS)
    assert found is not None
    colour = found[1]
    return colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])


@pytest.mark.parametrize("eyes", SEEN)
def test_praise_and_blame_are_told_apart_by_all_eyes(eyes: str) -> None:
    praise, blame = (lab(SEEN[eyes] @ linear(figures.COLOUR[p])) for p in ("praise", "blame"))
    assert np.linalg.norm(praise - blame) > 40  # 2 is just seen, 10 at a glance


def test_pages_and_figures_have_the_same_colours() -> None:
    for polarity in ("praise", "blame"):
        assert variable(polarity).lower() == figures.COLOUR[polarity].lower()


def test_text_and_marks_stand_out_from_the_paper() -> None:
    for name in ("ink", "soft", "link", "praise", "blame"):
        assert contrast(variable(name), variable("paper")) >= 4.5, name
        assert contrast(variable(name), variable("tint")) >= 4.5, name
    assert contrast(variable("ink"), variable("mark")) >= 4.5
    assert contrast(variable("focus"), variable("paper")) >= 3
    assert contrast(INK, "#ffffff") >= 4.5
    assert contrast(figures.COLOUR["quiet"], "#ffffff") >= 3


def test_there_is_one_type_scale() -> None:
    screen = CSS[: CSS.index("@media print")]
    sizes = re.findall(r"font-size: ([^;}]+)", screen) + re.findall(r"font: ([^/ ]+)", screen)
    assert sizes
    assert all(size.startswith("var(--") for size in sizes)
    steps = [float(size) for size in re.findall(r"--(?:small|normal|large|larger|largest): ([\d.]+)rem", CSS)]
    assert np.allclose(np.divide(steps[1:], steps[:-1]), 1.2, atol=0.02)


def test_labels_fold_in_two_lines_of_like_length() -> None:
    assert folded("Slow service") == "Slow service"
    assert folded("Not being listened to") == "Not being\nlistened to"
    assert folded("Responsibility, all praise") == "Responsibility,\nall praise"
    assert folded("x" * 60) == "x" * 60


def test_names_are_drawn_as_they_stand_and_turn_nothing() -> None:
    assert short("Mill\u202e Lane\x00") == "Mill Lane"
    table = pd.DataFrame({"location_id": [r"Caf$\frac{1$", "b"], "reviews": [40, 50]})
    table = table.assign(blame=[9.0, 5.0], blame_low=[3.0, 2.0], blame_high=[12.0, 8.0])
    assert "<svg" in figures.by_place(table, "blame").svg()  # a sum in dollars is no formula
