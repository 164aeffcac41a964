"""The pictures of the README are there, light, and shown; without a browser the script says so."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from browser import chromium

ROOT = Path(__file__).parents[1]


def test_pictures_that_the_readme_shows_exist_and_are_light() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shown = re.findall(r'src="([^"]+)"|!\[[^\]]+\]\(([^)]+)\)', text)
    names = {name for pair in shown for name in pair if name}
    assert names == {"docs/leadership_page.png", "docs/effects.svg"}
    assert all((ROOT / name).stat().st_size < 300_000 for name in names)
    assert not re.search(r'alt=""|!\[\]', text)


def test_without_a_browser_the_figure_is_made_and_the_rest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("make_pictures", ROOT / "docs" / "make_pictures.py")
    assert spec is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)  # type: ignore[union-attr]
    monkeypatch.setattr(script, "DOCS", tmp_path)
    monkeypatch.setattr(chromium, "find_chromium", lambda: None)
    monkeypatch.syspath_prepend(str(ROOT / "tests"))
    with pytest.raises(SystemExit, match=r"stays as it was: no browser \(chromium, .*\) is installed"):
        script.main()
    assert [path.name for path in tmp_path.iterdir()] == ["effects.svg"]
