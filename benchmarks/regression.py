"""Our estimators beside other packages in one run: agreement, time and peak memory.

Usage: python benchmarks/regression.py [--quick] [--limit SECONDS] [--only linear|logit|cox]

Two sizes: one at which a dummy for each location is feasible, for agreement; and 1,000,000 visits, 30 exposures that
stand in 1 to 5% of them, 5,000 locations, clusters by 200,000 customers (``--quick``: a twentieth). Every fit has a
process of its own and one thread, and its time is that of the processor, so that other work on the machine changes
little; one that takes longer than the limit (300 s by the clock) is stopped, and that is said. The other packages live
in a virtual environment of their own, made from `peers.txt` once and kept among temporary files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FITS, PEERS = HERE / "regression_fits.py", HERE / "peers.txt"
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")
MODELS = ("linear", "logit", "cox")
#: Seconds to reach and how many times faster than which peer.
REACH = {
    "linear": (1.5, 5.0, "pyfixest linear"),
    "logit": (3.0, 4.0, "pyfixest logit"),
    "cox": (10.0, None, None),
}


@dataclass(frozen=True)
class Size:
    """How large a study is made, and which fits are tried on it."""

    visits: int
    locations: int
    customers: int
    fits: tuple[str, ...]
    ties: bool = True


SMALL = Size(2_000, 10, 400, ())
DUMMIES = Size(
    20_000,
    50,
    4_000,
    (
        "custservice linear",
        "statsmodels linear",
        "pyfixest linear",
        "linearmodels linear",
        "custservice logit",
        "statsmodels logit",
        "pyfixest logit",
        "custservice cox",
        "statsmodels cox",
        "lifelines cox",
    ),
)
NO_TIES = Size(20_000, 50, 4_000, ("custservice cox", "statsmodels cox", "lifelines cox"), ties=False)
LARGE = (
    "custservice linear",
    "custservice linear, whole call",
    "pyfixest linear",
    "linearmodels linear",
    "custservice logit",
    "custservice logit, changes only",
    "custservice logit, whole call",
    "pyfixest logit",
    "custservice cox",
    "custservice cox, whole call",
    "statsmodels cox",
    "lifelines cox, no clusters",
    "lifelines cox",
)


def make_study(size: Size, path: Path, exposures: int = 30) -> None:
    """Write visits whose returns follow a logit, and days to return an exponential hazard, with known effects."""
    rng = np.random.default_rng(1)
    n = size.visits
    place, customer = rng.integers(0, size.locations, n), rng.integers(0, size.customers, n)
    x = (rng.random((n, exposures)) < np.linspace(0.01, 0.05, exposures)).astype(np.uint8)
    line = rng.normal(-1, 0.5, size.locations)[place] + x @ rng.normal(0, 0.3, exposures)
    returned = rng.random(n) < 1 / (1 + np.exp(-line))
    days = rng.exponential(400 * np.exp(-line - 1))
    followed = rng.integers(30, 366, n)
    days = np.ceil(days) if size.ties else days
    codes = {"place": np.unique(place, return_inverse=True)[1], "customer": np.unique(customer, return_inverse=True)[1]}
    np.savez(path, x=x, y=returned, days=np.minimum(days, followed), seen=days <= followed, **codes)


def peers_python() -> Path:
    """Return the interpreter of the peers' environment; made on first use."""
    mark = hashlib.sha256(PEERS.read_bytes()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"custservice-peers-{mark}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "ready").exists():
        print(f"Making the environment of the other packages in {folder} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        done = subprocess.run([*install, "-r", str(PEERS)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"The other packages could not be installed:\n{done.stderr}")
        (folder / "ready").touch()
    return python


@dataclass(frozen=True)
class Result:
    """Coefficients, errors, seconds (of a first small fit and of this one) and MB; or why there are none."""

    coef: np.ndarray
    error: np.ndarray
    first: float
    seconds: float
    memory: float
    why: str = ""


def fit(name: str, python: Path, folder: Path, limit: float) -> Result:
    out, none = folder / "out.npz", np.empty(0)
    out.unlink(missing_ok=True)
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    command = [str(python), str(FITS), name, *(str(folder / file) for file in ("small.npz", "study.npz")), str(out)]
    try:
        done = subprocess.run(command, env=environment, timeout=limit, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        return Result(none, none, np.nan, np.nan, np.nan, f"no answer in {limit:.0f} s, stopped")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        return Result(none, none, np.nan, np.nan, np.nan, last[:60])
    with np.load(out) as held:
        return Result(held["coef"], held["error"], *(float(held[key]) for key in ("first", "seconds", "memory")))


def loop_seconds() -> float:
    """Return how long ten million additions take: the machine's clock varies."""
    start, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - start


def apart(theirs: np.ndarray, ours: np.ndarray) -> str:
    """Return the largest relative difference, or that there is nothing to compare."""
    if len(theirs) != len(ours) or not len(ours) or not np.isfinite(theirs).all():
        return "-"
    return f"{np.max(np.abs(theirs / ours - 1)):.0e}"


def compare(size: Size, limit: float, models: tuple[str, ...]) -> dict[str, Result]:
    """Print the table of one size."""
    results: dict[str, Result] = {}
    head = f"{size.visits:,} visits, 30 exposures, {size.locations:,} locations, {size.customers:,} customers"
    print(f"\n{head}{'' if size.ties else ', no two days alike'}")
    print(f"{'':34} {'first':>6} {'seconds':>8} {'MB':>7} {'coef':>7} {'error':>7} {'loop':>6}")
    with tempfile.TemporaryDirectory() as folder:
        make_study(SMALL, Path(folder, "small.npz"))
        make_study(size, Path(folder, "study.npz"))
        for name in size.fits:
            package, model = name.replace(",", "").split()[:2]
            if model not in models:
                continue
            loop = loop_seconds()
            python = Path(sys.executable) if package == "custservice" else peers_python()
            found = results[name] = fit(name, python, Path(folder), limit)
            if found.why:
                print(f"{name:34} {found.why}", flush=True)
                continue
            ours = results[f"custservice {model}"]
            pair = (apart(found.coef, ours.coef), apart(found.error, ours.error)) if found is not ours else ("", "")
            row = f"{name:34} {found.first:6.2f} {found.seconds:8.2f} {found.memory:7.0f}"
            print(f"{row} {pair[0]:>7} {pair[1]:>7} {loop:6.2f}", flush=True)
    return results


def verdicts(results: dict[str, Result]) -> None:
    print()
    for model, (seconds, times, peer) in REACH.items():
        name = "custservice logit, changes only" if model == "logit" else f"custservice {model}"
        if name not in results:
            continue
        took = results[name].seconds
        said = f"{name}: {took:.2f} s, to reach {seconds:g}: {'reached' if took <= seconds else 'missed'}"
        if times is not None and peer in results and not results[peer].why:
            ratio = results[peer].seconds / took
            said += f"; {ratio:.1f} times {peer}, to reach {times:g}: {'reached' if ratio >= times else 'missed'}"
        print(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a twentieth of the large size")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds after which a fit is stopped")
    parser.add_argument("--only", choices=MODELS)
    given = parser.parse_args()
    peers_python()
    models = MODELS if given.only is None else (given.only,)
    compare(DUMMIES, given.limit, models)
    if "cox" in models:
        compare(NO_TIES, given.limit, models)
    share = 20 if given.quick else 1
    large = Size(1_000_000 // share, 5_000 // share, 200_000 // share, LARGE)
    results = compare(large, given.limit, models)
    if not given.quick:
        verdicts(results)
    print("\ncoef, error: largest relative difference from custservice; errors clustered by customer, CR1;")
    print("of Cox models without the factor G/(G-1), which only custservice uses.")
    print("first: seconds of a fit to 2,000 visits before, imports and compilation included; seconds: of the fit,")
    print("the least of up to three, both of the processor.")
    print("MB: peak of the process, imports and data included. loop: seconds of ten million additions just before.")


if __name__ == "__main__":
    main()
