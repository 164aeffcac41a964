"""How long reports take, beside a shell loop of papermill and nbconvert over the same notebooks.

    python benchmarks/reports.py            # the loop on a few places, scaled up to all
    python benchmarks/reports.py --full     # the loop on all of them

Both find the study's tables in its cache, use the same machine in turn, and start from nothing else.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import custservice as cs
from custservice.reporting.plan import NOTEBOOKS

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "data" / "demo" / "study.toml"
BIN = Path(sys.executable).parent


def ours(out: Path, *options: str) -> float:
    start = time.perf_counter()
    command = [BIN / "custservice", "report", STUDY, "--out", out, *options]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def loop(out: Path, notebook: str, location: str = "") -> float:
    start = time.perf_counter()
    source, made = ROOT / "notebooks" / f"{notebook}.ipynb", out / f"{notebook}.ipynb"
    given = ["-p", "study_file", str(STUDY), "-p", "location", location]
    subprocess.run([BIN / "papermill", source, made, "-k", "python3", *given], check=True, capture_output=True)
    subprocess.run([BIN / "jupyter", "nbconvert", "--to", "html", made], check=True, capture_output=True)
    return time.perf_counter() - start


def memory(out: Path) -> float:
    """Return the most memory of one run, in MB."""
    return max(json.loads(line)["peak_memory_mb"] or 0 for line in (out / "runs.jsonl").read_text("utf-8").splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description="Reports beside a shell loop of papermill and nbconvert.")
    parser.add_argument("--full", action="store_true", help="the loop on every place instead of a few")
    full = parser.parse_args().full
    places = sorted(cs.open_study(STUDY).panel["location_id"].unique())
    few = places if full else places[:: len(places) // 4]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        ours(out / "warm", "--only", "summary")
        loop(out, "summary")
        one = ours(out / "all")
        many = ours(out / "places", "--by", "location", "--only", "summary")
        again = ours(out / "places", "--by", "location", "--only", "summary")
        each = [loop(out, "summary", place) for place in few]
        loops = sum(loop(out, name) for name in NOTEBOOKS)
        most = max(memory(out / "all"), memory(out / "places"))
    looped = sum(each) * len(places) / len(few)
    print("| task | custservice report | papermill + nbconvert | times |")
    print("|---|---|---|---|")
    print(f"| {len(places)} places x summary | {many:.0f} s | {looped:.0f} s | {looped / many:.1f} |")
    print(f"| one study, all notebooks | {one:.0f} s | {loops:.0f} s | {loops / one:.1f} |")
    print(f"| {len(places)} places, nothing changed | {again:.1f} s | | |")
    parent = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nPeak memory: {most:.0f} MB a run, {parent:.0f} MB the largest process of all.")


if __name__ == "__main__":
    main()
