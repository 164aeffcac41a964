"""The lab in a real JupyterLab and a real browser: open, run all cells, use a control, see what changes."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.chromium import Browser, Tab, find_chromium

pytestmark = pytest.mark.slow
DEMO = Path(__file__).parents[2] / "data" / "demo" / "study.toml"
#: A kernel that starts on a busy machine takes a while.
PATIENCE = 180.0
SAID = "document.querySelector('.cs-said')?.innerText || ''"
STATUS = "document.querySelector('#jp-main-statusbar')?.innerText || ''"
BEHAVIOUR = "document.querySelector('.cs-explore select')"
CHOSEN = f"{BEHAVIOUR}.selectedOptions[0].innerText.replaceAll('\u00a0', ' ')"


@pytest.fixture(scope="module")
def lab(installed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Start the command on the demo as it is installed, give what its server says of itself, and end it."""
    folder = tmp_path_factory.mktemp("lab")
    quiet = folder / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    places = {name: str(folder / name.lower()) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    places["JUPYTERLAB_SETTINGS_DIR"] = str(folder / "settings")
    root = ["--allow-root"] if os.geteuid() == 0 else []
    words = [sys.executable, "-m", "custservice", "lab", DEMO, "--folder", folder / "copies", "--no-browser"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*map(str, words), "--", *root], cwd=folder, env={**installed, **places}, stdout=log, stderr=log
        )
    try:
        told = _wait(lambda: [*Path(places["JUPYTER_RUNTIME_DIR"]).glob("jpserver-*.json")], process, folder / "log")
        yield json.loads(told[0].read_text()) | {"folder": folder / "copies"}
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(seen: Any, process: subprocess.Popen[bytes] | None = None, log: Path | None = None) -> Any:
    until = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert process is None or process.poll() is None, log and log.read_text()
        assert time.monotonic() < until, "it did not come in time"
        time.sleep(0.2)
    return found


@pytest.fixture
def tab(lab: dict[str, Any], tmp_path: Path) -> Iterator[Tab]:
    path = find_chromium()
    if path is None:
        pytest.skip("no chromium is installed")
    browser = Browser(path, tmp_path / "profile", reach="127.0.0.1")
    try:
        yield browser.open(f"{lab['url']}lab/tree/explore.ipynb?token={lab['token']}", 1440, offline=False)
    finally:
        browser.close()


def click(tab: Tab, element: str) -> None:
    """Click into the middle of what an expression gives, once it is there."""
    middle = "(b => [b.x + b.width / 2, b.y + b.height / 2])(e.getBoundingClientRect())"
    where = f"(e => e && e.checkVisibility() && {middle})({element})"
    x, y = _wait(lambda: tab.run(where))
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        tab.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)


def picture(tab: Tab, name: str) -> None:
    """Keep a picture of the window where `CUSTSERVICE_PICTURES` names a folder."""
    if "CUSTSERVICE_PICTURES" in os.environ:
        data = tab.ask("Page.captureScreenshot")["data"]
        Path(os.environ["CUSTSERVICE_PICTURES"], f"{name}.png").write_bytes(base64.b64decode(data))


def test_explore_in_jupyterlab(lab: dict[str, Any], tab: Tab) -> None:
    assert lab["hostname"] == "127.0.0.1"
    assert len(lab["token"]) >= 32
    tab.height = 1500
    tab.resize(1440)
    _wait(lambda: tab.run("!!document.querySelector('.jp-Notebook .jp-CodeCell')"))
    _wait(lambda: "Idle" in tab.run(STATUS))  # a kernel is there
    click(tab, "[...document.querySelectorAll('.lm-MenuBar-itemLabel')].find(e => e.innerText == 'Run')")
    click(tab, "document.querySelector('.lm-Menu [data-command=\"runmenu:run-all\"]')")
    _wait(lambda: tab.run("[...document.querySelectorAll('.jp-RenderedHTMLCommon caption')].length") >= 3)
    _wait(lambda: "Idle" in tab.run(STATUS))
    assert tab.run("document.querySelectorAll('[data-mime-type=\"application/vnd.jupyter.error\"]').length") == 0
    _wait(lambda: tab.run(SAID))
    first = {"said": tab.run(SAID), "chosen": tab.run(CHOSEN)}
    tab.run("document.querySelector('.cs-explore').scrollIntoView()")
    picture(tab, "explore")
    click(tab, BEHAVIOUR)
    time.sleep(0.5)  # the list of a select opens in a window of its own, which nothing in the page tells
    tab.press("ArrowDown")
    tab.press("Enter")
    _wait(lambda: tab.run(SAID) != first["said"])
    chosen = tab.run(CHOSEN)
    assert chosen != first["chosen"]
    for words in chosen.split(" / "):
        assert f"{words.capitalize()}, in customers' words" in tab.run(SAID)
    assert tab.run("document.querySelectorAll('.cs-said mark').length") >= 2
    assert tab.run("[...document.querySelectorAll('.cs-explore figure img')].every(i => i.alt && i.naturalWidth)")
    picture(tab, "explore_other_driver")
    tab.run("[...document.querySelectorAll('.jp-RenderedHTMLCommon caption')][1].scrollIntoView()")
    picture(tab, "results")
