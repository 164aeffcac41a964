"""Labelled sentences, and how well mentions found in them agree with their labels."""

from __future__ import annotations

import json
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from custservice.sentiment import families
from custservice.sentiment.lexicon import TOPIC
from custservice.sentiment.tokens import split_sentences

Pair = tuple[str, str]
#: Our topics as MAMS names them.
CATEGORIES = {"product": ("food",), "price": ("price",), "place": ("place", "ambience")}
DATA = Path(__file__).parents[1] / ".." / "shared" / "data"


@dataclass(frozen=True)
class Sentence:
    """A sentence with the (driver, polarity) pairs that it holds."""

    text: str
    pairs: frozenset[Pair]
    disputed: frozenset[Pair] = frozenset()
    weight: float = 1.0
    #: Where it comes from.
    source: str = ""


def read_gold(file: Path) -> list[Sentence]:
    """Read labelled sentences: JSON lines, or lines of ``driver+ driver-`` (or ``none``), a tab and the sentence.

    A TSV file that is named by public data holds no sentences: they are taken from ../shared/data. Those in a folder
    "topics" tell of topics.
    """
    if file.suffix == ".tsv":
        prefix = f"{TOPIC}_" if file.parent.name == "topics" else ""
        rows = _read_placed(file) if file.stem in _TEXTS else [line.split("\t") for line in _lines(file)]
        return [Sentence(text, _pairs(labels, prefix), source=file.stem) for labels, text in rows]
    return [
        Sentence(
            row["text"].strip(),
            frozenset((label[0], label[1]) for label in row["labels"]),
            frozenset((label[0], label[1]) for label in row.get("disputed", ())),
            float(row.get("weight", 1)),
            str(row["id"]).partition(":")[0],
        )
        for row in (json.loads(line) for line in _lines(file) if line.strip())
    ]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def _pairs(labels: str, prefix: str = "") -> frozenset[Pair]:
    signs = {"+": "praise", "-": "blame"}
    return frozenset((prefix + label[:-1], signs[label[-1]]) for label in labels.split() if label != "none")


def read_traps(file: Path) -> list[Sentence]:
    """Read the sentences of the tests: ``sentence => driver+ driver-``, lines of the texts in a TOML file.

    Where the label is a sign alone, or 0, it tells of the driver that the text is named by, and of no other.
    """
    table = tomllib.loads(file.read_text("utf-8"))
    lines = [(name, *line.rsplit("=>", 1)) for name, text in table.items() for line in text.strip().splitlines()]
    return [_trap(name, text.strip(), labels.strip()) for name, text, labels in lines]


def _trap(name: str, text: str, labels: str) -> Sentence:
    if labels not in ("+", "-", "0"):
        return Sentence(text, _pairs(labels), source="traps")
    others = frozenset((driver, p) for driver in families() for p in ("praise", "blame") if driver != name)
    return Sentence(text, _pairs(name + labels) if labels != "0" else frozenset(), others, source="traps")


def _read_placed(file: Path) -> list[tuple[str, str]]:
    """Read rows of data, offsets of sentences in their texts, and labels; return labels and sentences."""
    texts = _TEXTS[file.stem](DATA)
    found, ends = [], {}
    for line in _lines(file):
        row, offset, labels = line.split("\t")
        text = texts[int(row)]
        if int(row) not in ends:
            ends = {int(row): dict(split_sentences(text))}
        found.append((labels, " ".join(text[int(offset) : ends[int(row)][int(offset)]].split())))
    return found


def _lounge(shared: Path) -> dict[int, str]:
    return dict(enumerate(pd.read_csv(shared / "lounge.csv")["content"].fillna("")))


def _albany(shared: Path) -> dict[int, str]:
    reviews = pd.read_csv(shared / "albany_reviews.csv.gz", usecols=["id", "comments"]).dropna()
    comments = reviews["comments"].str.replace(r"<br ?/?>", " ", regex=True)
    return dict(zip(reviews["id"], comments, strict=True))


def _mams(shared: Path) -> dict[int, str]:
    return {row: text for row, (text, _) in enumerate(read_labels(shared / "mams_train.xml"))}


_TEXTS = {"lounge": _lounge, "albany": _albany, "mams": _mams}


def read_labels(file: Path) -> list[tuple[str, dict[str, str]]]:
    """Read MAMS sentences with the polarity of each category: praise, blame or neutral."""
    names = {"positive": "praise", "negative": "blame", "neutral": "neutral"}
    return [
        (
            (node.findtext("text") or "").strip(),
            {str(a.get("category")): names[str(a.get("polarity"))] for a in node.iter("aspectCategory")},
        )
        for node in ET.parse(file).getroot()
    ]


def f1(hits: float, extra: float, missed: float) -> float:
    return 2 * hits / (2 * hits + extra + missed) if hits else 0.0


def score(gold: Sequence[Sentence], found: Iterable[set[Pair]]) -> dict[str, float]:
    """Return mention, driver and pair F1, polarity accuracy given the driver, and natural precision and recall."""
    cells: dict[str, Counter[str]] = {name: Counter() for name in ("mention", "natural", "driver", "pair", "polarity")}
    for sentence, pairs in zip(gold, found, strict=True):
        want, got = sentence.pairs, pairs - (sentence.disputed - sentence.pairs)
        _count(cells["pair"], set(want), got)
        drivers, heard = {driver for driver, _ in want}, {driver for driver, _ in got}
        _count(cells["driver"], drivers, heard)
        for driver in drivers & heard:
            same = {p for d, p in want if d == driver} == {p for d, p in got if d == driver}
            cells["polarity"]["hits" if same else "missed"] += 1
        if want or not sentence.disputed:
            cell = ("hits" if got else "missed") if want else ("extra" if got else "none")
            cells["mention"][cell] += 1
            cells["natural"][cell] += sentence.weight  # type: ignore[assignment]
    natural, polarity = cells["natural"], cells["polarity"]
    parts = {name: f1(*(cells[name][k] for k in ("hits", "extra", "missed"))) for name in ("mention", "driver", "pair")}
    return parts | {
        "polarity": polarity["hits"] / max(1, polarity["hits"] + polarity["missed"]),
        "natural precision": natural["hits"] / max(1e-9, natural["hits"] + natural["extra"]),
        "natural recall": natural["hits"] / max(1e-9, natural["hits"] + natural["missed"]),
    }


def _count(cells: Counter[str], want: set[object], got: set[object]) -> None:
    cells["hits"] += len(want & got)
    cells["extra"] += len(got - want)
    cells["missed"] += len(want - got)
