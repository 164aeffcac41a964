"""A process that has imported everything, and forks for each job: ``python -m custservice.reporting.forks``.

It reads jobs from its input, one JSON object a line, and writes how each ended. It starts no thread itself (and forks
nothing where a library started one), so what it forks is sound; each job ends with its process, so nothing leaks from
one to the next. When its input ends, it ends what still runs.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

#: So many seconds after the time of a notebook's cells are over, its process is ended.
_GRACE = 5.0


@dataclass
class _Child:
    number: int
    deadline: float
    late: bool = False


def main() -> None:
    """Serve until the input ends."""
    wire = os.dup(1)
    os.dup2(2, 1)  # what libraries print must not be taken for an answer
    _warm_up()
    threads = len(os.listdir("/proc/self/task")) if Path("/proc/self/task").exists() else 1
    _say(wire, {"ready": threads == 1})
    if threads == 1:
        _serve(wire)


def _serve(wire: int) -> None:
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, _nothing)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    children: dict[int, _Child] = {}
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select(timeout=0.5 if children else None):
                got = os.read(key.fd, 65536)
                if key.fd == woken:
                    continue
                if not got:
                    _end(children)
                    return
                *lines, rest = (rest + got).split(b"\n")
                for line in lines:
                    order = json.loads(line)
                    children[_fork(order)] = _Child(order["number"], time.monotonic() + order["timeout"] + _GRACE)
            _end_the_late(children)
            _tell_of_the_ended(children, wire)


def _fork(order: dict[str, Any]) -> int:
    process = os.fork()
    if process:
        return process
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        _do(order)
        status = 0
    finally:
        os._exit(status)  # no clean-up of what the parent owns


def _do(order: dict[str, Any]) -> None:
    from custservice.reporting.make import make_page
    from custservice.reporting.warm import job_of, pack

    job, folder = job_of(order["job"]), Path(order["folder"])
    run = make_page(job, folder, order["made"], order["timeout"], inside=True)
    Path(order["answer"]).write_text(json.dumps(pack(run)), encoding="utf-8")


def _tell_of_the_ended(children: dict[int, _Child], wire: int) -> None:
    while children:
        process, status, used = os.wait4(-1, os.WNOHANG)
        if not process:
            return
        child = children.pop(process)
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)  # what it started itself
        code = os.waitstatus_to_exitcode(status)
        megabytes = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
        _say(wire, {"number": child.number, "code": code, "late": child.late, "memory": round(megabytes)})


def _end_the_late(children: dict[int, _Child]) -> None:
    now = time.monotonic()
    for process, child in children.items():
        if now > child.deadline:
            child.late = True
            os.kill(process, signal.SIGKILL)


def _end(children: dict[int, _Child]) -> None:
    for process in children:
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)


def _say(wire: int, what: dict[str, Any]) -> None:
    os.write(wire, json.dumps(what).encode() + b"\n")


def _nothing(_: int, __: FrameType | None) -> None:
    """Do nothing; the signal wakes the selector."""


def _warm_up() -> None:
    """Import what notebooks and pages need, and draw one figure: fonts are read at the first."""
    from custservice.reporting.execute import load_papermill

    load_papermill()
    import matplotlib as mpl

    mpl.use("agg")
    import nbconvert  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import scipy.special
    import scipy.stats  # noqa: F401
    from pydantic import create_model

    import custservice.figures  # noqa: F401
    from custservice.reporting import inside  # noqa: F401
    from custservice.sentiment import families

    create_model("warm", a=(int, 1))
    families()  # reads the lexicon
    with tempfile.TemporaryDirectory(prefix="custservice-") as folder:
        _render(Path(folder) / "warm.ipynb")
    gc.freeze()  # what is here now is shared with all children


def _render(notebook: Path) -> None:
    """Draw a figure and render a page: fonts, styles and templates are read at the first."""
    import nbformat
    from matplotlib.figure import Figure

    from custservice.reporting.render import frame, notebook_page

    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], label="warm")
    axes.legend()
    figure.savefig(os.devnull, format="svg")
    output = nbformat.v4.new_output("display_data", {"text/html": "<p>warm</p>"})  # type: ignore[no-untyped-call]
    cells = [nbformat.v4.new_markdown_cell("# Warm"), nbformat.v4.new_code_cell("1", outputs=[output])]  # type: ignore[no-untyped-call]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)  # type: ignore[no-untyped-call]
    notebook_page(notebook, frame("Warm", "Warm", "analyst", [], ""))


if __name__ == "__main__":
    main()
