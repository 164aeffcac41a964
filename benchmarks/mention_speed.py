"""How fast mentions and sentiment are read: beside NLTK's VADER, from a cold start, on two processes, from Parquet.

Usage: python benchmarks/mention_speed.py [--full]

``--full`` adds 100,000 reviews on two processes and 1,000,000 from Parquet, which take minutes. Needs ../shared/data.
Times are of the processor, so that other work on the machine changes little; those of two processes are of the clock.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).parents[2] / "shared" / "data"
LOUNGE, ALBANY = DATA / "lounge.csv", DATA / "albany_reviews.csv.gz"
COLD = """
import sys, time
import pandas as pd
from custservice import find_mentions, score_sentiment
texts = pd.read_parquet(sys.argv[1])["text"]
find_mentions(texts), score_sentiment(texts)
print(time.process_time())
"""
TWO = """
import sys, time
import pandas as pd
from custservice import find_mentions, score_sentiment
if __name__ == "__main__":
    texts = pd.read_parquet(sys.argv[1])["text"]
    find_mentions(texts, workers=2), score_sentiment(texts, workers=2)
"""


def cpu_seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def times_nltk() -> tuple[float, float]:
    """Return how often mentions and sentiment fit in NLTK's sentiment on the lounge reviews: first and second run."""
    from custservice import find_mentions, score_sentiment
    from custservice.sentiment.tokens import split_sentences

    texts = pd.read_csv(LOUNGE)["content"].dropna()
    score_sentiment(["Kind."], engine="nltk"), score_sentiment(["Kind."]), find_mentions(["Kind."])
    sentences = [text[a:b] for text in texts for a, b in split_sentences(text)]
    from custservice.sentiment.vader import _nltk_analyzer

    analyzer = _nltk_analyzer()
    ratios = []
    for _ in range(2):
        peer = cpu_seconds(lambda: [analyzer.polarity_scores(sentence) for sentence in sentences])
        own = cpu_seconds(lambda: (find_mentions(texts), score_sentiment(texts)))
        ratios.append(peer / own)
    return ratios[0], ratios[1]


def distinct_reviews(count: int, together: int = 1) -> pd.DataFrame:
    """Return so many different reviews, each made of so many of the Albany ones."""
    texts = pd.read_csv(ALBANY)["comments"].dropna().drop_duplicates().to_numpy()
    texts = texts[[len(text) > 20 for text in texts]]
    if together == 1:
        return pd.DataFrame({"text": texts[:count]})
    rows = np.random.default_rng(1).integers(0, len(texts), (count, together))
    return pd.DataFrame({"text": [" ".join(texts[row]) for row in rows]})


def write_reviews(path: str, count: int) -> None:
    """Write reviews in a process of its own: a process counts as its own the memory of the one that started it."""
    writer = multiprocessing.get_context("spawn").Process(target=_write_reviews, args=(path, count))
    writer.start()
    writer.join()


def _write_reviews(path: str, count: int) -> None:
    distinct_reviews(count, 2).to_parquet(path)


def in_new_process(code: list[str]) -> tuple[float, float]:
    """Return seconds by the clock and peak memory in MB of a new process (of the largest, where it starts others)."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *code], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{code} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def cold_seconds(reviews: pd.DataFrame, folder: str) -> float:
    path = f"{folder}/reviews.parquet"
    reviews.to_parquet(path)
    told = subprocess.run([sys.executable, "-c", COLD, path], check=True, capture_output=True, text=True)
    return float(told.stdout)


def large(folder: str, count: int) -> None:
    script, path = Path(folder, "two.py"), f"{folder}/large.parquet"
    script.write_text(TWO, encoding="utf-8")
    write_reviews(path, count)
    tell(f"{count:,} reviews, two processes, by the clock", in_new_process([str(script), path])[0], "s", 40)
    write_reviews(path, 10 * count)
    command = ["-m", "custservice", "mentions", path, "--out", f"{folder}/out.csv"]
    seconds, memory = in_new_process(command)
    tell(f"{10 * count:,} reviews from Parquet, memory", memory, "MB", 1500)
    tell("   and its time", seconds, "s")


def tell(what: str, value: float, unit: str, reach: float | None = None) -> None:
    target = "" if reach is None else f"  to reach {reach:g}"
    print(f"{what:62} {value:8.2f} {unit:2}{target}", flush=True)


def main() -> None:
    if not (LOUNGE.exists() and ALBANY.exists()):
        print("The lounge and Albany reviews are not here: the speed of mentions is left out.")
        return
    first, second = times_nltk()
    tell("mentions and sentiment against NLTK's sentiment, first run", first, "x", 3)
    tell("   second run, words known", second, "x", 3)
    with tempfile.TemporaryDirectory() as folder:
        tell("10,000 reviews of 200 letters, new process", cold_seconds(distinct_reviews(10_000), folder), "s", 3)
        tell("10,000 reviews of 400 letters, new process", cold_seconds(distinct_reviews(10_000, 2), folder), "s", 3)
        if "--full" in sys.argv:
            large(folder, int(os.environ.get("CUSTSERVICE_LARGE", "100000")))


if __name__ == "__main__":
    main()
