"""What a report was made from: versions, parameters, data, times."""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from custservice.reporting.execute import NotebookRun
from custservice.study import Study

_PACKAGES = (
    "custservice",
    "pandas",
    "numpy",
    "scipy",
    "matplotlib",
    "papermill",
    "nbconvert",
    "vaderSentiment",
    "py3langid",
)


#: By this a folder is known to be a report of ours.
MADE_BY = "custservice report"


def files_of(folder: Path) -> set[str] | None:
    """Return the files that a report's manifest names, itself included; None where the folder holds no report."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return {*manifest["files"], "manifest.json"} if manifest["made_by"] == MADE_BY else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_manifest(study: Study, runs: Sequence[NotebookRun], started: dt.datetime, seconds: float) -> dict[str, Any]:
    """Return the manifest of a run as plain JSON values."""
    return {
        "made_by": MADE_BY,
        "study": study.title,
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(seconds, 2),
        "commit": commit(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "seed": None,  # nothing in a report is drawn at random
        "inputs": study.input_hashes,
        "settings": study.config.model_dump(mode="json"),
        "rows": {"reviews": len(study.reviews), "visits": len(study.visits), "set_aside": len(study.quarantine)},
        "data_until": f"{study.visits['visited_at'].max():%Y-%m-%d}",
        "notebooks": [asdict(run) for run in runs],
    }


def commit() -> str | None:
    """Return the commit of the project's checkout with ``-dirty`` where it was changed, None outside one."""
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        made = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],  # noqa: S607
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return made.stdout.strip()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
