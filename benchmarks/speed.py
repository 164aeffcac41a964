"""How long the main things take, each beside its peer or its target, in one run.

Usage: python benchmarks/speed.py [--quick | --full]; see also mention_speed.py.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mention_speed
import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
LOUNGE = ROOT / ".." / "shared" / "data" / "lounge.csv"


def seconds_of(code: str, repeat: int = 5) -> float:
    """Return the least time of a new interpreter that runs ``code``."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def report_seconds(study: Path) -> float:
    """Return the time of a report from a cold cache, as a new process."""
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "custservice", "report", str(study), "--out", f"{folder}/report", "--force"]
        return timed(lambda: subprocess.run(words, check=True, capture_output=True))


def million_visits() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 1_000_000
    start = np.datetime64("2023-01-01T00:00", "m")
    return pd.DataFrame(
        {
            "visit_id": pd.Series(np.arange(n)).astype("str"),
            "customer_id": pd.Series(rng.integers(0, 200_000, n)).astype("str"),
            "location_id": pd.Series(rng.integers(0, 500, n)).astype("str"),
            "visited_at": start + rng.integers(0, 2 * 365 * 1440, n).astype("timedelta64[m]"),
            "spend": rng.gamma(2.0, 5.0, n),
        }
    )


def panel_seconds() -> float:
    from custservice import build_panel

    visits = million_visits()
    seen = visits.sample(50_000, random_state=1)
    reviews = pd.DataFrame({"review_id": seen["visit_id"], "visit_id": seen["visit_id"], "text": "x"})
    reviews[["customer_id", "location_id"]] = seen[["customer_id", "location_id"]]
    reviews["reviewed_at"] = seen["visited_at"]
    none = pd.DataFrame({"review_id": [], "driver": [], "polarity": []}, dtype="str")
    return timed(lambda: build_panel(reviews, visits, none, window_days=60))


def main() -> None:
    rows: list[tuple[str, float, float | None]] = []
    peer, own = seconds_of("import pandas"), seconds_of("import custservice")
    rows.append(("import custservice, beyond import pandas", own - peer, 0.3))
    rows.append(("build_panel, 1,000,000 visits", panel_seconds(), None))
    if "--quick" not in sys.argv:
        rows.append(("report on the demo study", report_seconds(ROOT / "data" / "demo" / "study.toml"), 30))
        if LOUNGE.exists():
            lounge = ROOT / "tests" / "studies" / "lounge.toml"
            rows.append(("report on the lounge reviews", report_seconds(lounge), 20))
        else:
            print("The lounge reviews are not here: left out.")
    print(f"{'what':45} {'seconds':>8} {'to reach':>9}")
    for what, took, target in rows:
        verdict = "" if target is None else ("  reached" if took <= target else "  missed")
        print(f"{what:45} {took:8.2f} {'' if target is None else target:>9}{verdict}")
    print()
    mention_speed.main()


if __name__ == "__main__":
    main()
