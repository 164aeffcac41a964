"""One notebook through papermill, judged by what really ran, and rendered as one self-contained page."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custservice.choice import ALL, Choice
from custservice.reporting.plan import PATHS

TIMEOUT_SECONDS = 900
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FOLDER = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:)?(?:[/\\][^\s/\\'\":,]+)+[/\\]")


@dataclass(frozen=True)
class NotebookRun:
    """What became of one notebook.

    Attributes
    ----------
    name, title, audience
        Of the notebook: its file name without ending, its first heading, ``leader`` or ``analyst``.
    about
        One sentence on what it answers.
    status
        ``"ok"``, ``"failed"``, or ``"empty"`` where there is nothing to report.
    seconds
        How long it ran.
    message
        For a failed run: the cell and the error, for analysts; for an empty one: why.
    parameters
        All of them, defaults included; of files and folders the names only.
    choice
        The visits it is about.
    made
        When its page was made (UTC), or last tried.
    taken_over
        Whether that was in an earlier run, since when nothing has changed.
    memory
        The most memory that it took, in MB, where that could be measured.
    """

    name: str
    title: str
    audience: str
    about: str
    status: str
    seconds: float
    message: str
    parameters: dict[str, Any]
    choice: Choice = ALL
    made: str = ""
    taken_over: bool = False
    memory: float | None = None

    @property
    def page(self) -> str:
        """The page, as seen from the folder of the report."""
        return f"{self.choice.slug}/{self.name}/{self.name}.html"


@dataclass(frozen=True)
class Outline:
    """What a notebook says of itself: ``title`` (its first heading), and its metadata ``audience`` and ``about``."""

    title: str
    audience: str
    about: str


def read_outline(notebook: Path) -> Outline:
    """Read title, audience and purpose of a notebook."""
    book = json.loads(notebook.read_text(encoding="utf-8"))
    sources = ("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")
    headings = (source.splitlines()[0] for source in sources if source.startswith("# "))
    own = book["metadata"].get("custservice", {})
    return Outline(
        next(headings, f"# {notebook.stem}").removeprefix("# ").strip(),
        own.get("audience", "analyst"),
        own.get("about", ""),
    )


def without_folders(message: str) -> str:
    """Return a message in which files are named without their folders, which are nobody's business.

    Examples
    --------
    >>> without_folders("There is no file /srv/shop/reviews.csv: see https://example.org/help/files")
    'There is no file reviews.csv: see https://example.org/help/files'
    """
    return _FOLDER.sub("", message)


def load_papermill() -> None:
    """Import papermill without the grammar of addresses that jsonschema would build on import.

    It takes longer than all the rest, for a check that no notebook's schema asks for; jsonschema does without it where
    it is not installed. Called before threads start, since it hides the module while others import.
    """
    grammar = "rfc3987_syntax"
    if grammar not in sys.modules:
        sys.modules[grammar] = None  # type: ignore[assignment]
        try:
            import papermill  # noqa: F401
        finally:
            del sys.modules[grammar]


def execute(
    notebook: Path,
    out: Path,
    parameters: dict[str, Any],
    folder: Path,
    timeout: int = TIMEOUT_SECONDS,
    inside: bool = False,
) -> NotebookRun:
    """Run a notebook with checked parameters; a failure is part of the result, not raised.

    Parameters
    ----------
    notebook
        The notebook to run; it is not changed.
    out
        Where the executed copy goes.
    parameters
        All of its parameters, as `check_parameters` returns them.
    folder
        Working folder of its kernel.
    timeout
        Seconds after which a notebook (in a plain kernel: one of its cells) that still runs is a failure.
    inside
        Run the cells in this process, which must be one that was made for it, instead of a kernel's.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    outline = read_outline(notebook)
    start = time.perf_counter()
    message = ""
    try:
        with _inside(folder) if inside else _kernel(folder, timeout) as options:
            papermill.execute_notebook(
                str(notebook), str(out), parameters=parameters, kernel_name="python3", progress_bar=False, **options
            )
    except PapermillExecutionError as failed:  # counted without the cell of parameters that papermill adds
        message = f"Cell {failed.exec_count - 1}: {failed.ename}: {_ANSI.sub('', failed.evalue)}"
    except CellTimeoutError:
        message = f"A cell took longer than {timeout:,} s."
    except Exception as failed:  # a dead kernel or a timeout is a failed notebook, not the end of the run
        lines = _ANSI.sub("", str(failed)).splitlines() or ["no message"]
        message = f"{type(failed).__name__}: {lines[0]}"
    message = without_folders(message or _left_undone(out))
    seconds = time.perf_counter() - start
    status = "failed" if message else "ok"
    named = {name: Path(value).name if name in PATHS else value for name, value in parameters.items()}
    return NotebookRun(notebook.stem, outline.title, outline.audience, outline.about, status, seconds, message, named)


@contextmanager
def _inside(folder: Path) -> Iterator[dict[str, Any]]:
    """Give papermill what runs cells here."""
    from custservice.reporting import inside

    os.chdir(folder)
    yield {"engine_name": inside.NAME, "request_save_on_cell_execute": False}


@contextmanager
def _kernel(folder: Path, timeout: int) -> Iterator[dict[str, Any]]:
    """Give papermill what starts a kernel of our own in a folder."""
    with tempfile.TemporaryDirectory(prefix="custservice-") as sockets, _event_loop():
        where = {"metadata": {"path": str(folder)}}  # papermill's own cwd would move the whole process
        yield {
            "resources": where,
            "execution_timeout": timeout,
            "kernel_manager_class": _private_kernel(sockets),
        }


@contextmanager
def _event_loop() -> Iterator[None]:
    """Close the event loop that the kernel client makes in this thread, which it leaves open."""
    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    try:
        yield
    finally:
        loop.close()


def _private_kernel(sockets: str) -> type[Any]:
    """Return how to start a kernel: one thread for matrices, since notebooks run beside each other.

    It talks through files of this user instead of open ports, where the system can (not on Windows).
    """
    from jupyter_client.manager import AsyncKernelManager

    async def start_kernel(self: Any, **options: Any) -> None:
        options.setdefault("env", {**os.environ, **ONE_THREAD})
        await AsyncKernelManager.start_kernel(self, **options)

    own: dict[str, Any] = {"start_kernel": start_kernel}
    if sys.platform != "win32":
        own |= {"transport": "ipc", "ip": f"{sockets}/k"}
    return type("PrivateKernel", (AsyncKernelManager,), own)


def _left_undone(executed: Path) -> str:
    """Say which cell never ran: ``sys.exit`` in a cell ends papermill without an error and leaves the rest pending."""
    if not executed.exists():
        return "The notebook left no output."
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    own = [c for c in cells if c["cell_type"] == "code" and "injected-parameters" not in c["metadata"].get("tags", [])]
    for number, cell in enumerate(own, start=1):
        if cell["metadata"].get("papermill", {}).get("status") != "completed":
            return f"Cell {number} did not finish, and nothing after it ran."
    return ""
