"""Make the pictures of the README from the demo study: python docs/make_pictures.py."""

from __future__ import annotations

from pathlib import Path

import custservice as cs

ROOT = Path(__file__).parents[1]


def main() -> None:
    asked = cs.ask(cs.open_study(ROOT / "data" / "demo" / "study.toml"))
    picture = cs.figures.forest(asked.shown, asked.headline, asked.measure)
    (ROOT / "docs" / "effects.svg").write_text(picture.svg(), encoding="utf-8")
    print(f"docs/effects.svg: {picture.title}. {picture.alt}")


if __name__ == "__main__":
    main()
