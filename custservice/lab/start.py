"""JupyterLab on a working copy of the notebooks: on this machine only, behind its token."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from custservice.lab.copies import FIRST
from custservice.reporting.execute import ONE_THREAD


def jupyter_options(folder: Path, *, browser: bool = True, more: Sequence[str] = ()) -> list[str]:
    """Return what JupyterLab is told.

    Parameters
    ----------
    folder
        Its root, which it does not leave.
    browser
        Whether it opens a browser.
    more
        Further options of its own.

    Examples
    --------
    >>> jupyter_options(Path("lab/demo"), browser=False)[1:3]
    ['--ServerApp.ip=127.0.0.1', '--LabApp.default_url=/lab/tree/explore.ipynb']
    """
    return [
        f"--ServerApp.root_dir={folder.resolve()}",
        "--ServerApp.ip=127.0.0.1",
        f"--LabApp.default_url=/lab/tree/{FIRST}.ipynb",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",  # nothing is asked of the network
        *([] if browser else ["--no-browser"]),
        *more,
    ]


def start_lab(folder: Path, *, browser: bool = True, more: Sequence[str] = ()) -> None:
    """Run JupyterLab until it is stopped (Ctrl-C); arguments as for `jupyter_options`.

    Kernels calculate with one thread each, as reports do: the numbers are the same to the last digit, and threads that
    wait for each other on a busy machine take many times as long.
    """
    from jupyterlab.labapp import LabApp

    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    LabApp.launch_instance(jupyter_options(folder, browser=browser, more=more))
