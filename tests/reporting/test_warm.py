"""The forking process: what it forks is sound, ends with its job, and fails alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import nbformat
import pytest

from custservice.choice import Choice
from custservice.reporting.execute import NotebookRun
from custservice.reporting.make import make_page
from custservice.reporting.plan import Job
from custservice.reporting.warm import Warm, WorkerDiedError

KERNEL = {"kernelspec": {"name": "python3", "display_name": "x", "language": "python"}}
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    with Warm() as process:
        assert process.ready, "a library starts a thread on import"
        yield process


def job_in(folder: Path) -> Job:
    parameters = {"study_file": str(folder / "study.toml"), "publish": ""}
    return Job(str(folder / "book.ipynb"), Choice(), parameters, "T", "2024-01-01", (), "c", "k")


def write_book(folder: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell('study_file: str = ""\npublish: str = ""', metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), folder / "book.ipynb")


def run(warm: Warm, folder: Path, *sources: str, timeout: int = 60) -> tuple[NotebookRun, str]:
    write_book(folder, *sources)
    target = folder / "0"
    target.mkdir()
    told = warm.make(job_in(folder), target, "2024-01-01 00:00:00", timeout)
    return told, next(target.glob("*.html")).read_text(encoding="utf-8")


@pytest.mark.slow
def test_pages_are_those_of_a_kernel(warm: Warm, tmp_path: Path) -> None:
    sources = [
        "import sys\nprint('one')\nprint('two')\nprint('three', file=sys.stderr)",
        "from IPython.display import HTML, display\ndisplay(HTML('<b>five</b>'))\n'six'",
        "%precision 3\nimport os\nprint(os.getcwd())\nlen(publish) > 0",
        "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
        "await __import__('asyncio').sleep(0)\n7;",
    ]
    told, page = run(warm, tmp_path, *sources)
    assert told.message == ""
    assert told.memory is not None
    assert 50 < told.memory < 600
    for text in ("one\ntwo", "<b>five</b>", "'six'", str(tmp_path), "True", "<td>2</td>"):
        assert text in page
    (tmp_path / "1").mkdir()
    assert make_page(job_in(tmp_path), tmp_path / "1", "2024-01-01 00:00:00", 60).message == ""
    assert (tmp_path / "1" / "book.html").read_text(encoding="utf-8") == page


def test_nothing_leaks_from_run_to_run(warm: Warm, tmp_path: Path) -> None:
    leak = (
        "import os, sys, builtins\nsys.leak = builtins.leak = 1\nos.environ['LEAK'] = '1'\nleaked = 1\nimport colorsys"
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert run(warm, tmp_path / "a", leak)[0].message == ""
    look = "import os, sys, builtins\nprint(hasattr(sys, 'leak'), hasattr(builtins, 'leak'), 'LEAK' in os.environ)"
    page = run(warm, tmp_path / "b", f"{look}\nprint('leaked' in dir(), 'colorsys' in sys.modules)")[1]
    assert "False False False\nFalse False" in page


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ValueError('boom')", "Cell 2: ValueError: boom"),
        ("1 +", "Cell 2: SyntaxError: "),
        ("import sys; sys.exit(0)", "did not finish|SystemExit"),
        ("import sys; sys.exit('no')", "SystemExit"),
        ("exit()", "did not finish|SystemExit"),
    ],
)
def test_failing_cells_are_failures(warm: Warm, tmp_path: Path, source: str, message: str) -> None:
    told, page = run(warm, tmp_path, source, "1 + 1")
    assert told.status == "failed"
    assert re.search(message, told.message), told.message
    assert "could not be made" in page


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import os; os._exit(0)", "ended before the notebook did"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
        ("import ctypes; ctypes.string_at(0)", "signal 11"),
    ],
)
def test_a_dead_process_is_a_failure_of_its_own_run(warm: Warm, tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(WorkerDiedError, match=message):
        run(warm, tmp_path, source)
    (tmp_path / "next").mkdir()
    assert run(warm, tmp_path / "next", "1 + 1")[0].status == "ok"


def test_a_process_that_hangs_is_ended(warm: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkerDiedError, match="longer than 1 s"):
        run(warm, tmp_path, "import time\ntime.sleep(600)", timeout=1)


ORPHAN = """
import json, sys, threading
from pathlib import Path
from custservice.reporting.warm import Warm, job_of
folder, job = Path(sys.argv[1]), job_of(json.loads(sys.argv[2]))
with Warm() as warm:
    threading.Thread(target=warm.make, args=(job, folder / "0", "now", 600), daemon=True).start()
    print(warm.server, flush=True)
    threading.Event().wait()
"""


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_nothing_survives_a_killed_report(tmp_path: Path) -> None:
    write_book(tmp_path, "import os\nopen('pid', 'w').write(str(os.getpid()))\nimport time\ntime.sleep(600)")
    (tmp_path / "0").mkdir()
    words = [sys.executable, "-c", ORPHAN, str(tmp_path), json.dumps(asdict(job_in(tmp_path)))]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
        child = int((tmp_path / "pid").read_text())
        assert is_running(server)
        assert is_running(child)
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not is_running(server) and not is_running(child))


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)
