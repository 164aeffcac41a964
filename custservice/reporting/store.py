"""The folder of a report: one folder per run, put in place whole, and one process at a time.

A run is made in a folder that nobody looks at, and takes its place by one exchange of names. What is visible is
therefore always whole; what a killed process left behind is swept by the next one, which knows by the lock that nobody
works on it any more.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from custservice.errors import ReportError

#: By this a folder is known to be a run of ours.
MADE_BY = "custservice report"
MANIFEST, FAILED = "manifest.json", "failed.json"
_OWN = ".custservice"
_EXCHANGE = 2  # RENAME_EXCHANGE of linux/fs.h
_HERE = -100  # AT_FDCWD


class Store:
    """The folder of a report.

    Parameters
    ----------
    folder
        Where the report stands, or will stand.

    Raises
    ------
    ReportError
        It is a file, or holds something that is no report.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own = folder / _OWN
        if folder.is_file():
            raise ReportError(f"{folder} is a file; name a folder for the report.")
        there = sorted(p.name for p in folder.iterdir()) if folder.exists() else []
        if there and not self._own.is_dir() and not _is_ours(folder):
            raise ReportError(
                f"The folder {folder} holds '{there[0]}', which no report wrote and which would be lost; move it away "
                "or name another folder."
            )

    @contextlib.contextmanager
    def open(self) -> Iterator[Path]:
        """Keep others out, sweep what killed runs left behind, and give a folder to work in.

        Raises
        ------
        ReportError
            Another process writes this report at the moment.
        """
        self._own.mkdir(parents=True, exist_ok=True)
        with (self._own / "lock").open("a") as lock:
            if not _locked(lock):
                raise ReportError(
                    f"Another run is writing {self.folder} now; wait for its end, or name another folder."
                )
            self._sweep()
            with tempfile.TemporaryDirectory(prefix="work-", dir=self._own, ignore_cleanup_errors=True) as work:
                yield Path(work)

    def put(self, made: Path, name: Path) -> None:
        """Let a folder that was made take its place, whole; what stood there is gone."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            made.rename(target)
        elif not _exchange(made, target):
            old = self._own / "old" / name
            old.parent.mkdir(parents=True, exist_ok=True)
            target.rename(old)  # a process killed here leaves no run in place: the next one brings it back
            made.rename(target)
            shutil.rmtree(old)

    def write(self, name: str, text: str) -> None:
        """Write a file of the report whole."""
        handle, temporary = tempfile.mkstemp(dir=self._own)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(temporary, 0o644)  # as any file of a report: mkstemp makes it private
            os.replace(temporary, self.folder / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def record(self, name: Path, file: str = MANIFEST) -> dict[str, Any] | None:
        """Return the manifest (or what is known of a failure) of a run, None where there is none."""
        return read_record(self.folder / name / file)

    def runs(self) -> list[Path]:
        """Return the folders of all runs, below the report's own."""
        found = {p.parent for file in (MANIFEST, FAILED) for p in self.folder.glob(f"*/*/{file}")}
        ours = [p.relative_to(self.folder) for p in found if read_record(p / MANIFEST) or read_record(p / FAILED)]
        return sorted(p for p in ours if p.parts[0] != _OWN)

    def refuse_foreign(self, name: Path) -> None:
        """Raise ReportError where the folder of a run holds a file that no run wrote, which would be lost."""
        folder = self.folder / name
        if not folder.exists():
            return
        known = [read_record(folder / file) or {} for file in (MANIFEST, FAILED)]
        ours = {MANIFEST, FAILED} & {p.name for p in folder.iterdir()} if any(known) else set()
        ours = ours.union(*(record.get("files", ()) for record in known))
        there = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir())
        foreign = [path for path in there if path not in ours]
        if foreign:
            raise ReportError(
                f"The folder {folder} holds '{foreign[0]}', which no report wrote and which would be lost; move it "
                "away or name another folder."
            )

    def _sweep(self) -> None:
        for old in self._own.glob("old/*/*"):
            target = self.folder / old.relative_to(self._own / "old")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                old.rename(target)
        for left in self._own.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif left.name != "lock":
                left.unlink(missing_ok=True)


def read_record(path: Path) -> dict[str, Any] | None:
    """Return a manifest of ours, None where the file is missing or anything else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return dict(found) if found["made_by"] == MADE_BY else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_ours(folder: Path) -> bool:
    """Whether a report was copied here without its hidden folder."""
    return any(read_record(path) for path in folder.glob(f"*/*/{MANIFEST}"))


def _locked(lock: IO[str]) -> bool:
    """Lock a file for this process until it ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, where the system and its file system can."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0)
