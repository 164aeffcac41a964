"""A real browser for tests: chromium without a window, spoken to through its own pipe, with the network cut."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--remote-debugging-pipe",
)
_PATIENCE = 60.0


def find_chromium() -> str | None:
    """Return the path of a chromium, None where none is installed."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """One chromium; `open` gives a page of it."""

    def __init__(self, path: str, profile: Path, *, reach: str = "") -> None:
        """Start it; ``reach`` is the one host it may reach, such as ``"127.0.0.1"``."""
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs_in, theirs_out)]  # 3 and 4 are to be theirs
        near = [f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {reach}"] if reach else []  # the last one counts
        command = [path, *_OPTIONS, *near, f"--user-data-dir={profile}", "about:blank"]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *map(str, high), *command],
            pass_fds=high,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for end in (*high, theirs_in, theirs_out):
            os.close(end)
        self._in, self._out = ours_in, ours_out
        self._left, self._number = b"", 0
        self.events: list[dict[str, Any]] = []

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; events that arrive meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _PATIENCE
        while True:
            told = self._next(until)
            if told.get("id") == self._number:
                assert "error" not in told, f"{method}: {told['error']}"
                return dict(told["result"])
            self.events.append(told)

    def wait_for(self, method: str, session: str) -> None:
        """Wait for an event of a page."""
        until = time.monotonic() + _PATIENCE
        while not any(e.get("method") == method and e.get("sessionId") == session for e in self.events):
            self.events.append(self._next(until))

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._in], [], [], max(until - time.monotonic(), 0))
            assert ready, "chromium did not answer in time"
            read = os.read(self._in, 1 << 20)
            assert read, "chromium ended"
            self._left += read
        message, _, self._left = self._left.partition(b"\0")
        return dict(json.loads(message))

    def open(self, page: Path | str, width: int, *, offline: bool = True, trusting: bool = False) -> Tab:
        """Open a file or an address at a width; ``trusting`` lets the tests' own scripts past the page's policy."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = Tab(self, session, target)
        for domain in ("Page", "Network", "Runtime", "Log"):
            tab.ask(f"{domain}.enable")
        tab.ask(
            "Network.emulateNetworkConditions", offline=offline, latency=0, downloadThroughput=0, uploadThroughput=0
        )
        tab.ask("Page.setBypassCSP", enabled=trusting)
        tab.resize(width)
        tab.ask("Page.navigate", url=page if isinstance(page, str) else page.resolve().as_uri())
        self.wait_for("Page.loadEventFired", session)
        return tab

    def close(self) -> None:
        """End it."""
        os.close(self._out)
        self.process.kill()
        self.process.wait()
        os.close(self._in)


@dataclass
class Tab:
    """A page that is open."""

    browser: Browser
    session: str
    target: str
    height: int = field(default=900)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command to this page."""
        return self.browser.ask(method, self.session, **parameters)

    def resize(self, width: int) -> None:
        """Make the window so wide."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=self.height, deviceScaleFactor=1, mobile=False
        )

    def run(self, script: str) -> Any:
        """Return what an expression of JavaScript gives."""
        told = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def press(self, key: str) -> None:
        """Press and release a key."""
        code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40}[key]
        text = {"Enter": "\r", " ": " "}.get(key, "")
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
        self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def told(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of a kind so far."""
        self.ask("Runtime.evaluate", expression="0")  # whatever was under way has been told by then
        mine = (e for e in self.browser.events if e.get("sessionId") == self.session and e.get("method") == method)
        return [dict(e["params"]) for e in mine]

    @property
    def requests(self) -> list[str]:
        """Addresses of all requests, pictures that lie in the page itself left out."""
        asked = [e["request"]["url"] for e in self.told("Network.requestWillBeSent")]
        return [url for url in asked if not url.startswith("data:")]

    def close(self) -> None:
        """Close it and forget what it told."""
        self.browser.ask("Target.closeTarget", targetId=self.target)
        self.browser.events = [e for e in self.browser.events if e.get("sessionId") != self.session]
