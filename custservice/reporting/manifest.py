"""What a run was made from and how: versions, parameters, data, seeds, times."""

from __future__ import annotations

import inspect
import platform
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from custservice.cache import hash_file
from custservice.reporting.execute import NotebookRun
from custservice.reporting.parameters import read_parameters
from custservice.reporting.plan import PATHS, Job, Seen, lexicon_hash, versions
from custservice.reporting.store import MADE_BY
from custservice.study import Study

#: What a run is compared by with the run before.
_MEASURES = {"reviews": "reviews", "known": "known outcomes", "praise": "praise", "blame": "blame"}


def make_manifest(
    study: Study, job: Job, run: NotebookRun, seen: Seen, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the manifest of a run as plain JSON values; ``before`` is that of the run whose place it takes."""
    made_by = commit()
    tables = {"reviews": len(study.reviews), "visits": len(study.visits), "set_aside": len(study.quarantine)}
    return {
        **about(study, job, run),
        "defaults": _defaults(job),
        "commit": made_by.removesuffix("-dirty") if made_by else None,
        "dirty": made_by.endswith("-dirty") if made_by else None,
        "python": platform.python_version(),
        "versions": versions(),
        "seeds": seeds(),
        "lexicon": lexicon_hash(study),
        "inputs": study.input_hashes,
        "settings": study.config.model_dump(mode="json"),
        "rows": tables,
        "measures": seen.measures,
        "before": _before(job, before),
    }


def about(study: Study, job: Job, run: NotebookRun) -> dict[str, Any]:
    """Return what is known of a run that failed, too."""
    outline = {"name": run.name, "title": run.title, "audience": run.audience, "about": run.about}
    return {
        "made_by": MADE_BY,
        "study": study.title,
        **outline,
        "choice": asdict(job.choice),
        "place": job.choice.place,
        "period": job.choice.period,
        "status": run.status,
        "message": run.message,
        "parameters": run.parameters,
        "key": job.key,
        "content": job.content,
        "data_until": job.data_until,
        "made": run.made,
        "seconds": round(run.seconds, 2),
        "peak_memory_mb": run.memory,
    }


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file in the folder of a run."""
    return {p.relative_to(folder).as_posix(): hash_file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def change(manifest: Mapping[str, Any]) -> str:
    """Say what changed since the run before, "" where there was none."""
    before, now = manifest.get("before"), manifest.get("measures", {})
    if not before:
        return ""
    old = before["measures"]
    counts = [_counted(now[k] - old[k], word) for k, word in _MEASURES.items() if isinstance(now[k], int)]
    rates = [f"{k} {old[k]:.0f} → {now[k]:.0f} of 100" for k in ("praise", "blame") if round(old[k]) != round(now[k])]
    said = [text for text in (*counts, *rates) if text]
    return f"{', '.join(said) or 'nothing of note'} (data until {before['data_until']})"


def seeds() -> dict[str, int]:
    """Return the seeds of what is drawn at random: the bands over all rows, and the bootstrap of the shares."""
    from custservice.regression.bands import simultaneous_bands
    from custservice.regression.shares import driver_importance

    drawn: dict[str, Callable[..., Any]] = {"bands": simultaneous_bands, "importance": driver_importance}
    return {name: int(inspect.signature(how).parameters["seed"].default) for name, how in drawn.items()}


@cache
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


def _defaults(job: Job) -> dict[str, Any]:
    """Return what the notebook takes where nothing is given; of files and folders the names only."""
    fields = read_parameters(Path(job.notebook)).model_fields
    return {n: Path(f.default).name if n in PATHS else f.default for n, f in fields.items()}


def _before(job: Job, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the run before: of the same data, the one that it was compared with itself."""
    if before is None:
        return None
    if before["content"] == job.content:
        return before.get("before")
    return {name: before[name] for name in ("made", "data_until", "measures", "key")}


def _counted(more: int, word: str) -> str:
    return f"{more:+,} {word}" if more else ""
