"""How well mentions are found, against labelled sentences, beside what was to be reached.

Usage: python benchmarks/accuracy.py [GOLD.jsonl ...] [--restaurants MAMS.xml] [--count GOLD.jsonl ...] [--write]

GOLD holds sentences with "id", "text" and "labels", or is a file of benchmarks/sentences, kept_back, labels or topics;
without arguments the files of ../shared are taken where they are. --count names further gold that only counts towards
the 15 mentions a driver needs to be measured. --write puts the tables into docs/accuracy.md, between its markers.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from gold import CATEGORIES, Pair, Sentence, f1, read_gold, read_labels, score

from custservice.sentiment import families, find_mentions, find_topics
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.mentions import find_scored

ROOT = Path(__file__).parents[1]
SHARED = ROOT / ".." / "shared"
PAGE = ROOT / "docs" / "accuracy.md"
ENOUGH = 15
TARGETS = {"mention": 0.92, "driver": 0.85, "polarity": 0.95, "pair": 0.83}
NAMES = {
    "mention": "mention F1",
    "driver": "driver F1, any polarity",
    "polarity": "polarity accuracy, given the driver",
    "pair": "pair F1",
    "natural precision": "mention precision, natural mix",
    "natural recall": "mention recall, natural mix",
}


def found_in(sentences: Sequence[Sentence], *, topics: bool = False) -> list[set[Pair]]:
    frame = (find_topics if topics else find_mentions)([sentence.text for sentence in sentences])
    found: list[set[Pair]] = [set() for _ in sentences]
    for text, driver, polarity in zip(frame["text_id"], frame["driver"], frame["polarity"], strict=True):
        found[text].add((driver, polarity))
    return found


def by_driver(sentences: Sequence[Sentence], found: Sequence[set[Pair]]) -> dict[str, Counter[str]]:
    """Count hits, extra and missed pairs of each driver."""
    cells: dict[str, Counter[str]] = {}
    for sentence, pairs in zip(sentences, found, strict=True):
        got = pairs - (sentence.disputed - sentence.pairs)
        for name, some in (
            ("hits", sentence.pairs & got),
            ("extra", got - sentence.pairs),
            ("missed", sentence.pairs - got),
        ):
            for driver, _ in some:
                cells.setdefault(driver, Counter())[name] += 1
    return cells


def row(*cells: object) -> str:
    return "| " + " | ".join(f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells) + " |"


def gold_tables(name: str, sentences: Sequence[Sentence], counted: Sequence[Sentence]) -> list[str]:
    found = found_in(sentences)
    lines = [f"**{name}**: {len(sentences)} sentences", "", "| | reached | to reach |", "|---|---|---|"]
    for key, value in score(sentences, found).items():
        lines.append(row(NAMES[key], value, TARGETS.get(key, "")))
    cells = by_driver(sentences, found)
    often = Counter(driver for s in (*sentences, *counted) for driver, _ in s.pairs)
    measured = [driver for driver, family in families().items() if family != TOPIC and often[driver] >= ENOUGH]
    here = {driver: cells.get(driver, Counter()) for driver in measured}
    values = {driver: f1(c["hits"], c["extra"], c["missed"]) for driver, c in here.items()}
    lines.append(row(f"macro pair F1 over {len(measured)} drivers", sum(values.values()) / max(1, len(values)), 0.75))
    lines += ["", f"| driver | pair F1 | labelled in {name} | labelled in all |", "|---|---|---|---|"]
    for driver, family in families().items():
        if family != TOPIC:
            labelled = cells.get(driver, Counter())
            value = values.get(driver, "accuracy not measured")
            lines.append(row(driver, value, labelled["hits"] + labelled["missed"], often[driver]))
    return [*lines, ""]


def topic_tables(file: Path) -> list[str]:
    sentences = read_gold(file)
    cells = by_driver(sentences, found_in(sentences, topics=True))
    lines = [
        f"**topics, {file.stem}**: {len(sentences)} sentences",
        "",
        "| | precision | recall | pair F1 |",
        "|---|---|---|---|",
    ]
    total: Counter[str] = Counter()
    for cell in cells.values():
        total.update(cell)
    for name, cell in [*sorted(cells.items()), ("all topics", total)]:
        hits, extra, missed = (cell[k] for k in ("hits", "extra", "missed"))
        shares = (hits / max(1, hits + other) for other in (extra, missed))
        lines.append(row(name.removeprefix("topic_"), *shares, f1(hits, extra, missed)))
    return [*lines, ""]


def restaurant_tables(file: Path) -> list[str]:
    texts, labels = zip(*read_labels(file), strict=True)
    frame = find_scored(list(texts))
    heard: dict[str, list[list[Said]]] = {name: [[] for _ in texts] for name in ("staff", *CATEGORIES)}
    for text, family, driver, *told in zip(
        *(frame[c] for c in ("text_id", "family", "driver", "log_odds", "polarity")), strict=True
    ):
        name = driver.removeprefix("topic_") if family == TOPIC else "staff"
        if name in heard:
            heard[name][text].append(Said(*told))
    said = {
        name: [{label[c] for c in categories if label.get(c) in ("praise", "blame")} for label in labels]
        for name, categories in {"staff": ("staff", "service"), **CATEGORIES}.items()
    }
    right = [
        main_polarity(told) in want
        for told, want in zip(heard["staff"], said["staff"], strict=True)
        if told and len(want) == 1
    ]
    lines = [
        f"**MAMS {file.stem.split('_')[-1]}**: {len(texts)} sentences",
        "",
        "| | reached | to reach |",
        "|---|---|---|",
    ]
    lines.append(row("staff or service: detection F1", detection(heard["staff"], said["staff"]), 0.93))
    lines.append(row("staff or service: polarity of those found", sum(right) / max(1, len(right)), 0.93))
    lines += [row(f"{name}: detection F1", detection(heard[name], said[name]), 0.8) for name in CATEGORIES]
    return [*lines, ""]


class Said(NamedTuple):
    """A mention: how sure it is, and its polarity."""

    log_odds: float
    polarity: str


def main_polarity(told: Sequence[Said]) -> str:
    """Return what most mentions of a sentence are; where they balance, what the surest is."""
    lean = sum(1 if one.polarity == "praise" else -1 for one in told)
    return max(told).polarity if not lean else "praise" if lean > 0 else "blame"


def detection(heard: Iterable[Sequence[Said]], said: Iterable[set[str]]) -> float:
    cells = Counter((bool(want), bool(got)) for want, got in zip(said, heard, strict=True))
    return f1(cells[True, True], cells[False, True], cells[True, False])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*")
    parser.add_argument("--restaurants", type=Path)
    parser.add_argument("--count", type=Path, nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    gold, count, restaurants = args.gold, args.count, args.restaurants
    if not gold:
        gold, count = [SHARED / "gold" / "dev.jsonl"], [SHARED / "gold" / "train.jsonl"]
        restaurants = SHARED / "data" / "mams_val.xml"
        if not gold[0].exists():
            sys.exit("Name a gold file: ../shared/gold is not here.")
    counted = [sentence for file in count for sentence in read_gold(file)]
    is_topics = [file.parent.name == "topics" for file in gold]
    tables = [
        topic_tables(f) if of else gold_tables(f.stem, read_gold(f), counted)
        for f, of in zip(gold, is_topics, strict=True)
    ]
    lines = [line for table in tables for line in table]
    if restaurants and restaurants.exists():
        lines += restaurant_tables(restaurants)
    print("\n".join(lines))
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        table = "\n".join(["<!-- figures -->", "", *lines, "<!-- end of figures -->"])
        PAGE.write_text(
            re.sub(r"<!-- figures -->.*<!-- end of figures -->", lambda _: table, text, flags=re.DOTALL),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
