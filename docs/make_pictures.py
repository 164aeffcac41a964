"""Make the pictures of the README from the demo study: make pictures.

The page needs a chromium and the driver of the browser tests; without one only the figure is made, and that is said.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
from pathlib import Path

import custservice as cs

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
STUDY = ROOT / "data" / "demo" / "study.toml"
#: A laptop's page column, and how much of it the picture shows at most, in CSS pixels.
WIDTH, TALLEST = 760, 2200
COLOURS = 128
MOST_BYTES = 300_000
#: The picture ends before the first section that would not fit whole.
END = """(most => Math.max(...[...document.querySelectorAll('h2')].map(e => e.getBoundingClientRect().top + scrollY)
    .filter(y => y <= most), most / 2))(%d)"""


def make_figure() -> None:
    asked = cs.ask(cs.open_study(STUDY))
    picture = cs.figures.forest(asked.shown, asked.headline, asked.measure)
    (DOCS / "effects.svg").write_text(picture.svg(), encoding="utf-8")
    print(f"docs/effects.svg: {picture.title}. {picture.alt}")


def make_page(chromium: str) -> None:
    from browser.chromium import Browser
    from PIL import Image, ImageOps

    with tempfile.TemporaryDirectory() as folder:
        summary = cs.run_reports(STUDY, Path(folder, "report"), only=["summary"])
        (page,) = summary.index.parent.rglob("summary.html")
        browser = Browser(chromium, Path(folder, "profile"))
        try:
            tab = browser.open(page, WIDTH)
            tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
            clip = {"x": 0, "y": 0, "width": WIDTH, "height": tab.run(END % TALLEST), "scale": 1.5}
            data = tab.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        finally:
            browser.close()
    shot = ImageOps.expand(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), 2, "#d0d7de")
    image = shot.quantize(COLOURS, dither=Image.Dither.NONE)
    target = DOCS / "leadership_page.png"
    image.save(target, optimize=True)
    size = target.stat().st_size
    print(f"docs/{target.name}: {image.width} x {image.height} pixels, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"That is more than {MOST_BYTES / 1000:.0f} kB: lower TALLEST or COLOURS.")


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from browser.chromium import NAMES, find_chromium

    make_figure()
    chromium = find_chromium()
    if chromium is None:
        names = ", ".join(NAMES)
        raise SystemExit(f"docs/leadership_page.png stays as it was: no browser ({names}) is installed to draw it.")
    make_page(chromium)


if __name__ == "__main__":
    main()
