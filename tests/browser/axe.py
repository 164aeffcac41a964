"""axe-core, the accessibility checker, of one version: from a file that is named, or from the npm registry."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

VERSION = "4.14.1"
_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_FILE = "package/axe.min.js"


def axe_source(folder: Path) -> str | None:
    """Return axe-core's script, None where it cannot be had.

    ``CUSTSERVICE_AXE`` may name its file; else npm packs it into ``folder``, where it is found the next time.
    """
    named = os.environ.get("CUSTSERVICE_AXE")
    kept = Path(named) if named else folder / f"axe-{VERSION}.min.js"
    if not kept.exists() and not _fetch(kept):
        return None
    source = kept.read_bytes()
    if hashlib.sha256(source).hexdigest() != _SHA256:
        return None
    return source.decode("utf-8")


def _fetch(kept: Path) -> bool:
    npm = shutil.which("npm")
    if npm is None:
        return False
    command = [npm, "pack", f"axe-core@{VERSION}", "--silent"]
    try:
        subprocess.run(command, cwd=kept.parent, timeout=90, check=True, capture_output=True)
        with tarfile.open(kept.parent / f"axe-core-{VERSION}.tgz") as packed:
            script = packed.extractfile(_FILE)
            if script is None:
                return False
            kept.write_bytes(script.read())
    except (OSError, subprocess.SubprocessError, tarfile.TarError, KeyError):
        return False
    return True
