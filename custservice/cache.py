"""Tables kept as Parquet, named by the content of what they came from.

A key is the SHA-256 of the inputs' bytes, the settings that matter and the source code that computes, so that an
entry never needs to be declared stale. Entries are written whole or not at all, and one that cannot be read is
made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = ".custservice-cache"
_PACKAGE = Path(__file__).parent
#: So many entries of one name are kept (other windows, earlier inputs); the rest goes, oldest use first.
_KEEP = 12


def hash_of(*parts: Any) -> str:
    """Return the SHA-256 of values that JSON can write.

    Examples
    --------
    >>> hash_of("panel", {"window_days": 60}) == hash_of("panel", {"window_days": 61})
    False
    """
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def hash_code(*places: str) -> str:
    """Return the SHA-256 of the package's own source files at ``places`` (files or folders, lexicons too)."""
    versions = [pd.__version__, *(metadata.version(name) for name in ("py3langid", "pyarrow"))]
    digest = hashlib.sha256(" ".join(versions).encode())
    for place in sorted(places):
        target = _PACKAGE / place
        files = sorted(target.rglob("*")) if target.is_dir() else [target]
        for file in files:
            if file.suffix in (".py", ".toml", ".json"):
                digest.update(file.relative_to(_PACKAGE).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Cache:
    """A folder of Parquet files, or nothing where no folder can be written.

    Parameters
    ----------
    beside
        The study's folder. The cache is in it, or in the user's cache folder where that is read-only.
    """

    def __init__(self, beside: Path) -> None:
        candidates = (beside / FOLDER, _user_cache() / hash_of(str(beside.resolve()))[:16])
        self.folder = next((folder for folder in candidates if _writable(folder)), None)
        self._renewing = False
        self._made: set[Path] = set()

    def renew(self) -> None:
        """From now on make every frame anew once, and replace its entry."""
        self._renewing = True
        self._made = set()

    def frame(self, name: str, key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return the frame kept under ``name`` and ``key``, or make and keep it.

        What is returned is always what was read back, so that the first run and the next see the same types.
        """
        if self.folder is None:
            return make()
        path = self.folder / f"{name}-{key[:32]}.parquet"
        found = None if self._renewing and path not in self._made else _read(path)
        if found is not None:
            return found
        made = make()
        self._made.add(path)
        if not _write(made, path):
            return made
        self._prune(name)
        back = _read(path)
        return made if back is None else back

    def _prune(self, name: str) -> None:
        if self.folder is None:
            return
        entries = sorted(self.folder.glob(f"{name}-*.parquet"), key=_last_use, reverse=True)
        for old in entries[_KEEP:]:
            with contextlib.suppress(OSError):
                old.unlink()


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _user_cache() -> Path:
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "custservice"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Rows about customers: not for version control.
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _read(path: Path) -> pd.DataFrame | None:
    import pyarrow as pa

    if not path.exists():
        return None
    try:
        # Arrow's own file: reading one of Python's in Arrow's threads can abort or hang the interpreter at its exit.
        with pa.OSFile(str(path)) as file:
            frame = pd.read_parquet(file)
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
    return frame


def _write(frame: pd.DataFrame, path: Path) -> bool:
    """Write through a temporary file beside the target, so that no other process sees half of it."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.stem}-", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            frame.to_parquet(file, compression="zstd")
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        return False
    return True


def hash_all(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Return name and SHA-256 of each file, in the order given (it decides generated ids)."""
    return [(path.name, hash_file(path)) for path in paths]
